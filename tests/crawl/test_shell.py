"""Scrapy's own commands work for a source: list, shell, check, parse."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from crawler.demo.server import NewspaperServer
from tests.crawl.conftest import Crawls

ROOT = Path(__file__).parents[2]


def typed(crawls: Crawls, code: str, *arguments: str, **settings: object) -> str:
    """What a shell that is given `code` prints."""
    done = subprocess.run(
        crawls.command("shell", *arguments, **settings),
        input=code, capture_output=True, text=True, env=crawls.environment, cwd=ROOT, timeout=600, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def test_a_page_in_the_shell_is_fetched_by_its_sources_spider_and_archived(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(newspaper.url))
    code = "print('seen:', spider.name, response.status, response.meta['capture'].status)\n"
    assert "seen: gazette 200 200" in typed(crawls, code, f"{newspaper.url}/town")
    assert f"{newspaper.url}/town" in {url for (url,) in crawls.rows("SELECT url FROM captures")}


def test_a_page_of_no_source_can_be_looked_at_too(fresh_newspaper: NewspaperServer, crawls: Crawls) -> None:
    (crawls.folder / "sources").mkdir()
    code = "print('seen:', response.status)\n"
    address = fresh_newspaper.url.replace("127.0.0.1", "localhost")
    assert "seen: 200" in typed(crawls, code, f"{address}/town", ALLOW_PRIVATE_ADDRESSES=1)
    assert not crawls.warcs()


def test_the_pages_of_a_source_can_be_parsed_with_its_spider(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(newspaper.url))
    article = newspaper.paper.articles()[0]
    done = crawls.run("parse", "--spider", "gazette", f"{newspaper.url}{article.url_path}")
    assert done.returncode == 0
    assert article.url_path in done.stdout


def test_a_source_can_be_listed_and_checked(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(newspaper.url))
    assert "gazette" in crawls.run("list").stdout.split()
    assert crawls.run("check", "gazette").returncode == 0
