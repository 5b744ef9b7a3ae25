"""What a WARC seems to hold, from the beginning of each record: a fraction of the time that reading it takes.

The file is searched for where gzip members begin, and of each only the first bytes are decompressed: enough for the
record's named fields and the head of the HTTP message. What is found is taken on trust until the WARC has been read:
a WARC that lies within a record shows its records too, lengths are up to the next member, and damage is not seen.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from crawler.archive.members import GZIP, WARC
from crawler.archive.record import Record

PIECE = 1 << 22
"""Bytes of the file in memory at a time."""

STARTS = ((768, 1280), (8192, 32768))
"""Compressed bytes of a member that are looked at, and bytes of the record that are got of them at most: those that
hold most heads, and if need be those that hold nearly all."""

_BLANK_LINE = re.compile(rb"\n\r?\n")
_SHOWN = re.compile(rb"\nWARC-Type[ \t]*:[ \t]*(?:response|revisit|resource|request)", re.IGNORECASE)


def sketch(path: Path) -> Iterator[Record]:
    """The responses, revisits, resources, and requests other than GET that a gzip WARC seems to hold, in order.

    Their blocks end where the look did. None of a file that is no gzip; raises OSError where it cannot be read.
    """
    last: Record | None = None
    for offset, start in _members(path):
        if last:
            last.length = offset - last.offset
            yield last
        last = _record(path, offset, start)
    if last:
        last.length = path.stat().st_size - last.offset
        yield last


def _members(path: Path) -> Iterator[tuple[int, bytes]]:
    """Offset and first decompressed bytes of each gzip member that begins as a record does."""
    furthest = STARTS[-1][0]
    with path.open("rb") as file:
        data, base = file.read(PIECE), 0
        if not data.startswith(GZIP):
            return
        while data:
            following = file.read(PIECE)
            end = len(data)
            data += following[:furthest]
            at = data.find(GZIP)
            while 0 <= at < end:
                if start := _start(data, at):
                    yield base + at, start
                at = data.find(GZIP, at + len(GZIP))
            data, base = following, base + end


def _start(data: bytes, at: int) -> bytes:
    """The first bytes of the record at `at`, as many as need be; none where no record begins there."""
    start = b""
    for compressed, size in STARTS:
        try:
            start = zlib.decompressobj(31).decompress(data[at : at + compressed], size)
        except zlib.error:
            return b""
        if not start.startswith(WARC):
            return b""
        if len(_BLANK_LINE.findall(start)) > 1:
            break
    return start


def _record(path: Path, offset: int, start: bytes) -> Record | None:
    """The record that begins with `start`; None where replay does not need it."""
    fields, _, block = start.partition(b"\r\n\r\n")
    if not _SHOWN.search(fields) or block.startswith(b"GET "):
        return None
    return Record(path, offset, fields[len(WARC) : 8].decode("ascii", "replace"), fields, block=block)
