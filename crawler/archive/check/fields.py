"""The rules on each field's value, and on which type of record may have it (WARC 1.1 §5 and §6)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from crawler.archive.check.digests import UnknownAlgorithm, parse_digest
from crawler.archive.check.findings import Place, Report
from crawler.archive.check.header import NAMES, Header

TYPES = {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
WITH_TARGET = {"response", "resource", "request", "revisit", "conversion", "continuation"}
_NO_CAPTURE = {"warcinfo", "conversion", "continuation"}

MISPLACED: dict[str, set[str]] = {
    "warc-target-uri": {"warcinfo"},
    "warc-warcinfo-id": {"warcinfo"},
    "warc-concurrent-to": _NO_CAPTURE,
    "warc-ip-address": _NO_CAPTURE,
    "warc-filename": TYPES - {"warcinfo"},
    "warc-profile": TYPES - {"revisit"},
    "warc-refers-to": {"warcinfo", "response", "resource", "request", "continuation"},
    "warc-refers-to-target-uri": TYPES - {"revisit"},
    "warc-refers-to-date": TYPES - {"revisit"},
    "warc-segment-origin-id": TYPES - {"continuation"},
    "warc-segment-total-length": TYPES - {"continuation"},
}
"""For each field, the types of record that shall not have it."""

_MISPLACED_ON = {kind: frozenset(name for name in MISPLACED if kind in MISPLACED[name]) for kind in TYPES}
_PAYLOAD_FIELDS = ("warc-payload-digest", "warc-identified-payload-type")
_PAYLOADLESS = {"warcinfo", "metadata"}

_REFERENCE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>]+>")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\x00-\x1f\x7f]+")
_UUID = re.compile(r"<urn:uuid:(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})>", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+\-]+/[\w!#$&^.+*\-]+\s*(?:;.*)?")
_DATE_10 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DATE_11 = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)?)?)?")
_REASONS = {"length", "time", "disconnect", "unspecified"}
_FIRST_INSTANT = "0000-01-01T00:00:00"


def check_fields(header: Header, report: Report, place: Place) -> None:
    """Every rule that one record's header can break by itself."""
    kind = header.type
    if kind and kind not in TYPES:
        report.add("type-unknown", f"{kind!r} is none of the types that the standard defines", place)
    for name, value in header.fields.items():
        if check := _FORMS.get(name):
            check(name, value, header, report, place)
    for name in header.fields.keys() & _MISPLACED_ON.get(kind, frozenset()):
        report.add("field-misplaced", f"{NAMES[name]} is not allowed on a {kind} record", place, name)
    if kind in WITH_TARGET and not header.target_uri:
        report.add("target-uri-missing", f"a {kind} record has a WARC-Target-URI", place)
    if kind in _PAYLOADLESS:
        for name in _PAYLOAD_FIELDS:
            if name in header.fields:
                report.add("payload-undefined", f"a {kind} record has no payload, but {NAMES[name]}", place, name)
    _check_content_type(header, report, place)
    _check_segment(header, report, place)


@lru_cache(maxsize=256)
def valid_date(value: str, version: str) -> bool:
    """Whether `value` is a date as WARC-Date may be in that version, and one of the calendar."""
    if not (_DATE_10 if version == "1.0" else _DATE_11).fullmatch(value):
        return False
    whole = value.rstrip("Z").partition(".")[0]
    try:
        datetime.fromisoformat(whole + _FIRST_INSTANT[len(whole) :])
    except ValueError:
        return False
    return True


def is_http(uri: str) -> bool:
    """Whether `uri` is of the http or https scheme."""
    return uri[:7].lower() == "http://" or uri[:8].lower() == "https://"


@lru_cache(maxsize=256)
def media_type(value: str) -> str:
    """The type of a Content-Type in lower case, without parameters."""
    return value.partition(";")[0].strip().lower()


