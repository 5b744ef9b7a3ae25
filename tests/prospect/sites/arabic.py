# ruff: noqa: E501  (pages as they are served)
"""A paper in Arabic: percent-encoded addresses with a number in front, an RSS feed whose links are not encoded.

Quirks: the feed's links are bare Arabic letters, the pages' are percent-encoded in lower case; the section names in addresses
are Arabic; the feed holds ten entries, and there is a sitemap only at a place that nothing names.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from tests.prospect.sites.served import XML, Site
from tests.prospect.sites.words import ARABIC, moment, paragraphs, rfc822, slug, title

STORIES = 30
NAME = "صحيفة المصب"
SECTIONS = ["أخبار", "اقتصاد", "ثقافة"]


def build(site: Site) -> None:
    """Fill `site`."""
    plain = [f"/{SECTIONS[n % 3]}/{734100 - n}/{slug(title(n, ARABIC))}" for n in range(STORIES)]
    paths = [quote(path) for path in plain]
    for number, path in enumerate(paths):
        site.article(path, title(number, ARABIC), _story(number))
    site.page("/", _list("الرئيسية", paths, range(20)))
    for place, section in enumerate(SECTIONS):
        site.other(quote(f"/{section}"), _list(section, paths, range(place, STORIES, 3)))
    for name in ("من-نحن", "اتصل-بنا", "سياسة-الخصوصية"):
        prose = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(77, ARABIC))
        site.other(quote(f"/{name}"), _frame(name, f"<h1>{name}</h1>{prose}"))
    for path in ("/وسم/الجسر-القديم", "/كاتب/ليلى-حداد", "/بحث"):
        site.other(quote(path), _list(path, paths, range(4, 12)))
    site.other("/login", _frame("دخول", "<form><input></form>"))
    items = "".join(
        f"<item><title>{title(n, ARABIC)}</title><link>{site.url}{plain[n]}</link><pubDate>{rfc822(moment(n))}</pubDate></item>"
        for n in range(10)
    )
    site.page(
        "/rss.xml", f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>', XML
    )
    urls = "".join(
        f"<url><loc>{site.url}{path}</loc><lastmod>{moment(n):%Y-%m-%d}</lastmod></url>" for n, path in enumerate(paths)
    )
    pages = "".join(f"<url><loc>{site.url}{quote(path)}</loc></url>" for path in ("/من-نحن", "/أخبار", "/اتصل-بنا"))
    site.page("/sitemap.xml", f'<?xml version="1.0"?><urlset xmlns="{_NS}">{pages}{urls}</urlset>', XML)


_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _frame(heading: str, main: str) -> str:
    menu = "".join(f'<li><a href="{quote(f"/{section}").lower()}">{section}</a></li>' for section in SECTIONS)
    return f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{heading} | {NAME}</title>
<meta property="og:site_name" content="{NAME}"></head><body><nav><ul>{menu}<li><a href="/{quote("من-نحن")}">من نحن</a></li>
</ul></nav><main>{main}</main><footer><a href="/{quote("اتصل-بنا")}">اتصل بنا</a>
<a href="/{quote("سياسة-الخصوصية")}">سياسة الخصوصية</a></footer></body></html>"""


def _story(number: int) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs(number, ARABIC))
    return _frame(
        title(number, ARABIC),
        f"""<article><h1>{title(number, ARABIC)}</h1><time datetime="{moment(number).isoformat()}">اليوم</time>
<div class="body">{body}</div><div class="tags-links"><a href="{quote("/وسم/الجسر-القديم")}">الجسر القديم</a></div></article>""",
    )


def _list(heading: str, paths: list[str], shown: range) -> str:
    items = "".join(
        f'<div class="card"><h3><a href="{paths[n]}">{escape(title(n, ARABIC))}</a></h3></div>' for n in shown
    )
    return _frame(heading, f"<h1>{heading}</h1>{items}")
