"""Where the replay keeps what it has read of an archive: one SQLite file, outside the archive, that can go at any time.

The archive itself may be on a read-only disk and is never written to. The file lies in the user's cache folder, named
after the archive's path, so that the next start of the replay continues where the last one stopped; where that folder
cannot be written, in a temporary one that is removed at the end.
"""

from __future__ import annotations

import hashlib
import os
import queue
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import ArchiveError
from crawler.storage.schema import write_ahead

VERSION = 4
"""Kept in `PRAGMA user_version`; a file of another version is made anew."""

BUSY_SECONDS = 30

_OUTSIDE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
)
"""Errors that are the disk's, or another process's."""

SCHEMA = """
CREATE TABLE files (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, indexed INTEGER NOT NULL,
  size INTEGER NOT NULL, mtime INTEGER NOT NULL, known_by TEXT NOT NULL, problem TEXT,
  seen_size INTEGER, seen_mtime INTEGER, seen_known_by TEXT
);
CREATE TABLE looked (
  file INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, clean INTEGER NOT NULL, entries BLOB NOT NULL,
  PRIMARY KEY (file, start)
);
CREATE TABLE captures (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, time INTEGER NOT NULL, url TEXT NOT NULL, kind TEXT NOT NULL,
  method TEXT NOT NULL, status INTEGER, mime TEXT, digest TEXT, location TEXT, record_id TEXT,
  file INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  certain INTEGER NOT NULL
);
CREATE INDEX captures_uncertain ON captures (file) WHERE certain = 0;
CREATE UNIQUE INDEX captures_by_place ON captures (file, offset);
CREATE INDEX captures_by_key ON captures (key, time);
CREATE INDEX captures_by_record ON captures (record_id);
CREATE INDEX captures_by_digest ON captures (digest) WHERE kind = 'response';
CREATE TABLE folders (path TEXT PRIMARY KEY, mtime INTEGER NOT NULL);
CREATE TABLE articles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT UNIQUE, source TEXT NOT NULL, url TEXT NOT NULL, key TEXT NOT NULL,
  title TEXT NOT NULL, authors TEXT NOT NULL, language TEXT, section TEXT, day TEXT NOT NULL, published TEXT,
  record_id TEXT, content BLOB
);
CREATE INDEX articles_by_day ON articles (source, day);
CREATE INDEX articles_by_date ON articles (day);
CREATE INDEX articles_by_key ON articles (key);
CREATE INDEX articles_by_record ON articles (record_id);
CREATE TABLE authors (name TEXT NOT NULL, article INTEGER NOT NULL);
CREATE INDEX authors_by_name ON authors (name, article);
CREATE VIRTUAL TABLE words USING fts5 (title, authors, text, content='', tokenize='ascii');
CREATE TABLE read_pages (capture INTEGER PRIMARY KEY, article INTEGER, reason TEXT);
"""


class Cache:
    """The SQLite file at `path`. Connections are lent to threads; writes wait for each other."""

    def __init__(self, path: Path, temporary: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.path = path
        self._temporary = temporary
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        with self.connection() as db:
            write_ahead(db)
            _prepare(db)

    @property
    def temporary(self) -> bool:
        """Whether the file goes at the end of this run."""
        return self._temporary is not None

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading, in autocommit mode."""
        try:
            db = self._idle.get_nowait()
        except queue.Empty:
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            db.execute("PRAGMA synchronous = OFF")  # what a power cut takes away is read again from the WARCs
        try:
            yield db
        finally:
            self._idle.put(db)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection for writing: all of it or, where an error passes, nothing.

        Raises ArchiveError where the file cannot be written, as on a full disk.
        """
        with self.connection() as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except BaseException as error:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in _OUTSIDE:
                    raise ArchiveError(
                        f"The index of the archive, {self.path}, cannot be written ({error}). Free some space there; "
                        "it is tried again."
                    ) from error
                raise

    def close(self) -> None:
        """Close all connections; a temporary file is removed."""
        while not self._idle.empty():
            self._idle.get_nowait().close()
        if self._temporary:
            self._temporary.cleanup()


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, VERSION):
        db.execute("COMMIT")
        raise sqlite3.DatabaseError("made by another version")
    if version == 0:
        for statement in SCHEMA.split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def open_cache(archive: Path, folder: Path | None = None) -> Cache:
    """The cache of `archive` (a resolved path), in `folder` or the user's cache folder.

    A file that is damaged or of another version is made anew. Raises ArchiveError where not even a temporary folder
    can be written.
    """
    name = hashlib.sha256(os.fsencode(archive)).hexdigest()[:24] + ".sqlite"
    try:
        home = folder or cache_folder()
        home.mkdir(parents=True, exist_ok=True)
        return _open_or_renew(home / name)
    except (OSError, sqlite3.Error):
        return _temporary_cache()


def _open_or_renew(path: Path) -> Cache:
    try:
        return Cache(path)
    except sqlite3.OperationalError:
        raise  # locked, or not writable: making it anew would not help
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return Cache(path)


def _temporary_cache() -> Cache:
    try:
        temporary = tempfile.TemporaryDirectory(prefix="broadsheet-", ignore_cleanup_errors=True)
        return Cache(Path(temporary.name) / "replay.sqlite", temporary)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(
            f"No folder can be written for the index of the archive ({error}). "
            "Free some space, or set TMPDIR to a folder that can be written."
        ) from error


def cache_folder() -> Path:
    """The user's cache folder for replays, as the platform has it."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "broadsheet" / "replay"
