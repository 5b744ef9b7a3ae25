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

from crawler.archive.layout import OPEN, index_path
from crawler.archive.reader import Damage, Record, iterate
from crawler.replay.cache import Cache
from crawler.replay.folder import FolderWatch
from crawler.replay.prior import take_index
from crawler.replay.rows import Captures, drop_uncertain
from crawler.replay.sketch import sketch

KEPT = 1 << 16
"""Bytes of each block that the index needs at most: a head, and the body of a form that was posted."""

SKETCHED_FROM = 1 << 22
"""Bytes of a WARC from which on it is looked through before it is read; a smaller one is read in no time."""

COMMIT_SECONDS = 0.25
"""While a large file is read, what was found so far is visible after at most this long."""

BEGINNING = 512
"""Bytes by which a file is known again."""


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
        self._found = threading.Condition()
        self._names: dict[str, Path] = {}
        self._known: dict[str, _File] = {}
        self._bytes: dict[str, tuple[int, int]] = {}

    @property
    def progress(self) -> Progress:
        """How far the reading is."""
        states = list(self._bytes.values())
        return Progress(sum(read for read, _ in states), sum(size for _, size in states), self.complete.is_set())

    def look(self, closely: bool) -> None:
        """See which WARCs there are, and take on trust what indexes say of new ones.

        Of large ones without an index, `closely` takes what the beginnings of their records say.
        """
        with self._lock:
            self.watch.refresh()
            self._names = {self._name(path): path for path in self.watch.warcs}
            self._forget_missing()
            self._bytes = {name: (self._position(name), _size(path)) for name, path in self._names.items()}
            unindexed = self._take_indexes()
            for name in unindexed if closely else ():
                self._sketch(name)

    def read_on(self) -> int:
        """Read what is new in the WARCs that were seen; how many captures were added."""
        with self._lock:
            self._bytes = {name: (self._position(name), _size(path)) for name, path in self._names.items()}
            added = sum(self._read_on(name, path) for name, path in self._names.items())
            self.complete.set()
            self._tell()
            return added

    def wait(self, seconds: float) -> None:
        """Wait until more has been found, everything has been read, or so long."""
        with self._found:
            if not self.complete.is_set():
                self._found.wait(seconds)

    def _tell(self) -> None:
        with self._found:
            self._found.notify_all()

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix().removesuffix(OPEN)

    def _position(self, name: str) -> int:
        return self._known[name].position if name in self._known else 0

    def _forget_missing(self) -> None:
        with self._cache.connection() as db:
            stored = dict(db.execute("SELECT path, id FROM files"))
        for name in stored.keys() - self._names.keys():
            self._known.pop(name, None)
            with self._cache.transaction() as db:
                _forget(db, stored[name])

    def _take_indexes(self) -> list[str]:
        """Enter what indexes say of WARCs that were never read; the names of those of which none says anything."""
        with self._cache.connection() as db:
            stored = {path for (path,) in db.execute("SELECT path FROM files")}
        new = sorted(self._names.keys() - stored)
        folders: dict[Path, dict[str, int]] = {}
        for name in new:
            path = self._names[name]
            if path.parent not in folders:
                folders[path.parent] = {}
            if index_path(path.parent).exists():
                with self._cache.transaction() as db:
                    folders[path.parent][path.name.removesuffix(OPEN)] = _insert_file(db, name, path)
        for folder, files in folders.items():
            take_index(self._cache, folder, files)
            self._tell()
        return [name for name in new if not folders[self._names[name].parent]]

    def _sketch(self, name: str) -> None:
        """Enter what the beginnings of a WARC's records say, where reading all of it takes long."""
        path = self._names[name]
        size = _size(path)
        if size < SKETCHED_FROM:
            return
        with self._cache.transaction() as db:
            found = Captures(_insert_file(db, name, path), certain=False)
        committed = time.monotonic()
        try:
            for record in sketch(path):
                found.add(record)
                if time.monotonic() - committed > COMMIT_SECONDS:
                    self._commit_sketch(found)
                    self._bytes[name] = (record.offset, size)
                    committed = time.monotonic()
        except OSError:
            pass  # reading it will say why
        self._commit_sketch(found)

    def _commit_sketch(self, found: Captures) -> None:
        with self._cache.transaction() as db:
            found.write(db)
        self._tell()

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
        found = Captures(file.id)
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
        with self._cache.transaction() as db:
            drop_uncertain(db, file.id)
        return added

    def _items(self, file: _File) -> Iterator[Record | Damage]:
        try:
            yield from iterate(file.path, file.position, keep=KEPT)
        except FileNotFoundError:
            return  # renamed meanwhile: read on under its other name
        except OSError as error:
            yield Damage(file.path, file.position, error.strerror or str(error))

    def _commit(self, name: str, file: _File, found: Captures) -> int:
        problem = json.dumps(file.damages) if file.damages else None
        with self._cache.transaction() as db:
            added = found.write(db)
            db.execute(
                "UPDATE files SET position = ?, size = ?, mtime = ?, beginning = ?, problem = ? WHERE id = ?",
                (file.position, file.size, file.mtime, _beginning(file.path, file.position), problem, file.id),
            )
        self._bytes[name] = (file.position, max(file.size, file.position))
        self._tell()
        return added


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
