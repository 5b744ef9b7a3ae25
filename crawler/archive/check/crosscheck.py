"""The rules across records: ids that are unique, captures that hold together, revisits that lead to their original."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Place, Report

_ORIGINALS = ("response", "resource")
_REDIRECTS = (301, 302, 303, 307, 308)


def check_across(facts: Facts, reports: Mapping[int, Report], *, whole: bool) -> int:
    """Check all records that were read against each other.

    `reports` has the report of each file by its number. `whole` says that the files are meant to be a whole
    archive: then what a revisit refers to must be among them. How many references lead outside comes back.
    """
    check = _Across(facts, reports, whole=whole)
    for rule in check.rules():
        rule()
    return check.outside


class _Across:
    """One method a rule; each asks the facts for the breaches alone."""

    def __init__(self, facts: Facts, reports: Mapping[int, Report], *, whole: bool) -> None:
        self._facts = facts
        self._reports = reports
        self._whole = whole
        self.outside = 0

    def rules(self) -> list[Callable[[], None]]:
        """What there is to check."""
        return [
            self._unique_ids,
            self._concurrent_missing,
            self._concurrent_dates,
            self._untied_captures,
            self._short_bodies,
            self._warcinfo,
            self._refers_to,
            self._revisits,
            self._segments,
        ]

    def _add(self, rule: str, row: sqlite3.Row, message: str) -> None:
        report = self._reports[row["file"]]
        report.add(rule, message, Place(row["offset"], row["id"] or None, row["version"]))

    def _where(self, row: sqlite3.Row) -> str:
        return f"{self._reports[row['file']].file} at {row['offset']}"

    def _unique_ids(self) -> None:
        query = """SELECT * FROM records WHERE id IN (SELECT id FROM records WHERE id != '' GROUP BY id
            HAVING count(*) > 1) ORDER BY id, file, offset"""
        first: sqlite3.Row | None = None
        for row in self._facts.ask(query):
            if first is None or first["id"] != row["id"]:
                first = row
            else:
                self._add("record-id-unique", row, f"the record in {self._where(first)} has the same WARC-Record-ID")

    def _concurrent_missing(self) -> None:
        query = """SELECT r.*, l.target FROM links l JOIN records r ON r.file = l.file AND r.offset = l.offset
            AND r.id = l.source WHERE l.kind = 'concurrent-to' AND NOT EXISTS
            (SELECT 1 FROM records t WHERE t.id = l.target)"""
        for row in self._facts.ask(query):
            self._add("concurrent-missing", row, f"WARC-Concurrent-To {row['target']} is in none of the checked files")

    def _concurrent_dates(self) -> None:
        query = """SELECT r.*, t.id AS other, t.date AS other_date FROM links l
            JOIN records r ON r.id = l.source JOIN records t ON t.id = l.target
            WHERE l.kind = 'concurrent-to' AND r.date != t.date AND (r.uri = t.uri OR r.uri = '' OR t.uri = '')"""
        for row in self._facts.ask(query):
            message = f"WARC-Date is {row['date']}; the concurrent record {row['other']} has {row['other_date']}"
            self._add("concurrent-date", row, message)

    def _untied_captures(self) -> None:
        query = """SELECT r.* FROM records r JOIN files USING (file) WHERE ours AND r.type IN ('response', 'revisit')
            AND NOT EXISTS (SELECT 1 FROM links WHERE kind = 'concurrent-to' AND source = r.id)
            AND NOT EXISTS (SELECT 1 FROM links WHERE kind = 'concurrent-to' AND target = r.id)"""
        for row in self._facts.ask(query):
            self._add("capture-untied", row, f"no WARC-Concurrent-To ties this {row['type']} to its request")

    def _short_bodies(self) -> None:
        """A body shorter than announced is right only after a HEAD request, and nobody's fault if that is unknown."""
        for row in self._facts.ask("SELECT * FROM records WHERE short != ''"):
            method = self._method(row)
            if method != "HEAD" and (method or not row["empty"]):
                rule = "http-body-gone" if row["empty"] and row["status"] in _REDIRECTS else "http-body-cut"
                self._add(rule, row, f"{row['short']}, and the record has no WARC-Truncated")

    def _method(self, response: sqlite3.Row) -> str:
        """The method of the request that `response` answers; empty where the request was not archived."""
        query = """SELECT method FROM records WHERE method != '' AND (
            id IN (SELECT target FROM links WHERE kind = 'concurrent-to' AND source = :id)
            OR id IN (SELECT source FROM links WHERE kind = 'concurrent-to' AND target = :id))
            UNION ALL SELECT method FROM records WHERE method != '' AND uri = :uri AND date = :date LIMIT 1"""
        query = query.replace(":id", "?1").replace(":uri", "?2").replace(":date", "?3")
        for row in self._facts.ask(query, response["id"], response["uri"], response["date"]):
            return str(row["method"])
        return ""

    def _warcinfo(self) -> None:
        query = """SELECT r.*, l.target, t.type AS kind FROM links l
            JOIN records r ON r.file = l.file AND r.offset = l.offset AND r.id = l.source
            LEFT JOIN records t ON t.id = l.target WHERE l.kind = 'warcinfo-id' AND t.type IS NOT 'warcinfo'"""
        for row in self._facts.ask(query):
            if row["kind"]:
                message = f"WARC-Warcinfo-ID {row['target']} is a {row['kind']} record"
                self._add("warcinfo-id-kind", row, message)
            else:
                message = f"WARC-Warcinfo-ID {row['target']} is in none of the checked files"
                self._add("warcinfo-id-missing", row, message)

    def _refers_to(self) -> None:
        """References of metadata and conversions; those of revisits have rules of their own."""
        query = """SELECT r.*, l.target FROM links l JOIN records r ON r.file = l.file AND r.offset = l.offset
            AND r.id = l.source WHERE l.kind = 'refers-to' AND r.type != 'revisit' AND NOT EXISTS
            (SELECT 1 FROM records t WHERE t.id = l.target)"""
        for row in self._facts.ask(query):
            if self._whole:
                self._add("refers-to-missing", row, f"WARC-Refers-To {row['target']} is in none of the checked files")
            else:
                self.outside += 1

    def _revisits(self) -> None:
        query = """SELECT r.*, l.target FROM records r LEFT JOIN links l ON l.kind = 'refers-to'
            AND l.source = r.id AND l.file = r.file AND l.offset = r.offset WHERE r.type = 'revisit'"""
        for row in self._facts.ask(query):
            if not row["target"] and not row["refers_uri"]:
                continue
            target = self._target(row)
            if target is not None:
                self._check_target(row, target)
            elif self._whole:
                named = row["target"] or f"{row['refers_uri']} of {row['refers_date']}"
                self._add("revisit-target-missing", row, f"it refers to {named}, which is in none of the checked files")
            else:
                self.outside += 1

    def _target(self, revisit: sqlite3.Row) -> sqlite3.Row | None:
        """The record that a revisit refers to: by its id, or else by URI and date."""
        if revisit["target"]:
            return next(self._facts.ask("SELECT * FROM records WHERE id = ?", revisit["target"]), None)
        query = """SELECT * FROM records WHERE uri = ? AND date = ? AND type IN ('response', 'resource', 'revisit')
            AND id != ? ORDER BY type = 'revisit'"""
        return next(self._facts.ask(query, revisit["refers_uri"], revisit["refers_date"], revisit["id"]), None)

    def _check_target(self, revisit: sqlite3.Row, target: sqlite3.Row) -> None:
        where = f"{target['id']} in {self._where(target)}"
        if target["type"] not in _ORIGINALS:
            message = f"it refers to {where}, which is a {target['type']} record and holds no content"
            self._add("revisit-target-kind", revisit, message)
            return
        uri, date = revisit["refers_uri"], revisit["refers_date"]
        if (uri and uri != target["uri"]) or (date and not _one_date(date, target["date"])):
            message = f"it refers to {uri} of {date}, but {where} is {target['uri']} of {target['date']}"
            self._add("revisit-target-fields", revisit, message)
        if revisit["profile"].endswith("identical-payload-digest") and _digests_differ(revisit, target):
            message = f"its payload digest is {revisit['stated']}, that of {where} is {target['digest']}"
            self._add("revisit-target-digest", revisit, message)
        if target["date"].rstrip("Z") > revisit["date"].rstrip("Z"):
            message = f"it is of {revisit['date']}, and refers to {where} of {target['date']}"
            self._add("revisit-target-later", revisit, message)

    def _segments(self) -> None:
        query = """SELECT o.*, count(*) AS parts, max(c.segment) AS last, sum(c.block) + o.block AS sum,
            max(c.segment_total) AS total FROM links l JOIN records o ON o.id = l.target
            JOIN records c ON c.id = l.source WHERE l.kind = 'segment-origin-id' GROUP BY o.id"""
        for row in self._facts.ask(query):
            if row["last"] is not None and row["last"] != row["parts"] + 1:
                message = f"{row['parts']} continuations were found, and the last is number {row['last']}"
            elif row["total"] is None:
                message = "no continuation has a WARC-Segment-Total-Length: the last one is missing"
            elif row["total"] != row["sum"]:
                message = f"the segments have {row['sum']} bytes, WARC-Segment-Total-Length says {row['total']}"
            else:
                continue
            self._add("segment-series", row, message)


def _one_date(one: str, other: str) -> bool:
    """Whether two dates are one, where one of them may be less precise."""
    short, long = sorted((one.rstrip("Z"), other.rstrip("Z")), key=len)
    return long == short or (long.startswith(short) and long[len(short)] == ".")


def _digests_differ(revisit: sqlite3.Row, target: sqlite3.Row) -> bool:
    """Whether the digests of both, in one algorithm, are known and are not the same."""
    mine = revisit["stated"]
    algorithm = mine.partition(":")[0]
    theirs = {label for label in (target["digest"], target["stated"]) if label and label.startswith(f"{algorithm}:")}
    return bool(mine and theirs) and mine not in theirs
