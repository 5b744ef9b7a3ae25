"""What a WARC seems to hold at one place, from the beginning of the record alone (see `outline`)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.archive.record import Record
from crawler.replay.outline import Place
from crawler.replay.outlining import WARC

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
            fields, _, block = start.partition(b"\r\n\r\n")
            if start.startswith(WARC):
                version = fields[len(WARC) : 8].decode("ascii", "replace")
                yield Record(path, place.offset, version, fields, place.length, block)
