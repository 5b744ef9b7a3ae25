"""Runs that are no whole crawl of a source say nothing of its health."""

from __future__ import annotations

from tests.crawl.conftest import Crawls
from tests.health.site import CHALLENGE, SOURCE, serving


def test_only_whole_crawls_of_the_site_are_judged(crawls: Crawls) -> None:
    """A check, a crawl that reached its limit, one for an address, and one out of an archive see a broken site."""
    with serving() as site:
        crawls.add_source(SOURCE.format(url=site.url))
        assert crawls.run("crawl", "gazette", "-a", "limit=1000").returncode == 0
        site.count = 20
        site.page = lambda number: (200, "text/html", CHALLENGE)
        partial = [
            crawls.run("crawl", "gazette", "-a", "limit=5"),
            crawls.run("crawl", "gazette", "-a", ",".join(f"url={site.url}/news/{n}" for n in range(11, 17))),
            crawls.run("checksource", "gazette"),
            crawls.run("crawl", "gazette", "--replay", str(crawls.archives), REPLAY_OUTPUT=str(crawls.archives)),
        ]
        assert [run.returncode for run in partial] == [0, 0, 1, 0]
        assert not [run.stderr for run in partial if "fails since" in run.stderr]
        assert "healthy" in crawls.run("health", "gazette").stdout
        assert len(crawls.rows("SELECT id FROM runs")) == 5
        site.count = 40
        whole = crawls.run("crawl", "gazette")
    assert "gazette: fetch fails since" in whole.stderr
    assert crawls.run("health", "gazette").returncode == 1
