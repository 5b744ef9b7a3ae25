"""Reads WARC records back: one by its offset, or all of a file, also of a broken one and of one still being written.

WARC 0.17 to 1.1 in gzip, zstd or plain files. What is not to the letter of the standard is read all the same where
it can be, and named in `Record.problems`; what cannot be read is a `Damage`, and reading goes on behind it.
"""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from crawler.archive.layout import OPEN
from crawler.archive.members import RECORD_END, WARC, Broken, Source, open_source
from crawler.archive.record import CONTENT_LENGTH, Damage, Record, Reference
from crawler.errors import RecordError

__all__ = ["Damage", "Record", "Reference", "iterate", "read_record", "stream_block"]

KEEP = 256 * 1024 * 1024
"""Bytes of a block that are kept in memory unless asked otherwise; of larger blocks the rest is left out."""

MAX_HEAD = 1 << 20
"""Bytes within which a record's named fields must end."""

_VERSION = re.compile(rb"WARC/(\d+\.\d+)[ \t]*\r?\n")
_VERSIONS = {b"WARC/1.0\r\n": "1.0", b"WARC/1.1\r\n": "1.1"}
_HEAD_END = re.compile(rb"\n\r?\n")
_LENGTH = b"\nContent-Length: "
"""As nearly all write it; `CONTENT_LENGTH` takes longer."""

Keep = int | Callable[["Record"], int]
"""Bytes of a block that are held in memory, or what says so of a record whose block has not been read."""


Passed = Callable[[bytes, int], bool]
"""Given the first bytes of a record and where its named fields end, says that nobody wants it."""


class _Unreadable(Exception):
    """What stands at the current place is no record."""


_PASSED = Record(Path(), 0, "1.1", b"")
"""Stands for one that is left out."""

_NO_DICTIONARY: tuple[type[Exception], ...] = (*Broken, struct.error)
_DAMAGED: tuple[type[Exception], ...] = (*Broken, _Unreadable)


def iterate(
    path: Path, offset: int = 0, *, keep: Keep = KEEP, passed: Passed | None = None
) -> Iterator[Record | Damage]:
    """Every record of the file from `offset` on (where a record begins), and every place that cannot be read.

    A file whose name ends in `.open` may end within a record: that is left for later, and `offset + length` of
    the last record is where to go on. `keep` bounds the bytes of each block that are held in memory; 0 is enough for
    the named fields. Records that are `passed` may be left out, which costs half of what they would; they are read
    to their end all the same. Raises OSError where the file cannot be opened.
    """
    with path.open("rb") as stream:
        try:
            source = open_source(stream, offset)
        except _NO_DICTIONARY as error:
            yield Damage(path, 0, f"the zstd dictionary that the file begins with cannot be read ({error})")
            return
        if source is None:
            yield from _foreign(path, stream.seek(0, 2))
            return
        yield from _records(path, source, keep, passed)


def read_record(path: Path, offset: int) -> Record:
    """The record at `offset`, whole. A file that was closed meanwhile is found without its `.open`, and the reverse.

    Raises RecordError where there is no readable record at that place.
    """
    for candidate in (path, path.with_name(path.name + OPEN), path.with_name(path.name.removesuffix(OPEN))):
        try:
            found = next(iterate(candidate, offset), None)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise RecordError(f"Cannot read {candidate}: {error.strerror}.") from error
        if isinstance(found, Record) and found.offset == offset:
            return found
        reason = found.reason if isinstance(found, Damage) else "the file ends before a record begins there"
        raise RecordError(f"No record can be read in {candidate} at offset {offset}: {reason}.")
    raise RecordError(f"There is no file {path}.")


def stream_block(record: Record) -> Iterator[bytes]:
    """The block of a record that was read, in pieces, however little of it is held; shorter where the file breaks.

    Raises OSError where the file cannot be opened.
    """
    with record.path.open("rb") as stream:
        try:
            source = open_source(stream, record.offset)
            if source is None or source.begin() is None:
                return
            _read_head(record.path, source, record.offset)
            left = record.size
            while left and (source.at < len(source.data) or source.more()):
                piece = source.take(left)
                left -= len(piece)
                yield piece
        except _DAMAGED:
            return


def _foreign(path: Path, size: int) -> Iterator[Damage]:
    if not size:
        return
    with path.open("rb") as stream:
        start = stream.read(12)
    kind = (
        "an ARC file, which is not read (convert it to WARC first)" if start.startswith(b"filedesc://") else "no WARC"
    )
    yield Damage(path, 0, f"this is {kind}: it begins with {start!r}")


def _records(path: Path, source: Source, keep: Keep, passed: Passed | None) -> Iterator[Record | Damage]:
    growing = path.name.endswith(OPEN)
    while (offset := source.begin()) is not None:
        try:
            record = _in_one_step(path, source, offset, keep, passed)
            if record is None:
                yield from _at_one_place(path, source, offset, keep)
            elif record is not _PASSED:
                yield record
        except EOFError:
            if growing:
                return
            yield Damage(path, offset, "the file ends within the record")
            source.resume(offset)
        except _DAMAGED as error:
            yield Damage(path, offset, str(error))
            source.resume(offset)


