"""A WARC record as it was read back, and what could not be read as one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from crawler.archive.message import (
    Decoded,
    Head,
    remove_content_encoding,
    remove_transfer_encoding,
    split_head,
    split_response,
)
from crawler.archive.records import NOT_MODIFIED_STATUS, parse_date

_FOLD = re.compile(r"\r?\n[ \t]+")
# The two fields that every reader of every record needs are found without parsing the others.
_TYPE = re.compile(rb"\nWARC-Type[ \t]*:[ \t]*([A-Za-z]*)", re.IGNORECASE)
_TYPE_NAME = b"\nWARC-Type: "
_TYPES = {name.encode(): name for name in ("warcinfo", "response", "request", "revisit", "metadata", "conversion")}
"""As nearly all write them, which is found sooner."""

CONTENT_LENGTH = re.compile(rb"\nContent-Length[ \t]*:[ \t]*([0-9]+)[ \t]*\r?(?:\n|$)", re.IGNORECASE)


class Reference(NamedTuple):
    """What a revisit record refers to; each part None where the record does not say."""

    record_id: str | None
    url: str | None
    date: datetime | None


@dataclass(eq=False)
class Record:
    """One WARC record. Dates, digests and HTTP are parsed only when asked for."""

    path: Path
    offset: int
    version: str
    raw_fields: bytes
    """The version line and the named fields as they are in the file, without the blank line."""
    length: int = 0
    """Bytes in the (compressed) file."""
    block: bytes = b""
    """At most `keep` bytes of it; see `whole`."""
    size: int = 0
    """Bytes of the block in the file."""
    problems: list[str] = field(default_factory=list)
    payload_path: Path | None = None
    """The WARC that has the payload of a revisit that was resolved."""
    _resolved: tuple[Head, Decoded] | None = None
    type: str = field(init=False)
    """WARC-Type in lower case, "" where there is none."""
    _named: dict[str, str] | None = field(default=None, init=False)
    """The first of the named fields of each name, by the name in lower case."""

    def __post_init__(self) -> None:
        stated = self.raw_fields.partition(_TYPE_NAME)[2].partition(b"\r")[0]
        self.type = _TYPES.get(stated) or _type_of(self.raw_fields)

    def get(self, name: str) -> str | None:
        """The first named field called `name`, in whatever case."""
        if self._named is None:
            self._named = self._by_name()
        return self._named.get(name.lower())

    def _by_name(self) -> dict[str, str]:
        named = {}
        for line in reversed(self._lines()):
            name, colon, value = line.partition(":")
            if colon:
                named[name.strip().lower()] = value.strip()
        return named

    @cached_property
    def fields(self) -> list[tuple[str, str]]:
        """The named fields in order, folded lines joined; lines without a colon are left out."""
        parted = (line.partition(":") for line in self._lines())
        return [(name.strip(), value.strip()) for name, colon, value in parted if colon]

    def _lines(self) -> list[str]:
        text = self.raw_fields.decode("utf-8", "replace")
        if "\n " in text or "\n\t" in text:
            text = _FOLD.sub(" ", text)
        return text.split("\n")[1:]

    @property
    def whole(self) -> bool:
        """Whether `block` has all of the block."""
        return len(self.block) == self.size

    @property
    def content_length(self) -> str | None:
        """What the record states as Content-Length, which need not be a number."""
        stated = CONTENT_LENGTH.search(self.raw_fields)
        return stated[1].decode() if stated else self.get("Content-Length")

    @property
    def id(self) -> str:
        """WARC-Record-ID with its angle brackets, "" where there is none."""
        return self.get("WARC-Record-ID") or ""

    @property
    def url(self) -> str:
        """WARC-Target-URI, without the angle brackets that some WARC 1.0 writers put; "" where there is none."""
        return _bare(self.get("WARC-Target-URI") or "")

    @property
    def date(self) -> datetime | None:
        """WARC-Date in UTC, to the microsecond; None where it is missing or cannot be read."""
        return parse_date(self.get("WARC-Date") or "")

    @property
    def refers_to(self) -> Reference:
        """The original of a revisit record."""
        url = self.get("WARC-Refers-To-Target-URI")
        date = parse_date(self.get("WARC-Refers-To-Date") or "")
        return Reference(self.get("WARC-Refers-To"), _bare(url) if url else None, date)

    @cached_property
    def _message(self) -> tuple[Head, bytes]:
        kind = (self.get("Content-Type") or "").lower()
        if self.type == "request" and self.block:
            head, body = split_head(self.block)
            return Head(head), body
        if kind.startswith("application/http") or self.type in ("response", "revisit"):
            return split_response(self.block)
        return Head(b""), self.block

    @property
    def http(self) -> Head:
        """The head of the HTTP message in the block; empty (`raw` is b"") where the block holds none."""
        return self._resolved[0] if self._resolved else self._message[0]

    @property
    def status(self) -> int | None:
        """The HTTP status code."""
        return self.http.status

    @property
    def mime(self) -> str | None:
        """The media type of the payload in lower case: as HTTP says, else as the record says of its block."""
        if self.http.raw or self.type in ("response", "revisit", "request"):
            return self.http.mime
        return (self.get("Content-Type") or "").split(";")[0].strip().lower() or None

    @cached_property
    def payload(self) -> Decoded:
        """The entity body: transfer-encoding removed, content-encoding kept. The block where it is no HTTP message."""
        if self._resolved:
            return self._resolved[1]
        head, body = self._message
        payload = remove_transfer_encoding(head, body)
        return Decoded(payload.data, payload.whole and self.whole)

    def decoded_body(self, limit: int | None = None) -> Decoded:
        """The payload with its content-encoding removed, at most `limit` bytes; not `whole` where that went wrong."""
        decoded = remove_content_encoding(self.http.codings("Content-Encoding"), self.payload.data, limit)
        return Decoded(decoded.data, decoded.whole and self.payload.whole)

    def resolve(self, original: Record) -> Record:
        """This revisit with the payload of `original`; with its head too where this is a 304 or has none of its own."""
        own = self.http
        head = own if own.raw and own.status != NOT_MODIFIED_STATUS else original.http
        path = original.payload_path or original.path
        return replace(self, payload_path=path, _resolved=(head, original.payload))


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a file that could not be read as a record."""

    path: Path
    offset: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, offset {self.offset}: {self.reason}"


def _type_of(raw_fields: bytes) -> str:
    stated = _TYPE.search(raw_fields)
    return stated[1].decode("ascii").lower() if stated else ""


def _bare(url: str) -> str:
    return url[1:-1] if url.startswith("<") and url.endswith(">") else url
