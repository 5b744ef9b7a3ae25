"""A magazine whose stories, sections and pages all stand one level deep, with slugs alike: `/the-old-lock-gate`.

Quirks: sections have names of several words; authors have addresses as long as headlines; the sitemap lists everything.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import moment, slug, title

NAME = "The Long Towpath"
STORIES = 30
SECTIONS = {"/rivers-and-canals": "Rivers and canals", "/letters-to-the-editor": "Letters to the editor",
            "/food-and-drink": "Food and drink", "/news": "News"}  # fmt: skip
PAGES = {"/about-the-long-towpath": "About", "/how-to-advertise": "Advertise", "/terms-and-conditions": "Terms",
         "/write-for-us": "Write for us"}  # fmt: skip


def build(site: Site) -> None:
    paths = [f"/{slug(title(n))}" for n in range(STORIES)]
    press = Press(site, NAME, menu=SECTIONS, footer=PAGES | {"/author/anna-reed-editor-at-large": "Anna Reed"})
    press.head = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    press.stories(paths, extra='<div class="author-box">Anna Reed is editor at large and lives on a boat.</div>')
    press.page("/", press.list("Front", paths, range(14)))
    press.others(
        SECTIONS | {"/author/anna-reed-editor-at-large": "Anna", "/tag/lock-gates": "Tag"}, paths, range(5, 22)
    )
    press.others(PAGES)
    press.rss("/feed", [site.url + path for path in paths[:15]])
    listed = [(path, None) for path in (*SECTIONS, *PAGES)] + [(path, moment(n)) for n, path in enumerate(paths)]
    press.sitemap("/sitemap.xml", listed)
    press.robots(f"Sitemap: {site.url}/sitemap.xml")
