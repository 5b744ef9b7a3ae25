"""The chunked transfer-coding (RFC 9112 §7.1) taken off a body that comes in pieces, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SIZE_LINE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_NEXT_SIZE_LINE = re.compile(rb"\r?\n[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_BEGUN_LINE = re.compile(rb"(?:\r?\n)?[ \t]*[0-9a-fA-F]{0,15}[ \t]*(?:;[^\n]*)?\r?")
_LONGEST_LINE = 1 << 14


class Dechunker:
    """Feed it a body; it gives the data of the chunks. What it says afterwards: `ended` (the last chunk, of
    size 0, was there), `broken` (some line is no chunk size), `begun` (at least the first line is one)."""

    def __init__(self) -> None:
        self.begun = self.broken = self.ended = False
        self._left = 0
        self._pending = b""

    def feed(self, piece: memoryview) -> Iterator[memoryview]:
        """The data in `piece`, without sizes, extensions and trailers."""
        if self._pending:
            piece, self._pending = memoryview(self._pending + bytes(piece)), b""
        at = 0
        while at < len(piece) and not (self.ended or self.broken):
            if self._left:
                data = piece[at : at + self._left]
                self._left -= len(data)
                at += len(data)
                yield data
            else:
                at = self._size_line(piece, at)

    def _size_line(self, piece: memoryview, at: int) -> int:
        """Read the line with the next chunk's size; where it has not all come, keep what there is of it."""
        line = (_NEXT_SIZE_LINE if self.begun else _SIZE_LINE).match(piece, at)
        if line:
            self._left = int(line[1], 16)
            self.begun = True
            self.ended = not self._left
            return line.end()
        rest = bytes(piece[at : at + _LONGEST_LINE + 1])
        if len(rest) <= _LONGEST_LINE and _BEGUN_LINE.fullmatch(rest):
            self._pending = rest
        else:
            self.broken = True
        return len(piece)
