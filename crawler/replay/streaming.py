"""Large captures, passed on piece by piece: a film is not held in memory, whatever part of it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.archive.members import Broken, Source, open_source
from crawler.archive.message import Head
from crawler.archive.reader import MAX_HEAD
from crawler.archive.record import Record
from crawler.errors import RecordError

STREAMED_FROM = 1 << 20
"""Bytes of a body from which on it is passed on in pieces."""

LOOKED_AT_FROM = 1 << 14
"""Bytes of a record in its file from which on it may be that large: gzip makes a thousandth of what is all alike."""

PIECE = 1 << 16

UNREADABLE: tuple[type[Exception], ...] = (*Broken, OSError)

LONGEST_CHUNK_LINE = 1 << 12

_CHUNK_LINE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\n]*)?\r\n")
_BLANK_LINE = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes `first` to before `end` of the body of the record at `offset`; a part of it is made like one of bytes.

    Where the body came in chunks, it is the bytes that were in them.
    """

    path: Path
    offset: int
    first: int
    end: int
    chunked: bool = False

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, part: slice) -> Stream:
        start, stop, _ = part.indices(len(self))
        return Stream(self.path, self.offset, self.first + start, self.first + max(start, stop), self.chunked)

    def __iter__(self) -> Iterator[bytes]:
        """The bytes; raises RecordError where the file ends or breaks before them."""
        try:
            with self.path.open("rb") as file:
                source = _begin(file, self.offset)
                _take_head(source)
                _take_head(source)
                yield from _part(_unchunked(source) if self.chunked else _taken(source, self.end), self.first, self.end)
        except UNREADABLE as error:
            raise RecordError(f"{self.path} cannot be read at offset {self.offset}: {error}") from error


@dataclass(frozen=True, slots=True)
class FilePart:
    """Bytes `first` to before `end` of a file as they lie there."""

    path: Path
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, part: slice) -> FilePart:
        start, stop, _ = part.indices(len(self))
        return FilePart(self.path, self.first + start, self.first + max(start, stop))

    def __iter__(self) -> Iterator[bytes]:
        """The bytes; raises RecordError where the file ends before them or cannot be read."""
        left = len(self)
        try:
            with self.path.open("rb") as file:
                file.seek(self.first)
                while left and (piece := file.read(min(left, PIECE))):
                    left -= len(piece)
                    yield piece
        except OSError as error:
            raise RecordError(f"{self.path} cannot be read: {error.strerror}") from error
        if left:
            raise RecordError(f"{self.path} ends {left} bytes too early")


def start_of(path: Path, offset: int, accepted: Set[str] = frozenset()) -> tuple[Record, Stream] | None:
    """The record at `offset` with nothing in its block but the HTTP head, and its body.

    None where the body has to be had whole: in a content-coding that is not `accepted`, in chunks that are broken, of
    unstated length, or no HTTP response; and where it is small. Raises RecordError where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            source = _begin(file, offset)
            fields = _take_head(source)
            head = _take_head(source) if source.fill(5).upper() == b"HTTP/" else b""
            record = Record(path, offset, fields[5:8].decode("ascii", "replace"), fields.rstrip(b"\r\n"), block=head)
            body = _body(source, record, accepted) if head else None
    except UNREADABLE as error:
        raise RecordError(f"{path} cannot be read at offset {offset}: {error}") from error
    return (record, body) if body and len(body) >= STREAMED_FROM else None


def _body(source: Source, record: Record, accepted: Set[str]) -> Stream | None:
    """The body that `source` is at, if it can be passed on in pieces."""
    head, stated = Head(record.block), record.content_length or ""
    codings = [coding for coding in head.codings("Content-Encoding") if coding != "identity"]
    unwrapped = head.codings("Transfer-Encoding") in ([], ["chunked"])
    if not stated.isdigit() or not unwrapped or not set(codings) <= accepted:
        return None
    length = int(stated) - len(record.block)
    if not head.chunked or length < STREAMED_FROM:
        return None if head.chunked else Stream(record.path, record.offset, 0, length)
    try:
        return Stream(record.path, record.offset, 0, sum(map(len, _unchunked(source))), chunked=True)
    except EOFError:
        return None


def _begin(file: BinaryIO, offset: int) -> Source:
    source = open_source(file, offset)
    if source is None or source.begin() != offset:
        raise EOFError("no record begins there")
    return source


def _take_head(source: Source) -> bytes:
    """Everything up to a blank line, and that."""
    while not (end := _BLANK_LINE.search(source.data, source.at)):
        if len(source.data) - source.at > MAX_HEAD or not source.more():
            raise EOFError("its head does not end")
    return source.take(end.end() - source.at)


def _unchunked(source: Source) -> Iterator[bytes]:
    """What is in the chunks (RFC 9112, section 7.1). Raises EOFError where they are broken."""
    while size := _chunk_size(source):
        yield from _taken(source, size)
        if source.fill(2) != b"\r\n":
            raise EOFError("a chunk does not end")
        source.take(2)


def _chunk_size(source: Source) -> int:
    while not (line := _CHUNK_LINE.match(source.data, source.at)):
        if len(source.data) - source.at > LONGEST_CHUNK_LINE or not source.more():
            raise EOFError("no chunk begins there")
    source.take(line.end() - source.at)
    return int(line[1], 16)


def _part(pieces: Iterator[bytes], first: int, end: int) -> Iterator[bytes]:
    """Bytes `first` to before `end` of what the pieces are together."""
    at = 0
    for piece in pieces:
        if part := piece[max(0, first - at) : max(0, end - at)]:
            yield part
        at += len(piece)
        if at >= end:
            return


def _taken(source: Source, count: int) -> Iterator[bytes]:
    """The next `count` bytes."""
    while count > 0:
        if source.at == len(source.data) and not source.more():
            raise EOFError("it ends too early")
        piece = source.take(min(count, PIECE))
        count -= len(piece)
        yield piece
