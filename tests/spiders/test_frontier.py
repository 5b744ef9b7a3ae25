"""The frontier: fetches what is new or changed, once, within the dates and the limit asked for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.links import Link
from crawler.sources.model import Articles, Source
from crawler.spiders.frontier import REFETCH_DAYS, Frontier, Window
from crawler.storage.seen import Known

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = Window()


class Setting:
    """A frontier with a memory of its own, and the figures that it counted."""

    def __init__(self, limit: int | None = None) -> None:
        self.memory: dict[str, Known] = {}
        self.counts: Counter[str] = Counter()
        source = Source(
            name="gazette",
            title="Gazette",
            homepage="https://gazette.example/",
            language="en",
            articles=Articles(include=(r"/\d{4}/",)),
        )
        self.frontier = Frontier(source, limit, self._known, lambda why: self.counts.update([why]))

    def _known(self, urls: Iterable[str]) -> Mapping[str, Known]:
        return {url: self.memory[url] for url in urls if url in self.memory}

    def chosen(self, *links: Link, window: Window = OPEN) -> list[str]:
        return [link.url[-1] for link in self.frontier.choose(links, window)]


def article(letter: str, **fields: datetime) -> Link:
    return Link(f"https://gazette.example/2026/{letter}", **fields)


def test_new_articles_are_chosen_in_the_order_of_the_listing() -> None:
    assert Setting().chosen(article("b"), article("a"), article("c")) == ["b", "a", "c"]


def test_an_article_is_chosen_once_a_run_however_it_is_written() -> None:
    setting = Setting()
    assert setting.chosen(article("a"), Link("https://gazette.example/2026/a?utm_source=rss")) == ["a"]
    assert setting.chosen(article("a")) == []


def test_what_is_not_an_article_of_the_source_is_passed_over_and_counted() -> None:
    setting = Setting()
    assert setting.chosen(Link("https://gazette.example/tag/x"), Link("https://other.example/2026/a")) == []
    assert setting.counts == {"not an article of this source": 2}


def test_what_was_archived_before_is_passed_over_and_counted() -> None:
    setting = Setting()
    setting.memory[article("a").url] = Known(NOON, NOON)
    assert setting.chosen(article("a"), article("b")) == ["b"]
    assert setting.counts == {"archived before": 1, "found": 1}


@pytest.mark.parametrize(
    ("modified", "again"),
    [
        (None, False),
        (NOON - HOUR, False),
        (NOON, False),
        (NOON + HOUR, True),
        (NOON + timedelta(days=REFETCH_DAYS - 1), True),
        (NOON + timedelta(days=REFETCH_DAYS + 1), False),
    ],
)
def test_an_article_is_fetched_again_if_it_was_changed_soon_after(modified: datetime | None, again: bool) -> None:
    setting = Setting()
    setting.memory[article("a").url] = Known(NOON, NOON)
    link = Link(article("a").url, modified=modified)
    assert bool(setting.frontier.choose([link], OPEN)) is again


def test_a_change_is_measured_by_the_clock_of_the_site_where_it_told_the_time_before() -> None:
    setting = Setting()
    setting.memory[article("a").url] = Known(NOON, NOON, modified=NOON - 9 * HOUR)
    setting.memory[article("b").url] = Known(NOON, NOON, modified=NOON + 3 * HOUR)
    links = [article("a", modified=NOON - 8 * HOUR), article("b", modified=NOON + 3 * HOUR)]
    assert setting.chosen(*links) == ["a"]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(since=NOON), ["b", "c", "d"]),
        (Window(until=NOON), ["a", "b", "c", "d"]),
        (Window(NOON, NOON), ["b", "c", "d"]),
    ],
)
def test_links_outside_the_dates_are_left_and_undated_ones_are_not(window: Window, expected: list[str]) -> None:
    links = [
        article("a", published=NOON - HOUR),
        article("b", published=NOON),
        article("c", modified=NOON + HOUR),
        article("d"),
        article("e", published=NOON + HOUR) if window.until else article("e", published=NOON - HOUR),
    ]
    assert Setting().chosen(*links, window=window) == expected


def test_the_limit_bounds_the_run_and_not_one_listing() -> None:
    setting = Setting(limit=3)
    assert setting.chosen(article("a"), article("b")) == ["a", "b"]
    assert not setting.frontier.full
    assert setting.chosen(article("c"), article("d")) == ["c"]
    assert setting.frontier.full


def test_articles_asked_for_by_address_are_fetched_whatever_is_known_of_them() -> None:
    setting = Setting()
    setting.memory[article("a").url] = Known(NOON, NOON)
    asked = [article("a").url, "https://elsewhere.example/x", article("a").url]
    assert [link.url for link in setting.frontier.demand(asked)] == asked[:2]
