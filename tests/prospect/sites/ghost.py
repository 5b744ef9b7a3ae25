# ruff: noqa: E501  (pages as they are served)
"""A Ghost blog: everything one level deep, `/rss/`, a sitemap index with posts, pages, authors and tags.

Quirks: posts may have slugs of one word; the sitemap of posts also lists the pages of the theme; `#/portal/` links.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import moment, slug, title

NAME = "Tidewater Notes"
STORIES = 24


def build(site: Site) -> None:
    paths = [
        f"/{('lockgates', 'ferryboats')[n % 2]}{n}/" if n in (5, 12) else f"/{slug(title(n))}/" for n in range(STORIES)
    ]
    press = Press(
        site, NAME, menu={"/": "Home", "/tag/harbour/": "Harbour", "/about/": "About", "/work-with-me/": "Work with me"},
        footer={"#/portal/signup": "Sign up", "/privacy/": "Privacy", "https://ghost.org/": "Powered by Ghost"},
        head='<meta name="generator" content="Ghost 5.96"><meta property="og:site_name" content="Tidewater Notes">'
        '<link rel="alternate" type="application/rss+xml" title="Tidewater Notes" href="/rss/">',
    )  # fmt: skip
    head = '<meta property="og:type" content="article">'
    press.stories(
        paths, head, '<section class="footer-cta"><h2>Sign up for more like this.</h2><p>Enter your email</p></section>'
    )
    press.page("/", press.list("Home", paths, range(10), '<a class="older-posts" href="/page/2/">Older Posts →</a>'))
    press.others(
        {"/page/2/": "2", "/tag/harbour/": "Harbour", "/author/anna/": "Anna", "/tag/long-reads/": "Long"},
        paths,
        range(8, 18),
    )
    press.others({"/tag/harbour/page/2/": "Harbour", "/author/anna/page/2/": "Anna"}, paths, range(8, 18))
    press.others(
        {
            "/about/": "About",
            "/work-with-me/": "Work with me",
            "/privacy/": "Privacy",
            "/contact-the-editor/": "Contact",
        }
    )
    press.rss("/rss/", [site.url + path for path in paths[:15]])
    press.index("/sitemap.xml", [f"/sitemap-{name}.xml" for name in ("pages", "posts", "authors", "tags")])
    pages = ("/", "/about/", "/work-with-me/", "/privacy/", "/contact-the-editor/")
    press.sitemap("/sitemap-pages.xml", [(path, moment(2)) for path in pages])
    press.sitemap("/sitemap-posts.xml", [(path, moment(n)) for n, path in enumerate(paths)])
    press.sitemap("/sitemap-authors.xml", [("/author/anna/", moment(0))])
    press.sitemap("/sitemap-tags.xml", [("/tag/harbour/", moment(0)), ("/tag/long-reads/", moment(0))])
    press.robots(f"Sitemap: {site.url}/sitemap.xml")
