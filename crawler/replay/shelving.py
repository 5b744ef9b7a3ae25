"""Reads WARCs into the index of captures: each from where the last reading stopped, whole records only.

A file is known again by its path and its first bytes; one that was replaced is read anew, one that is gone is
forgotten. What cannot be read is stepped over and noted with the file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.archive.keys import method_url, url_key
from crawler.archive.layout import OPEN, index_path
from crawler.archive.reader import Damage, Record, iterate
from crawler.replay.cache import Cache
from crawler.replay.folder import FolderWatch
from crawler.replay.mementos import microseconds
from crawler.replay.prior import drop_untrue, take_index

KEPT = 1 << 16
"""Bytes of each block that the index needs at most: a head, and the body of a form that was posted."""

KINDS = ("response", "revisit", "resource")
COMMIT_SECONDS = 0.25
"""While a large file is read, what was found so far is visible after at most this long."""

BEGINNING = 512
"""Bytes by which a file is known again."""

_INSERT = (
    "INSERT INTO captures (key, time, url, kind, method, status, mime, digest, location, record_id, file, "
    "offset, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (file, offset) DO UPDATE SET key = excluded.key, time = excluded.time, url = excluded.url, "
    "kind = excluded.kind, method = excluded.method, status = excluded.status, mime = excluded.mime, "
    "digest = excluded.digest, location = excluded.location, record_id = excluded.record_id, "
    "length = excluded.length"
)
"""What was read takes the place of what an index said (see `prior`)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading is: bytes read and there, and whether what was there at the start has all been read."""

    read: int
    size: int
    complete: bool

    @property
    def percent(self) -> int:
        """The share that was read, rounded down."""
        return 100 if self.complete or not self.size else min(99, 100 * self.read // self.size)


@dataclass(slots=True)
class _File:
    """A WARC as the index knows it."""

    id: int
    path: Path
    position: int
    size: int
    mtime: int
    damages: list[tuple[int, str]] = field(default_factory=list)
    """Offset and reason of what could not be read."""


class Shelving:
    """Keeps the captures in `cache` level with the WARCs below `root`."""

    def __init__(self, root: Path, cache: Cache) -> None:
        self.watch = FolderWatch(root)
        self.complete = threading.Event()
        self._folder = root if root.is_dir() else root.parent
        self._cache = cache
        self._lock = threading.Lock()
        self._known: dict[str, _File] = {}
        self._bytes: dict[str, tuple[int, int]] = {}

    @property
    def progress(self) -> Progress:
        """How far the reading is."""
        states = list(self._bytes.values())
        return Progress(sum(read for read, _ in states), sum(size for _, size in states), self.complete.is_set())

    def refresh(self) -> int:
        """Read what is new; how many captures were added. One thread at a time does it, others wait for it."""
        with self._lock:
            self.watch.refresh()
            names = {self._name(path): path for path in self.watch.warcs}
            self._forget_missing(names)
            self._take_indexes(names)
            self._bytes = {name: (self._position(name), _size(path)) for name, path in names.items()}
            added = sum(self._read_on(name, path) for name, path in names.items())
            self.complete.set()
            return added

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix().removesuffix(OPEN)

    def _position(self, name: str) -> int:
        return self._known[name].position if name in self._known else 0

    def _forget_missing(self, names: dict[str, Path]) -> None:
        with self._cache.connection() as db:
            stored = dict(db.execute("SELECT path, id FROM files"))
        for name in stored.keys() - names.keys():
            self._known.pop(name, None)
            with self._cache.transaction() as db:
                _forget(db, stored[name])

    def _take_indexes(self, names: dict[str, Path]) -> None:
        """Enter what indexes say of WARCs that were never read."""
        with self._cache.connection() as db:
            stored = {path for (path,) in db.execute("SELECT path FROM files")}
        folders: dict[Path, dict[str, int]] = {}
        for name in names.keys() - stored:
            path = names[name]
            if path.parent not in folders:
                folders[path.parent] = {}
            if index_path(path.parent).exists():
                with self._cache.transaction() as db:
                    folders[path.parent][path.name.removesuffix(OPEN)] = _insert_file(db, name, path)
        for folder, files in folders.items():
            take_index(self._cache, folder, files)

    def _read_on(self, name: str, path: Path) -> int:
        """Read the new bytes of one file."""
        try:
            status = path.stat()
        except OSError:
            return 0  # renamed since the folder was listed: seen next time
        known = self._known.get(name)
        if known and (known.size, known.mtime) == (status.st_size, status.st_mtime_ns) and known.path == path:
            return 0
        file = self._recognise(name, path, status.st_size)
        file.size, file.mtime, file.path = status.st_size, status.st_mtime_ns, path
        added = self._index(name, file) if file.position < status.st_size else 0
        self._known[name] = file
        return added

    def _recognise(self, name: str, path: Path, size: int) -> _File:
        """The file as it was read before; as a new one where its beginning is not what it was."""
        with self._cache.transaction() as db:
            row = db.execute("SELECT id, position, beginning, problem FROM files WHERE path = ?", (name,)).fetchone()
            if row and row[1] <= size and row[2] == _beginning(path, row[1]):
                return _File(row[0], path, row[1], size, 0, _damages_before(row[1], row[3]))
            if row:
                _forget(db, row[0])
            return _File(_insert_file(db, name, path), path, 0, size, 0)

    def _index(self, name: str, file: _File) -> int:
        """Index the file from its position on."""
        found = _Captures(file.id)
        unread = not file.position
        file.damages = [damage for damage in file.damages if damage[0] < file.position]
        added = 0
        committed = time.monotonic()
        for item in self._items(file):
            if isinstance(item, Damage):
                file.damages.append((item.offset, item.reason))
                continue
            found.add(item)
            file.position = item.offset + item.length
            if time.monotonic() - committed > COMMIT_SECONDS:
                added += self._commit(name, file, found)
                committed = time.monotonic()
        added += self._commit(name, file, found)
        if unread:
            with self._cache.transaction() as db:
                drop_untrue(db, file.id)
        return added

    def _items(self, file: _File) -> Iterator[Record | Damage]:
        try:
            yield from iterate(file.path, file.position, keep=KEPT)
        except FileNotFoundError:
            return  # renamed meanwhile: read on under its other name
        except OSError as error:
            yield Damage(file.path, file.position, error.strerror or str(error))

    def _commit(self, name: str, file: _File, found: _Captures) -> int:
        problem = json.dumps(file.damages) if file.damages else None
        with self._cache.transaction() as db:
            added = found.write(db)
            db.execute(
                "UPDATE files SET position = ?, size = ?, mtime = ?, beginning = ?, problem = ? WHERE id = ?",
                (file.position, file.size, file.mtime, _beginning(file.path, file.position), problem, file.id),
            )
        self._bytes[name] = (file.position, max(file.size, file.position))
        return added


class _Captures:
    """Rows that wait for the next transaction, and the requests that belong to them."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._rows: list[tuple[Any, ...]] = []
        self._sent: list[tuple[str, str, str]] = []
        self._request: Record | None = None
        self._last_id = ""

    def add(self, record: Record) -> None:
        """Take a record of the file, in order."""
        if record.type == "request":
            self._add_request(record)
        elif record.type in KINDS and record.url:
            self._rows.append(self._row(record))
            if self._request is not None and _belong(self._request, record):
                self._note_sent(self._request, record.id)
            self._request, self._last_id = None, record.id

    def _add_request(self, record: Record) -> None:
        """Remember what was posted, for the response before it that it names, or the one behind it."""
        self._request = None
        method = _method(record)
        if method == "GET":
            return
        named = _concurrent(record)
        for response_id in named:
            self._note_sent(record, response_id)
        if self._last_id not in named:
            self._request = record

    def _note_sent(self, request: Record, response_id: str) -> None:
        keyed, _ = method_url(
            request.url, _method(request), request.http.get("Content-Type") or "", request.payload.data
        )
        self._sent.append((_method(request), url_key(keyed), response_id))

    def _row(self, record: Record) -> tuple[Any, ...]:
        head = record.http
        return (
            url_key(record.url),
            microseconds(record.date) if record.date else 0,
            record.url,
            record.type,
            "GET",
            head.status if head.raw else 200 if record.type == "resource" else None,
            record.mime,
            record.get("WARC-Payload-Digest"),
            head.get("Location"),
            record.id,
            self._file,
            record.offset,
            record.length,
        )

    def write(self, db: sqlite3.Connection) -> int:
        """Write the rows; how many were new."""
        before = db.total_changes
        db.executemany(_INSERT, self._rows)
        added = db.total_changes - before
        db.executemany(
            f"UPDATE captures SET method = ?, key = ? WHERE record_id = ? AND file = {self._file}", self._sent
        )
        self._rows.clear()
        self._sent.clear()
        return added


