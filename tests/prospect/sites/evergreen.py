"""A broadcaster whose sitemap lists years of stories, all with today's date; its feed says which are new.

Quirks: every address without a final slash redirects to one with it; the feed lists them without; the home page is at
`/en/`, to which `/` redirects; videos and pictures have addresses as stories have.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import NOW, slug, title

NAME = "Coast Radio"
STORIES = 24
OLD = 3000


def build(site: Site) -> None:
    paths = [f"/en/{slug(title(n))}/a-{69804410 - 31 * n}" for n in range(STORIES)]
    menu = {
        "/en/harbour/s-1430": "Harbour",
        "/en/on-air-and-schedule/s-3005": "On air",
        "/en/media-center/s-100826": "Media",
    }
    footer = {"/en/legal-notice/a-15718492": "Legal notice", "/en/about-us/s-30688": "About"}
    press = Press(site, NAME, menu=menu, footer=footer)
    press.head = '<link rel="alternate" type="application/rss+xml" href="/rss/en/all">'
    for number, path in enumerate(paths):
        site.page(path, "", status=301, Location=f"{site.url}{path}/")
        site.article(f"{path}/", press.title(number), press.story(number), press.type)
    site.page("/", "", status=302, Location=f"{site.url}/en/")
    videos = {f"/en/{slug(title(50 + n))}/video-{69800000 + n}/": "Video" for n in range(3)}
    press.page(
        "/en/",
        press.list(
            "Front", [f"{path}/" for path in paths], range(14), "".join(f'<a href="{v}">{v}</a>' for v in videos)
        ),
    )
    press.others(menu | {"/en/about-us/s-30688": "About", "/en/harbour/s-1430?page=2": "2"}, paths, range(4, 20))
    press.others({"/en/legal-notice/a-15718492": "Legal notice"})
    press.others(videos, paths, range(2))
    press.others({"/en/g-69800100/": "Gallery", "/en/program/coast-hour/": "Programme"}, paths, range(2))
    press.rss("/rss/en/all", [site.url + path for path in paths])
    old = [(f"/en/{slug(title(n % 36))}-{n}/a-{60000000 - 31 * n}", NOW) for n in range(OLD)]
    press.sitemap("/sitemap.xml", [*((path, NOW) for path in paths), *old])
    press.robots(f"Sitemap: {site.url}/sitemap.xml")
