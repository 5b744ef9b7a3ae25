# ruff: noqa: E501  (pages as they are served)
"""A Russian agency in windows-1251: stories at `/news/NUMBER/`, a printer's version of each, a feed in windows-1251.

Quirks: the HTTP header names no charset; sections are `/news/` and `/rubric/NUMBER/`; the feed's links carry a campaign.
"""

from __future__ import annotations

from tests.prospect.sites.kit import Press
from tests.prospect.sites.served import Site
from tests.prospect.sites.words import RUSSIAN

NAME = "Портовый вестник"
STORIES = 30


def build(site: Site) -> None:
    paths = [f"/news/{583920 - 7 * n}/" for n in range(STORIES)]
    press = Press(
        site, NAME, RUSSIAN, "ru", "windows-1251",
        menu={"/news/": "Новости", "/rubric/12/": "Общество", "/rubric/14/": "Порт"},
        footer={"/about/": "О редакции", "/reklama/": "Реклама", "/contacts/": "Контакты", "/archive/": "Архив"},
        head='<link rel="alternate" type="application/rss+xml" href="/export/rss2/index.xml">',
        stamp="{0:%H:%M, %d.%m.%Y}",
    )  # fmt: skip
    for number, path in enumerate(paths):
        extra = f'<a href="{path}print/">Версия для печати</a>'
        site.article(path, press.title(number), press.story(number, extra=extra), "text/html")
        site.page(f"{path}print/", press.story(number), "text/html")
    site.page("/", press.list("Главное", paths, range(12)), "text/html")
    press.others({"/news/": "Новости", "/rubric/12/": "Общество", "/rubric/14/": "Порт"}, paths, range(4, 30))
    press.others({"/archive/": "Архив", "/news/?page=2": "Новости"}, paths, range(8, 20))
    press.others({"/about/": "О редакции", "/reklama/": "Реклама", "/contacts/": "Контакты"})
    press.others({f"{paths[0]}print/": "Печать", f"{paths[5]}print/": "Печать", "/video/583911/": "Видео"})
    links = [f"{site.url}{path}?utm_source=rss&utm_medium=feed" for path in paths[:20]]
    press.rss("/export/rss2/index.xml", links, "windows-1251")
