"""Tells records from what only looks like them since it lies within one, as any site can serve it.

A body that cannot be packed any further is stored in its member as it is. A gzip member in it can be told from those of
the WARC by one thing alone: that a member which begins before it ends behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.archive.inflate import InflateErrors, gunzip
from crawler.replay.outlining import LARGE_FROM, longest, members_in, size_of_record

PIECE = 1 << 14
"""Compressed bytes that are unpacked at a time."""


def enclosed(path: Path, offset: int, large: Iterable[tuple[int, int]]) -> bool:
    """Whether what begins at `offset` lies within a record, one of the `large` (offset and size) or a smaller one.

    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        reaching = [start for start, size in large if start < offset < start + longest(size)]
        reaching += _smaller(file, offset)
        return any(_ends_behind(file, start, offset) for start in reaching)


def _smaller(file: BinaryIO, offset: int) -> Iterator[int]:
    """Where members of smaller records begin that may reach to `offset`."""
    begin = max(0, offset - longest(LARGE_FROM))
    file.seek(begin)
    for at, beginning, block in members_in(file.read(offset - begin), offset - begin):
        start, size = begin + at, size_of_record(beginning, block)
        if size < LARGE_FROM and start + longest(size) > offset:
            yield start


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
