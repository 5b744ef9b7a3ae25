"""A WARC cut into records by its exact bytes: where each starts, its header as it is, its block in pieces.

The scanner trusts nothing. Where a Content-Length is wrong it finds out what it should be, says so, and goes on
with the next record: by the end of the gzip member, or in a plain file by the next line `WARC/1.x`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.archive.check.findings import Place, Report
from crawler.archive.check.members import Members, PlainMembers

HEADER_LIMIT = 1 << 20
SEPARATOR = b"\r\n\r\n"
_HEADER_END = re.compile(rb"\n\r*\n")
_RECORD_START = re.compile(rb"(?<=\n)WARC/\d\.\d+\r?\n")
_BLANK_LINES = re.compile(rb"[\r\n]+")
_LONGEST_START = 32


class Scanner:
    """The records of one file. The caller takes each header from `headers()`, and reads its block with `block()`
    before it asks for the next; `offset` and `end` are of the current record in the file."""

    def __init__(self, members: Members, report: Report) -> None:
        self._members = members
        self._report = report
        self._buffer = b""
        self._at = 0
        self._member_open = self._more = False
        self._block_start = 0
        self._tail = b""
        self._told: set[str] = set()
        self._records_in_member = 0
        self.offset = 0
        self.place = Place()
        """Of the current record, for findings; the caller adds the record's id and version once it knows them."""
        self.damaged = False

    def headers(self) -> Iterator[bytes]:
        """Each record's header, from `WARC/` up to and with the blank line."""
        while self._at_record():
            self._records_in_member += 1
            if self._records_in_member == 2 and not self._plain:
                self._tell_once("member-many", "this gzip member (perhaps others too) holds several records")
            self.offset = self._position if self._plain else self._members.offset
            self.place = Place(self.offset)
            self.damaged = False
            header = self._take_header()
            if header:
                self._block_start = self._position
                yield header

    def block(self, length: int) -> Iterator[memoryview]:
        """The block in pieces; `length` is what Content-Length says. Afterwards `damaged` says whether it was
        not so long, or not to be read: then digests and the like are of no use."""
        left = length
        self._tail = b""
        while left:
            if self._at == len(self._buffer) and not self._fill() and not self._split_record():
                break
            piece = memoryview(self._buffer)[self._at : self._at + left]
            self._at += len(piece)
            left -= len(piece)
            self._tail = (self._tail + bytes(piece[-4:]))[-4:]
            yield piece
        if left:
            self._too_short(length, length - left)
        else:
            self._check_end(length)

    def skip_block(self) -> None:
        """Go over a block of unknown length: to the end of the member, or to the next record."""
        self.damaged = True
        self._resynchronise()

    @property
    def end(self) -> int:
        """Where the current record ends in the file; its offset where it shares a gzip member with the next."""
        if self._plain:
            return self._position
        return self._members.end if self._exhausted() else self.offset

    @property
    def _plain(self) -> bool:
        return isinstance(self._members, PlainMembers)

    @property
    def _position(self) -> int:
        """The offset of the next byte in a plain file."""
        return self._members.end - (len(self._buffer) - self._at)

    def _fill(self) -> bool:
        """Add bytes of the current member to the buffer; False at its end."""
        data = self._members.read() if self._more else b""
        self._more = self._more and not self._members.ended
        if data:
            self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
            self._at = 0
        return bool(data)

    def _have(self, size: int) -> bytes:
        """The next `size` bytes of the member, without taking them; fewer at its end."""
        while self._more and len(self._buffer) - self._at < size:
            self._fill()
        return self._buffer[self._at : self._at + size]

    def _exhausted(self) -> bool:
        """Whether nothing of the current member is left."""
        return self._at == len(self._buffer) and not self._have(1)

    def _next_member(self) -> bool:
        self._more = self._member_open = self._members.advance()
        self._buffer, self._at, self._records_in_member = b"", 0, 0
        return self._member_open

    def _at_record(self) -> bool:
        """Go to the start of the next record; False at the end of the file."""
        while True:
            if self._have(5) == b"WARC/":
                return True
            if not self._exhausted():
                self._over_junk()
            elif not self._next_member():
                return False
            elif self._exhausted() and not self._members.damaged:
                self._report.add("member-empty", "it holds nothing", Place(self._members.offset))

    def _over_junk(self) -> None:
        """Report bytes that are no record, and go behind them."""
        start = self._position if self._plain else self._members.offset
        skipped = self._to_next_start()
        last = self._exhausted()
        first = start == 0 and not self._records_in_member
        rule = "bytes-before" if first else "bytes-after" if last and self._plain else "bytes-between"
        self._report.add(rule, f"{skipped} bytes that are no record", Place(start))

    def _to_next_start(self) -> int:
        """Go to the next line `WARC/1.x` in this member, or to its end; how many bytes were skipped."""
        skipped = 0
        while True:
            found = _RECORD_START.search(self._buffer, self._at)
            if found:
                skipped += found.start() - self._at
                self._at = found.start()
                return skipped
            kept = min(_LONGEST_START, len(self._buffer) - self._at)
            skipped += len(self._buffer) - self._at - kept
            self._at = len(self._buffer) - kept
            if not self._fill():
                skipped += len(self._buffer) - self._at
                self._at = len(self._buffer)
                return skipped

    def _take_header(self) -> bytes:
        """The header at the current position; empty, and reported, where it does not end."""
        while not (found := _HEADER_END.search(self._buffer, self._at)):
            if len(self._buffer) - self._at > HEADER_LIMIT or not self._fill():
                break
        if found:
            header = self._buffer[self._at : found.end()]
            self._at = found.end()
            return header
        self._unended_header()
        return b""

    def _unended_header(self) -> None:
        place = Place(self.offset)
        if len(self._buffer) - self._at > HEADER_LIMIT:
            self._report.add("header-length", f"no blank line in the first {HEADER_LIMIT} bytes", place)
        elif not self._members.damaged:
            self._report.add("file-truncated", "it ends inside the header of this record", place)
        self._at += 1
        self._to_next_start()

    def _split_record(self) -> bool:
        """Whether the block goes on in the next member, at which the scanner then is."""
        if self._plain or self._members.damaged or not self._next_member():
            return False
        if self._have(5) == b"WARC/":
            return False
        self._tell_once("member-split", "this record (perhaps others too) goes on in the next gzip member")
        return True

    def _too_short(self, length: int, got: int) -> None:
        """The block ended before `length` bytes."""
        self.damaged = True
        if self._members.damaged:
            return
        if self._plain:
            self._resynchronise(length, truncated=got)
            return
        actual = got - 4 if self._tail == SEPARATOR else got
        if self._member_open or self._tail == SEPARATOR:
            self._wrong_length(length, actual)
        else:
            message = f"it ends after {got} of the {length} bytes of this record's block"
            self._report.add("file-truncated", message, self.place)

    def _check_end(self, length: int) -> None:
        """What follows the block: two CRLF, and then the end of the member or the next record."""
        after = self._have(9)
        if after[:4] == SEPARATOR and (len(after) == 4 or after[4:] == b"WARC/"):
            self._at += 4
        elif self._members.damaged:
            self.damaged = True
        elif after[:4] == SEPARATOR and self._plain:
            self._at += 4
        elif self._only_line_ends():
            lines = _BLANK_LINES.match(self._have(_LONGEST_START))
            found = lines[0] if lines else b""
            self._at += len(found)
            self._report.add("block-end", f"{found!r} follows the block, not two CRLF", self.place)
        else:
            self._resynchronise(length)

    def _only_line_ends(self) -> bool:
        """Whether nothing but line ends, or nothing, lies before the next record or the member's end."""
        rest = self._have(_LONGEST_START)
        stripped = rest.lstrip(b"\r\n")
        return not stripped or stripped[:5] == b"WARC/"

    def _resynchronise(self, length: int | None = None, truncated: int | None = None) -> None:
        """Find the next record behind a block whose length is wrong or unknown, and say what the length is.

        `truncated` is how many bytes there were to the end of the file, where that came first.
        """
        self.damaged = True
        if isinstance(self._members, PlainMembers):
            self._members.seek(self._block_start - 1)  # the line end before the block may be that of a record start
            self._buffer, self._at, self._more = b"", 0, True
            actual = self._to_next_start() - 1
        else:
            actual = (length or 0) + self._to_next_start()
        at_end = self._plain and self._exhausted()
        if truncated is not None and at_end:
            message = f"it ends after {truncated} of the {length} bytes of this record's block"
            self._report.add("file-truncated", message, self.place)
        elif length is not None:
            self._wrong_length(length, max(actual - 4, 0))

    def _wrong_length(self, length: int, actual: int) -> None:
        self.damaged = True
        message = f"Content-Length says {length} bytes, the block has {actual}"
        self._report.add("content-length", message, self.place)

    def _tell_once(self, rule: str, message: str) -> None:
        if rule not in self._told:
            self._told.add(rule)
            self._report.add(rule, message, Place(self._members.offset))
