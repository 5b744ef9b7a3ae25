"""HTTP/1.x messages as bytes: the head, what the transfer-encoding wraps, and what the content-encoding packs.

Rests on RFC 9112 (message syntax, chunked) and RFC 9110 (content codings), and takes what servers
really send: bare line feeds, folded lines, lines without a colon, latin-1, chunks that end too early.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import brotli
import zstandard

_HEAD_END = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/(\d(?:\.\d)?)[ \t]+(\d{3})(?:[ \t]|$)", re.IGNORECASE)
_FIELD = re.compile(rb"\n([^:\n]*):([^\n]*)")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHUNK_LINE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
_PIECE = 1 << 16
_ZSTD_PIECE = 1 << 12
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Head:
    """The head of a message: `raw` with its final blank line, and views of it. Nothing is normalised in `raw`."""

    raw: bytes

    @cached_property
    def start(self) -> bytes:
        """The status line or request line, without its line end."""
        return self.raw.split(b"\n", 1)[0].rstrip(b"\r")

    @cached_property
    def status(self) -> int | None:
        """The status code, or None where the head has no status line."""
        found = _STATUS_LINE.match(self.start)
        return int(found[2]) if found else None

    @cached_property
    def version(self) -> str | None:
        """The HTTP version that the status line names, such as "1.1"; None where there is none."""
        found = _STATUS_LINE.match(self.start)
        return found[1].decode() if found else None

    @cached_property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """Names and values in order, duplicates kept, folded lines joined; lines without a colon are left out."""
        end = _HEAD_END.search(self.raw)
        raw = self.raw[: end.start()] if end else self.raw
        if b"\n " in raw or b"\n\t" in raw:
            raw = _FOLD.sub(b" ", raw)
        return [(name.strip(), value.strip()) for name, value in _FIELD.findall(raw)]

    def values(self, name: str) -> list[bytes]:
        """The values of every field called `name`, in whatever case."""
        wanted = name.lower().encode()
        return [value for key, value in self.fields if key.lower() == wanted]

    def get(self, name: str) -> str | None:
        """The first value of `name`, its bytes as latin-1, or None."""
        values = self.values(name)
        return values[0].decode("latin-1") if values else None

    def codings(self, name: str) -> list[str]:
        """The codings that a list field such as Content-Encoding names, in the order they were applied."""
        joined = b",".join(self.values(name)).decode("latin-1").lower()
        return [coding for part in joined.split(",") if (coding := part.split(";")[0].strip())]

    @property
    def chunked(self) -> bool:
        """Whether the body is in the chunked transfer-coding."""
        return "chunked" in self.codings("Transfer-Encoding")

    @property
    def mime(self) -> str | None:
        """The media type of Content-Type in lower case, without parameters; None where the head has none."""
        kind = (self.get("Content-Type") or "").split(";")[0].strip().lower()
        return kind or None


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """`message` as its head (with the blank line) and its body; all of it is head where the head was cut."""
    end = _HEAD_END.search(message)
    return (message[: end.end()], message[end.end() :]) if end else (message, b"")


def split_response(message: bytes) -> tuple[Head, bytes]:
    """A response as `Head` and body; where it does not start as an HTTP response does, all of it is body."""
    if message[:5].upper() != b"HTTP/":
        return Head(b""), message
    head, body = split_head(message)
    return Head(head), body


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of a decoder; `whole` is False where the input was broken, cut, or in an unknown coding."""

    data: bytes
    whole: bool


def dechunk(body: bytes) -> Decoded:
    """`body` without chunk sizes, chunk extensions and trailers.

    A body that does not start with a chunk is given back unchanged: some archives store bodies
    de-chunked under their original head.
    """
    pieces: list[bytes] = []
    at = 0
    while size_line := _CHUNK_LINE.match(body, at):
        size, start = int(size_line[1], 16), size_line.end()
        if not size:
            return Decoded(b"".join(pieces), True)
        pieces.append(body[start : start + size])
        at = start + size
        if at > len(body):
            break
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    if not pieces and body:
        return Decoded(body, False)
    return Decoded(b"".join(pieces), False)


def remove_transfer_encoding(head: Head, body: bytes) -> Decoded:
    """The entity body: `body` without its transfer-codings, content-codings kept. What payload digests are over."""
    codings = head.codings("Transfer-Encoding")
    decoded = Decoded(body, True)
    if "chunked" in codings:
        decoded = dechunk(body)
        codings.remove("chunked")
    rest = remove_content_encoding(codings, decoded.data)
    return Decoded(rest.data, rest.whole and decoded.whole)


def remove_content_encoding(codings: list[str], payload: bytes, limit: int | None = None) -> Decoded:
    """`payload` with `codings` (in the order they were applied) removed, at most `limit` bytes of each stage.

    Where the data is broken or cut, what could be decoded before that comes back; the data as it is where
    that is nothing (servers that name a coding and do not apply it), and in an unknown coding.
    """
    whole = True
    for coding in reversed(codings):
        if coding == "identity" or not payload:
            continue
        if coding not in _DECODERS:
            return Decoded(payload, False)
        decoded = _collect(_DECODERS[coding](payload), limit)
        if not decoded.data and not decoded.whole:
            return Decoded(payload, False)
        payload, whole = decoded.data, whole and decoded.whole
    return Decoded(payload, whole)


def _collect(pieces: Iterator[bytes], limit: int | None) -> Decoded:
    """What `pieces` yields until it ends, fails, or gives more than `limit` bytes."""
    out: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            out.append(piece)
            size += len(piece)
            if limit is not None and size > limit:
                return Decoded(b"".join(out)[:limit], False)
    except (EOFError, zlib.error, brotli.error, zstandard.ZstdError):
        return Decoded(b"".join(out), False)
    return Decoded(b"".join(out), True)


def _inflate(stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """The output of one zlib stream in bounded pieces, up to the very byte before damage."""
    while data and not stream.eof:
        before = stream.copy()
        try:
            yield stream.decompress(data, _PIECE)
        except zlib.error:
            while True:
                yield before.decompress(data, 1)
                data = before.unconsumed_tail
        data = stream.unconsumed_tail
    while not stream.eof:
        if not (rest := stream.decompress(b"", _PIECE)):
            raise EOFError
        yield rest


def _gunzip(data: bytes) -> Iterator[bytes]:
    """Every gzip member; what follows the last one is ignored, as browsers and gzip do."""
    if data[:2] != _GZIP_MAGIC:
        raise EOFError
    while data[:2] == _GZIP_MAGIC:
        stream = zlib.decompressobj(31)
        yield from _inflate(stream, data)
        data = stream.unused_data


def _undeflate(data: bytes) -> Iterator[bytes]:
    """A "deflate" body: a zlib stream as RFC 9110 says, or raw deflate, which many servers send."""
    headed = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
    yield from _inflate(zlib.decompressobj(15 if headed else -15), data)


def _unbrotli(data: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    yield stream.process(data, output_buffer_limit=_PIECE)
    while not stream.is_finished():
        if not (piece := stream.process(b"", output_buffer_limit=_PIECE)):
            raise EOFError
        yield piece


def _unzstd(data: bytes) -> Iterator[bytes]:
    """Every zstd frame. Fed in small pieces: four kilobytes of zstd can hold 100 MB."""
    while data:
        stream = zstandard.ZstdDecompressor().decompressobj()
        while data and not stream.eof:
            piece, data = data[:_ZSTD_PIECE], data[_ZSTD_PIECE:]
            yield stream.decompress(piece)
        if not stream.eof:
            raise EOFError
        data = stream.unused_data + data


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
