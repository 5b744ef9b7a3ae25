# ruff: noqa: E501  (pages as they are served)
"""A regional paper in two languages: a sitemap index of years of months without dates, stories as `SECTION/words_with_lines.html`.

Quirks: the index names months back to 2019 and has no lastmod; German and English editions side by side, the front page is the
German one; service pages have the extension and the underscores of stories.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import NOW, slug, title

NAME = "Deichbote"
STORIES = 32
SECTIONS = ("lokales", "wirtschaft", "sport", "kultur")


def build(site: Site) -> None:
    paths = [f"/{SECTIONS[n % 4]}/{slug(title(n)).replace('-', '_')}.html" for n in range(STORIES)]
    pages = {"/service/mediadaten_und_preise.html": "Mediadaten", "/service/impressum.html": "Impressum",
             "/service/agb_und_widerruf.html": "AGB", "/service/datenschutz.html": "Datenschutz"}  # fmt: skip
    menu = {f"/{name}/": name.title() for name in SECTIONS} | {"/abo/": "Abo", "/trauer/": "Trauer"}
    press = Press(site, NAME, menu=menu, footer=pages)
    press.stories(paths)
    press.page("/", press.list("Start", paths, range(14)))
    press.others(
        {f"/{name}/": name for name in SECTIONS} | {"/trauer/": "Trauer", "/thema/alte_schleuse/": "Thema"},
        paths,
        range(2, 20),
    )
    press.others(pages | {"/abo/": "Abo"})
    months = [(NOW.year - n // 12, 12 - n % 12) for n in range(84)]
    press.index(
        "/sitemap.xml",
        [f"/sitemaps/{year}-{month:02}.xml" for year, month in months if (year, month) <= (NOW.year, NOW.month)],
    )
    for year, month in months:
        of_it = (
            paths if (year, month) == (NOW.year, NOW.month) else [f"/lokales/ein_alter_artikel_vom_{month}_{year}.html"]
        )
        press.sitemap(f"/sitemaps/{year}-{month:02}.xml", [(path, None) for path in of_it])
    press.robots(f"Sitemap: {site.url}/sitemap.xml")
