"""A Greek daily whose addresses are percent-encoded slugs below the section, with tags that look the same.

Quirks: some links write the percent-encoding in lower case; sections two levels deep; the feed is Atom in all but name.
"""

from __future__ import annotations

from urllib.parse import quote

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import GREEK, moment, slug, title

NAME = "Εφημερίδα του Λιμανιού"
STORIES = 28
SECTIONS = ("ελλάδα", "κόσμος", "πολιτισμός")


def build(site: Site) -> None:
    paths = [quote(f"/{SECTIONS[n % 3]}/{slug(title(n, GREEK))}/") for n in range(STORIES)]
    sections = {quote(f"/{name}/"): name for name in SECTIONS}
    tags = {
        quote(f"/ετικέτα/{slug(words)}/"): words for words in ("η παλιά γέφυρα του λιμανιού", "ο πύργος του ρολογιού")
    }
    pages = {quote("/σχετικά-με-εμάς/"): "Σχετικά με εμάς", quote("/όροι-χρήσης-της-ιστοσελίδας/"): "Όροι χρήσης",
             quote("/επικοινωνία/"): "Επικοινωνία"}  # fmt: skip
    press = Press(site, NAME, GREEK, "el", menu=sections, footer=pages | tags)
    press.head = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    press.stories(
        paths, extra=f'<div class="tags">{"".join(f"<a href={url!r}>{w}</a>" for url, w in tags.items())}</div>'
    )
    press.page("/", press.list("Αρχική", [path.lower() if n % 2 else path for n, path in enumerate(paths)], range(12)))
    press.others(sections | tags, paths, range(3, 20))
    press.others({f"{path}page/2/": "2" for path in sections}, paths, range(9, 20))
    press.others(pages)
    press.rss("/feed/", [site.url + path for path in paths[:12]])
    press.sitemap("/sitemap.xml", [(path, moment(n)) for n, path in enumerate(paths)])
    press.robots(f"Sitemap: {site.url}/sitemap.xml")
