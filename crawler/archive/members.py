"""The bytes of a WARC file, decompressed member by member: gzip, zstd, or plain.

gzip and zstd WARCs hold each record in a member (frame) of its own, so that a record can be read by its offset. A zstd
file may begin with a dictionary in a skippable frame (iipc.github.io/warc-specifications, "WARC with zstd").
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BufferedIOBase
from typing import BinaryIO, Protocol, cast

import zstandard

from crawler.archive.inflate import InflateErrors, gunzip

GZIP = b"\x1f\x8b\x08"
ZSTD = b"\x28\xb5\x2f\xfd"
ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"
WARC = b"WARC/"
RECORD_END = b"\r\n\r\n"

_READ = 1 << 18
_FIRST_STEP = 1 << 10
"""Compressed bytes of a member that are fed first. What follows a member is copied, and most records are short."""

_GZIP_STEP = 1 << 15
_ZSTD_STEP = 1 << 12
"""Those fed at a time from then on. All that a step unpacks to is held in memory: up to 1,000 times the bytes of gzip,
25,000 times those of zstd."""

Broken: tuple[type[Exception], ...] = (*InflateErrors, zstandard.ZstdError, EOFError)
"""What a source raises where the compressed bytes are damaged, or end too early (EOFError)."""


class _Decoder(Protocol):
    def decompress(self, data: memoryview, /) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class Source:
    """Decompressed bytes in `data` from index `at` on; `more` appends to them."""

    bounded = True
    """Whether `more` stops where the record ends."""

    def __init__(self, stream: BinaryIO, offset: int) -> None:
        self._stream = stream
        stream.seek(offset)
        self.data = b""
        self.at = 0

    def begin(self) -> int | None:
        """Go to the next member, or record of a plain file; its offset in the file, or None at the end."""
        raise NotImplementedError

    def more(self) -> bool:
        """Get further bytes; False at the end of the member, or of a plain file."""
        raise NotImplementedError

    def rest(self, begin: int, size: int, keep: int) -> bytes | None:
        """The first `keep` of the `size` bytes behind index `begin` of `data`, if these and two CRLF end the member.

        None where they do not, or there are no members; then the member is begun anew.
        """
        return None

    @property
    def position(self) -> int:
        """Offset in the file up to which everything was taken (compressed: up to the end of this member)."""
        raise NotImplementedError

    def resume(self, offset: int) -> None:
        """Go to the first place after `offset` where a record may begin."""
        raise NotImplementedError

    def take(self, size: int) -> bytes:
        """Up to `size` of the bytes at hand."""
        taken = self.data[self.at : self.at + size]
        self.at += len(taken)
        return taken

    def fill(self, size: int) -> bytes:
        """The next `size` bytes, which stay; fewer where there are no more."""
        while len(self.data) - self.at < size and self.more():
            pass
        return self.data[self.at : self.at + size]


class Plain(Source):
    """An uncompressed file."""

    bounded = False

    def __init__(self, stream: BinaryIO, offset: int) -> None:
        super().__init__(stream, offset)
        self._read_to = offset

    def begin(self) -> int | None:
        """Skip line ends to the next record."""
        while True:
            rest = self.data[self.at :].lstrip(b"\r\n")
            self.at = len(self.data) - len(rest)
            if rest:
                return self.position
            if not self.more():
                return None

    def more(self) -> bool:
        """Read on in the file."""
        piece = self._stream.read(_READ)
        self.data, self.at = self.data[self.at :] + piece, 0
        self._read_to += len(piece)
        return bool(piece)

    @property
    def position(self) -> int:
        """Offset of the next byte."""
        return self._read_to - (len(self.data) - self.at)

    def resume(self, offset: int) -> None:
        """Go to the next line that starts as a record does."""
        found = _find(self._stream, b"\n" + WARC, offset)
        self._read_to = found + 1
        self._stream.seek(self._read_to)
        self.data, self.at = b"", 0


class Members(Source):
    """A file of gzip members or zstd frames."""

    def __init__(self, stream: BinaryIO, offset: int, magic: bytes, decoder: Callable[[], _Decoder]) -> None:
        super().__init__(stream, offset)
        self._later_step = _GZIP_STEP if magic == GZIP else _ZSTD_STEP
        self._step = _FIRST_STEP
        self._magic = magic
        self._new = decoder
        self._decoder = decoder()
        self._buffer = memoryview(bytearray(_READ))
        self._raw = self._buffer[:0]
        self._raw_at = 0
        self._read_to = self._began = offset

    def begin(self) -> int | None:
        """Start the next member."""
        if self._raw_at == len(self._raw) and not self._read():
            return None
        self._decoder = self._new()
        self._step = _FIRST_STEP
        self.data, self.at = b"", 0
        self._began = self._read_to - (len(self._raw) - self._raw_at)
        return self._began

    def more(self) -> bool:
        """Decompress on in this member; raises one of `Broken` where it is damaged or the file ends within it."""
        out = self._unpack()
        if not out:
            return False
        if self.at < len(self.data):
            out = self.data[self.at :] + out
        self.data, self.at = out, 0
        return True

    def rest(self, begin: int, size: int, keep: int) -> bytes | None:
        """See `Source.rest`. What is not kept is let go as soon as it is unpacked."""
        found, total, end = len(self.data), begin + size + len(RECORD_END), self.data
        keep = min(keep, size)
        if found == total and self._decoder.eof and end.endswith(RECORD_END):
            self.at = total
            return end[begin : begin + keep]
        kept = [end[begin : begin + keep]]
        room = keep - len(kept[0])
        try:
            while found <= total and not self._decoder.eof and (out := self._unpack()):
                found += len(out)
                end = out if len(out) >= len(RECORD_END) else end[-len(RECORD_END) :] + out
                if room:
                    kept.append(out[:room])
                    room -= len(kept[-1])
        except Broken:
            found = -1
        if found == total and end.endswith(RECORD_END):
            self.at = len(self.data)
            return kept[0] if len(kept) == 1 else b"".join(kept)
        self._seek(self._began)
        self.begin()
        return None

    def _unpack(self) -> bytes:
        """The next bytes of this member; b"" at its end. Raises one of `Broken`."""
        decoder, out = self._decoder, b""
        while not out and not decoder.eof:
            if self._raw_at == len(self._raw) and not self._read():
                raise EOFError
            piece = self._raw[self._raw_at : self._raw_at + self._step]
            self._step = self._later_step
            out = decoder.decompress(piece)
            self._raw_at += len(piece) - len(decoder.unused_data)
        return out

    @property
    def position(self) -> int:
        """Offset of the next compressed byte."""
        return self._read_to - (len(self._raw) - self._raw_at)

    def resume(self, offset: int) -> None:
        """Go to the next member that decompresses to the start of a record."""
        while True:
            offset = _find(self._stream, self._magic, offset + 1)
            self._seek(offset)
            if self.begin() is None or self._begins_a_record():
                self._seek(offset)
                return

    def _begins_a_record(self) -> bool:
        try:
            return self.more() and self.data.startswith(WARC)
        except Broken:
            return False

    def _seek(self, offset: int) -> None:
        self._stream.seek(offset)
        self._raw, self._raw_at, self._read_to = self._buffer[:0], 0, offset

    def _read(self) -> bool:
        filled = cast(BufferedIOBase, self._stream).readinto(self._buffer)
        self._raw, self._raw_at = self._buffer[:filled], 0
        self._read_to += len(self._raw)
        return bool(self._raw)


def open_source(stream: BinaryIO, offset: int = 0) -> Source | None:
    """The source for the kind of file that `stream` is, at `offset`; None where it is no WARC of any kind."""
    stream.seek(0)
    start = stream.read(len(WARC))
    if start.startswith(GZIP[:2]):
        return Members(stream, offset, GZIP, gunzip)
    if start.startswith(ZSTD):
        return Members(stream, offset, ZSTD, lambda: zstandard.ZstdDecompressor().decompressobj())
    if start.startswith(ZSTD_DICTIONARY):
        decompressor, after = _with_dictionary(stream)
        return Members(stream, offset or after, ZSTD, decompressor.decompressobj)
    return Plain(stream, offset) if start == WARC else None


def _with_dictionary(stream: BinaryIO) -> tuple[zstandard.ZstdDecompressor, int]:
    """A decompressor for the dictionary that the file begins with, and the offset of the first record."""
    stream.seek(len(ZSTD_DICTIONARY))
    (size,) = struct.unpack("<I", stream.read(4))
    dictionary = stream.read(size)
    after = stream.tell()
    if dictionary.startswith(ZSTD):
        dictionary = zstandard.ZstdDecompressor().decompressobj().decompress(dictionary)
    return zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(dictionary)), after


def _find(stream: BinaryIO, wanted: bytes, offset: int) -> int:
    """Offset of `wanted` in the file from `offset` on, or the file's end."""
    stream.seek(offset)
    window = b""
    while piece := stream.read(_READ):
        window += piece
        if (found := window.find(wanted)) >= 0:
            return offset + found
        keep = len(wanted) - 1
        offset += len(window) - keep
        window = window[-keep:]
    return stream.tell()
