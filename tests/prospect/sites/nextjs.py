# ruff: noqa: E501  (pages as they are served)
"""A newspaper on Next.js, rendered by its server: text in the page and again in `__NEXT_DATA__`, a news sitemap, no feed.

Quirks: `/SECTION/SLUG-123456` for stories, galleries, videos and live pages alike, told apart by their sections only;
AMP doubles; a robots.txt that names a sitemap on a path of its own.
"""

from __future__ import annotations

import json

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import XML, Site
from tests.prospect.sites.words import moment, slug, title

NAME = "The Estuary Times"
STORIES = 30
SECTIONS = ("city", "politics", "business", "culture")


def build(site: Site) -> None:
    paths = [f"/{SECTIONS[n % 4]}/{slug(title(n))}-{700412 - n}" for n in range(STORIES)]
    extra = {
        f"/{kind}/{slug(title(40 + n))}-{699000 + n}": kind
        for n, kind in enumerate(("video", "gallery", "video", "gallery"))
    }
    menu = {f"/{name}": name for name in (*SECTIONS, "video", "gallery")}
    footer = {"/about-us": "About us", "/info/terms-of-service": "Terms", "/authors/anna-reed": "Anna Reed"} | extra
    press = Press(
        site, NAME, menu=menu, footer=footer, head='<script src="/_next/static/chunks/main.js" defer></script>'
    )
    for number, path in enumerate(paths):
        data = json.dumps({"props": {"pageProps": {"title": press.title(number), "body": press.prose(number)}}})
        script = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
        amp = f'<link rel="amphtml" href="{path}?outputType=amp"><link rel="canonical" href="{site.url}{path}">'
        site.article(path, press.title(number), press.story(number, amp, script), press.type)
        press.page(f"{path}?outputType=amp", press.story(number, f'<link rel="canonical" href="{site.url}{path}">'))
        press.page(f"/amp{path}", press.story(number, f'<link rel="canonical" href="{site.url}{path}">'))
    press.page(
        "/",
        press.list(
            "Home", paths, range(16), f'<a href="/amp{paths[1]}">AMP</a> <a href="{paths[2]}?outputType=amp">AMP</a>'
        ),
    )
    press.others({f"/{name}": name for name in (*SECTIONS, "video", "gallery")}, paths, range(6, 20))
    press.others(extra, paths, range(2))
    press.others(
        {
            "/about-us": "About us",
            "/info/terms-of-service": "Terms",
            "/authors/anna-reed": "Anna",
            f"/amp{paths[1]}": "AMP",
        }
    )
    urls = "".join(
        f"""<url><loc>{site.url}{path}</loc><news:news><news:publication><news:name>{NAME}</news:name>
<news:language>en</news:language></news:publication><news:publication_date>{moment(n).isoformat()}</news:publication_date>
<news:title>{press.title(n)}</news:title></news:news></url>"""
        for n, path in enumerate(paths)
    )
    site.page(
        "/api/sitemaps/news", f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>', XML,
    )  # fmt: skip
    press.robots(f"Sitemap: {site.url}/api/sitemaps/news")
