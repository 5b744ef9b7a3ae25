# ruff: noqa: E501  (pages as they are served)
"""A blog whose feed a service carries: the entries link to that service, which redirects to the stories.

Quirks: the service's addresses say nothing of the story; the stories' own end in `.html` below year and month; the front
page links them without the final part that redirects add (`?utm_...`).
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import moment, slug, title

NAME = "Sluice and Weir"
STORIES = 24


def build(site: Site) -> None:
    paths = [f"/{moment(n, 30):%Y/%m}/{slug(title(n))}.html" for n in range(STORIES)]
    carried = site.url.replace("127.0.0.1", "localhost")
    press = Press(
        site, NAME, menu={"/p/about.html": "About", "/search/label/Gates": "Gates", "/p/best-of-the-blog.html": "Best of"},
        footer={f"/{moment(0):%Y/%m}/": "This month", "/feeds/service": "Subscribe"},
        head=f'<link rel="alternate" type="application/rss+xml" href="{carried}/feeds/service">',
    )  # fmt: skip
    press.stories(paths)
    for number, path in enumerate(paths):
        site.page(
            f"/~r/sluice/~3/Xy{number}Zq/",
            "",
            status=301,
            Location=f"{site.url}{path}?utm_source=feedburner&utm_campaign=x",
        )
        press.page(f"{path}?utm_source=feedburner&utm_campaign=x", press.story(number))
    press.page("/", press.list("Front", paths, range(STORIES)))
    press.others({"/p/about.html": "About", "/p/best-of-the-blog.html": "Best of", "/p/privacy-policy.html": "Privacy"})
    press.others(
        {f"/{moment(0):%Y/%m}/": "Month", f"/{moment(0):%Y}/": "Year", "/search/label/Gates": "Gates"}, paths, range(9)
    )
    press.others(
        {"/search?q=gate": "Search", "/search/label/Ferry": "Ferry", "/search?updated-max=2026": "Older"},
        paths,
        range(9),
    )
    press.others({"/p/links-to-other-blogs.html": "Links"})
    press.rss("/feeds/service", [f"{carried}/~r/sluice/~3/Xy{n}Zq/" for n in range(STORIES)])
