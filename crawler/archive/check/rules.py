"""Every rule of the checker: its name, what it demands, the clause it rests on, and how much a breach weighs.

An error is a breach of what a standard demands, or damage: a reader may fail on the record, or take it
for something it is not. A warning is a departure that readers cope with, a recommendation that is not
followed, or something that cannot be decided. Some rules bind only the files that Broadsheet writes
itself, or bind those harder: `ours` is the severity there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

OURS = "Broadsheet"
"""What a clause starts with that is a promise of our own, not a standard's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `severity` None: the rule binds only our own files."""

    id: str
    demands: str
    clause: str
    """With its standard where that is not WARC: "§5.8", "CDXJ 0.1.0 §Sorting"."""
    severity: Severity | None = "error"
    ours: Severity | None = None
    """The severity in our own files, where it is another."""
    clause_10: str | None = None
    """The clause of WARC 1.0, where it is numbered otherwise."""

    def severity_in(self, ours: bool) -> Severity | None:
        """What a breach weighs in a file that we wrote (`ours`) or another did; None where the rule does not bind."""
        return (self.ours or self.severity) if ours else self.severity

    def clause_in(self, version: str, field: str = "") -> str:
        """The clause for people, such as "WARC 1.1 §5.8"; `version` is "1.0" or "1.1".

        `field`, a field's name in lower case, gives that field's own clause.
        """
        if field in FIELD_CLAUSES:
            return f"WARC {version} {FIELD_CLAUSES[field][version == '1.0']}"
        if not self.clause.startswith(("§", "Annex")):
            return self.clause
        return f"WARC {version} {self.clause_10 if version == '1.0' and self.clause_10 else self.clause}"


FIELD_CLAUSES = {
    "warc-record-id": ("§5.2", "§5.2"),
    "content-length": ("§5.3", "§5.3"),
    "warc-date": ("§5.4", "§5.4"),
    "warc-type": ("§5.5", "§5.5"),
    "warc-concurrent-to": ("§5.7", "§5.7"),
    "warc-block-digest": ("§5.8", "§5.8"),
    "warc-payload-digest": ("§5.9", "§5.9"),
    "warc-ip-address": ("§5.10", "§5.10"),
    "warc-refers-to": ("§5.11", "§5.11"),
    "warc-refers-to-target-uri": ("§5.12", "§5.11"),
    "warc-refers-to-date": ("§5.13", "§5.11"),
    "warc-target-uri": ("§5.14", "§5.12"),
    "warc-warcinfo-id": ("§5.16", "§5.14"),
    "warc-filename": ("§5.17", "§5.15"),
    "warc-profile": ("§5.18", "§5.16"),
    "warc-identified-payload-type": ("§5.19", "§5.17"),
    "warc-segment-number": ("§5.20", "§5.18"),
    "warc-segment-origin-id": ("§5.21", "§5.19"),
    "warc-segment-total-length": ("§5.22", "§5.20"),
}
"""Where WARC 1.1 and 1.0 define each field, for the rules that hold for several of them."""


def _rule(rule_id: str, clause: str, demands: str, severity: str = "error", *, old: str | None = None) -> Rule:
    """A row of the tables below. `severity` is "error", "warning", "ours" (an error, and only in our own files) or
    "warning/ours" (a warning, and an error in our own files); `old` is the clause of WARC 1.0."""
    foreign, _, own = severity.partition("/")
    kind: Severity | None = "error" if foreign == "error" else "warning" if foreign == "warning" else None
    return Rule(rule_id, demands, clause, kind, "error" if "ours" in (foreign, own) else None, old)


