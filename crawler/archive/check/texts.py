"""Article texts and their sidecars against the records that they cite: each text can be traced to what was served."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from crawler.archive.check.digests import parse_digest
from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Finding, Report, shown
from crawler.archive.check.plan import Plan
from crawler.archive.layout import sidecar_path, text_path

CAPTURES = ("response", "revisit")
RECORD_FIELDS = ("id", "warc", "offset", "date", "digest")
FIELDS = ("source", "url", "title", "record")
_DEPTH = 4
"""Folders between a source's folder and its texts: text, year, month, day."""


def check_texts(made: Plan, facts: Facts, take: Callable[[Finding], None]) -> int:
    """Check every text in the plan with its sidecar; how many cite records of WARCs that were not checked."""
    texts = set(made.texts)
    for sidecar in made.sidecars:
        if sidecar.with_suffix(".txt") not in texts:
            Report(shown(sidecar), take).add("text-sidecar", "there is no text beside it")
    sidecars = set(made.sidecars)
    outside = 0
    for path in made.texts:
        report = Report(shown(path), take)
        if sidecar_path(path) in sidecars:
            outside += _check_text(path, facts, report, expected=bool(made.warcs))
        else:
            report.add("text-sidecar", "there is no sidecar beside it")
    return outside


def _check_text(path: Path, facts: Facts, report: Report, *, expected: bool) -> bool:
    """Check one text; whether its WARC is not among the files and, for want of any, was not `expected` to be."""
    values = _sidecar(sidecar_path(path), report)
    text = _text(path, report)
    if values is None or text is None:
        return False
    if not text.startswith(f"{values['title']}\n\n"):
        report.add("text-form", f"it does not start with its title, {values['title']!r}, and a blank line")
    _check_place(path, text, values, report)
    cited = values["record"]
    record = facts.find(_RECORD, cited["id"], cited["warc"], cited["offset"])
    if record is not None:
        for message in _disagreements(values, record):
            report.add("text-agrees", message)
    elif expected and not facts.is_newer(str(cited["warc"]), _archives(path), str(values["source"])):
        where = f"{cited['id']} in {cited['warc']} at {cited['offset']}"
        report.add("text-record", f"it cites the record {where}, which is not there")
    for part in _parts(values):
        found = facts.find(_RECORD, part["id"], part["warc"], part["offset"])
        if found is None and expected and not facts.is_newer(part["warc"], _archives(path), str(values["source"])):
            report.add(
                "text-record", f"a page of it cites the record {part['id']} in {part['warc']}, which is not there"
            )
        elif found is not None and found["uri"] != part["url"]:
            report.add("text-agrees", f"a page of it is {part['url']}, that of the record {found['uri']}")
    return record is None and not expected


def _parts(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of further pages that a sidecar cites, as far as they are written as such."""
    parts = values.get("parts")
    records = parts.get("records") if isinstance(parts, dict) else None
    for one in records if isinstance(records, list) else ():
        if isinstance(one, dict) and all(isinstance(one.get(name), str) for name in ("id", "warc", "url")):
            yield one | {"offset": one.get("offset")}


_RECORD = "SELECT r.* FROM records r JOIN files f USING (file) WHERE r.id = ? AND f.warc = ? AND r.offset = ?"


def _sidecar(path: Path, report: Report) -> dict[str, Any] | None:
    """What is in a sidecar, where all that we need is there."""
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        report.add("sidecar-form", f"{path.name} cannot be read: {error}")
        return None
    record = values.get("record") if isinstance(values, dict) else None
    known = values if isinstance(record, dict) else {}
    missing = [name for name in FIELDS if not known.get(name)]
    missing += [f"record.{name}" for name in RECORD_FIELDS if record and record.get(name) in (None, "")]
    if missing:
        report.add("sidecar-form", f"{path.name} has no {', '.join(missing)}")
        return None
    return known


def _text(path: Path, report: Report) -> str | None:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        report.add("text-form", f"byte {error.start} is not UTF-8")
        return None
    if not text.endswith("\n") or text.endswith("\n\n"):
        report.add("text-form", "it does not end with one newline")
    return text


def _check_place(path: Path, text: str, values: dict[str, Any], report: Report) -> None:
    """The name holds a digest of URL and text, so that a text that was changed is not where it should be."""
    day = _day(values)
    if day is None:
        report.add("sidecar-form", "neither published nor record.date is a date")
        return
    source = str(values["source"])
    archives = _archives(path)
    expected = text_path(archives, source, day, str(values["title"]), str(values["url"]), text)
    if path != expected:
        report.add("text-place", f"source, day, title, URL and text put it at {expected}")


def _archives(text_file: Path) -> Path:
    return text_file.parents[_DEPTH + 1] if len(text_file.parents) > _DEPTH + 1 else text_file.parent


def _day(values: dict[str, Any]) -> date | None:
    """The day that names the folder: of publication as the page states it, or of the capture in UTC."""
    try:
        if values.get("published"):
            return datetime.fromisoformat(values["published"]).date()
        return datetime.fromisoformat(values["record"]["date"]).astimezone(UTC).date()
    except (TypeError, ValueError):
        return None


def _disagreements(values: dict[str, Any], record: sqlite3.Row) -> Iterator[str]:
    cited = values["record"]
    if record["type"] not in CAPTURES:
        yield f"the record that it cites is a {record['type']}"
    if values["url"] != record["uri"]:
        yield f"its url is {values['url']}, that of the record {record['uri']}"
    if not same_moment(str(cited["date"]), record["date"]):
        yield f"record.date is {cited['date']}, the WARC-Date {record['date']}"
    if not same_digest(str(cited["digest"]), record):
        yield f"record.digest is {cited['digest']}, but the payload of the record has another"


def same_moment(one: str, other: str) -> bool:
    """Whether two dates of ISO 8601 are one moment."""
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False


def same_digest(label: str, record: sqlite3.Row) -> bool:
    """Whether `label` is the payload digest of a record, as computed or, of a revisit, as stated."""
    known = {digest for digest in (record["digest"], record["stated"]) if digest}
    try:
        return not known or parse_digest(label).label in known
    except ValueError:
        return False
