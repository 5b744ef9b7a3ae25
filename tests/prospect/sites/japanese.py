# ruff: noqa: E501  (pages as they are served)
"""A Japanese daily in EUC-JP: codes for addresses, an RSS 1.0 feed, dates in years of a reign beside common ones.

Quirks: `/articles/ASR...html` for stories, `/articles/photo/AS...html` for each one's pictures; lists by day and genre.
"""

from __future__ import annotations

from html import escape

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import JAPANESE, moment

NAME = "河口日日新聞"
STORIES = 28


def build(site: Site) -> None:
    codes = [f"ASV{moment(n):%-m%d}{'KMQT'[n % 4]}{7000 - 13 * n}UTIL0{n % 7}BM" for n in range(STORIES)]
    paths = [f"/articles/{code}.html" for code in codes]
    press = Press(
        site, NAME, JAPANESE, "ja", "euc-jp", True,
        menu={"/national/": "社会", "/business/": "経済", "/culture/list/": "文化"},
        footer={"/corporate/guide/": "会社案内", "/policy/privacy.html": "個人情報", "/shimbun/medianavi/": "広告"},
        head='<link rel="alternate" type="application/rss+xml" href="/rss/newsheadlines.rdf">',
        stamp="{0:%Y}年{0:%-m}月{0:%-d}日 {0:%-H}時{0:%M}分",
    )  # fmt: skip
    for number, (path, code) in enumerate(zip(paths, codes, strict=True)):
        photo = f"/articles/photo/{code}.html"
        site.article(path, press.title(number), press.story(number, extra=f'<a href="{photo}">写真</a>'), press.type)
        press.page(photo, press.frame(press.title(number), f'<h1>{press.title(number)}</h1><img src="/i.jpg">'))
    press.page(
        "/", press.list("トップ", paths, range(14), f'<p><a href="/articles/photo/{codes[0]}.html">写真</a></p>')
    )
    press.others({"/national/": "社会", "/business/": "経済", "/culture/list/": "文化"}, paths, range(2, 28))
    press.others({"/corporate/guide/": "会社案内", "/policy/privacy.html": "個人情報", "/shimbun/medianavi/": "広告"})
    press.others({f"/articles/photo/{codes[n]}.html": "写真" for n in range(3)}, paths, range(0))
    press.others({"/topics/word/canal.html": "運河", "/national/list/?page=2": "社会"}, paths, range(6))
    items = "".join(
        f'<item rdf:about="{site.url}{path}"><title>{escape(press.title(n))}</title><link>{site.url}{path}?ref=rss</link>'
        f"<dc:date>{moment(n).isoformat()}</dc:date></item>"
        for n, path in enumerate(paths)
    )
    rdf = f"""<?xml version="1.0" encoding="utf-8"?><rdf:RDF xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<channel rdf:about="{site.url}/"><title>{NAME}</title></channel>{items}</rdf:RDF>"""
    site.page("/rss/newsheadlines.rdf", rdf, "application/xml")
