"""The catalogue: what the WARCs and text files hold, in one SQLite file that can be rebuilt from them.

Many crawls write to it at once (WAL, short transactions), so a crawl buffers its rows and commits them together:
every `BATCH_ROWS` rows or `BATCH_SECONDS`. A row is only added once its capture is flushed to the WARC
(docs/design.md, "seen is written after the capture"), and a query sees the buffered rows too.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.archive.exchange import Capture, Role
from crawler.discovery.urls import url_digest
from crawler.errors import ArchiveError
from crawler.items import Article
from crawler.storage.interrupted import LEFT_BEHIND, cut_since
from crawler.storage.parts import Archived, archived_part
from crawler.storage.rows import (
    ARTICLE_COLUMNS,
    CAPTURE_COLUMNS,
    READ_COLUMNS,
    as_text,
    capture_of_row,
    insert,
    now,
    row_of_article,
    row_of_capture,
)
from crawler.storage.schema import open_database
from crawler.storage.seen import Known, known_articles, marks, parts

BATCH_ROWS = 50
BATCH_SECONDS = 0.5


class Catalogue:
    """The catalogue at `path`, made if it is not there. One object serves one process and one thread.

    Raises ArchiveError where the file cannot be opened, is not a catalogue, or was made by another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._captures: list[tuple[Any, ...]] = []
        self._outcomes: list[tuple[str, str]] = []
        self._articles: list[tuple[Any, ...]] = []
        self._last_flush = time.monotonic()
        self._db = open_database(path)

    # runs

    def start_run(self, source: str) -> int:
        """The number of a new run of `source`, started now."""
        cursor = self._db.execute("INSERT INTO runs (source, started) VALUES (?, ?)", (source, as_text(now())))
        return int(cursor.lastrowid or 0)

    def end_run(self, run: int, reason: str, stats: dict[str, Any]) -> None:
        """Say how a run ended, with its figures."""
        self.flush()
        values = (as_text(now()), reason, json.dumps(stats, default=str, sort_keys=True), run)
        with self._writing():
            self._db.execute("UPDATE runs SET ended = ?, reason = ?, stats = ? WHERE id = ?", values)

    # captures and articles

    def add_capture(self, source: str, capture: Capture, run: int | None = None) -> None:
        """Add a capture that is already flushed to its WARC."""
        self._captures.append(row_of_capture(capture, source, run))
        self._flush_if_due()

    def add_outcome(self, record_id: str, outcome: str) -> None:
        """Say what became of a captured page: "article", or the reason why it gave none."""
        self._outcomes.append((outcome, record_id))
        self._flush_if_due()

    def add_article(self, article: Article) -> None:
        """Add the article whose text file has been written, and the outcome of its capture."""
        self._articles.append(row_of_article(article))
        self.add_outcome(article.record_id, "article")

    def _flush_if_due(self) -> None:
        rows = len(self._captures) + len(self._outcomes) + len(self._articles)
        if rows >= BATCH_ROWS or time.monotonic() - self._last_flush > BATCH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Commit what is buffered, in one transaction. Raises ArchiveError where it cannot be written."""
        self._last_flush = time.monotonic()
        if not (self._captures or self._outcomes or self._articles):
            return
        with self._writing():
            self._db.executemany(insert("OR IGNORE", "captures", CAPTURE_COLUMNS), self._captures)
            self._db.executemany("UPDATE captures SET outcome = ? WHERE record_id = ?", self._outcomes)
            self._db.executemany(insert("OR REPLACE", "articles", ARTICLE_COLUMNS), self._articles)
        self._captures.clear()
        self._outcomes.clear()
        self._articles.clear()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; raises ArchiveError where it cannot be written, and then nothing of it is."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise ArchiveError(
                f"Cannot write to the catalogue {self.path}: {error}. What is in the WARCs is whole, and is read in "
                "by the next crawl. Make room or give access, then crawl again."
            ) from error

    # questions

    def known(self, source: str, urls: Iterable[str]) -> dict[str, Known]:
        """Those of `urls` that `source` has captured as articles with an answer that holds (`crawler.storage.seen`).

        One query serves a whole listing.
        """
        self.flush()
        return known_articles(self._db, source, urls, now())

    def captured_since(self, source: str, role: Role, urls: Iterable[str], since: datetime) -> set[str]:
        """Those of `urls` that `source` captured whole in this role since then, with a status below 400."""
        digests = {url_digest(url): url for url in urls}
        self.flush()
        found: set[str] = set()
        for part in parts(list(digests)):
            rows = self._db.execute(
                f"SELECT DISTINCT url_digest FROM captures WHERE url_digest IN ({marks(part)}) AND source = ? "
                "AND role = ? AND date >= ? AND truncated IS NULL AND status < 400",
                (*part, source, role, as_text(since)),
            )
            found |= {digests[digest] for (digest,) in rows}
        return found

    def last_whole(self, source: str, url: str) -> Capture | None:
        """The newest capture of `url` by `source` that holds the whole payload (no revisit, nothing cut off)."""
        where = "url_digest = ? AND url = ? AND source = ? AND kind = 'response' AND status = 200 AND truncated IS NULL"
        return self._one(f"{where} ORDER BY date DESC", url_digest(url), url, source)

    def unchanged_in_a_row(self, url: str) -> int:
        """How many of the last captures of `url` were a 304, counted back from the newest."""
        self.flush()
        rows = self._db.execute(
            "SELECT status FROM captures WHERE url_digest = ? ORDER BY date DESC LIMIT 100", (url_digest(url),)
        )
        count = 0
        for (status,) in rows:
            if status != 304:
                break
            count += 1
        return count

    def original(self, payload_digest: str) -> tuple[str, Capture] | None:
        """The oldest whole response with this payload digest, and its source: what a revisit record may refer to.

        Rows that are not committed yet are not asked: the writer remembers what it wrote itself.
        """
        row = self._db.execute(
            f"SELECT source, {READ_COLUMNS} FROM captures "
            "WHERE payload_digest = ? AND kind = 'response' AND truncated IS NULL ORDER BY date LIMIT 1",
            (payload_digest,),
        ).fetchone()
        return (row[0], capture_of_row(row[1:])) if row else None

    def pending(self, source: str) -> list[Capture]:
        """Whole article pages of `source` that were archived and never extracted, oldest first: a run was cut."""
        return list(
            self._many(
                "source = ? AND role = 'article' AND outcome IS NULL AND status = 200 AND truncated IS NULL "
                "ORDER BY date",
                source,
            )
        )

    def incomplete(self, source: str, since: datetime) -> list[Capture]:
        """Pages captured since then that made an article with a further page still to be fetched, oldest first.

        Only the newest capture of each: what an edit has replaced is as it is.
        """
        newer = (
            "SELECT 1 FROM captures AS newer WHERE newer.url_digest = captures.url_digest AND newer.role = 'article' "
            "AND newer.source = captures.source AND newer.date > captures.date AND newer.status = 200"
        )
        where = f"source = ? AND role = 'article' AND date >= ? AND outcome = 'incomplete' AND NOT EXISTS ({newer})"
        return list(self._many(f"{where} ORDER BY date", source, as_text(since)))

    def part(self, source: str, url: str, first: Capture) -> tuple[Archived, Capture | None]:
        """What there is of the page at `url` that goes with `first` (`crawler.storage.parts`), and its capture."""
        self.flush()
        found = archived_part(self._db, source, url, first, as_text(first.date))
        return found, self._one("record_id = ?", found.record_id) if found.record_id else None

    def last_page(self, source: str, url: str) -> Capture | None:
        """The newest whole capture of the article page at `url`, a revisit or not."""
        where = "url_digest = ? AND source = ? AND role = 'article' AND status = 200 AND truncated IS NULL"
        return self._one(f"{where} ORDER BY date DESC", url_digest(url), source)

    def left_behind(self, source: str, run: int) -> list[Capture]:
        """Pages and style sheets that were captured since a run of `source` was cut and no later one made up for it.

        What they need may not have been asked for yet. `run` is the one that asks.
        """
        since = cut_since(self._db, source, run)
        return list(self._many(LEFT_BEHIND, source, *since)) if since else []

    def recent_texts(self, source: str, count: int) -> list[str]:
        """The paths of the last `count` texts of `source` by the time of their capture, the newest first."""
        self.flush()
        rows = self._db.execute(
            "SELECT path FROM articles WHERE source = ? ORDER BY captured DESC, path LIMIT ?", (source, count)
        )
        return [path for (path,) in rows]

    # level with the WARCs

    def is_level(self, warc: str, size: int) -> bool:
        """Whether all captures of a WARC of so many bytes are in here."""
        row = self._db.execute("SELECT size FROM files WHERE warc = ?", (warc,)).fetchone()
        return row is not None and row[0] == size

    def set_level(self, warc: str, source: str, size: int) -> None:
        """Say that all captures of a WARC of so many bytes are in here."""
        self.flush()
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (warc, source, size))

    def texts_of(self, record_id: str) -> list[str]:
        """The paths of the texts that were made of a record."""
        self.flush()
        return [path for (path,) in self._db.execute("SELECT path FROM articles WHERE record_id = ?", (record_id,))]

    def forget_text(self, path: str) -> None:
        """Drop an article whose text is gone."""
        with self._writing():
            self._db.execute("DELETE FROM articles WHERE path = ?", (path,))

    def forget_behind(self, warc: str, size: int) -> list[str]:
        """Drop what lay behind the new end of a WARC that was cut to so many bytes; the paths of texts that cite it."""
        self.flush()
        lost = "SELECT record_id FROM captures WHERE warc = ? AND offset + length > ?"
        paths = [
            row[0] for row in self._db.execute(f"SELECT path FROM articles WHERE record_id IN ({lost})", (warc, size))
        ]
        self._db.executemany("DELETE FROM articles WHERE path = ?", [(path,) for path in paths])
        self._db.execute("DELETE FROM captures WHERE warc = ? AND offset + length > ?", (warc, size))
        return paths

    def _one(self, where: str, *values: object) -> Capture | None:
        return next(self._many(f"{where} LIMIT 1", *values), None)

    def _many(self, where: str, *values: object) -> Iterator[Capture]:
        self.flush()
        for row in self._db.execute(f"SELECT {READ_COLUMNS} FROM captures WHERE {where}", values):
            yield capture_of_row(row)

    def close(self) -> None:
        """Commit what is buffered and close the file."""
        try:
            self.flush()
        finally:
            self._db.close()
