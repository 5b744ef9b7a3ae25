"""WACZ packages (WACZ 1.1.1): the ZIP, what lies where in it, the hashes that it states, and all that it holds."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from crawler.archive.check.cdxj import check_indexes, text_lines
from crawler.archive.check.crosscheck import check_across
from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Finding, Place, Report
from crawler.archive.check.warc import WarcCheck
from crawler.archive.check.zipnum import check_idx

DATAPACKAGE = "datapackage.json"
DIGEST = "datapackage-digest.json"
PAGES = "pages/pages.jsonl"
_LOCAL_HEADER = 30
"""Bytes of a ZIP's local file header before name and extra field."""

_JSON_LIMIT = 1 << 28
_PIECE = 1 << 18
_LAYOUT = {
    "archive/": (".warc", ".warc.gz", ".warc.zst"),
    "indexes/": (".cdx", ".cdxj", ".cdx.gz", ".cdxj.gz", ".idx"),
    "pages/": (".jsonl",),
}
_STORED = (".gz", ".zst")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)")
_UNHASHED = (DATAPACKAGE, DIGEST)

Take = Callable[[Finding], None]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a package, as an index that `check_indexes` can open."""

    package: zipfile.ZipFile
    name: str

    def open(self) -> BinaryIO:
        """The bytes of the file, from its start."""
        return cast(BinaryIO, self.package.open(self.name))


class StoredMember:
    """The bytes of a STOREd file in a package, without its CRC: what is wrong with them is for the rules to say."""

    def __init__(self, file: BinaryIO, info: zipfile.ZipInfo) -> None:
        file.seek(info.header_offset)
        name_length, extra_length = struct.unpack("<26xHH", file.read(_LOCAL_HEADER))
        self._file = file
        self._start = info.header_offset + _LOCAL_HEADER + name_length + extra_length
        self._size = info.file_size
        self.seek(0)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; all that are left without it."""
        left = self._size - self._at
        data = self._file.read(left if size < 0 else min(size, left)) if left > 0 else b""
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to `offset` from the start (`whence` 0) or the end (2); the offset from the start."""
        self._at = offset if whence == 0 else self._size + offset
        self._file.seek(self._start + self._at)
        return self._at


def check_package(path: Path, take: Take, progress: Progress) -> int:
    """Check the package at `path` and everything in it; how many WARC records it has."""
    report = Report(str(path), take)
    if path.suffix != ".wacz":
        report.add("wacz-suffix", f"it is called {path.name}")
    try:
        with zipfile.ZipFile(path) as package:
            return _Package(package, path, take, report).run(progress)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        report.add("wacz-zip", f"it cannot be read as a ZIP file: {error}")
        return 0


class _Package:
    """One package: its layout, then its lists, then its WARCs and indexes as an archive of their own."""

    def __init__(self, package: zipfile.ZipFile, path: Path, take: Take, report: Report) -> None:
        self._package = package
        self._path = path
        self._take = take
        self._report = report
        self._names = [info.filename for info in package.infolist() if not info.is_dir()]

    def run(self, progress: Progress) -> int:
        """Check everything; how many WARC records there are."""
        self._check_layout()
        self._check_stored()
        self._check_datapackage(progress)
        self._check_digest()
        for name in self._below("pages/", ".jsonl"):
            self._check_pages(name)
        return self._check_archive()

    def _below(self, folder: str, *suffixes: str) -> list[str]:
        return [name for name in self._names if name.startswith(folder) and name.endswith(suffixes)]

    def _named(self, name: str) -> Report:
        return Report(f"{self._path}!{name}", self._take)

    def _check_layout(self) -> None:
        if not self._below("archive/", *_LAYOUT["archive/"]):
            self._report.add("wacz-layout", "archive/ holds no WARC")
        if not self._below("indexes/", *_LAYOUT["indexes/"]):
            self._report.add("wacz-layout", "indexes/ holds no CDXJ")
        if PAGES not in self._names:
            self._report.add("wacz-layout", f"{PAGES} is not there")
        for folder, suffixes in _LAYOUT.items():
            for name in self._below(folder, ""):
                if not name.endswith(suffixes):
                    self._named(name).add("wacz-intruder", f"{folder} is for {', '.join(suffixes)} files alone")

    def _check_stored(self) -> None:
        for info in self._package.infolist():
            compressed = info.filename.endswith(_STORED) or info.filename.startswith("archive/")
            if compressed and not info.is_dir() and info.compress_type != zipfile.ZIP_STORED:
                self._named(info.filename).add("wacz-stored", "it is compressed again in the ZIP")

    def _json(self, name: str, rule: str) -> dict[str, Any] | None:
        """The JSON object in the file `name`; None, and a finding, where it is none."""
        try:
            if self._package.getinfo(name).file_size > _JSON_LIMIT:
                raise ValueError("it is too large to be read")
            value = json.loads(self._package.read(name))
            if isinstance(value, dict):
                return value
            self._named(name).add(rule, "it is not a JSON object")
        except KeyError:
            self._named(name).add(rule, "it is not there")
        except (ValueError, zipfile.BadZipFile) as error:
            self._named(name).add(rule, f"it cannot be read: {error}")
        return None

    def _check_datapackage(self, progress: Progress) -> None:
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
        for name in sorted(set(self._names) - set(listed) - set(_UNHASHED)):
            report.add("wacz-resources", f"resources does not list {name}")
        for name, entry in listed.items():
            self._check_resource(name, entry, report, progress)

    def _check_resource(self, name: str, entry: dict[str, Any], report: Report, progress: Progress) -> None:
        if name not in self._names:
            report.add("wacz-resources", f"resources lists {name or 'an entry without a path'}, which is not there")
            return
        if missing := [key for key in ("name", "hash", "bytes") if entry.get(key) in (None, "")]:
            report.add("wacz-resources", f"the entry of {name} has no {', '.join(missing)}")
        stated = str(entry.get("hash", ""))
        algorithm, _, value = stated.partition(":")
        try:
            size, digest = self._hash(name, algorithm, progress)
        except ValueError:
            report.add("wacz-hash", f"the hash {stated!r} of {name} is not algorithm:hex of a known algorithm")
            return
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            self._named(name).add("wacz-zip", f"it cannot be read: {error}")
            return
        if digest != value.lower():
            self._named(name).add("wacz-hash", f"{DATAPACKAGE} says {stated}, the file has {algorithm}:{digest}")
        if entry.get("bytes") != size:
            self._named(name).add("wacz-bytes", f"{DATAPACKAGE} says {entry.get('bytes')} bytes, the file has {size}")

    def _hash(self, name: str, algorithm: str, progress: Progress) -> tuple[int, str]:
        """Size and digest in hexadecimal of a file; reading it to its end also checks the ZIP's own CRC."""
        hasher = hashlib.new(algorithm.replace("sha-", "sha"), usedforsecurity=False)
        size = 0
        with self._package.open(name) as stream:
            while piece := stream.read(_PIECE):
                hasher.update(piece)
                size += len(piece)
                progress(len(piece))
        return size, hasher.hexdigest()

    def _check_digest(self) -> None:
        if DIGEST not in self._names:
            self._report.add("wacz-digest-missing", f"there is no {DIGEST}")
            return
        stated = self._json(DIGEST, "wacz-digest")
        if stated is None or DATAPACKAGE not in self._names:
            return
        report = self._named(DIGEST)
        if stated.get("path") != DATAPACKAGE:
            report.add("wacz-digest", f"path is {stated.get('path')!r}, not {DATAPACKAGE!r}")
        real = "sha256:" + hashlib.sha256(self._package.read(DATAPACKAGE)).hexdigest()
        if stated.get("hash") != real:
            report.add("wacz-digest", f"hash is {stated.get('hash')}, that of {DATAPACKAGE} is {real}")

    def _check_pages(self, name: str) -> None:
        report = self._named(name)
        at = 0
        with self._package.open(name) as stream:
            for number, raw in enumerate(text_lines(cast(BinaryIO, stream)), 1):
                for message in _page_faults(raw, first=number == 1):
                    report.add("wacz-pages", f"line {number}: {message}", Place(at))
                at += len(raw)

    def _check_archive(self) -> int:
        """WARCs and indexes, as an archive of their own."""
        facts = Facts()
        reports: dict[int, Report] = {}
        records = 0
        for number, name in enumerate(self._below("archive/", *_LAYOUT["archive/"])):
            reports[number] = self._named(name)
            records += self._check_warc(number, name, reports[number], facts)
        facts.index()
        check_across(facts, reports, whole=True)
        indexes = [name for name in self._below("indexes/", *_LAYOUT["indexes/"]) if not name.endswith(".idx")]
        check_indexes([(Member(self._package, name), self._named(name)) for name in indexes], facts, whole=True)
        for name in self._below("indexes/", ".idx"):
            blocks = {entry.rpartition("/")[2]: Member(self._package, entry) for entry in indexes}
            check_idx(Member(self._package, name), blocks, self._named(name))
        facts.close()
        return records

    def _check_warc(self, number: int, name: str, report: Report, facts: Facts) -> int:
        check = WarcCheck(number, name.rpartition("/")[2], report, facts)
        try:
            info = self._package.getinfo(name)
            if info.compress_type == zipfile.ZIP_STORED:
                with self._path.open("rb") as file:
                    check.run(cast(BinaryIO, StoredMember(file, info)))
            else:
                with self._package.open(name) as stream:
                    check.run(cast(BinaryIO, stream))
        except (zipfile.BadZipFile, io.UnsupportedOperation, EOFError) as error:
            report.add("wacz-zip", f"it cannot be read to its end: {error}")
        return check.records


def _page_faults(raw: bytes, *, first: bool) -> Iterator[str]:
    """What is wrong with a line of a page list; the first may be a header, which says its format."""
    if not raw.strip():
        return
    try:
        page = json.loads(raw)
    except ValueError as error:
        yield f"{error} in its JSON"
        return
    if not isinstance(page, dict):
        yield "it is not a JSON object"
    elif not (first and "format" in page and "url" not in page):
        if not page.get("url"):
            yield "it has no url"
        if not _RFC3339.fullmatch(str(page.get("ts", ""))):
            yield f"ts is {page.get('ts')!r}, not a date and time of RFC 3339"
