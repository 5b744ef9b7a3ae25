"""Which capture of a further page goes with a capture of an article's first page, and whether it should be asked for.

A capture of the first page begins a period, which lasts until the page is captured again. To it belongs the first
capture of a further page within that period; where there is none, the last one from before. So the answer depends on
what is in the WARCs and not on when it is asked for, and an article whose pages are fetched again after an edit is not
made of old pages and new ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from crawler.archive.exchange import Capture
from crawler.discovery.urls import url_digest
from crawler.storage.seen import HOPS

FURTHER = ("further-page", "single-page", "amp-twin")
"""Outcomes of pages that are no articles of their own: each is another page or form of one."""

USED = "part"
"""The outcome of a page that was fetched as part of an article, and became that."""

INCOMPLETE = "incomplete"
"""The outcome of a page that was made what could be made of it, while a further page is still to be fetched."""

GONE = (404, 410)
"""Statuses after which a further page is not asked for again."""

TRIES = 9
"""Answers other than a page after which it is not asked for again: those of three crawls with two retries each."""

NEXT = """
SELECT min(date) FROM captures
WHERE url_digest = ? AND source = ? AND role = 'article' AND status = 200 AND truncated IS NULL AND date > ?
"""
ANSWERS = """
SELECT record_id, date, status, location FROM captures
WHERE url_digest = ? AND source = ? AND role IN ('article', 'part') AND truncated IS NULL AND date < ?
ORDER BY date, record_id
"""
END_OF_TIME = "9999"


@dataclass(frozen=True, slots=True)
class Archived:
    """What the archive has of a further page. `record_id` is None where it has none that can be read."""

    record_id: str | None = None
    captured: str = ""
    """When, as the catalogue writes moments."""
    within: bool = False
    """Whether that capture is of the first page's own period."""
    settled: bool = False
    """Whether there is nothing to be had by asking for the page (again)."""


class _Answer(NamedTuple):
    record_id: str
    date: str
    status: int | None
    location: bytes | None


def archived_part(database: sqlite3.Connection, source: str, url: str, first: Capture, moment: str) -> Archived:
    """What goes with `first`, which was captured at `moment`, of the page at `url`; redirects are followed."""
    until = database.execute(NEXT, (url_digest(first.url), source, moment)).fetchone()[0] or END_OF_TIME
    digest = url_digest(url)
    for _ in range(HOPS):
        answers = list(_answers(database, source, digest, until))
        chosen = _chosen(answers, moment)
        if chosen is None:
            return Archived(settled=_is_settled(answers, moment))
        if chosen.status == 200:
            within = chosen.date >= moment
            return Archived(chosen.record_id, chosen.date, within, within or _is_settled(answers, moment))
        digest = chosen.location or digest
    return Archived(settled=True)


def _answers(database: sqlite3.Connection, source: str, digest: bytes, until: str) -> Iterator[_Answer]:
    for row in database.execute(ANSWERS, (digest, source, until)):
        yield _Answer(*row)


def _chosen(answers: list[_Answer], moment: str) -> _Answer | None:
    """The first page of the period, else the first redirect, else the last of either from before."""
    usable = [answer for answer in answers if answer.status == 200 or answer.location]
    within = [answer for answer in usable if answer.date >= moment]
    before = [answer for answer in usable if answer.date < moment]
    pages = [answer for answer in within if answer.status == 200]
    return next(iter(pages or within), None) or (before[-1] if before else None)


def _is_settled(answers: list[_Answer], moment: str) -> bool:
    refused = [answer for answer in answers if answer.date >= moment and answer.status != 200 and not answer.location]
    return len(refused) >= TRIES or any(answer.status in GONE for answer in refused)
