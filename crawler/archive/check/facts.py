"""What the records of all checked files say of each other: kept on disk, so that memory stays flat.

A temporary SQLite database, filled in batches while the files are read and asked once at the end.
Each process that reads files fills one of its own; `absorb` takes it into the first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crawler.archive.layout import warc_file

_BATCH = 2000

_SCHEMA = """
CREATE TABLE files (file INTEGER PRIMARY KEY, name TEXT, warc TEXT, ours INTEGER, growing INTEGER);
CREATE TABLE records ({columns});
CREATE TABLE links (file INTEGER, offset INTEGER, source TEXT, kind TEXT, target TEXT);
"""
_INDEXES = """
CREATE INDEX record_id ON records (id);
CREATE INDEX record_place ON records (file, offset);
CREATE INDEX record_capture ON records (uri, date);
CREATE INDEX link_source ON links (kind, source);
CREATE INDEX file_warc ON files (warc);
CREATE INDEX link_target ON links (kind, target);
"""


class RecordFact(NamedTuple):
    """One record. Digests are `algorithm:hex`; `digest` is what we computed, `stated` what the header says."""

    file: int
    offset: int
    length: int
    """In the file, compressed as it is there; 0 where the record shares a gzip member with another."""
    id: str
    type: str
    version: str
    date: str
    uri: str
    digest: str = ""
    stated: str = ""
    status: int | None = None
    mime: str = ""
    method: str = ""
    """Of a request."""
    short: str = ""
    """Of a response whose body is shorter than announced: what is missing, in words."""
    empty: bool = False
    """Whether that body has no byte at all."""
    truncated: str = ""
    profile: str = ""
    refers_uri: str = ""
    refers_date: str = ""
    segment: int | None = None
    segment_total: int | None = None
    block: int = 0
    """Bytes of the block."""


_INSERT_RECORD = f"INSERT INTO records VALUES ({', '.join('?' * len(RecordFact._fields))})"
_INSERT_LINK = "INSERT INTO links VALUES (?, ?, ?, ?, ?)"


class Facts:
    """The database. `path` None: a private one, which SQLite puts on disk only where it grows large."""

    def __init__(self, path: Path | None = None) -> None:
        self._db = sqlite3.connect(str(path) if path else "", isolation_level=None, uri=True)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.executescript(_SCHEMA.format(columns=", ".join(RecordFact._fields)))
        self._records: list[RecordFact] = []
        self._links: list[tuple[int, int, str, str, str]] = []

    def add_file(self, file: int, name: str, warc: str, *, ours: bool, growing: bool) -> None:
        """A WARC file: its number, what people call it, its bare name without `.open`, whether we wrote it, and
        whether it was being written while it was read."""
        self._db.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", (file, name, warc, ours, growing))

    def add_record(self, record: RecordFact) -> None:
        """A record that was read."""
        self._records.append(record)
        if len(self._records) >= _BATCH:
            self._flush()

    def add_link(self, file: int, offset: int, source: str, kind: str, target: str) -> None:
        """That the record `source` names `target` in the field `kind` (its name in lower case without `warc-`)."""
        self._links.append((file, offset, source, kind, target))

    def absorb(self, path: Path) -> None:
        """Take in what another process wrote to its database at `path`."""
        self._db.execute("ATTACH ? AS other", (str(path),))
        for table in ("files", "records", "links"):
            self._db.execute(f"INSERT INTO {table} SELECT * FROM other.{table}")
        self._db.execute("DETACH other")

    def attach(self, path: Path, name: str) -> None:
        """Make the tables of another database known as `name`, to read them. Raises sqlite3.Error."""
        self._db.execute(f"ATTACH ? AS {name}", (f"{path.resolve().as_uri()}?mode=ro",))

    def detach(self, name: str) -> None:
        """Let go of an attached database."""
        self._db.execute(f"DETACH {name}")

    def is_newer(self, warc: str, archives: Path, source: str) -> bool:
        """Whether a record of `warc` may be there that was written after we read: by a crawl beside us."""
        if Path(warc).name != warc or Path(source).name != source:
            return False
        known = self.find("SELECT growing FROM files WHERE warc = ?", warc)
        return bool(known["growing"]) if known else warc_file(archives, source, warc) is not None

    def index(self) -> None:
        """Make it fast to ask; call it once, when everything is in."""
        self._flush()
        self._db.executescript(_INDEXES)

    def ask(self, query: str, *values: object) -> Iterator[sqlite3.Row]:
        """The rows of an SQL query, one by one."""
        return iter(self._db.execute(query, values))

    def find(self, query: str, *values: object) -> sqlite3.Row | None:
        """The first row of an SQL query. None too where `values`, which may be anybody's, are nothing to look for."""
        try:
            return next(self.ask(query, *values), None)
        except (UnicodeError, OverflowError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            return None

    def run(self, statement: str, *values: object) -> None:
        """Run an SQL statement that gives back nothing."""
        self._db.execute(statement, values)

    def close(self) -> None:
        """Write what is left, and close; a private database is gone then."""
        self._flush()
        self._db.close()

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(_INSERT_RECORD, self._records)
        self._db.executemany(_INSERT_LINK, self._links)
        self._db.execute("COMMIT")
        self._records.clear()
        self._links.clear()