_FILES = [
    _rule("file-empty", "§4", "A WARC file holds at least one record."),
    _rule("file-arc", "§4", "An ARC file is not a WARC; it is named and not checked.", "warning"),
    _rule("file-cdx", "CDXJ 0.1.0", "A CDX of the older kind, in columns, is named and not checked.", "warning"),
    _rule("file-unknown", OURS, "A file that is no part of an archive is named, not skipped.", "warning"),
    _rule("file-open", OURS, "No .open file is left behind: a killed run's is closed at the next start.", "warning"),
    _rule("file-name", "Annex C", "Our files are called PREFIX-TIMESTAMP-SERIAL-HOST-PID.warc.gz.", "warning"),
    _rule("file-suffix", "Annex D", "A compressed file has the suffix .gz (or .zst), any other has not.", "warning"),
    _rule("file-truncated", "§4", "The file does not end inside a record."),
    _rule("member-corrupt", "Annex D", "Each gzip member or zstd frame decompresses, and fits its checksum."),
    _rule("member-many", "Annex D", "Each record is a gzip member of its own.", "warning/ours"),
    _rule("member-split", "Annex D", "A record is not split over gzip members.", "warning/ours"),
    _rule("member-empty", "Annex D", "No gzip member is empty.", "warning"),
    _rule("zstd-frame", "WARC zstd 1.0 §3.1", "A zstd frame states its content size and a checksum.", "warning"),
    _rule("bytes-before", "§4", "The file begins with a record."),
    _rule("bytes-between", "§4", "Nothing lies between two records."),
    _rule("bytes-after", "§4", "Nothing follows the last record."),
]

_HEADERS = [
    _rule("version-line", "§4", "A record starts WARC/1.0 or WARC/1.1."),
    _rule("version-mixed", "§4", "One file keeps to one version of WARC.", "warning"),
    _rule("version-ours", OURS, "Our records are WARC/1.1.", "ours"),
    _rule("header-line-end", "§4", "Header lines end with CRLF."),
    _rule("header-syntax", "§4", "A header line is a name, a colon and a value."),
    _rule("header-folded", "§4", "No value is folded over several lines: few readers can read that.", "warning"),
    _rule("header-encoding", "§4", "Headers are UTF-8."),
    _rule("header-control", "§4", "Headers hold no control characters."),
    _rule("header-length", OURS, "A record header is not longer than a mebibyte."),
    _rule("block-end", "§4", "Two CRLF follow the block."),
    _rule("content-length", "§5.3", "Content-Length is the exact number of bytes in the block."),
    _rule("field-missing", "§5.1", "WARC-Record-ID, Content-Length, WARC-Date and WARC-Type are on every record."),
    _rule("field-repeated", "§5.1", "No field is repeated, WARC-Concurrent-To aside."),
    _rule("field-misplaced", "§5.1", "A field is only on the types of record that may have it."),
    _rule("payload-undefined", "§5.9", "No payload digest or type on records without a payload.", "warning"),
    _rule("record-id-form", "§5.2", "WARC-Record-ID is a URI in angle brackets, without white space."),
    _rule("date-form", "§5.4", "WARC-Date is a UTC timestamp of W3C-DTF (1.0: YYYY-MM-DDThh:mm:ssZ)."),
    _rule("type-unknown", "§5.5", "WARC-Type is one of the eight that the standard defines.", "warning"),
    _rule("content-type-missing", "§5.6", "A record with a block has a Content-Type.", "warning/ours"),
    _rule("content-type-form", "§5.6", "Content-Type is a media type."),
    _rule("content-type-http", "§6.3.2", "An HTTP response is application/http.", "warning/ours"),
    _rule("reference-form", "§5.7", "A reference to a record is its URI in angle brackets."),
    _rule("ip-form", "§5.10", "WARC-IP-Address is one numeric address."),
    _rule("target-uri-missing", "§5.14", "Every record of this type has a WARC-Target-URI.", old="§5.12"),
    _rule("target-uri-form", "§5.14", "WARC-Target-URI is an absolute URI.", old="§5.12"),
    _rule("target-uri-ascii", "§5.14", "WARC-Target-URI is ASCII, as a URI is.", "warning", old="§5.12"),
    _rule("target-uri-brackets", "§5.14", "In WARC 1.1, WARC-Target-URI has no angle brackets.", old="§5.12"),
    _rule("truncated-reason", "§5.15", "WARC-Truncated is a known reason.", "warning", old="§5.13"),
    _rule("segment-fields", "§7", "Segments have number and origin, and the last has the total."),
]

_DIGESTS = [
    _rule("digest-form", "§5.8", "A digest is algorithm:value, its value of the right length in base 16, 32 or 64."),
    _rule("digest-algorithm", "§5.8", "A digest is of a known algorithm; another cannot be checked.", "warning"),
    _rule("block-digest", "§5.8", "WARC-Block-Digest is that of the block."),
    _rule("block-digest-empty", "§5.8", "A revisit's block digest is not that of nothing (wget).", "warning"),
    _rule("payload-digest", "§5.9", "WARC-Payload-Digest is that of the payload."),
    _rule(
        "payload-digest-chunked",
        "§5.9",
        "The payload digest is over the entity body, not over its chunks (warcio issue 74).",
        "warning",
    ),
]

