"""CDXJ indexes: how their lines are written, and whether each leads to the record that it describes (CDXJ 0.1.0)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from crawler.archive.check.digests import Digest, parse_digest
from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Place, Report
from crawler.archive.check.lines import text_lines
from crawler.errors import ArchiveError

MANDATORY = ("url", "digest", "filename", "offset", "length")
"""On every line. `mime` and `status` too, but where the record has none (a resource, a revisit without a head).

Heritrix's revisits of a 304 state no payload digest, and their payload is elsewhere: nothing can be written for them.
"""

_LINE = re.compile(r"(\S+) (\d+) (\{.*\})")
_WWW = re.compile(r"www\d*")
_WWW_HOST = re.compile(r"^www\d*\.(?=.*\.)")
_CDX_COLUMNS = (9, 10, 11)
_BLANK_LINES = 4
"""The two CRLF after a block, which some indexers do not count in files that are not compressed."""

_COVERED = ("response", "revisit", "resource")
_REVISIT_MIME = "warc/revisit"


class IndexFile(Protocol):
    """An index that can be opened: a file on disk, or a member of a package."""

    @property
    def name(self) -> str:
        """What its messages call it."""

    def open(self) -> BinaryIO:
        """The bytes of the file, from its start."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart: `at` is its offset in the (decompressed) text, `number` counts from 1."""

    at: int
    number: int
    key: str
    timestamp: str
    fields: dict[str, Any]


def check_indexes(files: Iterable[tuple[IndexFile, Report]], facts: Facts, *, whole: bool) -> int:
    """Check each index, and that together they list every capture of the WARCs that they name.

    `whole` says that all these WARCs must be among those that were read. How many are not comes back.
    """
    listed = _Listed(facts)
    last_report: Report | None = None
    for file, report in files:
        if is_cdx(file):
            report.add("file-cdx", "this is a CDX of the older kind, in columns; it was not checked")
            continue
        last_report = report
        with closing(file.open()) as stream:
            for line in _sorted_lines(stream, report):
                _check_line(line, report)
                _check_record(line, facts, listed, report)
        for name, line in listed.take_missing():
            if whole:
                message = f"{name}, which line {line.number} names first, is not among the checked files"
                report.add("cdxj-warc", message, Place(line.at))
    if last_report:
        _check_complete(listed, facts, last_report)
    return len(listed.outside)


def is_cdx(file: IndexFile) -> bool:
    """Whether an index is a CDX in columns, by its first line."""
    with closing(file.open()) as stream:
        try:
            first = next(text_lines(stream), b"")
        except ArchiveError:
            return False
    columns = len(first.split())
    return first.startswith(b" CDX") or (b"{" not in first and columns in _CDX_COLUMNS)


def _sorted_lines(stream: BinaryIO, report: Report) -> Iterator[Line]:
    """The lines that can be taken apart; those that cannot, or are out of order, are reported."""
    before, at, number = b"", 0, 0
    try:
        for raw in text_lines(stream):
            number += 1
            if raw < before:
                report.add("cdxj-sorted", f"line {number} sorts before the line above it", Place(at))
            before = raw
            if not raw.startswith(b"!meta "):
                line = _parse(raw, at, number, report)
                if line:
                    yield line
            at += len(raw)
    except ArchiveError as error:
        report.add("cdxj-line", f"after line {number}: {error}", Place(at))


def _parse(raw: bytes, at: int, number: int, report: Report) -> Line | None:
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    found = _LINE.fullmatch(text)
    if not found:
        message = f"line {number}, {text[:80]!r}, is not key, timestamp and JSON with single spaces between"
        report.add("cdxj-line", message, Place(at))
        return None
    try:
        fields = json.loads(found[3])
    except (ValueError, RecursionError) as error:
        report.add("cdxj-line", f"line {number}: {error} in its JSON", Place(at))
        return None
    return Line(at, number, found[1], found[2], fields)


def _check_line(line: Line, report: Report) -> None:
    place = Place(line.at)
    if not _valid_timestamp(line.timestamp):
        message = f"line {line.number}: {line.timestamp} is not YYYYMMDDhhmmss, with or without milliseconds"
        report.add("cdxj-timestamp", message, place)
    mandatory = [name for name in MANDATORY if name != "digest" or line.fields.get("mime") != _REVISIT_MIME]
    missing = [name for name in mandatory if line.fields.get(name) in (None, "")]
    if missing:
        report.add("cdxj-fields", f"line {line.number} has no {', '.join(missing)}", place)
    wrong = _wrong_key(line.key, str(line.fields.get("url", "")))
    if wrong:
        report.add("cdxj-key", f"line {line.number}: {wrong}", place)


def _valid_timestamp(digits: str) -> bool:
    if len(digits) not in (14, 17):
        return False
    try:
        datetime.strptime(digits[:14] + "Z", "%Y%m%d%H%M%S%z")
    except ValueError:
        return False
    return True