def _in_one_step(path: Path, source: Source, offset: int, keep: Keep, passed: Passed | None) -> Record | None:
    """The record of a member that is just as it should be, or `_PASSED`; None leaves it to `_at_one_place`.

    It does the same for most records in a third of the time.
    """
    if not source.bounded or not source.more():
        return None
    data = source.data
    end = data.find(RECORD_END)
    version, size = _VERSIONS.get(data[:10]), _stated_length(data, end)
    if version is None or size is None or not 0 < end < MAX_HEAD:
        return None
    begin = end + len(RECORD_END)
    if passed and passed(data, end):
        return None if source.rest(begin, size, 0) is None else _PASSED
    record = Record(path, offset, version, data[:end], size=size)
    block = source.rest(begin, size, keep if isinstance(keep, int) else keep(record))
    if block is None:
        return None
    record.block = block
    record.length = source.position - offset
    return record


def _stated_length(data: bytes, end: int) -> int | None:
    """The Content-Length among the named fields, which end there."""
    begin = data.find(_LENGTH, 0, end) + len(_LENGTH)
    digits = data[begin : data.find(b"\r", begin)] if begin >= len(_LENGTH) else b""
    if digits.isdigit():
        return int(digits)
    stated = CONTENT_LENGTH.search(data, 0, end + 2)
    return int(stated[1]) if stated else None


def _at_one_place(path: Path, source: Source, offset: int, keep: Keep) -> Iterator[Record]:
    """The record at the current place; the records, where a member holds several against the standard."""
    several = False
    while True:
        record = _read_head(path, source, offset)
        _read_block(source, record, keep if isinstance(keep, int) else keep(record))
        _read_end(source, record)
        another = source.bounded and _another_follows(source, record)
        several = several or another
        if several:
            record.problems.append("it shares a compressed member with other records, and has no offset of its own")
        else:
            record.length = source.position - offset
        yield record
        if not another:
            return


def _read_head(path: Path, source: Source, offset: int) -> Record:
    start = source.fill(len(WARC))
    if start != WARC:
        if not source.bounded and WARC.startswith(start):
            raise EOFError
        raise _Unreadable(_no_record(source.fill(24)))
    while not (end := _HEAD_END.search(source.data, source.at)):
        if len(source.data) - source.at > MAX_HEAD:
            raise _Unreadable(f"its named fields do not end within {MAX_HEAD} bytes")
        if not source.more():
            raise _Unreadable("it ends within its named fields") if source.bounded else EOFError
    raw = source.take(end.end() - source.at)[: end.start() - end.end() + 1].rstrip(b"\r\n")
    version = _VERSION.match(raw + b"\n")
    if not version:
        raise _Unreadable(f"its version line is {raw.splitlines()[0][:40]!r}")
    return Record(path, offset, version[1].decode(), raw)


def _no_record(start: bytes) -> str:
    if start.startswith(b"filedesc://"):
        return "this is an ARC file, which is not read (convert it to WARC first)"
    return f"no record begins here, but {start!r}"


def _read_block(source: Source, record: Record, keep: int) -> None:
    stated = record.content_length
    length = int(stated) if stated and stated.isascii() and stated.isdigit() else None
    if length is None:
        if not source.bounded:
            raise _Unreadable(f"its Content-Length is {stated!r}, so that its end is not known")
        record.problems.append(
            f"its Content-Length is {stated!r}; all of the compressed member was taken for the block"
        )
    kept: list[bytes] = []
    left = sys.maxsize if length is None else length
    while left and (source.at < len(source.data) or source.more()):
        piece = source.take(left)
        left -= len(piece)
        record.size += len(piece)
        if keep > 0:
            kept.append(piece[:keep])
            keep -= len(kept[-1])
    record.block = kept[0] if len(kept) == 1 else b"".join(kept)
    if left:
        _shorten(source, record, length)


def _shorten(source: Source, record: Record, length: int | None) -> None:
    """The block ended before its Content-Length: leave out the line ends that belong behind it."""
    if not source.bounded:
        raise EOFError
    if length is not None:
        record.problems.append(f"its Content-Length is {length}, but only {record.size} bytes follow")
    if record.whole and record.block.endswith(RECORD_END):
        record.block = record.block.removesuffix(RECORD_END)
        record.size -= len(RECORD_END)


def _read_end(source: Source, record: Record) -> None:
    """The two line ends behind the block."""
    end = source.fill(len(RECORD_END))
    if end == RECORD_END:
        source.at += len(RECORD_END)
        return
    if record.problems:
        return
    if not source.bounded and len(end) < len(RECORD_END):
        raise EOFError
    record.problems.append(f"its block is not followed by two CRLF, but by {end!r}")
    while source.fill(1) in (b"\r", b"\n"):
        source.at += 1


def _another_follows(source: Source, record: Record) -> bool:
    """Whether another record follows in the same member. Goes to the member's end, checksum included, if not."""
    if source.fill(len(WARC)) == WARC:
        return True
    behind = 0
    while source.at < len(source.data) or source.more():
        behind += len(source.take(len(source.data)))
    if behind:
        record.problems.append(f"{behind} bytes follow behind its end in the same compressed member")
    return False
