"""What a WARC holds as the lines of a CDXJ index, one for each capture that can be looked up.

A line is `KEY TIMESTAMP JSON`: the canonical key (`crawler.archive.keys`), the WARC-Date to the second, and where the
record lies. Its content is that of pywb's indexer (`cdx-indexer -j -p`): lines for every record with a target URI
other than request and warcinfo records and those in `application/warc-fields`; revisits have the type
`warc/revisit` and no status; a capture that was not fetched by GET has the request's method and body in its key.
One thing differs. Where a chunked response states no payload digest, ours is that of its entity, as WARC 1.1
defines it; pywb takes the chunk sizes for part of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as _json_string
from pathlib import Path

from crawler.archive.keys import method_url, url_key
from crawler.archive.layout import OPEN
from crawler.archive.members import WARC
from crawler.archive.reader import Damage, Record, iterate, read_record
from crawler.archive.records import digest
from crawler.archive.streamed import streamed_digest

REVISIT_MIME = "warc/revisit"

KEPT = 32 << 20
"""Bytes of a block that are held in memory; longer ones are read a second time for their digest."""

_HEAD = 1 << 13
_PAYLOAD_DIGEST = b"\nWARC-Payload-Digest: "

_UNINDEXED_TYPES = frozenset({"request", "warcinfo"})
_CRAWL_NOTES = b"Content-Type: application/warc-fields\r\n"
"""A third of our records; this way they need not be parsed to be passed over."""

_UNINDEXED_CONTENT = frozenset({"application/warc-fields", "text/anvl"})
_RECORD_END = b"\r\n\r\n"
"""In files that are not compressed the tools do not count it as part of a record."""

_GET = b"GET "
_REQUEST = b"\nWARC-Type: request\r"
_SHA1 = "sha1:"
_EARLIEST = "00000101000000"
_NOT_DIGITS = re.compile(r"\D+")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)", re.IGNORECASE)
_CONTENT_TYPE = re.compile(rb"\nContent-Type[ \t]*:([^\n]*)", re.IGNORECASE)
_HEAD_END = re.compile(rb"\n\r?\n")


@dataclass(slots=True)
class Entry:
    """One line of an index: the capture of one URL at one moment. `fields` are those of its JSON, all strings."""

    key: str
    timestamp: str
    fields: dict[str, str]

    @property
    def offset(self) -> int:
        """Where the record begins in its file."""
        return int(self.fields["offset"])

    def line(self) -> bytes:
        """The line with its line end. Lines sort as bytes (`LC_ALL=C sort`)."""
        fields = ", ".join([f'"{name}": {_json_string(value)}' for name, value in self.fields.items()])
        return f"{self.key} {self.timestamp} {{{fields}}}\n".encode("ascii")


def parse_line(line: bytes) -> Entry:
    """The entry that a line holds; raises ValueError where it is no line of a CDXJ file."""
    key, timestamp, fields = line.decode().split(" ", 2)
    return Entry(key, timestamp, json.loads(fields))


class CaptureLines:
    """Makes entries of the records of one file, which are added in order.

    A response waits for the request that follows it, since what was posted belongs to its key.
    """

    def __init__(self, path: Path) -> None:
        self._filename = path.name.removesuffix(OPEN)
        self._trailing = len(_RECORD_END) if _is_plain(path) else 0
        self._capture: tuple[Record, Entry] | None = None
        self._request: Record | None = None

    @property
    def request(self) -> int | None:
        """Offset of a request that is not plain GET and waits for its response, None where none does."""
        return self._request.offset if self._request else None

    @property
    def undecided(self) -> int | None:
        """Offset of the record that is still waiting for its counterpart, None where none is."""
        waiting = self._capture[0] if self._capture else self._request
        return waiting.offset if waiting else None

    def add(self, record: Record) -> Sequence[Entry]:
        """Take the next record; the entries that are now complete."""
        if record.type == "request":
            return () if record.block.startswith(_GET) else self._add_request(record)
        if not is_indexed(record):
            return ()
        complete = self.finish()
        entry = _entry(record, self._filename, record.length - self._trailing)
        if self._request and _same_capture(self._request, record):
            _describe_request(entry, self._request)
            complete = (*complete, entry)
        else:
            self._capture = record, entry
        self._request = None
        return complete

    def finish(self) -> Sequence[Entry]:
        """The entry that waits in vain, if there is one."""
        waiting, self._capture = self._capture, None
        return (waiting[1],) if waiting else ()

    def _add_request(self, request: Record) -> Sequence[Entry]:
        if self._capture and _same_capture(self._capture[0], request):
            _describe_request(self._capture[1], request)
            return self.finish()
        self._request = request
        return ()


def entries(path: Path) -> Iterator[Entry | Damage]:
    """The entries of the WARC at `path` in the order of its records, and the places that could not be read.

    Raises OSError where the file cannot be read.
    """
    lines = CaptureLines(path)
    for found in iterate(path, keep=needed, passed=passed):
        if isinstance(found, Damage):
            yield found
        else:
            yield from lines.add(found)
    yield from lines.finish()


def needed(record: Record) -> int:
    """How many bytes of a record's block its line needs: all to compute a digest or a key of, else the HTTP head."""
    return _HEAD if _PAYLOAD_DIGEST in record.raw_fields and record.type != "request" else KEPT