def _belong(request: Record, response: Record) -> bool:
    concurrent = _concurrent(response)
    return request.id in concurrent or (not concurrent and request.url == response.url)


def _concurrent(record: Record) -> list[str]:
    return [value for name, value in record.fields if name.lower() == "warc-concurrent-to"]


def _method(request: Record) -> str:
    return request.http.start.split(b" ")[0].decode("latin-1").upper() or "GET"


def _insert_file(db: sqlite3.Connection, name: str, path: Path) -> int:
    """Enter a WARC of which nothing has been read; its number."""
    cursor = db.execute(
        "INSERT INTO files (path, position, size, mtime, beginning) VALUES (?, 0, 0, 0, ?)", (name, _beginning(path, 0))
    )
    return int(cursor.lastrowid or 0)


def _forget(db: sqlite3.Connection, file: int) -> None:
    """Drop a file, its captures, and what was read of them; numbers of captures may come again."""
    of_file = "SELECT id FROM captures WHERE file = ?"
    read = f"SELECT article FROM read_pages WHERE article IS NOT NULL AND capture IN ({of_file})"
    db.execute(f"DELETE FROM authors WHERE article IN ({read})", (file,))
    db.execute(f"DELETE FROM articles WHERE id IN ({read})", (file,))
    db.execute(f"DELETE FROM read_pages WHERE capture IN ({of_file})", (file,))
    db.execute("DELETE FROM captures WHERE file = ?", (file,))
    db.execute("DELETE FROM files WHERE id = ?", (file,))


def _beginning(path: Path, position: int) -> str:
    """A digest of the first bytes that were read, at most `BEGINNING`; empty where the file is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(min(BEGINNING, position))).hexdigest()[:16]
    except OSError:
        return ""


def _damages_before(position: int, stored: str | None) -> list[tuple[int, str]]:
    """The damages that lie behind us; those at the end may be a record that was being written."""
    damages: list[tuple[int, str]] = json.loads(stored) if stored else []
    return [(offset, reason) for offset, reason in damages if offset < position]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
