"""The catalogue against the records: it can be rebuilt from the WARCs, so it must not say anything else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Report
from crawler.archive.check.texts import same_digest, same_moment

CAPTURES = "('response', 'revisit')"
_NAME = "catalogue"


def check_catalogue(path: Path, facts: Facts, report: Report) -> None:
    """Check the catalogue at `path` against the records in `facts`; it is only read."""
    try:
        facts.attach(path, _NAME)
    except sqlite3.Error as error:
        report.add("catalogue-readable", f"it cannot be opened: {error}")
        return
    checks: list[Callable[[Facts, Path, Report], None]] = [_captures, _articles, _unknown_captures]
    try:
        for one in checks:
            one(facts, path.parent, report)
    except sqlite3.Error as error:
        report.add("catalogue-readable", f"it cannot be read: {error}")
    facts.detach(_NAME)


def _captures(facts: Facts, archives: Path, report: Report) -> None:
    """Each capture is a record of the WARC that it names, at that offset, and says the same."""
    query = """SELECT c.record_id, c.warc, c.source, c.offset AS place, c.url, c.date AS moment, c.kind,
        c.status AS code, c.payload_digest, f.file AS found, r.*
        FROM catalogue.captures c LEFT JOIN files f ON f.warc = c.warc
        LEFT JOIN records r ON r.file = f.file AND r.offset = c.offset AND r.id = c.record_id"""
    for row in facts.ask(query):
        named = f"capture {row['record_id']} of {row['url']}"
        if row["id"] is None and facts.is_newer(row["warc"], archives, row["source"]):
            continue
        if row["found"] is None:
            report.add("catalogue-capture", f"{named}: {row['warc']} is not in the archive")
        elif row["id"] is None:
            report.add("catalogue-capture", f"{named}: no such record is in {row['warc']} at {row['place']}")
        else:
            _check_capture(row, named, report)


def _check_capture(row: sqlite3.Row, named: str, report: Report) -> None:
    said = {"kind": row["kind"], "url": row["url"], "status": row["code"]}
    real = {"kind": row["type"], "url": row["uri"], "status": row["status"]}
    wrong = [f"{name} {said[name]}, not {real[name]}" for name in said if said[name] != real[name]]
    if not same_moment(row["moment"], row["date"]):
        wrong.append(f"date {row['moment']}, not {row['date']}")
    if not same_digest(row["payload_digest"], row):
        wrong.append(f"payload digest {row['payload_digest']}, which is not the payload's")
    if wrong:
        report.add("catalogue-agrees", f"{named}: it has {'; '.join(wrong)}")


def _unknown_captures(facts: Facts, archives: Path, report: Report) -> None:
    """Captures in our own WARCs that the catalogue does not have: the next crawl of the source reads them in."""
    query = f"""SELECT r.id, r.type, f.name, r.offset FROM records r JOIN files f USING (file)
        WHERE f.ours AND r.type IN {CAPTURES}
        AND NOT EXISTS (SELECT 1 FROM catalogue.captures c WHERE c.record_id = r.id)"""
    for row in facts.ask(query):
        message = f"it does not have the {row['type']} {row['id']} in {row['name']} at {row['offset']}"
        report.add("catalogue-complete", message)


def _articles(facts: Facts, archives: Path, report: Report) -> None:
    """Each article has its text, and each text its article; the text itself says which record it is of."""
    for row in facts.ask("SELECT path FROM catalogue.articles ORDER BY path"):
        if not (archives / row["path"]).is_file():
            report.add("catalogue-text", f"the text of an article, {row['path']}, is not there")
    for text in sorted(archives.glob("*/text/*/*/*/*.txt")):
        path = text.relative_to(archives).as_posix()
        if facts.find("SELECT 1 FROM catalogue.articles WHERE path = ?", path) is None:
            report.add("catalogue-complete", f"it does not have the text {path}")
