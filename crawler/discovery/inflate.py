"""Bodies that are gzip files themselves (`sitemap.xml.gz`), unpacked in pieces and up to a bound."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

MAX_BYTES = 52_428_800
"""50 MB, the most that a sitemap may have when it is unpacked (sitemaps.org protocol)."""

PIECE = 65_536
MAX_LAYERS = 3
"""Files are packed twice by mistake, by a script and again by the server; more often only by malice."""

MAX_MEMBERS = 10_000
"""Gzip members in one file: tools that pack in blocks write hundreds, an endless row of empty ones is an attack."""

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


def inflate(body: bytes, warnings: list[str], limit: int = MAX_BYTES) -> Iterator[bytes]:
    """The content of `body` in pieces of at most 64 KiB, gunzipped where it is gzip, and at most `limit` bytes of it.

    What was wrong is appended to `warnings` by the time the last piece is out. Never more than a few pieces
    are held, so that a decompression bomb costs time for `limit` bytes and no memory.
    """
    pieces = (body[start : start + PIECE] for start in range(0, len(body), PIECE))
    layers: Iterator[bytes] = pieces
    for _ in range(MAX_LAYERS):
        start = next(layers, b"")
        whole = chain([start], layers)
        if not start.startswith(_MAGIC):
            return _bounded(whole, warnings, limit)
        layers = _bounded(_gunzip(whole, warnings), warnings, limit)
    return layers


def _bounded(pieces: Iterable[bytes], warnings: list[str], limit: int) -> Iterator[bytes]:
    """The first `limit` bytes of `pieces`."""
    left = limit
    for piece in pieces:
        if len(piece) > left:
            warnings.append(f"larger than {limit / 1_048_576:g} MB, the rest was not read")
            yield piece[:left]
            return
        left -= len(piece)
        yield piece


def _gunzip(pieces: Iterator[bytes], warnings: list[str]) -> Iterator[bytes]:
    """What the gzip members in `pieces` hold, up to the first damage."""
    unpack, members = zlib.decompressobj(_GZIP), 1
    for piece in pieces:
        rest = piece
        while rest:
            if unpack.eof:
                if not rest.startswith(_MAGIC[:1]) or members == MAX_MEMBERS:  # padding behind the last member
                    return
                unpack, members = zlib.decompressobj(_GZIP), members + 1
            try:
                unpacked = unpack.decompress(rest, PIECE)
            except zlib.error as error:
                warnings.append(f"the gzip data is damaged ({error}), what came before was read")
                return
            if unpacked:
                yield unpacked
            rest = unpack.unconsumed_tail or unpack.unused_data
    if not unpack.eof:
        warnings.append("the gzip data is cut off, what came before was read")
