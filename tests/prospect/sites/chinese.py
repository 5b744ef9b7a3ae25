# ruff: noqa: E501  (pages as they are served)
"""A paper in Chinese, in GBK as its pages say too late: numeric addresses by date, section pages, no feed, no sitemap.

Quirks: the charset stands behind 1,500 bytes of other head; the HTTP header names none; section pages end in `index.html`;
the front page is relative to a `<base>`.
"""

from __future__ import annotations

from tests.prospect.sites.served import Site
from tests.prospect.sites.words import CHINESE, moment, paragraphs, title

STORIES = 32
NAME = "河口日报"
SECTIONS = {"politics": "时政", "society": "社会", "culture": "文化"}


def build(site: Site) -> None:
    """Fill `site`."""
    paths = [f"/n1/{moment(n):%Y/%m%d}/c{1001 + n % 3}-{40618200 - n}.html" for n in range(STORIES)]
    for number, path in enumerate(paths):
        site.article(path, title(number, CHINESE, ""), _story(number), "text/html")
    site.page("/", _list("首页", paths, range(12), f'<base href="{site.url}/">'), "text/html")
    for place, (name, shown) in enumerate(SECTIONS.items()):
        site.other(f"/{name}/index.html", _list(shown, paths, range(place, STORIES, 3), ""), "text/html")
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(77, CHINESE, ""))
    for path, shown in (("/about/index.html", "关于我们"), ("/contact.html", "联系我们"), ("/ads/price.html", "广告")):
        site.other(path, _frame(shown, f"<h1>{shown}</h1>{prose}", ""), "text/html")
    for path in ("/tags/bridge.html", "/author/1001.html", "/search.html", "/login.html"):
        site.other(path, _list("标签", paths, range(3, 12), ""), "text/html")


def _frame(heading: str, main: str, base: str) -> bytes:
    menu = " ".join(f'<a href="/{name}/index.html" target="_blank">{shown}</a>' for name, shown in SECTIONS.items())
    late = "<!-- " + "x" * 1500 + " -->"
    return f"""<html><head>{base}<title>{heading}--{NAME}</title>{late}<meta http-equiv="Content-Type"
content="text/html; charset=gb2312"></head><body><div class="nav"><a href="/">首页</a> {menu}</div>{main}
<div class="footer"><a href="/about/index.html">关于我们</a> <a href="/contact.html">联系我们</a>
<a href="/ads/price.html">广告服务</a> <a href="/tags/bridge.html">标签</a></div></body></html>""".encode("gbk")


def _story(number: int) -> bytes:
    body = "".join(f"<p>　　{paragraph}</p>" for paragraph in paragraphs(number, CHINESE, ""))
    when = moment(number)
    heading = title(number, CHINESE, "")
    main = f"""<div class="text_title"><h1>{heading}</h1><p class="source">{when.year}年{when:%m}月{when:%d}日{when:%H:%M}
来源：{NAME}</p></div><div class="rm_txt_con">{body}</div><p class="edit">(责编：李明)</p>"""
    return _frame(heading, main, "")


def _list(heading: str, paths: list[str], shown: range, base: str) -> bytes:
    items = "".join(
        f'<li><a href="{paths[n].lstrip("/") if base else paths[n]}">{title(n, CHINESE, "")}</a></li>' for n in shown
    )
    return _frame(heading, f"<h2>{heading}</h2><ul class='list'>{items}</ul>", base)
