# ruff: noqa: E501  (pages as they are served)
"""A culture magazine with neither feed nor sitemap whose stories, sections and pages are all one level deep.

Quirks: stories end in `/`, some links lack it; a box of the most read on each page; the newsletter's page has a long slug.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import slug, title

NAME = "Quay Street Review"
STORIES = 30
SECTIONS = {"/books-and-letters/": "Books and letters", "/film/": "Film", "/music-and-dance/": "Music and dance"}
PAGES = {
    "/about-the-review/": "About",
    "/subscribe-to-our-weekly-newsletter/": "Newsletter",
    "/support-us/": "Support us",
    "/house-rules/": "House rules",
}


def build(site: Site) -> None:
    paths = [f"/{slug(title(n))}/" for n in range(STORIES)]
    press = Press(site, NAME, menu=SECTIONS, footer=PAGES)
    read = "".join(f'<li><a href="{paths[n]}">{title(n)}</a></li>' for n in (3, 8, 11))
    press.stories(paths, extra=f'<div class="most-read"><h2>Most read</h2><ul>{read}</ul></div>')
    press.page(
        "/", press.list("Front", [path.rstrip("/") if n % 5 == 0 else path for n, path in enumerate(paths)], range(16))
    )
    for path in paths:
        press.page(path.rstrip("/"), b"")
        site.page(path.rstrip("/"), "", status=301, Location=f"{site.url}{path}")
    for place, (path, name) in enumerate(SECTIONS.items()):
        press.others({path: name}, paths, range(place, STORIES, 3))
    press.others(PAGES)
    press.others(
        {"/contributors/anna-reed/": "Anna Reed", "/tag/harbour-films/": "Tag", "/page/2/": "2"}, paths, range(4, 12)
    )
