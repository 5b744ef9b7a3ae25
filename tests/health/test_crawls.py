"""Real crawls of sites that change between two of them: the crawl warns, and `scrapy health` says where."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.health.site import CHALLENGE, PAYWALL, SOURCE, Answer, SampleSite, serving

ROOT = Path(__file__).parents[2]
CRAWL_ALL = """
import sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

settings = get_project_settings()
settings.setdict(dict(part.split("=", 1) for part in sys.argv[1].split()), priority="cmdline")
process = AsyncCrawlerProcess(settings)
for name in sys.argv[2:]:
    process.crawl(name)
process.start()
"""
"""As `scrapy crawl`, for several sources at once: a process takes seconds to start."""


def feed_is_html(site: SampleSite) -> None:
    """A page for people stands in place of the feed."""
    site.feed = lambda: (200, "text/html", "<html><body><h1>Our new site</h1></body></html>")


def challenged(site: SampleSite) -> None:
    """Each article is a bot challenge."""
    site.page = lambda number: (200, "text/html", CHALLENGE)


def forbidden(site: SampleSite) -> None:
    """robots.txt forbids the articles."""
    site.robots = "User-agent: *\nDisallow: /news/\n"


def moved(site: SampleSite) -> None:
    """Each article redirects to another host."""
    site.page = lambda number: (301, f"http://localhost:{site.server_port}/story/{number}", "")


def down(site: SampleSite) -> None:
    """The server hangs up."""
    site.down = True


def overloaded(site: SampleSite) -> None:
    """Each article is answered with 403."""
    site.page = lambda number: (403, "text/html", "<h1>Forbidden</h1>")


def paywalled(site: SampleSite) -> None:
    """The same words stand in place of each text."""
    site.page = lambda number: site.article(number, text=PAYWALL)


def undated(site: SampleSite) -> None:
    """A new template states no dates."""
    site.page = lambda number: site.article(number, dated=False)


def harmless(site: SampleSite) -> None:
    """A dead article, a stumble, a new author, many articles, an undated entry, another menu, another robots.txt."""

    def page(number: int) -> Answer:
        if number == 11:
            return 404, "text/html", "<h1>Gone</h1>"
        if number == 12 and site.asked[f"/news/{number}"] == 1:
            return 500, "text/html", "<h1>Try again</h1>"
        return site.article(number, author="Bea New")

    site.page = page
    site.count = 24
    site.feed = lambda: site.rss(undated=16)
    site.menu = '<header><ul><li><a href="/sport">Sport</a></li><li><a href="/village">Village</a></li></ul></header>'
    site.robots = "User-agent: *\nDisallow: /search\nCrawl-delay: 0.01\n"


BREAKAGES = {
    feed_is_html: ("discovery", "feed-gone"),
    challenged: ("fetch", "bot-challenge"),
    forbidden: ("fetch", "robots"),
    moved: ("fetch", "redirected"),
    down: ("fetch", "unreachable"),
    overloaded: ("fetch", "refused"),
    paywalled: ("extraction", "repeated"),
    undated: ("metadata", "dates"),
}
NAMES = [change.__name__ for change in (*BREAKAGES, harmless)]


@dataclass
class Crawled:
    """Sites that were crawled twice, with a change between, and what `scrapy` said."""

    folder: Path
    sites: dict[str, SampleSite] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    verdicts: dict[str, Any] = field(default_factory=dict)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "BROADSHEET_SOURCES": str(self.folder / "sources"),
            "BROADSHEET_ARCHIVES": str(self.folder / "archives"),
        }
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def crawl(self) -> None:
        settings = "AUTOTHROTTLE_ENABLED=0 EXTRACTION_WORKERS=1"
        done = self.run("-c", CRAWL_ALL, settings, *NAMES)
        assert done.returncode == 0, done.stderr
        self.said.append(done.stderr)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    crawled = Crawled(tmp_path_factory.mktemp("sample"))
    (crawled.folder / "sources").mkdir()
    with contextlib.ExitStack() as stack:
        for name in NAMES:
            site = crawled.sites[name] = stack.enter_context(serving())
            (crawled.folder / "sources" / f"{name}.toml").write_text(SOURCE.format(url=site.url))
        crawled.crawl()
        for change in (*BREAKAGES, harmless):
            crawled.sites[change.__name__].count = 16
            change(crawled.sites[change.__name__])
        crawled.crawl()
        health = crawled.run("-m", "scrapy", "health", "--json", *NAMES)
        assert health.returncode == 1, health.stderr
        crawled.verdicts = {one["source"]: one for one in map(json.loads, health.stdout.splitlines())}
        yield crawled


def test_a_first_crawl_of_healthy_sites_warns_of_nothing(crawled: Crawled) -> None:
    assert "fails since" not in crawled.said[0]
    for name in NAMES:
        assert len(list((crawled.folder / "archives" / name / "text").rglob("*.txt"))) >= 10


@pytest.mark.parametrize(("change", "stage", "kind"), [(change, *where) for change, where in BREAKAGES.items()])
def test_a_site_that_broke_is_reported_by_the_crawl_and_by_health(
    crawled: Crawled, change: Any, stage: str, kind: str
) -> None:
    verdict = crawled.verdicts[change.__name__]
    assert (verdict["stage"], verdict["signs"][0]["kind"]) == (stage, kind)
    assert verdict["example"].startswith(("http://localhost", crawled.sites[change.__name__].url))
    assert f"{change.__name__}: {stage} fails since" in crawled.said[1]


def test_many_harmless_changes_at_once_are_passed_over(crawled: Crawled) -> None:
    assert crawled.sites["harmless"].asked["/news/12"] == 2
    assert "harmless: " not in crawled.said[1].replace("harmless: finished", "")
    health = crawled.run("-m", "scrapy", "health", "harmless")
    assert health.returncode == 0
    assert [line.split()[:2] for line in health.stdout.splitlines()] == [["NAME", "HEALTH"], ["harmless", "healthy"]]
