"""The block of a record, read once: its digests, and for HTTP its head, its body and what that body holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.archive.check.digests import Digest, Hasher, new_hasher, parse_digest
from crawler.archive.check.fields import is_http, media_type
from crawler.archive.check.header import Header, whole_number
from crawler.archive.chunked import Dechunker
from crawler.archive.message import Head

HEAD_LIMIT = 1 << 20
FIELDS_LIMIT = 1 << 16
"""Bytes of an application/warc-fields block that are looked at."""

_HEAD_END = re.compile(rb"\n\r?\n")
_HTTP_TYPES = {"response", "request", "revisit"}
_ORIGINALS = {"response", "resource"}
"""What a revisit may refer to: their payload digest is computed also where they state none."""

DEFAULT_ALGORITHM = "sha1"

_FINAL = 200
"""The first status code of final responses; those below are interim."""

_BODILESS = {204, 304}


def stated_digest(header: Header, name: str) -> Digest | None:
    """The digest in the field `name`; None where there is none, or none that can be checked."""
    try:
        return parse_digest(header.fields[name])
    except (KeyError, ValueError):
        return None


class Sink:
    """Bytes that are counted, and hashed where a digest is wanted."""

    def __init__(self, algorithm: str | None) -> None:
        self.size = 0
        self.algorithm = algorithm
        self._hasher: Hasher | None = new_hasher(algorithm) if algorithm else None

    def feed(self, piece: memoryview) -> None:
        """Take in more bytes."""
        self.size += len(piece)
        if self._hasher:
            self._hasher.update(piece)

    def digest(self) -> Digest | None:
        """The digest, where one was wanted."""
        return Digest(self.algorithm, self._hasher.digest()) if self.algorithm and self._hasher else None


class HttpMessage:
    """An HTTP message that comes in pieces: `head` once it is whole, and its body as it came and de-chunked."""

    def __init__(self, algorithm: str | None) -> None:
        self.head: Head | None = None
        self.head_ended = False
        self.body = Sink(algorithm)
        self.entity = Sink(algorithm)
        """The body without its transfer-encoding; used where that is chunked."""
        self.mime = ""
        """The media type of Content-Type in lower case, without parameters."""
        self.dechunker: Dechunker | None = None
        self.has_body = False
        """Whether this is a response that has a body by its status."""
        self.announced: int | None = None
        """HTTP's Content-Length of such a response; None where it has none, or none that makes sense."""
        self._begin = b""

    def feed(self, piece: memoryview) -> None:
        """Take in more bytes."""
        if self.head is None:
            piece = self._feed_head(piece)
        if piece:
            self._feed_body(piece)

    def finish(self) -> None:
        """Say that no more comes: without a blank line, all there was is head."""
        if self.head is None:
            self._set_head(self._begin)

    @property
    def payload(self) -> Sink:
        """The entity body: without the chunks, where they were there."""
        return self.entity if self.dechunker and self.dechunker.begun else self.body

    def _feed_head(self, piece: memoryview) -> memoryview:
        """Take the head, or more of it, from `piece`; what is left belongs to the body."""
        begin = memoryview(self._begin + bytes(piece)) if self._begin else piece
        found = _HEAD_END.search(begin, 0, HEAD_LIMIT)
        if not found and len(begin) < HEAD_LIMIT:
            self._begin = bytes(begin)
            return begin[:0]
        end = found.end() if found else len(begin)
        self.head_ended = found is not None
        self._set_head(bytes(begin[:end]))
        return begin[end:]

    def _set_head(self, raw: bytes) -> None:
        """Take what is wanted of the head; `Head` takes all of it apart, which costs more than all the rest."""
        self._begin = b""
        self.head = Head(raw)
        lowered = raw.lower()
        self.mime = _value(lowered, b"content-type").partition(b";")[0].strip().decode("latin-1")
        if b"chunked" in lowered and self.head.chunked:
            self.dechunker = Dechunker()
        if (self.head.status or 0) >= _FINAL and self.head.status not in _BODILESS:
            self.has_body = True
            self.announced = _content_length(lowered)

    def _feed_body(self, piece: memoryview) -> None:
        self.body.feed(piece)
        if self.dechunker:
            for data in self.dechunker.feed(piece):
                self.entity.feed(data)


def _value(lowered: bytes, name: bytes) -> bytes:
    """The first value of a field in a head in lower case; empty where there is none."""
    start = lowered.find(b"\n" + name + b":")
    return lowered[start + len(name) + 2 : lowered.find(b"\n", start + 1)].strip() if start >= 0 else b""


def _content_length(lowered: bytes) -> int | None:
    if lowered.count(b"\ncontent-length:") > 1 and len(set(Head(lowered).values("content-length"))) > 1:
        return None
    return whole_number(_value(lowered, b"content-length").decode("latin-1"))


@dataclass(slots=True)
class Content:
    """What the checks and the index want to know of a block that was read."""

    message: HttpMessage | None = None
    payload: Digest | None = None
    """The digest of the payload, by the algorithm that the header names or SHA-1; None where there is no payload."""
    fields: bytes = b""
    """The block, where it is application/warc-fields."""


class Block:
    """Takes in the block of one record as it is read, and computes what its header makes claims about."""

    def __init__(self, header: Header) -> None:
        self.stated_block = stated_digest(header, "warc-block-digest")
        self.stated_payload = stated_digest(header, "warc-payload-digest")
        kind = media_type(header.get("content-type"))
        by_uri = is_http(header.target_uri)
        http = header.type in _HTTP_TYPES and (kind == "application/http" or (by_uri and not kind))
        algorithm = self._payload_algorithm(header)
        self.message = HttpMessage(algorithm) if http else None
        self.mislabelled = False
        """Whether it is an HTTP response whose Content-Type says otherwise."""
        self._suspect = header.type == "response" and by_uri and not http
        self._algorithm = algorithm
        self._payload = Sink(algorithm) if algorithm and not http else None
        self._whole = Sink(self.stated_block.algorithm if self.stated_block else None)
        self._shared = self._payload is not None and self._payload.algorithm == self._whole.algorithm
        self._fields = b"" if kind == "application/warc-fields" else None

    def _payload_algorithm(self, header: Header) -> str | None:
        """What to hash the payload with; None where the block does not hold the payload, or not all of it."""
        if header.type in ("revisit", "continuation") or header.get("warc-segment-number"):
            return None
        if self.stated_payload:
            return self.stated_payload.algorithm
        return DEFAULT_ALGORITHM if header.type in _ORIGINALS else None

    def feed(self, piece: memoryview) -> None:
        """Take in more bytes of the block."""
        if self._suspect:
            self._suspect, self.mislabelled = False, bytes(piece[:5]) == b"HTTP/"
            self.message = HttpMessage(self._algorithm) if self.mislabelled else None
        self._whole.feed(piece)
        if self.message:
            self.message.feed(piece)
        elif self._payload and not self._shared:
            self._payload.feed(piece)
        if self._fields is not None and len(self._fields) < FIELDS_LIMIT:
            self._fields += piece

    def finish(self) -> Content:
        """Say that no more comes; what the block is."""
        if not self.message:
            payload = self._whole if self._shared else self._payload
            return Content(None, payload.digest() if payload else None, self._fields or b"")
        self.message.finish()
        return Content(self.message, self.message.payload.digest())

    @property
    def size(self) -> int:
        """Bytes taken in."""
        return self._whole.size

    def digest(self) -> Digest | None:
        """The digest of the block, by the algorithm that WARC-Block-Digest names."""
        return self._whole.digest()
