"""The captures that a WARC holds, read back as the writer gave them: what the catalogue is rebuilt from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urljoin

from crawler.archive.exchange import Capture, Role, Via
from crawler.archive.layout import OPEN
from crawler.archive.message import Head
from crawler.archive.reader import Damage, Record, iterate
from crawler.archive.records import digest

ROLES: frozenset[str] = frozenset(get_args(Role))


def read_captures(path: Path) -> Iterator[Capture | Damage]:
    """Every response and revisit of a WARC, in order, with what its metadata record says of it; and what is damaged."""
    for item in read_answers(path):
        yield item if isinstance(item, Damage) else capture_of(*item)


def read_answers(path: Path) -> Iterator[tuple[Record, Via] | Damage]:
    """Every response and revisit record of a WARC, in order, with how the crawl came there; and what is damaged.

    The records of one capture follow each other (see `crawler.archive.writer`). A response whose metadata
    record is missing, as in the files of other tools, has the role "other"; one without a date is no capture.
    """
    answer: Record | None = None
    via = Via()
    for record in iterate(path):
        if isinstance(record, Damage):
            yield record
        elif record.type in ("response", "revisit"):
            if answer is not None:
                yield answer, via
            answer, via = record, Via()
            if record.date is None:
                yield Damage(path, record.offset, f"its WARC-Date is {record.get('WARC-Date')!r}")
                answer = None
        elif record.type == "metadata" and answer is not None and record.get("WARC-Concurrent-To") == answer.id:
            via = via_of(record)
    if answer is not None:
        yield answer, via


def capture_of(record: Record, via: Via) -> Capture:
    """The capture whose response or revisit record was read back. Raises ValueError where it has no date."""
    if record.date is None:
        raise ValueError(f"{record.path}, offset {record.offset}: a record without a date")
    revisit = record.type == "revisit"
    return Capture(
        record_id=record.id,
        kind=cast(Literal["response", "revisit"], record.type),
        url=record.url,
        date=record.date,
        warc=record.path.name.removesuffix(OPEN),
        offset=record.offset,
        length=record.length,
        status=record.status,
        mime=record.mime,
        payload_digest=record.get("WARC-Payload-Digest") or digest(record.payload.data),
        size=0 if revisit else len(record.payload.data),
        via=via,
        etag=record.http.get("ETag"),
        last_modified=record.http.get("Last-Modified"),
        location=redirect_target(record.url, record.http),
        truncated=None if revisit else record.get("WARC-Truncated"),
    )


def redirect_target(url: str, head: Head) -> str | None:
    """Where a 3xx answer of `url` points, absolute; None for other answers and for a Location that is no URL."""
    location = head.get("Location")
    if not location or head.status is None or not 300 <= head.status < 400:
        return None
    try:
        return urljoin(url, location.strip())
    except ValueError:
        return None


def via_of(record: Record) -> Via:
    """What a metadata record says of how the crawl came to its capture."""
    lines = record.block.decode("utf-8", "replace").splitlines()
    said = dict(line.split(": ", 1) for line in lines if ": " in line)
    role = said.get("pageRole", "other")
    try:
        modified = datetime.fromisoformat(said["listedModified"])
    except (KeyError, ValueError):
        modified = None
    return Via(
        cast(Role, role if role in ROLES else "other"), said.get("via"), modified, said.get("tdmReservation") == "1"
    )
