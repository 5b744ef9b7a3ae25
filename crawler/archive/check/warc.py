"""One WARC file, read once from its first byte to its last, under all the rules that it can break by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

from crawler.archive.check.block import Block, Content
from crawler.archive.check.content import body_is_short, check_content
from crawler.archive.check.facts import Facts, RecordFact
from crawler.archive.check.fields import check_fields
from crawler.archive.check.findings import Place, Report
from crawler.archive.check.header import Header, check_header, parse_header, whole_number, without_brackets
from crawler.archive.check.members import GZIP_MAGIC, GzipMembers, Members, PlainMembers
from crawler.archive.check.plan import OUR_NAME
from crawler.archive.check.revisits import check_revisit
from crawler.archive.check.scanner import Scanner
from crawler.archive.check.zstd import ZSTD_DICTIONARY, ZSTD_MAGIC, ZstdMembers

LINKS = ("refers-to", "warcinfo-id", "segment-origin-id")
WARCINFO_FIELDS = ("software", "format", "conformsto", "robots", "http-header-user-agent")
OUR_SOFTWARE = "broadsheet"

_FIELD = re.compile(r"^([\w\-]+):[ \t]*(.*?)\r?$", re.MULTILINE)


class WarcCheck:
    """The check of one WARC. `name` is the file's bare name without `.open`, by which indexes know it."""

    def __init__(self, number: int, name: str, report: Report, facts: Facts) -> None:
        self._number = number
        self._name = name
        self._report = report
        self._facts = facts
        self._versions: set[str] = set()
        self.records = 0

    def run(self, stream: BinaryIO, progress: Callable[[int], None] = lambda offset: None) -> None:
        """Read the file from `stream`, which can be sought; `progress` gets offsets in it."""
        try:
            self._read(stream, progress)
        finally:
            report = self._report
            self._facts.add_file(self._number, report.file, self._name, ours=report.ours, growing=report.growing)

    def _read(self, stream: BinaryIO, progress: Callable[[int], None]) -> None:
        members = members_of(stream, self._name, self._report)
        self._check_suffix(members)
        scanner = Scanner(members, self._report)
        for raw in scanner.headers():
            self._record(raw, scanner)
            progress(scanner.offset)
        if not self.records and not members.damaged:
            self._report.add("file-empty", "no record was found")

    def _check_suffix(self, members: Members) -> None:
        gzip, zstd = isinstance(members, GzipMembers), isinstance(members, ZstdMembers)
        expected = ".gz" if gzip else ".zst" if zstd else ".warc"
        if not self._name.endswith(expected):
            self._report.add("file-suffix", f"its bytes call for a name that ends in {expected}")

    def _record(self, raw: bytes, scanner: Scanner) -> None:
        """One record: its header, its block, and what the rules across records need of it."""
        header = parse_header(raw)
        place = scanner.place = Place(scanner.offset, header.record_id or None, header.version)
        self.records += 1
        self._check_version(raw, header, place)
        block = Block(header)
        if header.length is None:
            scanner.skip_block()
        else:
            for piece in scanner.block(header.length):
                block.feed(piece)
        content = block.finish()
        self._check_ours(header, content, place)
        check_header(raw, header, self._report, place)
        check_fields(header, self._report, place)
        if header.type == "conversion" and not header.get("warc-refers-to"):
            self._report.add("conversion-refers", "it has no WARC-Refers-To", place)
        if not scanner.damaged:
            check_content(header, block, content, self._report, place)
            if header.type == "revisit":
                check_revisit(header, block, content, self._report, place)
        self._keep(header, block, content, scanner)

    def _check_version(self, raw: bytes, header: Header, place: Place) -> None:
        if raw[5:8] != b"1.1":
            self._report.add("version-ours", f"it starts {raw[:8].decode('latin-1')}", place)
        if header.version not in self._versions and self._versions:
            self._report.add("version-mixed", f"records before this one are not WARC/{header.version}", place)
        self._versions.add(header.version)

    def _check_ours(self, header: Header, content: Content, place: Place) -> None:
        """What we promise of the first record; it also tells whose file this is."""
        if self.records > 1:
            return
        info = {name.lower(): value for name, value in _FIELD.findall(content.fields.decode("utf-8", "replace"))}
        if header.type == "warcinfo" and info.get("software", "").lower().startswith(OUR_SOFTWARE):
            self._report.ours = True
        if header.type != "warcinfo":
            self._report.add("warcinfo-first", f"the first record is a {header.type}", place)
            return
        missing = [name for name in WARCINFO_FIELDS if not info.get(name)]
        if missing:
            self._report.add("warcinfo-fields", f"it does not say: {', '.join(missing)}", place)
        # An excerpt in a package has another name, and the warcinfo of the file it was made from.
        if header.get("warc-filename") != self._name and OUR_NAME.fullmatch(self._name):
            said = header.get("warc-filename") or "nothing"
            self._report.add("warcinfo-filename", f"WARC-Filename says {said}, the file is {self._name}", place)

    def _keep(self, header: Header, block: Block, content: Content, scanner: Scanner) -> None:
        """Hand the facts of this record to the rules across records."""
        offset, source = scanner.offset, header.record_id
        for target in header.concurrent:
            self._facts.add_link(self._number, offset, source, "concurrent-to", target)
        for kind in LINKS:
            if target := header.get(f"warc-{kind}"):
                self._facts.add_link(self._number, offset, source, kind, target)
        self._facts.add_record(self._fact(header, block, content, scanner))

    def _fact(self, header: Header, block: Block, content: Content, scanner: Scanner) -> RecordFact:
        message, get = content.message, header.fields.get
        head = message.head if message else None
        is_request = header.type == "request"
        cut = header.type == "response" and "warc-truncated" not in header.fields and not scanner.damaged
        return RecordFact(
            file=self._number,
            offset=scanner.offset,
            length=0 if scanner.damaged else scanner.end - scanner.offset,
            id=header.record_id,
            type=header.type,
            version=header.version,
            date=get("warc-date", ""),
            uri=header.target_uri,
            digest=content.payload.label if content.payload and not scanner.damaged else "",
            stated=block.stated_payload.label if block.stated_payload else "",
            status=head.status if head and not is_request else None,
            mime=message.mime if message and not is_request else "",
            method=head.start.partition(b" ")[0].decode("latin-1").upper() if head and is_request else "",
            short=_shortness(content) if cut and body_is_short(content) else "",
            empty=message is not None and not message.body.size,
            truncated=get("warc-truncated", ""),
            profile=get("warc-profile", ""),
            refers_uri=without_brackets(get("warc-refers-to-target-uri", "")),
            refers_date=get("warc-refers-to-date", ""),
            segment=whole_number(get("warc-segment-number", "")),
            segment_total=whole_number(get("warc-segment-total-length", "")),
            block=block.size,
        )


def members_of(stream: BinaryIO, name: str, report: Report) -> Members:
    """`stream` as members, by what its first bytes say it is, or its name where they say nothing."""
    start = stream.read(5)
    stream.seek(0)
    known = start == b"WARC/"
    if start[:2] == GZIP_MAGIC or (name.endswith(".gz") and not known):
        return GzipMembers(stream, report)
    if start[:4] in (ZSTD_MAGIC, ZSTD_DICTIONARY) or (name.endswith(".zst") and not known):
        return ZstdMembers(stream, report)
    return PlainMembers(stream)


def _shortness(content: Content) -> str:
    """What of a body is missing, in words."""
    message = content.message
    if message is None or message.dechunker:
        return "the last chunk of the body is missing"
    return f"HTTP Content-Length is {message.announced}, but the body has {message.body.size} bytes"