def _wrong_key(key: str, url: str) -> str | None:
    """What is wrong with the key of `url`; only its form and host, for tools differ in what they leave out."""
    if key != key.lower():
        return f"the key {key!r} is not in lower case"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").strip(".")
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host.isascii() or "%" in host:
        return None
    if ")" not in key:
        return f"the key {key!r} has no ')' after the host"
    labels = key.partition(")")[0].partition(":")[0].split(",")
    labels = labels[:-1] if len(labels) > 1 and _WWW.fullmatch(labels[-1]) else labels
    expected = _WWW_HOST.sub("", host).split(".")
    if labels != expected[::-1] and not (labels == expected and expected[-1].isdigit()):
        return f"the key {key!r} is not that of {url}"
    return None


class _Listed:
    """Which records the indexes list: a table beside the facts, as there may be millions."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.warcs: set[int] = set()
        self.outside: set[str] = set()
        self._missing: dict[str, Line] = {}
        facts.run("CREATE TABLE IF NOT EXISTS listed (file INTEGER, offset INTEGER, PRIMARY KEY (file, offset))")
        facts.run("DELETE FROM listed")

    def miss(self, name: str, line: Line) -> None:
        """The WARC that `line` names was not read."""
        if name not in self.outside:
            self.outside.add(name)
            self._missing[name] = line

    def take_missing(self) -> list[tuple[str, Line]]:
        """The WARCs that were missed since this was asked last, each with the line that named it first."""
        missing, self._missing = list(self._missing.items()), {}
        return missing

    def add(self, file: int, offset: int) -> None:
        """The record of `file` at `offset` is in the index."""
        self.warcs.add(file)
        self._facts.run("INSERT OR IGNORE INTO listed VALUES (?, ?)", file, offset)


def _check_record(line: Line, facts: Facts, listed: _Listed, report: Report) -> None:
    """That the line's file is there, that a record is at its offset, and that the two agree."""
    name, offset = str(line.fields.get("filename", "")), _number(line.fields.get("offset"))
    if not name or offset is None:
        return
    warc = facts.find("SELECT file FROM files WHERE warc = ?", name.rpartition("/")[2])
    if warc is None:
        listed.miss(name, line)
        return
    record = facts.find("SELECT * FROM records WHERE file = ? AND offset = ?", warc["file"], offset)
    if record is None:
        message = f"line {line.number}: no record of {name} starts at {offset}"
        report.add("cdxj-record", message, Place(line.at))
        return
    listed.add(warc["file"], offset)
    length = _number(line.fields.get("length"))
    if record["length"] and length not in (record["length"], record["length"] - _BLANK_LINES):
        message = f"line {line.number}: the record has {record['length']} bytes, not {line.fields.get('length')}"
        report.add("cdxj-record", message, Place(line.at))
    for message in _disagreements(line, record):
        report.add("cdxj-agrees", f"line {line.number}: {message}", Place(line.at, record["id"] or None))


def _disagreements(line: Line, record: sqlite3.Row) -> Iterator[str]:
    """Where line and record say different things."""
    fields = line.fields
    if fields.get("url") != record["uri"]:
        yield f"its url is {fields.get('url')}, the record's {record['uri']}"
    digits = re.sub(r"\D", "", record["date"])
    if not digits.startswith(line.timestamp[:14]) and not line.timestamp.startswith(digits[:14]):
        yield f"its timestamp is {line.timestamp}, the record's date {record['date']}"
    status = _number(fields.get("status"))
    if record["status"] is not None and record["type"] == "response" and status != record["status"]:
        yield f"its status is {fields.get('status')}, the response's {record['status']}"
    mime = str(fields.get("mime", ""))
    if record["type"] == "response" and record["mime"] and mime != record["mime"]:
        yield f"its mime is {mime or 'missing'}, the response's {record['mime']}"
    stated = _digest(str(fields.get("digest", "")))
    known = {label for label in (record["digest"], record["stated"]) if stated and label.startswith(stated.algorithm)}
    if stated and known and stated.label not in known:
        yield f"its digest is {fields.get('digest')}, the record's payload has another"


def _digest(label: str) -> Digest | None:
    """The digest that a line states; without an algorithm it is SHA-1, as older indexes have it."""
    try:
        return parse_digest(label if ":" in label else f"sha1:{label}")
    except ValueError:
        return None


def _number(value: object) -> int | None:
    """A number as JSON or as text: both are in use."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else None


def _check_complete(listed: _Listed, facts: Facts, report: Report) -> None:
    query = """SELECT r.*, f.name FROM records r JOIN files f USING (file) WHERE r.type IN (?, ?, ?)
        AND NOT EXISTS (SELECT 1 FROM listed l WHERE l.file = r.file AND l.offset = r.offset)"""
    for row in facts.ask(query, *_COVERED):
        if row["file"] in listed.warcs:
            message = f"it does not list the {row['type']} {row['id']} in {row['name']} at {row['offset']}"
            report.add("cdxj-complete", message)