_HTTP = [
    _rule("http-status-line", "§6.3.2", "A response starts with a status line."),
    _rule("http-request-line", "§6.5.2", "A request starts with a request line."),
    _rule("http-head-end", "§6.3.2", "A blank line ends the HTTP head.", "warning"),
    _rule("http-body-cut", "§6.3.2", "A response that was cut short has WARC-Truncated."),
    _rule("http-body-gone", "§6.3.2", "A redirect has its body: browsers that record give none.", "warning/ours"),
    _rule("http-body-longer", "§6.3.2", "The body is not longer than the server said.", "warning"),
    _rule("http-chunks-gone", "§6.3.2", "A body whose head says chunked is in chunks.", "warning"),
    _rule("http-chunks-broken", "§6.3.2", "A chunked body is well formed.", "warning"),
]

_REVISITS = [
    _rule("revisit-profile", "§6.7.1", "A revisit has a WARC-Profile.", old="§6.7.1"),
    _rule("revisit-profile-unknown", "§5.18", "WARC-Profile is one that readers know.", "warning", old="§5.16"),
    _rule("revisit-profile-version", "§6.7.2", "The profile is that of the record's version.", "warning/ours"),
    _rule("revisit-digest", "§6.7.2", "An identical-payload-digest revisit has the payload digest."),
    _rule("revisit-truncated", "§6.7.2", "A revisit without its body has WARC-Truncated: length.", "warning/ours"),
    _rule("revisit-status", "§6.7.3", "A server-not-modified revisit is of a 304 response.", "warning"),
    _rule("revisit-refers", "§6.7.2", "A revisit says what it repeats, by id or by URI and date.", "warning"),
    _rule("revisit-refers-all", OURS, "Our revisits have WARC-Refers-To, its Target-URI and its Date.", "ours"),
    _rule("revisit-target-missing", "§6.7.2", "What a revisit refers to is in the archive."),
    _rule("revisit-target-kind", "§6.7.2", "A revisit refers to an original that holds the content, not to a revisit."),
    _rule("revisit-target-fields", "§5.12", "WARC-Refers-To-Target-URI and -Date are those of the record referred to."),
    _rule("revisit-target-digest", "§6.7.2", "A revisit and its original have one payload digest."),
    _rule("revisit-target-later", "§5.11", "A revisit refers to a record that precedes it.", "warning"),
]

_CROSS = [
    _rule("record-id-unique", "§5.2", "No two records have one WARC-Record-ID."),
    _rule("concurrent-missing", "§5.7", "What WARC-Concurrent-To names is in the archive.", "warning/ours"),
    _rule("concurrent-date", "§5.4", "The records of one capture have one WARC-Date."),
    _rule("capture-untied", OURS, "Our responses are tied to their request by WARC-Concurrent-To.", "ours"),
    _rule("refers-to-missing", "§5.11", "What WARC-Refers-To names is in the archive.", "ours"),
    _rule("conversion-refers", "§6.8", "A conversion says what it was made from.", "warning/ours"),
    _rule("warcinfo-first", "§5.5", "Our files begin with a warcinfo record.", "ours"),
    _rule("warcinfo-fields", "§6.2", "Our warcinfo says software, format, standard, robots and user agent.", "ours"),
    _rule("warcinfo-filename", "§5.17", "Our warcinfo names the file it is in.", "ours", old="§5.15"),
    _rule("warcinfo-id-kind", "§5.16", "WARC-Warcinfo-ID names a warcinfo record.", old="§5.14"),
    _rule("warcinfo-id-missing", "§5.16", "What WARC-Warcinfo-ID names is in the archive.", "ours", old="§5.14"),
    _rule("warc-fields-syntax", "§8", "An application/warc-fields block is lines of name, colon, value.", "warning"),
    _rule("segment-series", "§7", "The segments of a record are all there, in order, and add up to the total."),
]

