"""Tells records from what only looks like them since it lies within one, as any site can serve it.

A body that cannot be packed any further is stored in its member as it is. A gzip member in it can be told from those of
the WARC by one thing alone: that a member which begins before it ends behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.archive.inflate import InflateErrors, gunzip
from crawler.replay.outlining import LARGE_FROM, longest, members_in, size_of_record

PIECE = 1 << 14
"""Compressed bytes that are unpacked at a time."""


def outermost(path: Path, offsets: Iterable[int], large: Iterable[tuple[int, int]]) -> set[int]:
    """Those of `offsets` that lie within no record, neither one of the `large` (offset and size) nor a smaller one.

    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        reaching = _Reaching(file, large)
        return {offset for offset in sorted(set(offsets)) if not reaching.over(offset)}


class _Reaching:
    """Finds the records that may reach to an offset, by the sizes that they state; for one offset after another."""

    def __init__(self, file: BinaryIO, large: Iterable[tuple[int, int]]) -> None:
        self._file = file
        self._large = deque(sorted(large))
        self._found: list[tuple[int, int]] = []
        self._searched = 0

    def over(self, offset: int) -> bool:
        """Whether one of them does."""
        while self._large and self._large[0][0] < offset:
            start, size = self._large.popleft()
            self._found.append((start, start + longest(size)))
        self._found += self._smaller(max(self._searched, offset - longest(LARGE_FROM), 0), offset)
        self._searched = offset
        self._found = [(start, end) for start, end in self._found if end > offset]
        while self._found:
            if _ends_behind(self._file, self._found[-1][0], offset):
                return True
            self._found.pop()  # nor does it reach any further
        return False

    def _smaller(self, begin: int, stop: int) -> Iterator[tuple[int, int]]:
        self._file.seek(begin)
        for at, beginning, block in members_in(self._file.read(stop - begin), stop - begin):
            size = size_of_record(beginning, block)
            if size < LARGE_FROM:
                yield begin + at, begin + at + longest(size)


def _ends_behind(file: BinaryIO, start: int, offset: int) -> bool:
    """Whether the member at `start` goes on at `offset`. One that cannot be unpacked so far does not."""
    unpacking = gunzip()
    file.seek(start)
    left = offset - start
    try:
        while left and not unpacking.eof:
            piece = file.read(min(left, PIECE))
            if not piece:
                return False
            unpacking.decompress(piece)
            left -= len(piece)
    except InflateErrors:
        return False
    return not unpacking.eof
