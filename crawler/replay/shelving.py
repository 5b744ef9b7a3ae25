"""Reads WARCs into the index of captures: each from where the last reading stopped, whole records only.

A file is known again by its path and its first bytes; one that was replaced is read anew, one that is gone is
forgotten. What cannot be read is stepped over and noted with the file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.reader import Damage, Record, iterate
from crawler.replay.cache import Cache
from crawler.replay.enclosing import outermost
from crawler.replay.files import File, drop_uncertain, recognise
from crawler.replay.looking import Looking, LookingProgress
from crawler.replay.outline import Group, Place
from crawler.replay.rows import Captures
from crawler.replay.sketch import sketch

KEPT = 1 << 16
"""Bytes of each block that the index needs at most: a head, and the body of a form that was posted."""

COMMIT_SECONDS = 0.25
"""While a large file is read, what was found so far is visible after at most this long."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading is: bytes read and there, and whether all that is known of has been read."""

    read: int
    size: int
    complete: bool
    looking: LookingProgress | None = None
    """Set while the WARCs are only looked through."""

    @property
    def percent(self) -> int:
        """The share that was looked through or else read, rounded down."""
        if self.looking:
            return min(99, 100 * self.looking.looked // max(1, self.looking.size))
        return 100 if self.complete or not self.size else min(99, 100 * self.read // self.size)


class Shelving:
    """Keeps the captures in `cache` level with the WARCs that `looking` sees."""

    def __init__(self, looking: Looking, cache: Cache) -> None:
        self.looking = looking
        self._cache = cache
        self._lock = threading.Lock()
        self._brought: set[str] = set()

    @property
    def progress(self) -> Progress:
        """How far the reading is."""
        states = list(self.looking.sizes.values())
        read, size = (sum(numbers) for numbers in zip((0, 0), *states, strict=True))
        return Progress(read, size, self.looking.complete.is_set(), self.looking.progress)

    @property
    def known(self) -> bool:
        """Whether all captures of an address are known, once they have been brought."""
        return self.looking.known

    def look(self, closely: bool) -> None:
        """See which WARCs there are; with `closely`, learn where the captures of large ones are that have no index."""
        with self._lock:
            self.looking.look(closely)

    def read_on(self) -> int:
        """Read what is new in the WARCs that were seen; how many captures were added."""
        looking = self.looking
        with self._lock:
            looking.take_indexes()
            added = sum(self._read_on(name, looking.names[name]) for name in looking.in_order())
            looking.has_read_all()
            self._brought.clear()
            return added

    def bring(self, key: str) -> None:
        """Enter the captures of a key that are known to be there and have not been read."""
        looking = self.looking
        if looking.complete.is_set() or key in self._brought:
            return
        known = self.known
        looking.bring_indexed(key)
        groups = looking.outline.places(key) if looking.outline else []
        groups += self._half_known(key)
        for name in {group.name for group in groups}:
            if file := looking.files.get(name):
                large = looking.outline.large(name) if looking.outline else []
                self._bring(file, [group for group in groups if group.name == name], large)
        if known:
            self._brought.add(key)

    def _half_known(self, key: str) -> list[Group]:
        """Redirects of which an index did not say where they lead."""
        with self._cache.connection() as db:
            rows = db.execute(
                "SELECT f.path, c.offset, c.length FROM captures c JOIN files f ON f.id = c.file WHERE c.key = ? "
                "AND c.certain = 0 AND c.location IS NULL AND c.method = 'GET' AND c.status BETWEEN 300 AND 399",
                (key,),
            )
            return [Group(name, [Place(offset, length)], None) for name, offset, length in rows]

    def _bring(self, file: File, groups: list[Group], large: list[tuple[int, int]]) -> None:
        found = Captures(file.id, certain=False)
        try:
            true = outermost(file.path, (place.offset for group in groups for place in group.places), large)
            for group in groups:
                found.begin_behind(next(sketch(file.path, [group.before]), None) if group.before else None)
                for record in sketch(file.path, [place for place in group.places if place.offset in true]):
                    found.add(record)
        except OSError:
            return  # reading it will say why
        with self._cache.transaction() as db:
            position = db.execute("SELECT position FROM files WHERE id = ?", (file.id,)).fetchone()
            if position:
                found.write(db, position[0])

    def _read_on(self, name: str, path: Path) -> int:
        """Read the new bytes of one file."""
        try:
            status = path.stat()
        except OSError:
            return 0  # renamed since the folder was listed: seen next time
        known = self.looking.files[name]
        if (known.size, known.mtime) == (status.st_size, status.st_mtime_ns) and known.path == path:
            return 0
        with self._cache.transaction() as db:
            file = recognise(db, name, path)
        file.size, file.mtime, file.path = status.st_size, status.st_mtime_ns, path
        added = self._index(name, file) if file.position < status.st_size else 0
        self.looking.files[name] = file
        self.looking.has_read(name)
        return added

    def _index(self, name: str, file: File) -> int:
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

    def _items(self, file: File) -> Iterator[Record | Damage]:
        try:
            yield from iterate(file.path, file.position, keep=KEPT)
        except FileNotFoundError:
            return  # renamed meanwhile: read on under its other name
        except OSError as error:
            yield Damage(file.path, file.position, error.strerror or str(error))

    def _commit(self, name: str, file: File, found: Captures) -> int:
        with self._cache.transaction() as db:
            added = found.write(db)
            file.store(db)
        self.looking.sizes[name] = (file.position, max(file.size, file.position))
        self.looking.tell()
        return added
