"""Where in a gzip WARC the captures of each address begin, from the beginnings of its records; see `outline`.

A process of its own runs `main`, so that several files, or parts of one, are looked through at once and while the
replay starts. It therefore imports next to nothing. The part is searched for where gzip members begin, and of each
only as many bytes are decompressed as hold the record's type and address.
"""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Iterator
from hashlib import blake2b
from io import BufferedReader

from crawler.archive.inflate import InflateErrors, gunzip
from crawler.archive.keys import url_key

GZIP = b"\x1f\x8b\x08"
WARC = b"WARC/"

PIECE = 1 << 18
"""Bytes of the file in memory at a time; more than the processor's cache holds takes longer."""

BRIEF, LONG = (512, 4096), (8192, 32768)
"""Compressed bytes of a member that are looked at, and bytes of the record that are got of them at most: those that
hold most heads, and if need be those that hold nearly all."""

ENTRY = struct.Struct("<8sQQQ")
"""Hash of the key or what stands in its place, offset, length up to the next member, and size of the record."""

ASKED = struct.Struct("<QQI")
"""Start and stop of the part that is asked for, and bytes of the path behind it."""

HEAD = struct.Struct("<Q?")
"""In front of the entries of a part: how many there are, and whether there can be no other captures in it."""

REQUEST, LARGE = bytes(8), b"\xff" * 8
"""In the place of a hash: a request other than GET; another record that is no capture, of `LARGE_FROM` bytes."""

LARGE_FROM = 1 << 15

_GZIP = re.compile(re.escape(GZIP))
_HEAD_END = re.compile(rb"\n\r?\n")
_TYPE, _ADDRESS, _LENGTH = b"\nWARC-Type: ", b"\nWARC-Target-URI: ", b"\nContent-Length: "
_CAPTURES = frozenset((b"response", b"revisit", b"resource"))
_GET = b"GET "
_PACKING = 256
"""Bytes by which a member may be longer than what it holds."""

Beginning = tuple[int, bytes, int]
"""Where a member begins, the first bytes of its record, and where the record's block begins in them: 0 where that is
not among them."""


def hashed(key: str) -> bytes:
    """What stands for a key in an entry: 8 bytes."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def outline(path: str | bytes, start: int, stop: int) -> tuple[bytes, bool]:
    """The entries of the captures that begin in `start` to `stop`, and whether there can be no others.

    There may be others where something else than records was met, or a member that holds more than one. What is found
    may also lie within a record, which `enclosing` tells. Raises OSError where the file cannot be read.
    """
    entries, clean = [], True
    with open(path, "rb") as file:  # noqa: PTH123  pathlib would be imported for it
        if file.read(len(GZIP)) != GZIP:
            return b"", False
        last, beginning, block = start, b"", 0
        for offset, following, following_block in _members(file, start, stop):
            if beginning:
                entry, alone = _entry(beginning, block, last, offset - last)
                clean = clean and alone
                if entry:
                    entries.append(entry)
            elif offset > start == 0:
                clean = False
            last, beginning, block = offset, following, following_block
    return b"".join(entries), clean


def start_of_member(data: bytes | memoryview) -> tuple[bytes, int]:
    """The first bytes of the record that `data` begins with, as many as need be, and where its block begins in them.

    Nothing where no record begins there; 0 where its fields are too long.
    """
    unpacking = gunzip()
    try:
        start = unpacking.decompress(data[: BRIEF[0]], BRIEF[1])
        if not start.startswith(WARC):
            return b"", 0
        found = _HEAD_END.search(start)
        if unpacking.eof or (found and found.end() <= len(start) - len(_GET)):
            return start, found.end() if found else 0
        start += unpacking.decompress(unpacking.unconsumed_tail + data[BRIEF[0] : LONG[0]], LONG[1])
    except InflateErrors:
        return b"", 0
    return start, block_of(start)


def block_of(start: bytes) -> int:
    """Where the block of a record begins, behind the first blank line; 0 where there is none."""
    found = _HEAD_END.search(start)
    return found.end() if found else 0


def _members(file: BufferedReader, start: int, stop: int) -> Iterator[Beginning]:
    """The members from `start` on; the last is at or behind `stop`, or nothing at the end of the file."""
    room = memoryview(bytearray(PIECE + LONG[0]))
    base, held = file.seek(start), file.readinto(room)
    while held:
        end = min(held, PIECE)
        for at, beginning, block in members_in(room[:held], end):
            yield base + at, beginning, block
            if base + at >= stop:
                return
        base += end
        held -= end
        room[:held] = room[end : end + held]
        held += file.readinto(room[held:])
    yield base, b"", 0


def members_in(data: bytes | memoryview, end: int) -> Iterator[Beginning]:
    """The members that begin before `end` in `data`."""
    for found in _GZIP.finditer(data):
        at = found.start()
        if at >= end:
            return
        beginning, block = start_of_member(data[at:])
        if beginning:
            yield at, beginning, block


def size_of_record(beginning: bytes, block: int) -> int:
    """How many bytes a record says that it has; 0 where it does not."""
    stated = _field(beginning, block, _LENGTH)
    return block + int(stated) if stated.isdigit() else 0


def longest(size: int) -> int:
    """Bytes that a record of this size may take in a member, at most."""
    return size + size // 1000 + _PACKING


def _entry(beginning: bytes, block: int, offset: int, length: int) -> tuple[bytes, bool]:
    """The entry of a record, empty where none is needed: of small ones that are neither captures nor sent something.

    And whether its member holds no other record, as far as its length says.
    """
    size = size_of_record(beginning, block)
    alone = size > 0 and length < longest(size)
    end = block or len(beginning)
    kind = _field(beginning, end, _TYPE).lower()
    if kind in _CAPTURES and (url := _field(beginning, end, _ADDRESS)):
        key = hashed(url_key(url.removeprefix(b"<").removesuffix(b">").decode("utf-8", "replace")))
    elif kind == b"request" and block and not beginning.startswith(_GET, block):
        key = REQUEST
    elif size < LARGE_FROM:
        return b"", alone
    else:
        key = LARGE
    return ENTRY.pack(key, offset, length, size), alone


def _field(start: bytes, end: int, mark: bytes) -> bytes:
    """The value of the first field before `end` that begins with `mark`, in whatever case; empty where none does."""
    at = start.find(mark, 0, end)  # as nearly everybody writes it
    if at < 0:
        at = start[:end].lower().find(mark[:-1].lower())
        if at < 0:
            return b""
    line_end = start.find(b"\n", at + 1, end)
    return start[at + len(mark) - 1 : line_end if line_end >= 0 else end].strip()


def main() -> None:
    """Answer each `ASKED`, with a path behind it, on the standard input with `HEAD` and the entries."""
    asked, out = sys.stdin.buffer, sys.stdout.buffer
    while head := asked.read(ASKED.size):
        start, stop, size = ASKED.unpack(head)
        entries, clean = outline(asked.read(size), start, stop)
        out.write(HEAD.pack(len(entries) // ENTRY.size, clean) + entries)
        out.flush()
