"""What the index keeps of a record: a row for each capture, and what was posted for it.

Rows are certain where the WARC itself was read whole, uncertain where an index (`prior`) or a look (`sketch`) said so:
the reading puts its rows in their place, and drops those for which it finds no record.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from crawler.archive.keys import method_url, url_key
from crawler.archive.message import Head
from crawler.archive.record import Record
from crawler.archive.records import parse_date
from crawler.replay.mementos import microseconds

KINDS = ("response", "revisit", "resource")
URL, RECORD_ID, OFFSET = 2, 9, 11
"""Places in a row; `_row` makes it up to the record's id."""

_FIELD = re.compile(rb"\n([^:\n]*):([^\n]*)")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_BLANK_LINE = re.compile(rb"\n\r?\n")

_INSERT = (
    "INSERT INTO captures (key, time, url, kind, method, status, mime, digest, location, record_id, file, "
    "offset, length, certain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (file, offset) DO UPDATE SET key = excluded.key, time = excluded.time, url = excluded.url, "
    "kind = excluded.kind, method = excluded.method, status = excluded.status, mime = excluded.mime, "
    "digest = excluded.digest, location = excluded.location, record_id = excluded.record_id, "
    "length = excluded.length, certain = excluded.certain"
)


class Captures:
    """Rows that wait for the next transaction, and the requests that belong to them."""

    def __init__(self, file: int, certain: bool = True) -> None:
        self._file = file
        self._certain = certain
        self._rows: list[tuple[Any, ...]] = []
        self._sent: list[tuple[str, str, str]] = []
        self._request: Record | None = None
        self._last_id = ""

    def begin_behind(self, record: Record | None) -> None:
        """Go to another place in the file: behind the capture `record`, whose the next request may be."""
        self._request, self._last_id = None, record.id if record else ""

    def add(self, record: Record) -> None:
        """Take a record of the file, in order."""
        kind = record.type
        if kind == "request":
            self._add_request(record)
        elif kind in KINDS:
            row = _row(record, kind)
            if not row[URL]:
                return
            self._rows.append((*row, self._file, record.offset, record.length, self._certain))
            if self._request is not None and _belong(self._request, record):
                self._note_sent(self._request, record.id)
            self._request, self._last_id = None, str(row[RECORD_ID])

    def _add_request(self, record: Record) -> None:
        """Remember what was posted, for the response before it that it names, or the one behind it."""
        self._request = None
        method = _method(record)
        if method == "GET":
            return
        named = _concurrent(record)
        for response_id in named:
            self._note_sent(record, response_id)
        if self._last_id not in named:
            self._request = record

    def _note_sent(self, request: Record, response_id: str) -> None:
        keyed, _ = method_url(
            request.url, _method(request), request.http.get("Content-Type") or "", request.payload.data
        )
        self._sent.append((_method(request), url_key(keyed), response_id))

    def write(self, db: sqlite3.Connection, begin: int = 0) -> int:
        """Write the rows of records that lie at `begin` or behind; how many were new."""
        before = db.total_changes
        db.executemany(_INSERT, (row for row in self._rows if row[OFFSET] >= begin))
        added = db.total_changes - before
        db.executemany(
            f"UPDATE captures SET method = ?, key = ? WHERE record_id = ? AND file = {self._file}", self._sent
        )
        self._rows.clear()
        self._sent.clear()
        return added


def _row(record: Record, kind: str) -> tuple[Any, ...]:
    """The columns from `key` to `record_id`, from the bytes: a third of the time that parsing all of a record takes."""
    named = _named(record.raw_fields)
    block_type = named.get(b"content-type", b"").lower()
    is_http = record.block[:5].upper() == b"HTTP/" and (
        kind != "resource" or block_type.startswith(b"application/http")
    )
    end = _BLANK_LINE.search(record.block) if is_http else None
    head = record.block[: end.start()] if end else record.block
    sent = _named(head) if is_http else {}
    mime = sent.get(b"content-type", b"") if is_http or kind != "resource" else block_type
    moment = parse_date(named.get(b"warc-date", b"").decode("latin-1"))
    url = _text(named.get(b"warc-target-uri", b"").removeprefix(b"<").removesuffix(b">"))
    digest, location = named.get(b"warc-payload-digest"), sent.get(b"location")
    return (
        url_key(url),
        microseconds(moment) if moment else 0,
        url,
        kind,
        "GET",
        Head(head).status if is_http else 200 if kind == "resource" else None,
        mime.partition(b";")[0].strip().lower().decode("latin-1") or None,
        _text(digest) if digest is not None else None,
        location.decode("latin-1") if location is not None else None,
        _text(named.get(b"warc-record-id", b"")),
    )


def _named(fields: bytes) -> dict[bytes, bytes]:
    """The first value of each field below the first line, by its name in lower case."""
    if b"\n " in fields or b"\n\t" in fields:
        fields = _FOLD.sub(b" ", fields)
    named: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(fields):
        named.setdefault(name.strip().lower(), value.strip())
    return named


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _belong(request: Record, response: Record) -> bool:
    concurrent = _concurrent(response)
    return request.id in concurrent or (not concurrent and request.url == response.url)


def _concurrent(record: Record) -> list[str]:
    return [value for name, value in record.fields if name.lower() == "warc-concurrent-to"]


def _method(request: Record) -> str:
    return request.http.start.split(b" ")[0].decode("latin-1").upper() or "GET"
