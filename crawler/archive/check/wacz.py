"""WACZ packages (WACZ 1.1.1): the ZIP, what lies where in it, the hashes that it states, and all that it holds."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crawler.archive.check.cdxj import check_indexes
from crawler.archive.check.crosscheck import check_across
from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Finding, Place, Report, shown
from crawler.archive.check.lines import text_lines
from crawler.archive.check.package import Broken, Package
from crawler.archive.check.warc import WarcCheck
from crawler.archive.check.zipnum import check_idx
from crawler.errors import ArchiveError

DATAPACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
PAGES = "pages/pages.jsonl"
_JSON_LIMIT = 1 << 28
_LAYOUT = {
    "archive/": (".warc", ".warc.gz", ".warc.zst"),
    "indexes/": (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".idx"),
    "pages/": (".jsonl",),
}
_STORED = (".gz", ".zst")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
_UNHASHED = (DATAPACKAGE, DIGEST)
_MD5 = re.compile("[0-9a-fA-F]{32}")

Take = Callable[[Finding], None]
Progress = Callable[[int], None]


def check_package(path: Path, take: Take, progress: Progress) -> int:
    """Check the package at `path` and everything in it; how many WARC records it has."""
    report = Report(shown(path), take)
    if path.suffix != ".wacz":
        report.add("wacz-suffix", f"it is called {path.name}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _Check(Package(archive, path), path, take, report).run(progress)
    except Broken as error:
        report.add("wacz-zip", f"it cannot be read as a ZIP file: {error}")
        return 0


class _Check:
    """One package: its layout, then its lists, then its WARCs and indexes as an archive of their own."""

    def __init__(self, package: Package, path: Path, take: Take, report: Report) -> None:
        self._package = package
        self._path = path
        self._take = take
        self._report = report

    def run(self, progress: Progress) -> int:
        """Check everything; how many WARC records there are."""
        package = self._package
        package.read_through(progress)
        if package.twice:
            self._report.add("wacz-zip", f"{package.twice} of its files have a name that another one has")
        for name, reason in package.unreadable.items():
            self._named(name).add("wacz-zip", f"it cannot be read: {reason}")
        self._check_layout()
        self._check_stored()
        self._check_datapackage()
        self._check_digest()
        for name in package.readable(package.below("pages/", ".jsonl")):
            self._check_pages(name)
        return self._check_archive()

    def _named(self, name: str) -> Report:
        return Report(f"{shown(self._path)}!{name}", self._take)

    def _check_layout(self) -> None:
        below = self._package.below
        if not below("archive/", *_LAYOUT["archive/"]):
            self._report.add("wacz-layout", "archive/ holds no WARC")
        if not below("indexes/", *_LAYOUT["indexes/"]):
            self._report.add("wacz-layout", "indexes/ holds no CDXJ")
        if PAGES not in self._package.names:
            self._report.add("wacz-layout", f"{PAGES} is not there")
        for folder, suffixes in _LAYOUT.items():
            for name in below(folder, ""):
                if not name.endswith(suffixes):
                    self._named(name).add("wacz-intruder", f"{folder} is for {', '.join(suffixes)} files alone")

    def _check_stored(self) -> None:
        for name, info in self._package.infos.items():
            compressed = name.endswith(_STORED) or name.startswith("archive/")
            if compressed and info.compress_type != zipfile.ZIP_STORED:
                self._named(name).add("wacz-stored", "it is compressed again in the ZIP")

    def _json(self, name: str, rule: str) -> dict[str, Any] | None:
        """The JSON object in the file `name`; None, and a finding, where it is none."""
        if name not in self._package.names:
            self._named(name).add(rule, "it is not there")
        elif name not in self._package.unreadable:
            try:
                if self._package.size(name) > _JSON_LIMIT:
                    raise ValueError("it is too large")
                with closing(self._package.open(name)) as stream:
                    value = json.loads(stream.read())
                if isinstance(value, dict):
                    return value
                self._named(name).add(rule, "it is not a JSON object")
            except (ValueError, RecursionError) as error:
                self._named(name).add(rule, f"it cannot be read: {error}")
        return None

    def _check_datapackage(self) -> None:
        described = self._json(DATAPACKAGE, "wacz-datapackage")
        if described is None:
            return
        report = self._named(DATAPACKAGE)
        if described.get("profile") != "data-package":
            report.add("wacz-datapackage", f"profile is {described.get('profile')!r}, not 'data-package'")
        if not isinstance(described.get("wacz_version"), str):
            report.add("wacz-datapackage", "it has no wacz_version")
        resources = described.get("resources")
        if not isinstance(resources, list) or not all(isinstance(entry, dict) for entry in resources):
            report.add("wacz-datapackage", "resources is not a list of objects")
            return
        listed = {str(entry.get("path", "")): entry for entry in resources}
        for name in sorted(set(self._package.names) - set(listed) - set(_UNHASHED)):
            report.add("wacz-resources", f"resources does not list {name}")
        for name, entry in listed.items():
            self._check_resource(name, entry, report)

    def _check_resource(self, name: str, entry: dict[str, Any], report: Report) -> None:
        if name not in self._package.names:
            report.add("wacz-resources", f"resources lists {name or 'an entry without a path'}, which is not there")
            return
        if missing := [key for key in ("name", "hash", "bytes") if entry.get(key) in (None, "")]:
            report.add("wacz-resources", f"the entry of {name} has no {', '.join(missing)}")
        if name in self._package.unreadable:
            return
        if entry.get("hash"):
            self._check_hash(name, str(entry["hash"]), report)
        size = self._package.size(name)
        if entry.get("bytes") not in (None, "", size):
            self._named(name).add("wacz-bytes", f"{DATAPACKAGE} says {entry.get('bytes')} bytes, the file has {size}")

    def _check_hash(self, name: str, stated: str, report: Report) -> None:
        """A hash is algorithm:hex; a bare one is MD5, as Frictionless Data Package has it."""
        label, _, value = (f"md5:{stated}" if _MD5.fullmatch(stated) else stated).partition(":")
        try:
            real = self._package.sum(name, label).digest
        except ValueError:
            report.add("wacz-hash", f"the hash {stated!r} of {name} is not algorithm:hex of a known algorithm")
            return
        if real != value.lower():
            self._named(name).add("wacz-hash", f"{DATAPACKAGE} says {stated}, the file has {label}:{real}")

    def _check_digest(self) -> None:
        if DIGEST not in self._package.names:
            self._report.add("wacz-digest-missing", f"there is no {DIGEST}")
            return
        stated = self._json(DIGEST, "wacz-digest")
        if stated is None or DATAPACKAGE not in self._package.readable(self._package.names):
            return
        report = self._named(DIGEST)
        if stated.get("path") != DATAPACKAGE:
            report.add("wacz-digest", f"path is {stated.get('path')!r}, not {DATAPACKAGE!r}")
        self._check_stated_digest(str(stated.get("hash", "")), report)

    def _check_stated_digest(self, stated: str, report: Report) -> None:
        label, _, value = stated.partition(":")
        try:
            real = self._package.sum(DATAPACKAGE, label).digest
        except ValueError:
            report.add("wacz-digest", f"hash {stated!r} is not algorithm:hex of a known algorithm")
            return
        if real != value.lower():
            report.add("wacz-digest", f"hash is {stated}, that of {DATAPACKAGE} is {label}:{real}")

    def _check_pages(self, name: str) -> None:
        report = self._named(name)
        at = 0
        try:
            with closing(self._package.open(name)) as stream:
                for number, raw in enumerate(text_lines(stream), 1):
                    for message in _page_faults(raw, first=number == 1):
                        report.add("wacz-pages", f"line {number}: {message}", Place(at))
                    at += len(raw)
        except ArchiveError as error:
            report.add("wacz-pages", str(error), Place(at))

    def _check_archive(self) -> int:
        """WARCs and indexes, as an archive of their own."""
        package, facts = self._package, Facts()
        reports: dict[int, Report] = {}
        records = 0
        for number, name in enumerate(package.below("archive/", *_LAYOUT["archive/"])):
            reports[number] = self._named(name)
            records += self._check_warc(number, name, reports[number], facts)
        facts.index()
        check_across(facts, reports, whole=True)
        indexes = package.readable(package.below("indexes/", *_LAYOUT["indexes/"]))
        blocks = {name: package.member(name) for name in indexes if not name.endswith(".idx")}
        check_indexes([(member, self._named(name)) for name, member in blocks.items()], facts, whole=True)
        beside = {name.rpartition("/")[2]: member for name, member in blocks.items()}
        for name in indexes:
            if name.endswith(".idx"):
                check_idx(package.member(name), beside, self._named(name))
        facts.close()
        return records

    def _check_warc(self, number: int, name: str, report: Report, facts: Facts) -> int:
        """Read one WARC. Where the ZIP fails in the middle of it, that is reported already."""
        check = WarcCheck(number, name.rpartition("/")[2], report, facts)
        try:
            with closing(self._package.open(name)) as stream:
                check.run(stream)
        except Broken:
            pass
        return check.records


def _page_faults(raw: bytes, *, first: bool) -> Iterator[str]:
    """What is wrong with a line of a page list; the first may be a header, which says its format."""
    if not raw.strip():
        return
    try:
        page = json.loads(raw)
    except (ValueError, RecursionError) as error:
        yield f"{error} in its JSON"
        return
    if not isinstance(page, dict):
        yield "it is not a JSON object"
    elif not (first and "format" in page and "url" not in page):
        if not page.get("url"):
            yield "it has no url"
        if not _RFC3339.fullmatch(str(page.get("ts", ""))):
            yield f"ts is {page.get('ts')!r}, not a date and time of RFC 3339"
