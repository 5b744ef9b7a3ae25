"""What WARCs there are, and what is known of those that have not been read: from the cache, an index, or a look.

It imports little, so that WARCs are looked through while the rest of the replay is still being loaded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.layout import OPEN, index_path
from crawler.errors import ArchiveError
from crawler.replay.cache import Cache
from crawler.replay.files import File, Looked, forget, keep_looked, looked_parts, recognise, size_of
from crawler.replay.folder import FolderWatch
from crawler.replay.outline import Outline, Unread
from crawler.replay.prior import Index

LOOKED_THROUGH_FROM = 1 << 22
"""Bytes to be read from which on WARCs are looked through before that; less is read in no time."""


@dataclass(frozen=True, slots=True)
class LookingProgress:
    """How far the look through WARCs before they are read is, in bytes."""

    looked: int
    size: int


class Looking:
    """The WARCs below `root`, a folder or one WARC. Raises ArchiveError where `root` is not there."""

    def __init__(self, root: Path, cache: Cache) -> None:
        if not root.exists():
            raise ArchiveError(f"{root}: there is no such file or folder. Give the folder that holds the WARCs.")
        self.watch = FolderWatch(root)
        self.complete = threading.Event()
        """Set once all that was seen has been read."""
        self.names: dict[str, Path] = {}
        """The WARCs by their names in the index."""
        self.files: dict[str, File] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        """Bytes read of each, and bytes there."""
        self.outline: Outline | None = None
        self.blind: set[str] | None = None
        """WARCs that may hold other captures than are known; None while that is not known itself."""
        self._indexes: list[Index] = []  # whose captures are not all in the cache yet
        self._folder = root if root.is_dir() else root.parent
        self._cache = cache
        self._found = threading.Condition()
        self._ended = False

    def look(self, closely: bool) -> None:
        """See which WARCs there are, and what indexes say of new ones; `Library.look` says when `closely`."""
        self.watch.refresh()
        self.names = {self._name(path): path for path in self.watch.warcs}
        self._forget_missing()
        self._enter_new()
        sizes = {name: size_of(path) for name, path in self.names.items()}
        self.sizes = {name: (self.files[name].position, size) for name, size in sizes.items()}
        if closely:
            self._look_through(sizes)

    @property
    def progress(self) -> LookingProgress | None:
        """How far the look is; None where none is under way."""
        outline = self.outline if self.blind is None else None
        return LookingProgress(outline.looked, outline.size) if outline else None

    @property
    def known(self) -> bool:
        """Whether all captures of an address are known, or where they are."""
        return self.complete.is_set() or self.blind == set()

    def in_order(self) -> list[str]:
        """The WARCs as they are to be read: those that nothing is known of, then the newest first."""
        if self.complete.is_set():
            return list(self.names)
        newest = sorted(self.names, key=lambda name: self.files[name].changed, reverse=True)
        return sorted(newest, key=lambda name: name not in (self.blind or ()))

    def take_indexes(self) -> None:
        """Enter all that indexes say of new WARCs, which otherwise comes only with what is asked for."""
        while self._indexes:
            self._indexes[0].take(self._cache)
            del self._indexes[0]
            self.tell()

    def bring_indexed(self, key: str) -> None:
        """Enter the captures of a key that are in indexes and not in the cache."""
        for index in list(self._indexes):
            index.bring(self._cache, key)

    def has_read(self, name: str) -> None:
        """A WARC has been read to its end."""
        if self.blind:
            self.blind.discard(name)
            self.tell()

    def has_read_all(self) -> None:
        """All that was seen has been read."""
        self.complete.set()
        self.outline = self.blind = None
        self.tell()

    def end(self) -> None:
        """End what `look` waits for, and what it would wait for later."""
        self._ended = True
        if self.outline:
            self.outline.end()

    def wait(self, seconds: float) -> None:
        """Wait until more has been found, everything has been read, or so long."""
        with self._found:
            if not self.complete.is_set():
                self._found.wait(seconds)

    def tell(self) -> None:
        """Tell who waits that there is more."""
        with self._found:
            self._found.notify_all()

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix().removesuffix(OPEN)

    def _forget_missing(self) -> None:
        with self._cache.connection() as db:
            stored = dict(db.execute("SELECT path, id FROM files"))
        for name in stored.keys() - self.names.keys():
            self.files.pop(name, None)
            with self._cache.transaction() as db:
                forget(db, stored[name])

    def _enter_new(self) -> None:
        """Enter WARCs that were not seen in this run, and up to where indexes describe those that were never read."""
        new = sorted(self.names.keys() - self.files.keys())
        if not new:
            return
        with self._cache.transaction() as db:
            entered = {name: recognise(db, name, self.names[name]) for name in new}
        self.files |= entered  # once that is written
        folders: dict[Path, dict[str, File]] = {}
        for name in new:
            file = self.files[name]
            if not file.known_to:
                folders.setdefault(file.path.parent, {})[file.path.name.removesuffix(OPEN)] = file
        for folder, files in folders.items():
            if (path := index_path(folder)).exists():
                index = Index(path, files)
                if index.searchable:
                    self._indexes.append(index)
                else:
                    index.take(self._cache)

    def _look_through(self, sizes: dict[str, int]) -> None:
        """Learn where the captures are in what was not read, where reading it takes long."""
        files = [(name, self.files[name]) for name in self.in_order()]
        unread = [
            Unread(name, self.names[name], file.known_to, sizes[name])
            for name, file in files
            if sizes[name] > max(file.known_to, file.size)
        ]
        if sum(max(0, sizes[name] - file.position) for name, file in files) < LOOKED_THROUGH_FROM:
            # Of all other files it is known by the cache or an index what they hold.
            self.blind = None if self.complete.is_set() else {part.name for part in unread}
            self.tell()
            return
        self.complete.clear()
        looked = {part.name: self._looked_before(part) for part in unread}
        rest = [gap for part in unread for gap in gaps(part, looked[part.name])]
        self.outline = Outline(rest, looked, self.tell, self._keep)
        if self._ended:
            self.outline.end()
        self.outline.start()
        self.outline.wait()
        self.blind = self.outline.blind
        self.tell()

    def _looked_before(self, unread: Unread) -> list[Looked]:
        with self._cache.connection() as db:
            return looked_parts(db, self.files[unread.name].id)

    def _keep(self, part: Unread, entries: bytes, clean: bool) -> None:
        """Keep what was found in a part, for a replay that ends before it has been read."""
        with suppress(ArchiveError), self._cache.transaction() as db:  # it is kept for the next time only
            keep_looked(db, self.files[part.name].id, Looked(part.start, part.stop, clean, entries))


def gaps(unread: Unread, looked: list[Looked]) -> Iterator[Unread]:
    """What is not looked through yet of a WARC."""
    at = unread.start
    for part in looked:
        if part.start > at:
            yield Unread(unread.name, unread.path, at, part.start)
        at = max(at, part.stop)
    if at < unread.stop:
        yield Unread(unread.name, unread.path, at, unread.stop)
