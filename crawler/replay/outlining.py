"""Where in a gzip WARC the captures of each address begin, from the beginnings of its records; see `outline`.

A process of its own runs `main`, so that several files, or parts of one, are looked through at once and while the
replay starts. It therefore imports next to nothing. The part is searched for where gzip members begin, and of each
only as many bytes are decompressed as hold the record's type and address.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from collections.abc import Iterator
from hashlib import blake2b
from typing import BinaryIO

from crawler.archive.inflate import InflateErrors, gunzip
from crawler.archive.keys import url_key

GZIP = b"\x1f\x8b\x08"
WARC = b"WARC/"

PIECE = 1 << 18
"""Bytes of the file in memory at a time; more than the processor's cache holds takes longer."""

STARTS = ((640, 1024), (8192, 32768))
"""Compressed bytes of a member that are looked at, and bytes of the record that are got of them at most: those that
hold most heads, and if need be those that hold nearly all."""

ENTRY = struct.Struct("<8sQQ")
"""Hash of the key (zeros: a request other than GET), offset, length."""

HEAD = struct.Struct("<Q?")
"""In front of the entries of a part: how many there are, and whether there can be no other captures in it."""

REQUEST = bytes(8)

_GZIP = re.compile(re.escape(GZIP))
_CAPTURES = (b"response", b"revisit", b"resource")
_METHOD_BYTES = 4
_PACKING = 256
"""Bytes by which a member may be longer than what it holds."""


def hashed(key: str) -> bytes:
    """What stands for a key in an entry: 8 bytes."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def outline(path: str, start: int, stop: int) -> tuple[bytes, bool]:
    """The entries of the captures that begin in `start` to `stop`, and whether there can be no others.

    There may be others where something else than records was met, or a member that holds more than one. Raises
    OSError where the file cannot be read.
    """
    entries, clean = [], True
    with open(path, "rb") as file:  # noqa: PTH123  pathlib would be imported for it
        if file.read(len(GZIP)) != GZIP:
            return b"", False
        last, beginning, end = start, b"", 0
        for offset, following, following_end in _members(file, start, stop):
            if beginning:
                entry, alone = _entry(beginning, end, last, offset - last)
                clean = clean and alone
                if entry:
                    entries.append(entry)
            elif offset > start == 0:
                clean = False
            last, beginning, end = offset, following, following_end
    return b"".join(entries), clean


def start_of_member(data: bytes, at: int) -> tuple[bytes, int]:
    """The first bytes of the record at `at`, as many as need be, and where its block begins in them.

    Nothing where no record begins there; 0 where its fields are too long.
    """
    start = b""
    for compressed, size in STARTS:
        try:
            start = gunzip().decompress(data[at : at + compressed], size)
        except InflateErrors:
            return b"", 0
        if not start.startswith(WARC):
            return b"", 0
        end = block_of(start)
        if 0 < end <= len(start) - _METHOD_BYTES:
            return start, end
    return start, 0


def block_of(start: bytes) -> int:
    """Where the block of a record begins, behind the first blank line; 0 where there is none."""
    end = start.find(b"\n\r\n") + 3
    bare = start.find(b"\n\n", 0, end - 3 if end > 2 else None) + 2
    return bare if bare > 1 else end if end > 2 else 0


def _members(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[int, bytes, int]]:
    """Offset and what `start_of_member` gives of each member from `start` on; the last is at or behind `stop`.

    At the end of the file nothing is given with its size.
    """
    furthest = STARTS[-1][0]
    file.seek(start)
    data, base = file.read(PIECE), start
    while data:
        following = file.read(PIECE)
        end = len(data)
        data += following[:furthest]
        for found in _GZIP.finditer(data):
            at = found.start()
            if at >= end:
                break
            beginning, block = start_of_member(data, at)
            if beginning:
                yield base + at, beginning, block
                if base + at >= stop:
                    return
        data, base = following, base + end
    yield base, b"", 0


def _entry(beginning: bytes, block: int, offset: int, length: int) -> tuple[bytes, bool]:
    """The entry of a record, empty where it is neither a capture nor a request that was no GET.

    And whether its member holds no other record, as far as its length says.
    """
    named = beginning[: block or len(beginning)]
    kind = _field(named, b"WARC-Type").lower()
    stated = _field(named, b"Content-Length")
    size = block + int(stated) if stated.isdigit() else 0
    alone = block > 0 and length < size + size // 1000 + _PACKING
    if kind in _CAPTURES:
        url = _field(named, b"WARC-Target-URI").removeprefix(b"<").removesuffix(b">")
        return ENTRY.pack(hashed(url_key(url.decode("utf-8", "replace"))), offset, length) if url else b"", alone
    if kind == b"request" and block and not beginning.startswith(b"GET ", block):
        return ENTRY.pack(REQUEST, offset, length), alone
    return b"", alone


def _field(named: bytes, name: bytes) -> bytes:
    """The value of the first field that is so called, in whatever case; empty where there is none."""
    at = named.find(b"\n" + name + b": ")  # as nearly everybody writes it
    if at < 0:
        at = named.lower().find(b"\n" + name.lower() + b":")
    return named[at + len(name) + 2 : named.find(b"\n", at + 1)].strip() if at >= 0 else b""


def main() -> None:
    """Answer each line of JSON (path, start, stop) on the standard input with `HEAD` and the entries."""
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        entries, clean = outline(*json.loads(line))
        out.write(HEAD.pack(len(entries) // ENTRY.size, clean) + entries)
        out.flush()