_CDXJ = [
    _rule("cdxj-line", "CDXJ 0.1.0", "A line is key, timestamp and JSON with single spaces between."),
    _rule("cdxj-sorted", "CDXJ 0.1.0 §Sorting", "Lines are sorted by byte."),
    _rule("cdxj-key", "CDXJ 0.1.0 §Searchable URL", "The key is the URL in lower case, its host reversed."),
    _rule("cdxj-timestamp", "CDXJ 0.1.0 §Integer Timestamp", "The timestamp is 14 or 17 digits of a real date."),
    _rule("cdxj-fields", "CDXJ 0.1.0 §JSON Block", "The JSON has url, mime, status, digest, length, offset, filename."),
    _rule("cdxj-warc", "CDXJ 0.1.0 §JSON Block", "The WARC that a line names is in the archive."),
    _rule("cdxj-record", "CDXJ 0.1.0 §JSON Block", "A line's offset and length are those of a record."),
    _rule("cdxj-agrees", "CDXJ 0.1.0 §JSON Block", "A line says of its record what the record says."),
    _rule("cdxj-complete", "CDXJ 0.1.0", "An index lists every capture of the WARCs that it covers.", "warning"),
    _rule("idx-line", "CDXJ 0.1.0", "A line of a secondary index names a block of the index: its offset and length."),
]

_WACZ = [
    _rule("wacz-zip", "WACZ 1.1.1 §Zip Format", "The package is a ZIP file whose members can be read."),
    _rule("wacz-suffix", "WACZ 1.1.1 §Zip Format File Extension", "The package has the suffix .wacz."),
    _rule("wacz-layout", "WACZ 1.1.1 §Directory Layout", "archive/, indexes/ and pages/pages.jsonl are there."),
    _rule("wacz-intruder", "WACZ 1.1.1 §Other files", "archive/, indexes/ and pages/ hold nothing else.", "warning"),
    _rule("wacz-datapackage", "WACZ 1.1.1 §datapackage.json", "datapackage.json has profile, wacz_version, resources."),
    _rule("wacz-resources", "WACZ 1.1.1 §datapackage.json", "resources names every file, and no other."),
    _rule("wacz-hash", "WACZ 1.1.1 §datapackage.json", "A file has the hash that is stated."),
    _rule("wacz-bytes", "WACZ 1.1.1 §datapackage.json", "A file has the size that is stated."),
    _rule("wacz-digest", "WACZ 1.1.1 §datapackage-digest.json", "datapackage-digest.json fits datapackage.json."),
    _rule("wacz-digest-missing", "WACZ 1.1.1 §datapackage-digest.json", "datapackage-digest.json is there.", "warning"),
    _rule("wacz-stored", "WACZ 1.1.1 §Zip Compression", "WARCs and compressed indexes are STOREd in the ZIP."),
    _rule("wacz-pages", "WACZ 1.1.1 §pages.jsonl", "Each page has a url and an RFC 3339 ts."),
]


_TEXTS = [
    _rule("text-sidecar", OURS, "Each text has its sidecar, and each sidecar its text."),
    _rule("text-form", OURS, "A text is UTF-8: the title, a blank line, paragraphs, and one final newline."),
    _rule("text-place", OURS, "A text lies where source, day, title, URL and text put it: nobody edited it."),
    _rule("sidecar-form", OURS, "A sidecar is JSON with source, url, title and record."),
    _rule("text-record", OURS, "The record that a sidecar cites is in the archive, where it says."),
    _rule("text-agrees", OURS, "A sidecar says of its record what the record says."),
    _rule("catalogue-readable", OURS, "The catalogue can be read."),
    _rule("catalogue-capture", OURS, "Each capture in the catalogue is a record, where it says."),
    _rule("catalogue-agrees", OURS, "The catalogue says of a record what the record says."),
    _rule("catalogue-complete", OURS, "The catalogue has every capture and every text.", "warning"),
    _rule("catalogue-text", OURS, "Each article in the catalogue has its text."),
]


def _by_id(rules: Iterable[Rule]) -> dict[str, Rule]:
    return {rule.id: rule for rule in rules}


RULES = _by_id([*_FILES, *_HEADERS, *_DIGESTS, *_HTTP, *_REVISITS, *_CROSS, *_CDXJ, *_WACZ, *_TEXTS])
"""All rules by their id, in the order in which `--rules` shows them."""
