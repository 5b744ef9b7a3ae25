"""Which articles need not be asked for again, by what the catalogue has of them.

An answer holds when it is whole and its status is in `SETTLED`, or when it redirects to one that holds. A wall that
stands in place of an article (`WALLS`), though its status is 200, holds for a while, and for good after `WALL_TRIES`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crawler.discovery.urls import url_digest

SETTLED = (200, 203, 404, 410)
"""Statuses after which an article's URL is not asked for again; a redirect is settled when its target is."""

WALLS = ("bot-challenge", "consent-wall")
"""Outcomes of pages that are no word on the article: a later crawl may well get it."""

WALL_TRIES = 5
WALL_PAUSE = timedelta(hours=1)
"""How often an article is asked for that a wall stands before, and how long to wait after the first try. Each pause is
twice as long as the one before: five tries take fifteen hours at least, and then the wall is the answer."""

HOPS = 6
"""Redirects that are followed."""

ANSWERS = """
SELECT url_digest, location, coalesce(outcome, '') IN {walls} AS wall, count(*), min(date), max(date),
       max(listed_modified)
FROM captures
WHERE url_digest IN ({marks}) AND source = ? AND (role = 'article' OR role = 'part' AND outcome = 'part')
  AND truncated IS NULL
  AND (status IN {settled} OR status = 304 OR location IS NOT NULL)
GROUP BY url_digest, location, wall ORDER BY max(date)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue knows of an article's URL: when it was first and last captured with an answer that holds.

    `modified` is the latest modification date that a listing gave when it was captured.
    """

    first: datetime
    last: datetime
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Answers:
    """What came for an address: the page, walls, or both, one after the other. `tries` is the number of walls."""

    page: Known | None = None
    wall: Known | None = None
    tries: int = 0

    def settled(self, now: datetime) -> Known | None:
        """What holds now; None where the address should be asked for."""
        if self.wall is None or not self._is_enough(self.wall, now):
            return self.page
        return _both(self.page, self.wall) if self.page else self.wall

    def _is_enough(self, wall: Known, now: datetime) -> bool:
        return self.tries >= WALL_TRIES or now < wall.last + WALL_PAUSE * 2 ** (self.tries - 1)


def known_articles(database: sqlite3.Connection, source: str, urls: Iterable[str], now: datetime) -> dict[str, Known]:
    """Those of `urls` that `source` has captured as articles with an answer that holds as of `now` (aware)."""
    digests = {url_digest(url): url for url in urls}
    answers = _answers(database, source, list(digests), HOPS)
    settled = ((digests[digest], found.settled(now)) for digest, found in answers.items())
    return {url: known for url, known in settled if known is not None}


def _answers(database: sqlite3.Connection, source: str, digests: Sequence[bytes], hops: int) -> dict[bytes, _Answers]:
    """What was answered for these addresses; a redirect counts by what its target answered."""
    found: dict[bytes, _Answers] = {}
    redirected: dict[bytes, tuple[bytes, int, Known]] = {}
    for digest, location, is_wall, count, *moments in _rows(database, source, digests):
        known = _known(*moments)
        if location is not None:
            redirected[digest] = location, count, known
        else:
            so_far = found.get(digest, _Answers())
            found[digest] = replace(so_far, wall=known, tries=count) if is_wall else replace(so_far, page=known)
    open_ends = {digest: redirect for digest, redirect in redirected.items() if digest not in found}
    if open_ends and hops:
        targets = _answers(database, source, list({location for location, *_ in open_ends.values()}), hops - 1)
        for digest, (location, count, known) in open_ends.items():
            if (target := targets.get(location)) is not None:
                # Many articles may lead to one wall: the tries are those of the article itself.
                found[digest] = target if target.page else _Answers(wall=known, tries=count)
    return found


def _rows(database: sqlite3.Connection, source: str, digests: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
    for part in parts(digests):
        query = ANSWERS.format(walls=WALLS, marks=marks(part), settled=SETTLED)
        yield from database.execute(query, (*part, source))


def _known(first: str, last: str, modified: str | None) -> Known:
    changed = datetime.fromisoformat(modified) if modified else None
    return Known(datetime.fromisoformat(first), datetime.fromisoformat(last), changed)


def _both(page: Known, wall: Known) -> Known:
    """A page that was there, and whose new version a wall stands before."""
    changed = max(filter(None, (page.modified, wall.modified)), default=None)
    return Known(min(page.first, wall.first), max(page.last, wall.last), changed)


def parts(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """`values` in parts that fit into one query."""
    return (values[start : start + 500] for start in range(0, len(values), 500))


def marks(values: Sequence[object]) -> str:
    """The question marks that stand for `values` in a query."""
    return ", ".join("?" * len(values))
