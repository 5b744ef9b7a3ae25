"""The decompressed bytes of a WARC, one gzip member or zstd frame at a time, in bounded memory and past damage.

A plain WARC is read as if it were one member. Damage is reported, and reading goes on at the next member that
holds the start of a record: what a checker must be able to do and a library's reader does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from crawler.archive.check.findings import Place, Report
from crawler.archive.inflate import InflateErrors, gunzip

GZIP_MAGIC = b"\x1f\x8b"

INPUT = 1 << 17
"""Bytes read from the file at a time."""
OUTPUT = 1 << 18
"""Bytes decompressed at a time, at most, from gzip."""
_ZSTD_OUTPUT_INPUT = 1 << 12
"""Bytes of zstd decompressed at a time: its output cannot be bounded, and four kilobytes can hold 100 MB."""


_DICTIONARY = 1 << 27
"""Bytes of a zstd dictionary, at most; real ones have a few hundred kilobytes."""


class Members(Protocol):
    """A file as members. `offset` is where the current one starts in the file, `end` where it stops: known
    once it has `ended`. `damaged` says that it could not be read to its end, and was reported."""

    offset: int
    end: int
    damaged: bool
    ended: bool

    def advance(self) -> bool:
        """Go to the next member, reading the rest of the current one; False where there is none."""

    def read(self) -> bytes:
        """The next bytes of the current member; empty at its end."""


class Input:
    """The file's own bytes, from any offset on."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._data = memoryview(b"")
        self._start = 0

    @property
    def offset(self) -> int:
        """Where the next byte is in the file."""
        return self._start

    def seek(self, offset: int) -> None:
        """Go on at `offset`."""
        self._stream.seek(offset)
        self._data = memoryview(b"")
        self._start = offset

    def peek(self, size: int) -> memoryview:
        """At most `size` of the bytes ahead, and at least one where the file has not ended."""
        if not self._data:
            self._data = memoryview(self._stream.read(INPUT))
        return self._data[:size]

    def peek_exactly(self, size: int) -> bytes:
        """The `size` bytes ahead, fewer at the end of the file."""
        while len(self._data) < size and (more := self._stream.read(INPUT)):
            self._data = memoryview(bytes(self._data) + more)
        return bytes(self._data[:size])

    def size(self) -> int:
        """Bytes in the file; the position is lost."""
        return self._stream.seek(0, 2)

    def skip(self, size: int) -> None:
        """Take `size` of the bytes that were peeked at."""
        self._data = self._data[size:]
        self._start += size

    def find(self, pattern: re.Pattern[bytes], start: int, overlap: int) -> Iterator[int]:
        """The offsets from `start` on where `pattern` (of at most `overlap` bytes) matches; the position is lost."""
        self._stream.seek(start)
        kept = b""
        while more := self._stream.read(INPUT):
            data = kept + more
            for found in pattern.finditer(data):
                yield start + found.start()
                self._stream.seek(start + len(data))
            kept = data[-overlap + 1 :]
            start += len(data) - len(kept)


class PlainMembers:
    """A file that is not compressed: one member, which can be read again from any offset."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begun = False
        self.offset = self.end = 0
        self.damaged = self.ended = False

    def advance(self) -> bool:
        """True once."""
        begun, self._begun = self._begun, True
        return not begun

    def read(self) -> bytes:
        """The next bytes of the file."""
        data = self._stream.read(OUTPUT)
        self.end += len(data)
        self.ended = not data
        return data

    def seek(self, offset: int) -> None:
        """Go on reading at `offset`."""
        self._stream.seek(offset)
        self.end = offset
        self.ended = False


class CompressedMembers:
    """What gzip and zstd share: the walk from member to member, over junk and damage."""

    magic: re.Pattern[bytes]
    magic_length: int

    def __init__(self, stream: BinaryIO, report: Report) -> None:
        self._input = Input(stream)
        self._report = report
        self.ended = True
        self._resume: int | None = None
        self.offset = self.end = 0
        self.damaged = False

    def advance(self) -> bool:
        """Go to the next member, over the rest of this one, over junk and over damage; False where there is none."""
        while not self.ended:
            self.read()
        start = self._input.offset if self._resume is None else self._resume
        if self._resume is not None:
            self._input.seek(start)
            self._resume = None
        if not self._input.peek(1):
            return False
        if not self.magic.match(self._input.peek_exactly(self.magic_length)) and not self._over_junk(start):
            return False
        self.offset = self._input.offset
        self.damaged = False
        self.ended = False
        self._begin()
        return True

    def _begin(self) -> None:
        raise NotImplementedError

    def read(self) -> bytes:
        """The next bytes of the current member; empty at its end, and where it is damaged."""
        raise NotImplementedError

    def _opens_record(self, offset: int) -> bool:
        """Whether a member at `offset` decompresses to the start of a WARC record."""
        raise NotImplementedError

    def _over_junk(self, start: int) -> bool:
        """Report the bytes that are no member, and go to the next that is; False where there is none."""
        found = self._next_record(start)
        rule = "bytes-after" if found is None else "bytes-between" if start else "bytes-before"
        size = self._input.size() if found is None else found
        self._report.add(rule, f"{size - start} bytes that are no compressed record", Place(start))
        self._input.seek(size)
        return found is not None

    def _next_record(self, start: int) -> int | None:
        for offset in self._input.find(self.magic, start, self.magic_length):
            if self._opens_record(offset):
                return offset
        return None

    def _close(self) -> None:
        self.ended = True
        self.end = self._input.offset

    def _truncated(self) -> None:
        self.damaged = True
        self._close()
        message = f"the file ends inside the compressed record that starts at {self.offset}"
        self._report.add("file-truncated", message, Place(self.offset))

    def _corrupt(self, error: Exception) -> None:
        """The member cannot be read further: find out where to go on."""
        self.damaged = True
        self._close()
        found = self._next_record(self.offset + 1)
        self._resume = self._input.size() if found is None else found
        after = "no further record follows" if found is None else f"the next record starts at {found}"
        self._report.add("member-corrupt", f"it does not decompress ({error}); {after}", Place(self.offset))


class GzipMembers(CompressedMembers):
    """A file of gzip members (RFC 1952)."""

    magic = re.compile(rb"\x1f\x8b\x08")
    magic_length = 3
    _window = 1 << 15

    def _begin(self) -> None:
        self._inflate = gunzip()

    def read(self) -> bytes:
        """The next bytes of the current member; empty at its end, and where it is damaged."""
        while not self.ended:
            window = self._input.peek(self._window)
            if not window:
                self._truncated()
                break
            try:
                data = self._inflate.decompress(window, OUTPUT)
            except InflateErrors as error:
                self._corrupt(error)
                break
            if self._inflate.eof:
                self._input.skip(len(window) - len(self._inflate.unused_data))
                self._close()
            else:
                self._input.skip(len(window) - len(self._inflate.unconsumed_tail))
            if data:
                return data
        return b""

    def _opens_record(self, offset: int) -> bool:
        self._input.seek(offset)
        try:
            return gunzip().decompress(self._input.peek_exactly(1024), 5) == b"WARC/"
        except InflateErrors:
            return False
