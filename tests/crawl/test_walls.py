"""A site that shows walls with status 200 for a while loses no article by it, and is not pressed."""

from __future__ import annotations

from tests.crawl.conftest import Crawls
from tests.health.site import CHALLENGE, SOURCE, serving


def test_articles_behind_a_bot_challenge_are_fetched_by_a_later_crawl_and_not_by_the_next(crawls: Crawls) -> None:
    def asked_for() -> set[int]:
        return {count for path, count in site.asked.items() if path.startswith("/news/")}

    with serving() as site:
        crawls.add_source(SOURCE.format(url=site.url))
        site.page = lambda number: (200, "text/html", CHALLENGE)
        assert "no article: bot-challenge: 10" in crawls.run("crawl", "gazette").stderr
        site.page = site.article
        crawls.run("crawl", "gazette")
        assert asked_for() == {1}
        crawls.rows("UPDATE captures SET date = replace(date, substr(date, 1, 10), '2026-01-01')")
        crawls.run("crawl", "gazette")
        assert asked_for() == {2}
    assert len(crawls.texts()) == 10
