"""Which capture of a further page goes with which of the first, and when it is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from crawler.archive.exchange import Capture, Role, Via
from crawler.storage.catalogue import Catalogue
from crawler.storage.parts import TRIES

FIRST, SECOND = "https://e.org/story", "https://e.org/story?page=2"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

Add = Callable[..., Capture]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    yield catalogue
    catalogue.close()


@pytest.fixture
def add(catalogue: Catalogue) -> Add:
    """Enters a capture so many minutes after noon."""
    numbers = count()

    def add(
        url: str,
        minutes: int,
        role: Role = "part",
        status: int = 200,
        location: str | None = None,
        truncated: str | None = None,
    ) -> Capture:
        number, moment = next(numbers), NOON + timedelta(minutes=minutes)
        capture = Capture(
            f"<urn:{number}>", "response", url, moment, "a.warc.gz", number, 1, status, "text/html", f"sha1:{number}",
            1, Via(role), location=location, truncated=truncated,
        )  # fmt: skip
        catalogue.add_capture("gazette", capture)
        return capture

    return add


def part_of(catalogue: Catalogue, first: Capture) -> tuple[Capture | None, bool, bool]:
    found, capture = catalogue.part("gazette", SECOND, first)
    return capture, found.within, found.settled


def test_the_first_capture_after_that_of_the_first_page_is_taken(catalogue: Catalogue, add: Add) -> None:
    add(SECOND, -5)
    first = add(FIRST, 0, "article")
    second = add(SECOND, 1)
    add(SECOND, 2)
    assert part_of(catalogue, first) == (second, True, True)


def test_where_there_is_none_the_last_from_before_is_and_it_is_asked_for(catalogue: Catalogue, add: Add) -> None:
    add(SECOND, -5)
    before = add(SECOND, -4)
    assert part_of(catalogue, add(FIRST, 0, "article")) == (before, False, False)


def test_a_new_capture_of_the_first_page_ends_the_period_of_the_one_before(catalogue: Catalogue, add: Add) -> None:
    first, again = add(FIRST, 0, "article"), add(FIRST, 10, "article")
    second = add(SECOND, 11)
    assert part_of(catalogue, first) == (None, False, False)
    assert part_of(catalogue, again) == (second, True, True)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_settled(catalogue: Catalogue, add: Add, status: int) -> None:
    first = add(FIRST, 0, "article")
    add(SECOND, 1, status=status)
    assert part_of(catalogue, first) == (None, False, True)


def test_a_page_that_was_gone_before_may_be_there_now(catalogue: Catalogue, add: Add) -> None:
    add(SECOND, -1, status=404)
    assert part_of(catalogue, add(FIRST, 0, "article")) == (None, False, False)


def test_a_page_that_fails_is_asked_for_again_so_many_times(catalogue: Catalogue, add: Add) -> None:
    first = add(FIRST, 0, "article")
    for number in range(TRIES):
        assert part_of(catalogue, first) == (None, False, False)
        add(SECOND, number, status=503)
    assert part_of(catalogue, first) == (None, False, True)


def test_redirects_are_followed_and_a_circle_of_them_leads_nowhere(catalogue: Catalogue, add: Add) -> None:
    first = add(FIRST, 0, "article")
    add(SECOND, 1, status=301, location="https://e.org/story/2")
    second = add("https://e.org/story/2", 2)
    assert part_of(catalogue, first) == (second, True, True)
    again = add(FIRST, 10, "article")
    add(SECOND, 11, status=301, location="https://e.org/x")
    add("https://e.org/x", 12, status=301, location=SECOND)
    assert part_of(catalogue, again) == (None, False, True)


def test_what_was_cut_or_fetched_for_another_reason_does_not_count(catalogue: Catalogue, add: Add) -> None:
    first = add(FIRST, 0, "article")
    add(SECOND, 1, truncated="length")
    add(SECOND, 2, "section")
    assert part_of(catalogue, first) == (None, False, False)


def test_a_listed_page_that_became_part_of_an_article_is_known(catalogue: Catalogue, add: Add) -> None:
    """And one that was fetched as such and is none is not: it may be an article of its own."""
    add(SECOND, 1)
    assert catalogue.known("gazette", [SECOND]) == {}
    catalogue.add_outcome(add(SECOND, 2).record_id, "part")
    assert SECOND in catalogue.known("gazette", [SECOND])


def test_only_the_newest_version_of_an_article_is_completed(catalogue: Catalogue, add: Add) -> None:
    for minutes in (0, 10):
        capture = add(FIRST, minutes, "article")
        catalogue.add_outcome(capture.record_id, "incomplete")
    assert catalogue.incomplete("gazette", NOON - timedelta(days=1)) == [capture]
    assert catalogue.incomplete("gazette", NOON + timedelta(days=1)) == []
