"""What an index beside the WARCs already says: taken on trust until the WARCs themselves have been read.

`index.cdxj` is sorted by key, so that an indexed archive can be replayed at once: the captures of an address are
searched for in it. What it cannot say (where a redirect leads, the record's id) comes with the reading, which puts
right whatever was out of date.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from operator import le
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from crawler.replay.cache import Cache
from crawler.replay.files import File, size_of
from crawler.replay.mementos import microseconds, parse_stamp

if TYPE_CHECKING:
    from crawler.archive.cdxj import Entry

log = logging.getLogger(__name__)

BATCH = 5000
"""Lines in one transaction; what was taken so far is visible after each."""

REVISIT_MIME = "warc/revisit"

_PIECE = 1 << 20
_PLACE = re.compile(rb'"length": "(\d+)", "offset": "(\d+)", "filename": "([^"\\\n]*)"')
"""Where a capture lies, as our index and pywb's have it."""

_INSERT = (
    "INSERT OR IGNORE INTO captures "
    "(key, time, url, kind, method, status, mime, digest, file, offset, length, certain) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
)


class Index:
    """The index `path` of WARCs of which nothing was read before, `files` by name."""

    def __init__(self, path: Path, files: dict[str, File]) -> None:
        self.path = path
        self.searchable = False
        """Whether captures can be searched for in it. Up to where it describes the files is then noted in them."""
        self._files = files
        with suppress(OSError, ValueError):
            ends = _ends(path)
            self._files = {name: file for name, file in files.items() if 0 < ends.get(name, 0) <= size_of(file.path)}
            for name, file in self._files.items():
                file.indexed = ends[name]
            self.searchable = True

    def take(self, cache: Cache) -> None:
        """Enter all captures of the files, and note up to where that is. Nothing is noted where it cannot be read."""
        ends: dict[int, int] = {}
        rows = self._rows(self._lines())
        try:
            while batch := list(islice(rows, BATCH)):
                with cache.transaction() as db:
                    db.executemany(_INSERT, batch)
                for *_, number, offset, length in batch:
                    ends[number] = max(ends.get(number, 0), offset + length)
        except (OSError, ValueError, KeyError) as error:
            log.warning("%s is not used, for it cannot be read: %s", self.path, error)
            return
        for file in self._files.values():
            file.indexed = max(file.indexed, ends.get(file.id, 0))
        with cache.transaction() as db:
            noted = [(file.indexed, file.id) for file in self._files.values()]
            db.executemany("UPDATE files SET indexed = ? WHERE id = ?", noted)

    def bring(self, cache: Cache, key: str) -> None:
        """Enter the captures of a key, and those of what was posted to its address. `take` says what is wrong."""
        path = key.partition("?")[0]
        rows: list[tuple[Any, ...]] = []
        with suppress(OSError, ValueError, KeyError):
            for begin, end in ((f"{key} ", f"{key}!"), (f"{path}?__wb_method=", f"{path}?__wb_method>")):
                rows += self._rows(self._between(begin.encode(), end.encode()))
        if rows:
            with cache.transaction() as db:
                db.executemany(_INSERT, rows)

    def _rows(self, lines: Iterable[bytes]) -> Iterator[tuple[Any, ...]]:
        from crawler.archive.cdxj import parse_line  # it loads all that reads WARCs, which the look does not need

        for line in lines:
            entry = parse_line(line)
            if file := self._files.get(entry.fields.get("filename", "")):
                yield _row(entry, file.id)

    def _lines(self) -> Iterator[bytes]:
        with self.path.open("rb") as lines:
            yield from lines

    def _between(self, begin: bytes, end: bytes) -> Iterator[bytes]:
        """The lines from `begin` to before `end`."""
        with self.path.open("rb") as lines:
            lines.seek(_place_of(lines, begin))
            for line in lines:
                if line >= end:
                    return
                yield line


def _ends(index: Path) -> dict[str, int]:
    """Up to where an index describes each WARC. Raises ValueError where it cannot be searched by key."""
    ends: dict[str, int] = {}
    last = b""
    with index.open("rb") as file:
        while piece := file.read(_PIECE) + file.readline():
            lines = [last, *piece.splitlines()]
            places = _PLACE.findall(piece)
            if len(places) != len(lines) - 1 or not all(map(le, lines, lines[1:])):
                raise ValueError("not an index that is sorted by byte")
            for length, offset, name in places:
                decoded = name.decode()
                ends[decoded] = max(ends.get(decoded, 0), int(offset) + int(length))
            last = lines[-1]
    return ends


def _place_of(file: BinaryIO, wanted: bytes) -> int:
    """Where the first line begins that is not before `wanted`."""
    low, high = 0, file.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        file.seek(middle)
        if middle:
            file.seek(middle - 1)
            file.readline()
        begin = file.tell()
        line = file.readline()
        if begin < high and line < wanted:
            low = begin + len(line)
        else:
            high = middle
    return low


def _row(entry: Entry, file: int) -> tuple[Any, ...]:
    fields = entry.fields
    moment = parse_stamp(entry.timestamp)
    revisit = fields.get("mime") == REVISIT_MIME
    status = fields.get("status", "")
    return (
        entry.key,
        microseconds(moment) if moment else 0,
        fields["url"],
        "revisit" if revisit else "response",
        fields.get("method", "GET"),
        int(status) if status.isdigit() else None,
        None if revisit else fields.get("mime"),
        fields.get("digest"),
        file,
        int(fields["offset"]),
        int(fields["length"]),
    )
