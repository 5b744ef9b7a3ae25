"""What settles an article: pages and refusals do, a wall does for a while, and for good after some tries."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive.exchange import Capture, Via
from crawler.storage.catalogue import Catalogue
from crawler.storage.seen import WALL_PAUSE, WALL_TRIES, WALLS, Known, known_articles

MakeCapture = Callable[..., Capture]
A, B, WALL = "https://gazette.example/a", "https://gazette.example/b", "https://consent.example/"
START = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Shelf:
    """A catalogue into which a test puts answers, and asks what is settled at which time."""

    def __init__(self, path: Path, make_capture: MakeCapture) -> None:
        self.path = path
        self.catalogue = Catalogue(path)
        self._make = make_capture

    def answer(self, url: str, after: timedelta, outcome: str = "", **fields: object) -> None:
        capture = self._make(url, date=START + after, **fields)
        self.catalogue.add_capture("gazette", capture)
        if outcome:
            self.catalogue.add_outcome(capture.record_id, outcome)

    def settled(self, after: timedelta, *urls: str) -> dict[str, Known]:
        self.catalogue.flush()
        with sqlite3.connect(self.path) as database:
            return known_articles(database, "gazette", urls or (A,), START + after)


@pytest.fixture
def shelf(tmp_path: Path, make_capture: MakeCapture) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "catalogue.sqlite", make_capture)
    yield made
    made.catalogue.close()


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_holds_for_a_pause_and_is_then_asked_for_again(shelf: Shelf, wall: str) -> None:
    shelf.answer(A, 0 * HOUR, wall)
    assert shelf.settled(WALL_PAUSE / 2)
    assert not shelf.settled(WALL_PAUSE)


@pytest.mark.parametrize("outcome", ["article", "too-short", "video", "listing", "empty-shell", ""])
def test_other_outcomes_settle_an_article_for_good(shelf: Shelf, outcome: str) -> None:
    shelf.answer(A, 0 * HOUR, outcome)
    assert shelf.settled(1000 * HOUR)


def test_pauses_double_and_after_the_last_try_the_wall_is_the_answer(shelf: Shelf) -> None:
    asked, moment = 0, 0 * HOUR
    for _ in range(300):
        if not shelf.settled(moment):
            shelf.answer(A, moment, "bot-challenge")
            asked, last = asked + 1, moment
        moment += WALL_PAUSE / 4
    assert asked == WALL_TRIES
    assert last == 15 * WALL_PAUSE


def test_an_article_that_came_before_or_after_a_wall_is_settled(shelf: Shelf) -> None:
    shelf.answer(A, 0 * HOUR, "bot-challenge")
    shelf.answer(A, 2 * HOUR, "article")
    shelf.answer(B, 0 * HOUR, "article")
    shelf.answer(B, 2 * HOUR, "bot-challenge")
    assert set(shelf.settled(1000 * HOUR, A, B)) == {A, B}


def test_a_wall_before_a_new_version_does_not_let_it_be_asked_for_at_each_crawl(shelf: Shelf) -> None:
    changed = START + HOUR
    shelf.answer(A, 0 * HOUR, "article")
    shelf.answer(A, 2 * HOUR, "consent-wall", via=Via("article", modified=changed))
    assert shelf.settled(2 * HOUR)[A].modified == changed
    assert shelf.settled(4 * HOUR)[A].modified is None


def test_articles_that_lead_to_one_wall_are_counted_each_for_itself(shelf: Shelf) -> None:
    for number in range(WALL_TRIES + 1):
        url = f"{A}{number}"
        shelf.answer(url, 0 * HOUR, status=302, location=WALL)
        shelf.answer(WALL, 0 * HOUR, "consent-wall")
    assert shelf.settled(WALL_PAUSE / 2, A + "0")
    assert not shelf.settled(WALL_PAUSE, A + "0")
    for number in range(1, WALL_TRIES):
        shelf.answer(A + "0", 20 * number * HOUR, status=302, location=WALL)
    assert shelf.settled(1000 * HOUR, A + "0")
    assert not shelf.settled(1000 * HOUR, A + "1")
