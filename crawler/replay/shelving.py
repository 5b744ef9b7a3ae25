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

from crawler.archive.layout import OPEN
from crawler.archive.reader import Damage, Record, iterate
from crawler.replay.cache import Cache
from crawler.replay.files import File, forget, recognise, size_of
from crawler.replay.folder import FolderWatch
from crawler.replay.outline import Group, Outline, Place, Unread
from crawler.replay.prior import take_index
from crawler.replay.rows import Captures, drop_uncertain
from crawler.replay.sketch import sketch

KEPT = 1 << 16
"""Bytes of each block that the index needs at most: a head, and the body of a form that was posted."""

LOOKED_THROUGH_FROM = 1 << 22
"""Bytes to be read from which on WARCs are looked through before that; less is read in no time."""

COMMIT_SECONDS = 0.25
"""While a large file is read, what was found so far is visible after at most this long."""


@dataclass(frozen=True, slots=True)
class LookingProgress:
    """How far the look through WARCs before they are read is, in bytes."""

    looked: int
    size: int


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
    """Keeps the captures in `cache` level with the WARCs below `root`."""

    def __init__(self, root: Path, cache: Cache) -> None:
        self.watch = FolderWatch(root)
        self.complete = threading.Event()
        self._folder = root if root.is_dir() else root.parent
        self._cache = cache
        self._lock = threading.Lock()
        self._found = threading.Condition()
        self._names: dict[str, Path] = {}
        self._files: dict[str, File] = {}
        self._bytes: dict[str, tuple[int, int]] = {}
        self._outline: Outline | None = None
        self._blind: set[str] | None = None
        self._brought: set[str] = set()

    @property
    def progress(self) -> Progress:
        """How far the reading is."""
        states = list(self._bytes.values())
        outline = self._outline if self._blind is None else None
        looking = LookingProgress(outline.looked, outline.size) if outline else None
        return Progress(
            sum(read for read, _ in states), sum(size for _, size in states), self.complete.is_set(), looking
        )

    @property
    def known(self) -> bool:
        """Whether all captures of an address are known, once they have been brought."""
        return self.complete.is_set() or self._blind == set()

    def look(self, closely: bool) -> None:
        """See which WARCs there are, and take on trust what indexes say of new ones.

        With `closely` it is learnt of those without an index where the captures of each address are, if they are large.
        """
        with self._lock:
            self.watch.refresh()
            self._names = {self._name(path): path for path in self.watch.warcs}
            self._forget_missing()
            self._enter_new()
            sizes = {name: size_of(path) for name, path in self._names.items()}
            self._bytes = {name: (self._files[name].position, size) for name, size in sizes.items()}
            if closely:
                self._look_through(sizes)

    def read_on(self) -> int:
        """Read what is new in the WARCs that were seen; how many captures were added."""
        with self._lock:
            added = sum(self._read_on(name, self._names[name]) for name in self._in_order())
            self.complete.set()
            self._outline = self._blind = None
            self._brought.clear()
            self._tell()
            return added

    def bring(self, key: str) -> None:
        """Enter the captures of a key that are known to be there and have not been read."""
        if self.complete.is_set() or key in self._brought:
            return
        known = self.known
        groups = self._outline.places(key) if self._outline else []
        groups += self._half_known(key)
        for name in {group.name for group in groups}:
            if file := self._files.get(name):
                self._bring(file, [group for group in groups if group.name == name])
        if known:
            self._brought.add(key)

    def end(self) -> None:
        """End what `look` waits for."""
        if self._outline:
            self._outline.end()

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

    def _in_order(self) -> list[str]:
        """The WARCs as they are to be read: those that nothing is known of, then the newest first."""
        if self.complete.is_set():
            return list(self._names)
        newest = sorted(self._names, key=lambda name: self._files[name].changed, reverse=True)
        return sorted(newest, key=lambda name: name not in (self._blind or ()))

    def _forget_missing(self) -> None:
        with self._cache.connection() as db:
            stored = dict(db.execute("SELECT path, id FROM files"))
        for name in stored.keys() - self._names.keys():
            self._files.pop(name, None)
            with self._cache.transaction() as db:
                forget(db, stored[name])

    def _enter_new(self) -> None:
        """Enter WARCs that were not seen in this run, and what indexes say of those that were never read."""
        new = sorted(self._names.keys() - self._files.keys())
        if not new:
            return
        with self._cache.transaction() as db:
            for name in new:
                path = self._names[name]
                self._files[name] = recognise(db, name, path, size_of(path))
        folders: dict[Path, dict[str, File]] = {}
        for name in new:
            file = self._files[name]
            if not file.known_to:
                folders.setdefault(file.path.parent, {})[file.path.name.removesuffix(OPEN)] = file
        for folder, files in folders.items():
            take_index(self._cache, folder, files)
            self._tell()

    def _look_through(self, sizes: dict[str, int]) -> None:
        """Learn where the captures are in what was not read, where reading it takes long."""
        files = [(name, self._files[name]) for name in self._in_order()]
        unread = [
            Unread(name, self._names[name], file.known_to, sizes[name])
            for name, file in files
            if sizes[name] > max(file.known_to, file.size)
        ]
        if sum(max(0, sizes[name] - file.position) for name, file in files) < LOOKED_THROUGH_FROM:
            # Of all other files it is known by the cache or an index what they hold.
            self._blind = None if self.complete.is_set() else {part.name for part in unread}
            self._tell()
            return
        self.complete.clear()
        self._outline = Outline(unread, self._tell)
        self._outline.start()
        self._outline.wait()
        self._blind = self._outline.blind
        self._tell()

    def _half_known(self, key: str) -> list[Group]:
        """Redirects of which an index did not say where they lead."""
        with self._cache.connection() as db:
            rows = db.execute(
                "SELECT f.path, c.offset, c.length FROM captures c JOIN files f ON f.id = c.file WHERE c.key = ? "
                "AND c.certain = 0 AND c.location IS NULL AND c.method = 'GET' AND c.status BETWEEN 300 AND 399",
                (key,),
            )
            return [Group(name, [Place(offset, length)], None) for name, offset, length in rows]

    def _bring(self, file: File, groups: list[Group]) -> None:
        found = Captures(file.id, certain=False)
        try:
            for group in groups:
                found.begin_behind(next(sketch(file.path, [group.before]), None) if group.before else None)
                for record in sketch(file.path, group.places):
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
        known = self._files[name]
        if (known.size, known.mtime) == (status.st_size, status.st_mtime_ns) and known.path == path:
            return 0
        with self._cache.transaction() as db:
            file = recognise(db, name, path, status.st_size)
        file.size, file.mtime, file.path = status.st_size, status.st_mtime_ns, path
        added = self._index(name, file) if file.position < status.st_size else 0
        self._files[name] = file
        if self._blind:
            self._blind.discard(name)
            self._tell()
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
        self._bytes[name] = (file.position, max(file.size, file.position))
        self._tell()
        return added