def passed(start: bytes, fields_end: int) -> bool:
    """Whether a record that starts so is a plain GET or a note of a crawl, which no line says anything of."""
    if start.find(_CRAWL_NOTES, 0, fields_end + 2) > 0:
        return True
    return start.startswith(_GET, fields_end + len(_RECORD_END)) and start.find(_REQUEST, 0, fields_end) > 0


def is_indexed(record: Record) -> bool:
    """Whether `record` gets a line of its own."""
    if record.type in _UNINDEXED_TYPES or _CRAWL_NOTES in record.raw_fields or not record.length or not record.url:
        return False
    return (record.get("Content-Type") or "").partition(";")[0].strip() not in _UNINDEXED_CONTENT


def timestamp(date: str) -> str:
    """A WARC-Date as 14 digits; what a short one leaves out is taken for its earliest."""
    digits = date[:4] + date[5:7] + date[8:10] + date[11:13] + date[14:16] + date[17:19]
    if len(digits) == len(_EARLIEST) and date[4:17:3] == "--T::" and digits.isdigit() and digits.isascii():
        return digits
    digits = _NOT_DIGITS.sub("", date)[:14]
    return digits + _EARLIEST[len(digits) :]


def _is_plain(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(WARC)) == WARC


def _same_capture(first: Record, second: Record) -> bool:
    """Whether one of the two is tied to the other, as the request and the response of one exchange are."""
    if first.url != second.url:
        return False
    return second.get("WARC-Concurrent-To") == first.id or first.get("WARC-Concurrent-To") == second.id


def _entry(record: Record, filename: str, length: int) -> Entry:
    url = record.url.replace(" ", "%20")
    status, content_type = _answer(record)
    fields = {
        "metadata": record.get("WARC-Json-Metadata"),
        "url": url,
        "mime": _mime(record, content_type),
        "mime-detected": record.get("WARC-Identified-Payload-Type") if record.type != "revisit" else None,
        "status": _status(record, status),
        "digest": _payload_digest(record),
        "length": str(length),
        "offset": str(record.offset),
        "filename": filename,
    }
    stated = {name: value for name, value in fields.items() if value and value != "-"}
    return Entry(url_key(url), timestamp(record.get("WARC-Date") or ""), stated)


def _answer(record: Record) -> tuple[str | None, str | None]:
    """The status and the Content-Type of a response or revisit that is an HTTP message; else None and None.

    They are all that the index needs of HTTP heads, and are found without taking the message apart.
    """
    started = _STATUS.match(record.block)
    if not started or record.type not in ("response", "revisit"):
        return None, None
    end = _HEAD_END.search(record.block)
    if end is None and not record.whole:
        return _answer(read_record(record.path, record.offset))
    head = record.block[: end.start() + 1] if end else record.block
    if b"\n " in head or b"\n\t" in head:
        return started[1].decode(), record.http.get("Content-Type") or ""
    stated = _CONTENT_TYPE.search(head)
    return started[1].decode(), stated[1].strip().decode("latin-1") if stated else ""


def _mime(record: Record, content_type: str | None) -> str:
    """The media type as the response states it, parameters left out; "unk" where it states none."""
    if record.type == "revisit":
        return REVISIT_MIME
    stated = record.get("Content-Type") if content_type is None else content_type
    return stated.partition(";")[0].partition(" ")[0] if stated else "unk"


def _status(record: Record, status: str | None) -> str | None:
    """The HTTP status of a response; other protocols (dns) answer with 200, other records with nothing."""
    return (status or "200") if record.type == "response" else None


def _payload_digest(record: Record) -> str | None:
    """The digest as pywb writes it, a SHA-1 without its label; computed where the record states none."""
    stated = record.get("WARC-Payload-Digest")
    if not stated and record.type != "revisit":
        stated = digest(record.payload.data) if record.whole else streamed_digest(record)
    return stated.removeprefix(_SHA1) if stated else None


def _describe_request(entry: Entry, request: Record) -> None:
    """Put what the request sent into key and fields of the entry."""
    method = request.http.start.partition(b" ")[0].decode("latin-1").upper()
    length = request.http.get("Content-Length") or ""
    body = request.payload.data[: int(length)] if length.isascii() and length.isdigit() else b""
    url, query = method_url(entry.fields["url"], method, request.http.get("Content-Type") or "", body)
    entry.key = url_key(url)
    entry.fields["method"] = method
    if query:
        entry.fields["requestBody"] = query