def _check_record_id(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    is_uuid = value[:10].lower() == "<urn:uuid:"
    if value and not (_UUID if is_uuid else _REFERENCE).fullmatch(value):
        report.add("record-id-form", f"{value!r} is not <urn:uuid:...> or another URI in angle brackets", place)


def _check_reference(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    values = header.concurrent if name == "warc-concurrent-to" else [value]
    for reference in values:
        if not _REFERENCE.fullmatch(reference):
            report.add("reference-form", f"{NAMES[name]} {reference!r} is not a URI in angle brackets", place, name)


def _check_date(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    if value and not valid_date(value, header.version):
        form = "YYYY-MM-DDThh:mm:ssZ" + ("" if header.version == "1.0" else ", with at most 9 digits of a second")
        report.add("date-form", f"{NAMES[name]} {value!r} is not a UTC date such as {form}", place, name)


def _check_uri(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    if value[:1] == "<" and value[-1:] == ">" and header.version != "1.0":
        report.add("target-uri-brackets", f"{NAMES[name]} is {value}: WARC 1.1 has no brackets here", place, name)
        value = value[1:-1]
    elif header.version == "1.0":
        value = value[1:-1] if value[:1] == "<" else value
    if not _ABSOLUTE.fullmatch(value):
        report.add("target-uri-form", f"{NAMES[name]} {value[:200]!r} is not an absolute URI", place, name)
    elif not value.isascii():
        report.add(
            "target-uri-ascii", f"{NAMES[name]} {value[:200]!r} has characters that a URI percent-encodes", place
        )


def _check_length(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    if value and header.length is None:
        report.add("content-length", f"Content-Length {value!r} is not a number of bytes", place)


def _check_ip(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    if not _is_address(value):
        report.add("ip-form", f"WARC-IP-Address {value!r} is not an IPv4 or IPv6 address", place)


@lru_cache(maxsize=256)
def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _check_digest(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    try:
        parse_digest(value)
    except UnknownAlgorithm as unknown:
        message = f"{NAMES[name]} is of the algorithm {str(unknown)!r}, which is not known: it was not checked"
        report.add("digest-algorithm", message, place, name)
    except ValueError as error:
        report.add("digest-form", f"{NAMES[name]} {value!r}: {error}", place, name)


def _check_reason(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    if value not in _REASONS:
        message = f"WARC-Truncated {value!r} is none of length, time, disconnect, unspecified"
        report.add("truncated-reason", message, place)


def _check_media_type(name: str, value: str, header: Header, report: Report, place: Place) -> None:
    if value and not _MEDIA_TYPE.fullmatch(value):
        report.add("content-type-form", f"{NAMES[name]} {value!r} is not a media type such as text/html", place)


def _check_content_type(header: Header, report: Report, place: Place) -> None:
    if header.length and not header.get("content-type") and header.type != "continuation":
        report.add("content-type-missing", f"it has a block of {header.length} bytes and no Content-Type", place)


def _check_segment(header: Header, report: Report, place: Place) -> None:
    number = header.get("warc-segment-number")
    if header.type == "continuation":
        for name in ("warc-segment-number", "warc-segment-origin-id"):
            if not header.get(name):
                report.add("segment-fields", f"a continuation record has a {NAMES[name]}", place, name)
        if number and (not number.isdigit() or int(number) < 2):
            report.add("segment-fields", f"WARC-Segment-Number of a continuation is 2 or more, not {number!r}", place)
    elif number and number != "1":
        report.add("segment-fields", f"WARC-Segment-Number of a {header.type} record is 1, not {number!r}", place)


_FORMS: dict[str, Callable[[str, str, Header, Report, Place], None]] = {
    "warc-record-id": _check_record_id,
    "warc-date": _check_date,
    "content-length": _check_length,
    "content-type": _check_media_type,
    "warc-concurrent-to": _check_reference,
    "warc-refers-to": _check_reference,
    "warc-warcinfo-id": _check_reference,
    "warc-segment-origin-id": _check_reference,
    "warc-block-digest": _check_digest,
    "warc-payload-digest": _check_digest,
    "warc-ip-address": _check_ip,
    "warc-target-uri": _check_uri,
    "warc-refers-to-target-uri": _check_uri,
    "warc-refers-to-date": _check_date,
    "warc-truncated": _check_reason,
    "warc-identified-payload-type": _check_media_type,
}
