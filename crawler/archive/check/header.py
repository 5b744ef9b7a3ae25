"""The header of a record: its bytes taken apart, and the rules on how it is written (WARC 1.1 §4 and §5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.archive.check.findings import Place, Report

MANDATORY = ("warc-record-id", "content-length", "warc-date", "warc-type")
NAMES = {
    name.lower(): name
    for name in (
        "WARC-Type",
        "WARC-Record-ID",
        "WARC-Date",
        "Content-Length",
        "Content-Type",
        "WARC-Concurrent-To",
        "WARC-Block-Digest",
        "WARC-Payload-Digest",
        "WARC-IP-Address",
        "WARC-Refers-To",
        "WARC-Refers-To-Target-URI",
        "WARC-Refers-To-Date",
        "WARC-Target-URI",
        "WARC-Truncated",
        "WARC-Warcinfo-ID",
        "WARC-Filename",
        "WARC-Profile",
        "WARC-Identified-Payload-Type",
        "WARC-Segment-Origin-ID",
        "WARC-Segment-Number",
        "WARC-Segment-Total-Length",
    )
}
"""The fields that the standard defines, by their name in lower case."""

_LOWER = {name: lower for lower, name in NAMES.items()}

REPEATABLE = {"warc-concurrent-to", "warc-protocol"}
"""WARC-Protocol is a proposed extension, and is repeated by those that write it: http/1.1, then tls/1.3."""

_DIGITS = 19
_VERSION = re.compile(r"WARC/(\d\.\d+)")
_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z|~]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FLAWLESS = re.compile(rb"WARC/1\.[01]\r\n(?:[!#$%&'*+\-.0-9A-Z^_`a-z|~]+:[^\x00-\x08\x0a-\x1f\x7f]*\r\n)*\r\n")
"""A header without any flaw in how it is written: one look instead of many, as nearly all are so."""

_FOLD = re.compile(r"\r?\n[ \t]+")


@dataclass(slots=True)
class Header:
    """A record's header. `fields` has the first value of each name, in lower case; WARC-Concurrent-To has them all."""

    version: str
    fields: dict[str, str] = field(default_factory=dict)
    concurrent: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    type: str = ""
    """WARC-Type as it is written."""
    record_id: str = ""
    """WARC-Record-ID as it is written, angle brackets and all."""
    target_uri: str = ""
    """WARC-Target-URI without the angle brackets that WARC 1.0 files may have around it."""
    length: int | None = None
    """Content-Length, or None where it is missing or no number."""

    def get(self, name: str) -> str:
        """The value of the field, by its name in lower case; empty where there is none."""
        return self.fields.get(name, "")


def without_brackets(uri: str) -> str:
    """`uri` without angle brackets around it."""
    return uri[1:-1] if uri[:1] == "<" and uri[-1:] == ">" else uri


def parse_header(raw: bytes) -> Header:
    """Take a header apart, as tolerantly as can be; what is wrong with it is for `check_header` to say."""
    text = raw.decode("utf-8", "replace")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    lines = text.split("\n")
    header = Header(_version_of(lines[0]))
    fields = header.fields
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            name, value = _LOWER.get(name) or name.strip().lower(), value.strip()
            if name == "warc-concurrent-to":
                header.concurrent.append(value)
            if name not in fields:
                fields[name] = value
            elif name not in REPEATABLE:
                header.repeated.append(name)
    header.type = header.get("warc-type")
    header.record_id = header.get("warc-record-id")
    header.target_uri = without_brackets(header.get("warc-target-uri"))
    header.length = whole_number(header.get("content-length"))
    return header


def whole_number(value: str) -> int | None:
    """A number of digits alone, of bytes that could exist; None for all else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < _DIGITS else None


def _version_of(line: str) -> str:
    """The version for numbering clauses and choosing rules: 1.0, or 1.1 for every other."""
    found = _VERSION.match(line)
    return "1.0" if found and found[1] in ("1.0", "0.18", "0.17") else "1.1"


def check_header(raw: bytes, header: Header, report: Report, place: Place) -> None:
    """The rules on the bytes of a header, and on which fields every record has."""
    if not (_FLAWLESS.fullmatch(raw) and raw.isascii()):
        _check_bytes(raw, report, place)
    for name in MANDATORY:
        if not header.fields.get(name):
            report.add("field-missing", f"it has no {NAMES[name]}", place, name)
    for name in header.repeated:
        report.add("field-repeated", f"{NAMES.get(name, name)} is there more than once", place)


def _check_bytes(raw: bytes, report: Report, place: Place) -> None:
    if raw[:10] not in (b"WARC/1.1\r\n", b"WARC/1.0\r\n"):
        _check_version(raw, report, place)
    if raw.count(b"\n") != raw.count(b"\r\n"):
        report.add("header-line-end", "a line of the header ends with LF alone", place)
    text = _decoded(raw, report, place)
    if found := _CONTROL.search(text.replace("\r\n", "")):
        report.add("header-control", f"the header holds the character {found[0]!r}", place)
    _check_lines(text, report, place)


def _check_version(raw: bytes, report: Report, place: Place) -> None:
    line = raw.split(b"\n", 1)[0].rstrip(b"\r")
    if line not in (b"WARC/1.0", b"WARC/1.1"):
        report.add("version-line", f"it starts {line[:40].decode('latin-1')!r}; WARC/1.0 and WARC/1.1 are known", place)


def _decoded(raw: bytes, report: Report, place: Place) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        report.add("header-encoding", f"byte {error.start} of the header, {raw[error.start]:#x}, is not UTF-8", place)
        return raw.decode("latin-1")


def _check_lines(text: str, report: Report, place: Place) -> None:
    for line in text.split("\n")[1:]:
        line = line.rstrip("\r")
        name, colon, _ = line.partition(":")
        if not line or name.lower() in NAMES:
            continue
        if line[0] in " \t":
            report.add("header-folded", f"the line {line.strip()[:60]!r} continues the one before", place)
        elif not colon or not _TOKEN.fullmatch(name):
            report.add("header-syntax", f"the line {line[:60]!r} is not a name, a colon and a value", place)
