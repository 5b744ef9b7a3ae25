"""The tables of the catalogue, and how its file is opened."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from crawler.errors import ArchiveError

VERSION = 3
"""Kept in `PRAGMA user_version`. An older catalogue is brought up to date, one of a later version is refused."""

BUSY_SECONDS = 60
"""How long to wait for another process's transaction; they take milliseconds, a rebuild's take longer."""

AGAIN_SECONDS = 0.01

SCHEMA = """
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, reason TEXT, stats TEXT
);
CREATE TABLE captures (
  id INTEGER PRIMARY KEY, url_digest BLOB NOT NULL, url TEXT NOT NULL, source TEXT NOT NULL, date TEXT NOT NULL,
  kind TEXT NOT NULL, role TEXT NOT NULL, status INTEGER, mime TEXT, record_id TEXT NOT NULL UNIQUE,
  warc TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, payload_digest TEXT NOT NULL,
  size INTEGER NOT NULL, etag TEXT, last_modified TEXT, truncated TEXT, location BLOB, found_on TEXT,
  listed_modified TEXT, outcome TEXT, run INTEGER
);
CREATE INDEX captures_by_url ON captures (url_digest, date);
CREATE INDEX captures_by_digest ON captures (payload_digest) WHERE kind = 'response';
CREATE INDEX captures_pending ON captures (source) WHERE role = 'article' AND outcome IS NULL;
CREATE INDEX captures_by_warc ON captures (warc);
CREATE TABLE files (warc TEXT PRIMARY KEY, source TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE articles (
  path TEXT PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL, url_digest BLOB NOT NULL, canonical_url TEXT,
  title TEXT NOT NULL, authors TEXT NOT NULL, published TEXT, modified TEXT, section TEXT, language TEXT,
  characters INTEGER NOT NULL, captured TEXT NOT NULL, record_id TEXT NOT NULL
);
CREATE INDEX articles_by_day ON articles (source, published);
CREATE INDEX articles_by_url ON articles (url_digest);
"""

CHANGES = {
    2: """
ALTER TABLE articles ADD COLUMN paragraphs INTEGER;
ALTER TABLE articles ADD COLUMN garbled INTEGER;
ALTER TABLE articles ADD COLUMN sketch BLOB;
CREATE INDEX captures_by_source ON captures (source, role, date);
CREATE INDEX articles_by_record ON articles (record_id);
""",
    3: """
ALTER TABLE captures ADD COLUMN reserved INTEGER;
""",
}
"""What each version added to the one before. The columns of version 2 (`crawler.storage.traits`) are NULL for articles
that were stored before it."""


def open_database(path: Path) -> sqlite3.Connection:
    """The catalogue's file, made if it is not there, in WAL mode and without transactions of Python's own.

    Raises ArchiveError where it cannot be opened, is no catalogue, or was made by another version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # `scrapy shell` opens it in one thread and crawls in another; there are never two at once.
        database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        version = _prepare(database)
    except (sqlite3.Error, OSError) as error:
        raise ArchiveError(f"{path}: the catalogue cannot be used: {error}. {_way_out(error)}") from error
    if version != VERSION:
        database.close()
        raise ArchiveError(
            f"{path}: made by another version of Broadsheet (catalogue version {version}, this one "
            f"writes {VERSION}). Move it away, then run `scrapy archive rebuild`."
        )
    return database


def _prepare(database: sqlite3.Connection) -> int:
    """Make the tables if there are none, or bring them up to date; the version of those that are there."""
    write_ahead(database)
    database.execute("PRAGMA synchronous = NORMAL")
    if (version := _version(database)) >= VERSION:
        return version  # without a lock: a reader does not wait for a long transaction
    database.execute("BEGIN IMMEDIATE")
    if (version := _version(database)) < VERSION:
        scripts = ([] if version else [SCHEMA]) + [CHANGES[n] for n in range(max(version, 1) + 1, VERSION + 1)]
        for statement in ";".join(scripts).split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {VERSION}")
    database.execute("COMMIT")
    return max(version, VERSION)


def write_ahead(database: sqlite3.Connection) -> None:
    """Put a file into WAL mode. Processes that do so at once are refused at once, whatever timeout they have: SQLite
    waits for nobody who waits for another. So it is tried again for `BUSY_SECONDS`.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(AGAIN_SECONDS)


def _is_busy(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)  # errors of Python's own have none
    return bool(code & 0xFF == sqlite3.SQLITE_BUSY)


def _way_out(error: Exception) -> str:
    if _is_busy(error):
        return f"Another process has been writing to it for more than {BUSY_SECONDS} s. Try again when that has ended."
    return "It can be rebuilt from the WARCs: move it away, then run `scrapy archive rebuild`."


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
