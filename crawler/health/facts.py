"""What the runs of a source saw, read from the catalogue.

Captures and articles come from the WARCs; the figures of a run (what its listings held, what failed without an answer)
do not. Where a catalogue was rebuilt there are no runs: the captures of one WARC then stand for one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import ArchiveError
from crawler.health.listings import Listing
from crawler.progress import ASKED, EXAMPLES, FAILED, LISTINGS
from crawler.storage.parts import INCOMPLETE
from crawler.storage.schema import BUSY_SECONDS, open_database
from crawler.storage.traits import digests_in

WINDOW = timedelta(days=60)
"""How far back the runs of a source are looked at: eight of each weekday."""

MOST_RUNS = 1500
"""Runs that are looked at, the newest; a source that is crawled each hour has so many in the window."""

ANSWERED = (200, 203)

PAGES = """
SELECT coalesce(c.run, c.warc), c.url_digest, c.url, max(c.date), c.status, c.outcome, c.location, a.title, a.authors,
       a.published, a.characters, a.paragraphs, a.garbled, a.sketch
FROM captures c LEFT JOIN articles a ON a.record_id = c.record_id
WHERE c.source = ? AND c.role = 'article' AND c.date >= ? AND c.truncated IS NULL
GROUP BY coalesce(c.run, c.warc), c.url_digest ORDER BY max(c.date)
"""
ROBOTS = "SELECT url, date, payload_digest FROM captures WHERE source = ? AND role = 'robots' ORDER BY date"
RUNS = "SELECT id, started, ended, stats FROM runs WHERE source = ? AND started >= ? ORDER BY started DESC LIMIT ?"
LAST = (
    "SELECT max(moment) FROM (SELECT max(started) AS moment FROM runs WHERE source = ? "
    "UNION SELECT max(date) FROM captures WHERE source = ? AND role = 'article')"
)


@dataclass(frozen=True, slots=True)
class Text:
    """The article that came of a page. What was stored before the traits of texts were kept has none."""

    title: str
    authored: bool
    published: datetime | None
    characters: int
    paragraphs: int | None
    garbled: int | None
    sketch: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """An address that a run asked for as an article, and the last answer that it got; times in UTC."""

    digest: bytes
    url: str
    captured: datetime
    status: int | None
    outcome: str | None
    location: bytes | None
    text: Text | None = None

    @property
    def answered(self) -> bool:
        """Whether the server gave a page, and it was looked into."""
        return self.status in ANSWERED and self.outcome is not None

    @property
    def kept(self) -> bool:
        """Whether it held an article."""
        return self.outcome in ("article", INCOMPLETE)

    @property
    def refused(self) -> bool:
        """Whether the server answered with an error."""
        return self.status is None or self.status >= 400

    @property
    def host(self) -> str:
        """The host of its address."""
        return urlsplit(self.url).hostname or ""

    @property
    def day(self) -> date:
        """The day (UTC) that it counts for: that of its publication, or of its capture where it states none."""
        published = self.text.published if self.text else None
        return min(published, self.captured).date() if published else self.captured.date()


@dataclass
class Run:
    """A crawl of the source; `ended` is None where it was killed, or still goes on."""

    started: datetime
    ended: datetime | None = None
    stats: Mapping[str, Any] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    @property
    def moment(self) -> datetime:
        """The time as of which it is judged."""
        return self.ended or self.started

    @cached_property
    def listings(self) -> dict[str, Listing]:
        """What its feeds, sitemaps and section pages held, by their address."""
        return {url: Listing.from_json(noted) for url, noted in self.stats.get(LISTINGS, {}).items()}

    def failures(self) -> dict[str, int]:
        """The articles that were asked for without an answer, by the reason; answers and our own troubles aside."""
        counts = {
            name.removeprefix(FAILED): int(count) for name, count in self.stats.items() if name.startswith(FAILED)
        }
        ours = ("HTTP ", "extraction", "storage", "not archived", "left out")
        return {reason: count for reason, count in counts.items() if not reason.startswith(ours)}

    def example(self, reason: str) -> str:
        """An article that failed for this reason; empty where none was noted."""
        return str(self.stats.get(EXAMPLES + reason, ""))


class History:
    """The runs of one source, oldest first, and what its robots.txt was."""

    def __init__(self, runs: list[Run], robots: list[tuple[str, datetime, str]] | None = None) -> None:
        self.runs = runs
        self._robots = robots or []

    def robots_changed(self, host: str) -> datetime | None:
        """When the robots.txt of a host was first seen as it is now; None where it was never seen otherwise."""
        seen = [(moment, digest) for url, moment, digest in self._robots if urlsplit(url).hostname == host]
        since = None
        for moment, digest in reversed(seen):
            if digest != seen[-1][1]:
                return since
            since = moment
        return None


def read_histories(path: Path) -> Callable[[str], History]:
    """Gives the history of a source in the catalogue at `path`; of none, where there is no catalogue yet.

    Raises ArchiveError where the file is there and cannot be used.
    """
    if not path.exists():
        return lambda source: History([])
    open_database(path).close()

    def read(source: str) -> History:
        try:
            with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
                return _history(database, source)
        except sqlite3.Error as error:
            raise ArchiveError(f"{path}: the catalogue cannot be read: {error}") from error

    return read


def _history(database: sqlite3.Connection, source: str) -> History:
    last = database.execute(LAST, (source, source)).fetchone()[0]
    if last is None:
        return History([])
    since = (datetime.fromisoformat(last) - WINDOW).astimezone(UTC).isoformat(timespec="microseconds")
    runs = dict(_runs(database, source, since))
    known = {key for key, *_ in database.execute("SELECT id FROM runs WHERE source = ?", (source,))}
    for key, *values in database.execute(PAGES, (source, since)):
        page = _page(values)
        if key not in known and key not in runs:
            runs[key] = _run_at(runs.values(), page.captured) or Run(page.captured)
        if key in runs:
            runs[key].pages.append(page)
    robots = [
        (url, datetime.fromisoformat(moment), digest) for url, moment, digest in database.execute(ROBOTS, (source,))
    ]
    crawls = {id(run): run for run in runs.values() if not run.stats.get(ASKED)}
    return History(sorted(crawls.values(), key=lambda run: run.started), robots)


def _run_at(runs: Iterable[Run], moment: datetime) -> Run | None:
    """The run that went on at this moment: what a rebuild read back from the WARCs knows no number of it."""
    return next((run for run in runs if run.started <= moment and run.ended and moment <= run.ended), None)


def _runs(database: sqlite3.Connection, source: str, since: str) -> Iterator[tuple[int | str, Run]]:
    for key, started, ended, stats in database.execute(RUNS, (source, since, MOST_RUNS)):
        ended = datetime.fromisoformat(ended) if ended else None
        yield key, Run(datetime.fromisoformat(started), ended, json.loads(stats or "{}"))


def _page(values: list[Any]) -> Page:
    digest, url, moment, status, outcome, location, title, authors, published, characters, *traits = values
    text = None
    if title is not None:
        paragraphs, garbled, sketch = traits
        text = Text(
            title, authors != "[]", _moment(published), characters, paragraphs, garbled, digests_in(sketch or b"")
        )
    return Page(digest, url, datetime.fromisoformat(moment), status, outcome, location, text)


def _moment(text: str | None) -> datetime | None:
    """A time of publication, in UTC; one that states no zone is taken to be there."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
