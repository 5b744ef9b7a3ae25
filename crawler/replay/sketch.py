"""What a WARC seems to hold at one place, from the beginning of the record alone (see `outline`)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.archive.record import Record
from crawler.replay.outline import Place
from crawler.replay.outlining import WARC, block_of

BEGINNING = (1 << 15, 1 << 16)
"""Compressed bytes that are read of a record, and bytes that they may unpack to: all of most heads and posted forms."""


def sketch(path: Path, places: Iterable[Place]) -> Iterator[Record]:
    """The records at these places of a gzip WARC; their blocks end where the look did.

    What is no record is left out. Raises OSError where `path` cannot be read.
    """
    compressed, size = BEGINNING
    with path.open("rb") as file:
        for place in places:
            file.seek(place.offset)
            try:
                start = zlib.decompressobj(31).decompress(file.read(compressed), size)
            except zlib.error:
                continue
            block = block_of(start) or len(start)
            if start.startswith(WARC):
                version = start[len(WARC) : 8].decode("ascii", "replace")
                yield Record(path, place.offset, version, start[:block].rstrip(b"\r\n"), place.length, start[block:])
