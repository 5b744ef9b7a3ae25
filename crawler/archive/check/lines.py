"""The lines of text files as indexes and page lists are: plain or gzipped, of any size, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from crawler.errors import ArchiveError

LINE_LIMIT = 1 << 24
"""Bytes of a line, at most."""

_INPUT = 1 << 15


def text_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of an index with their line ends, decompressed where it is gzip.

    Raises ArchiveError where that is damaged, or a line is too long to be one.
    """
    kept: list[bytes] = []
    size = 0
    for piece in _decompressed(stream):
        begun, *others = piece.split(b"\n")
        kept.append(begun)
        for begun in others:
            yield b"".join(kept) + b"\n"
            kept, size = [begun], 0
        size += len(begun)
        if size > LINE_LIMIT:
            raise ArchiveError(f"a line is longer than {LINE_LIMIT} bytes")
    if rest := b"".join(kept):
        yield rest


def _decompressed(stream: BinaryIO) -> Iterator[bytes]:
    data = stream.read(_INPUT)
    if data[:2] != b"\x1f\x8b":
        while data:
            yield data
            data = stream.read(_INPUT)
        return
    while data:
        inflate = zlib.decompressobj(31)
        while not inflate.eof:
            if not data:
                raise ArchiveError("it ends inside a gzip member")
            try:
                yield inflate.decompress(data)
            except zlib.error as error:
                raise ArchiveError(f"it does not decompress ({error})") from error
            data = inflate.unused_data or stream.read(_INPUT)
