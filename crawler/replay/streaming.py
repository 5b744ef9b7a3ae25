"""Large captures, passed on piece by piece: a film is not held in memory, whatever part of it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

_BLANK_LINE = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes `first` to before `end` of the body of the record at `offset`; a part of it is made like one of bytes."""

    path: Path
    offset: int
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, part: slice) -> Stream:
        start, stop, _ = part.indices(len(self))
        return Stream(self.path, self.offset, self.first + start, self.first + max(start, stop))

    def __iter__(self) -> Iterator[bytes]:
        """The bytes; raises RecordError where the file ends or breaks before them."""
        try:
            with self.path.open("rb") as file:
                source = _begin(file, self.offset)
                _take_head(source)
                _take_head(source)
                for _ in _taken(source, self.first):
                    pass
                yield from _taken(source, len(self))
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


def start_of(path: Path, offset: int) -> tuple[Record, Stream] | None:
    """The record at `offset` with nothing in its block but the HTTP head, and its body.

    None where the body is not what the block holds: in a coding, of unstated length, or no HTTP response. Raises
    RecordError where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            source = _begin(file, offset)
            fields = _take_head(source)
            head = _take_head(source) if source.fill(5).upper() == b"HTTP/" else b""
    except UNREADABLE as error:
        raise RecordError(f"{path} cannot be read at offset {offset}: {error}") from error
    record = Record(path, offset, fields[5:8].decode("ascii", "replace"), fields.rstrip(b"\r\n"), block=head)
    stated = record.content_length or ""
    parsed = Head(head)
    if not head or not stated.isdigit() or parsed.chunked or parsed.codings("Content-Encoding"):
        return None
    return record, Stream(path, offset, 0, int(stated) - len(head))


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


def _taken(source: Source, count: int) -> Iterator[bytes]:
    """The next `count` bytes."""
    while count > 0:
        if source.at == len(source.data) and not source.more():
            raise EOFError("it ends too early")
        piece = source.take(min(count, PIECE))
        count -= len(piece)
        yield piece
