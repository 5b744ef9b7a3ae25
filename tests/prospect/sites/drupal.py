# ruff: noqa: E501  (pages as they are served)
"""A local paper on Drupal: `/content/SLUG` beside `/node/NUMBER` where nobody set an alias.

Quirks: the sitemap lists terms and pages among the stories, all with priorities and few dates; the feed has both kinds of
address; each story has a printer's version; the pager is `?page=1`.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import moment, slug, title

NAME = "Fenland Weekly"
STORIES = 28


def build(site: Site) -> None:
    paths = [f"/node/{4410 - n}" if n % 4 == 3 else f"/content/{slug(title(n))}" for n in range(STORIES)]
    press = Press(
        site, NAME,
        menu={"/news": "News", "/sport-and-leisure": "Sport and leisure", "/content/about-fenland-weekly": "About us"},
        footer={"/user/login": "Log in", "/contact": "Contact", "/taxonomy/term/7": "Harbour", "/rss.xml": "RSS"},
        head='<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">',
    )  # fmt: skip
    for number, path in enumerate(paths):
        extra = f'<ul class="links inline"><li><a href="/print{path}">Printer-friendly version</a></li></ul>'
        site.article(path, press.title(number), press.story(number, extra=extra), press.type)
        press.page(f"/print{path}", press.story(number))
    pager = '<nav class="pager"><a rel="next" href="?page=1">Next</a></nav>'
    press.page("/", press.list("Front", paths, range(10), pager))
    press.others({"/news": "News", "/sport-and-leisure": "Sport and leisure", "/?page=1": "Older"}, paths, range(9, 20))
    press.others({f"/taxonomy/term/{n}": f"Term {n}" for n in (3, 7, 12)}, paths, range(4, 12))
    press.others({"/content/about-fenland-weekly": "About", "/contact": "Contact", "/user/login": "Log in"})
    press.others({f"/print{paths[0]}": "Print", f"/print{paths[3]}": "Print", "/users/anna-reed": "Anna"})
    press.rss("/rss.xml", [site.url + path for path in paths[:10]])
    terms = [(f"/taxonomy/term/{n}", None) for n in (3, 7, 12)]
    pages = [("/", None), ("/contact", None), ("/content/about-fenland-weekly", None), *terms]
    press.sitemap("/sitemap.xml", [*pages, *((path, moment(n)) for n, path in enumerate(paths))])
    press.robots("Disallow: /user/", f"Sitemap: {site.url}/sitemap.xml")
