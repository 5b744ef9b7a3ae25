"""Files with one kind of damage each, and the rules that name it; a new damage is a row here."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import NamedTuple

import zstandard

from tests.check.warcs import (
    BODY,
    CHUNKED_BODY,
    CHUNKED_HEAD,
    DATE,
    GOOD,
    HEAD,
    IDENTICAL,
    NOT_MODIFIED,
    OUR_INFO,
    OURS,
    RESPONSE,
    URL,
    gz,
    ours,
    record,
    request,
    response,
    revisit,
    sha1,
    uid,
    warcinfo,
)


class Damage(NamedTuple):
    """What is broken, the rules that must say so (and no other may), and the files."""

    defect: str
    rules: str
    files: dict[str, bytes]

    def __str__(self) -> str:
        return self.defect.replace(" ", "-")


def one(defect: str, rules: str, *records: bytes) -> Damage:
    """A gzipped WARC of these records, after a warcinfo."""
    return Damage(defect, rules, {"a.warc.gz": gz(warcinfo(), *records)})


def raw(defect: str, rules: str, data: bytes, name: str = "a.warc.gz") -> Damage:
    return Damage(defect, rules, {name: data})


def our(defect: str, rules: str, *records: bytes, info: bytes = OUR_INFO, **fields: str | None) -> Damage:
    """A file that Broadsheet could have written."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Damage(defect, rules, {OURS: ours(*records, info=info, fields=named)})


def flipped(data: bytes, at: int) -> bytes:
    """`data` with one byte changed."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def bad_checksum(member: bytes) -> bytes:
    return member[:-8] + bytes(4) + member[-4:]


PLAIN = b"".join(GOOD)

SHORTER = response(fields={"Content-Length": str(len(RESPONSE) - 10)})

LONGER = response(fields={"Content-Length": str(len(RESPONSE) + 10)})

CUT = HEAD + BODY[:-20]

TWO_DATES = request(fields={"WARC-Date": "2026-11-22T10:15:01Z"})

OLD = {"version": b"WARC/1.0"}

CAPTURE = (response(), request())

DEFLATED = zlib.compressobj(wbits=31)

ZSTD = zstandard.ZstdCompressor(write_checksum=False, write_content_size=True)

FILES = [
    raw("no record at all", "file-empty", b""),
    raw("an ARC file", "file-arc", b"filedesc://a.arc 0.0.0.0 20080430204825 text/plain 76\n", "a.arc"),
    raw("a CDX in columns", "file-cdx", b" CDX N b a m s k r M S V g\n", "a.cdx"),
    raw("a file of another kind", "file-unknown", b"\x89PNG", "picture.png"),
    Damage("left by a killed run", "file-open", {OURS + ".open": ours(*CAPTURE)}),
    raw("gzip under a plain name", "file-suffix", gz(*GOOD), "a.warc"),
    raw("plain under a gzip name", "file-suffix", PLAIN),
    raw("cut inside the last member", "file-truncated", gz(*GOOD)[:-30]),
    raw("cut inside a plain block", "file-truncated", PLAIN[:-30], "a.warc"),
    raw("cut inside a plain header", "file-truncated", PLAIN + request()[:50], "a.warc"),
    raw(
        "a flipped bit in compressed data",
        "member-corrupt",
        gz(warcinfo()) + flipped(gz(response()), 60) + gz(request(to=None)),
    ),
    raw("a wrong checksum", "member-corrupt", gz(warcinfo(), response()) + bad_checksum(gz(request(9, None)))),
    raw(
        "a killed writer's half, then more",
        "member-corrupt",
        gz(warcinfo()) + gz(response())[:90] + gz(request(to=None)),
    ),
    raw("one gzip member for all records", "member-many", gzip.compress(PLAIN)),
    raw("a record in two members", "member-split", gz(warcinfo(), response()[:400], response()[400:])),
    raw("an empty gzip member", "member-empty", gz(warcinfo(), b"", response())),
    raw("zstd without checksums", "zstd-frame", b"".join(map(ZSTD.compress, GOOD)), "a.warc.zst"),
    raw("junk before the first record", "bytes-before", b"junk" + gz(*GOOD)),
    raw("junk before a plain record", "bytes-before", b"junk\n" + PLAIN, "a.warc"),
    raw("junk between members", "bytes-between", gz(warcinfo()) + b"junk" + gz(response())),
    raw("junk between plain records", "bytes-between", warcinfo() + b"junk\r\n" + response(), "a.warc"),
    raw("zeros at the end", "bytes-after", gz(*GOOD) + bytes(512)),
    raw("junk after plain records", "bytes-after", PLAIN + b"junk", "a.warc"),
]

HEADERS = [
    raw("an unknown version", "version-line", gz(record("resource", 1, b"text", version=b"WARC/2.0"))),
    one("both versions in one file", "version-mixed", record("resource", 2, b"text", version=b"WARC/1.0")),
    one("header lines end in LF", "header-line-end", record("resource", 2, b"text", line_end=b"\n")),
    one("a line without colon", "header-syntax", record("resource", 2, b"text", lines=b"no colon here\r\n")),
    one("a blank before the colon", "header-syntax", record("resource", 2, b"text", lines=b"X-Field : value\r\n")),
    one("a folded value", "header-folded", record("resource", 2, b"text", lines=b"X-Field: a\r\n b\r\n")),
    one("Latin-1 in the header", "header-encoding", record("resource", 2, b"text", lines=b"X-Name: caf\xe9\r\n")),
    one("a NUL in the header", "header-control", record("resource", 2, b"text", lines=b"X-Name: a\0b\r\n")),
    one("a header without end", "header-length", b"WARC/1.1\r\n" + b"X-Field: value\r\n" * 80_000),
    one("only one CRLF after the block", "block-end", record("resource", 2, b"text", end=b"\r\n")),
    one("three CRLF after the block", "block-end", record("resource", 2, b"text", end=b"\r\n\r\n\r\n")),
    raw("no CRLF in a plain file", "block-end", record("resource", 2, b"text", end=b"") + response(3), "a.warc"),
    one("Content-Length too small", "content-length", SHORTER),
    one("Content-Length too large", "content-length", LONGER),
    raw("too small in a plain file", "content-length", warcinfo() + SHORTER + request(), "a.warc"),
    raw("too large in a plain file", "content-length", warcinfo() + LONGER + request(), "a.warc"),
    raw("too small in one member", "content-length member-many", gzip.compress(warcinfo() + SHORTER + request())),
    one("Content-Length is no number", "content-length", record("resource", 2, b"text", {"Content-Length": "four"})),
    one("no WARC-Record-ID", "field-missing", record("resource", 2, b"text", {"WARC-Record-ID": None})),
    one("no WARC-Date", "field-missing", record("resource", 2, b"text", {"WARC-Date": None})),
    one("no Content-Length", "field-missing", record("resource", 2, b"text", {"Content-Length": None})),
    one("no WARC-Type", "field-missing", record("resource", 2, b"text", {"WARC-Type": None})),
    one("a date twice", "field-repeated", record("resource", 2, b"text", lines=b"warc-date: 2026-11-22T10:15:00Z\r\n")),
    one("a target on a warcinfo", "field-misplaced", warcinfo(2, fields={"WARC-Target-URI": URL})),
    one(
        "an address on a conversion",
        "field-misplaced",
        record("conversion", 3, b"text", {"WARC-Refers-To": uid(2), "WARC-IP-Address": "192.0.2.1"}),
        response(),
    ),
    one("a reference on a response", "field-misplaced", response(fields={"WARC-Refers-To": uid(1)})),
    one("a file name on a resource", "field-misplaced", record("resource", 2, b"text", {"WARC-Filename": "a"})),
    one(
        "a payload digest on metadata",
        "payload-undefined",
        record("metadata", 2, b"a: b\r\n", {"WARC-Payload-Digest": sha1(b"a: b\r\n")}),
    ),
    one("an id without brackets", "record-id-form", record("resource", 2, b"text", {"WARC-Record-ID": uid(2)[1:-1]})),
    one(
        "an id that is no UUID", "record-id-form", record("resource", 2, b"text", {"WARC-Record-ID": "<urn:uuid:1234>"})
    ),
    one("a date with a zone", "date-form", record("resource", 2, b"text", {"WARC-Date": "2026-11-22T10:15:00+01:00"})),
    one("a day that is none", "date-form", record("resource", 2, b"text", {"WARC-Date": "2026-02-30T10:15:00Z"})),
    one(
        "ten digits of a second",
        "date-form",
        record("resource", 2, b"text", {"WARC-Date": "2026-11-22T10:15:00.0123456789Z"}),
    ),
    raw(
        "a fraction in WARC 1.0",
        "date-form",
        gz(record("resource", 2, b"text", {"WARC-Date": "2026-11-22T10:15:00.5Z"}, **OLD)),
    ),
    one("a type of its own", "type-unknown", record("snapshot", 2, b"text", {"Content-Type": "text/plain"})),
    one("no Content-Type", "content-type-missing", record("resource", 2, b"text", {"Content-Type": None})),
    one("a Content-Type that is none", "content-type-form", record("resource", 2, b"text", {"Content-Type": "text"})),
    one("a response as text/html", "content-type-http", response(fields={"Content-Type": "text/html"})),
    one(
        "a reference without brackets",
        "reference-form concurrent-missing",
        response(),
        request(fields={"WARC-Concurrent-To": uid(2)[1:-1]}),
    ),
    one("an address that is a name", "ip-form", response(fields={"WARC-IP-Address": "news.example"})),
    one("a response without target", "target-uri-missing", response(fields={"WARC-Target-URI": None})),
    one("a relative target", "target-uri-form", response(fields={"WARC-Target-URI": "/story"})),
    one("a target with a blank", "target-uri-form", response(fields={"WARC-Target-URI": "https://news.example/a b"})),
    one(
        "a target that is not ASCII",
        "target-uri-ascii",
        response(fields={"WARC-Target-URI": "https://news.example/café"}),
    ),
    one("a target in brackets", "target-uri-brackets", response(fields={"WARC-Target-URI": f"<{URL}>"})),
    one("truncated for no known reason", "truncated-reason", response(fields={"WARC-Truncated": "tired"})),
    one(
        "a continuation without number",
        "segment-fields",
        record("continuation", 3, b"b", {"WARC-Segment-Origin-ID": uid(2), "WARC-Segment-Total-Length": "2"}),
        record("resource", 2, b"a", {"WARC-Segment-Number": "1"}),
    ),
]

DIGESTS = [
    one("a block digest of other bytes", "block-digest", response(fields={"WARC-Block-Digest": sha1(b"other")})),
    one("a payload digest of other bytes", "payload-digest", response(fields={"WARC-Payload-Digest": sha1(b"other")})),
    one("a changed byte in the body", "block-digest payload-digest", response().replace(b"Some text", b"Same text")),
    one("a digest over the chunks", "payload-digest-chunked", response(block=CHUNKED_HEAD + CHUNKED_BODY)),
    one("a digest without algorithm", "digest-form", response(fields={"WARC-Block-Digest": sha1(b"")[5:]})),
    one("a digest that is too short", "digest-form", response(fields={"WARC-Block-Digest": "sha1:ABCD"})),
    one("an unknown algorithm", "digest-algorithm", response(fields={"WARC-Block-Digest": "crc32:00000000"})),
    one(
        "the digest of nothing on a revisit",
        "block-digest-empty",
        response(),
        revisit(fields={"WARC-Block-Digest": sha1(b"")}),
    ),
    one(
        "a resource's payload digest",
        "payload-digest",
        record("resource", 2, b"text", {"WARC-Payload-Digest": sha1(b"other")}),
    ),
]

HTTP = [
    one("no status line", "http-status-line", response(block=b"<html>\r\n\r\n<p>no head</p>")),
    one("no request line", "http-request-line", request(to=None, block=b"Host: news.example\r\n\r\n")),
    one("a head without end", "http-head-end", record("response", 2, b"HTTP/1.1 204 No Content\r\nServer: x\r\n")),
    one("a body cut short", "http-body-cut", response(block=CUT), request()),
    one(
        "a chunked body cut short", "http-body-cut", record("response", 2, CHUNKED_HEAD + CHUNKED_BODY[:-9]), request()
    ),
    one(
        "a redirect without its body",
        "http-body-gone",
        response(block=b"HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\nContent-Length: 9\r\n\r\n"),
        request(),
    ),
    one("a body longer than said", "http-body-longer", response(block=HEAD + BODY + b"more")),
    one("chunked, and no chunks", "http-chunks-gone", response(block=CHUNKED_HEAD + b"Hello")),
    one(
        "a broken chunk",
        "http-chunks-broken http-body-cut",
        record("response", 2, CHUNKED_HEAD + b"5\r\nHello\r\nzz\r\n"),
        request(),
    ),
    one("no colon in warc-fields", "warc-fields-syntax", record("metadata", 2, b"a: b\r\nnothing\r\n")),
]

REVISITS = [
    one("no profile", "revisit-profile", response(), revisit(fields={"WARC-Profile": None})),
    one(
        "a profile of its own",
        "revisit-profile-unknown",
        response(),
        revisit(fields={"WARC-Profile": "http://x.example/p"}),
    ),
    one(
        "the profile of WARC 1.0",
        "revisit-profile-version",
        response(),
        revisit(fields={"WARC-Profile": IDENTICAL.replace("1.1", "1.0")}),
    ),
    one("no payload digest", "revisit-digest", response(), revisit(fields={"WARC-Payload-Digest": None})),
    one("a body left out and not truncated", "revisit-truncated", response(), revisit(fields={"WARC-Truncated": None})),
    one("not modified, yet a 200", "revisit-status", response(), revisit(fields={"WARC-Profile": NOT_MODIFIED})),
    one(
        "a revisit of nothing",
        "revisit-refers",
        revisit(fields={"WARC-Refers-To": None, "WARC-Refers-To-Date": None, "WARC-Refers-To-Target-URI": None}),
    ),
    one("a revisit of what is not there", "revisit-target-missing", response(), revisit(of=77)),
    one(
        "a date on which nothing was",
        "revisit-target-missing",
        response(),
        revisit(fields={"WARC-Refers-To": None, "WARC-Refers-To-Date": "2020-01-01T00:00:00Z"}),
    ),
    one("a revisit of a revisit", "revisit-target-kind", response(), revisit(), revisit(6, of=5)),
    one(
        "another target URI",
        "revisit-target-fields",
        response(),
        revisit(fields={"WARC-Refers-To-Target-URI": "https://news.example/"}),
    ),
    one(
        "another target date",
        "revisit-target-fields",
        response(),
        revisit(fields={"WARC-Refers-To-Date": "2026-11-22T10:15:09Z"}),
    ),
    one(
        "a revisit of another payload",
        "revisit-target-digest",
        response(),
        revisit(fields={"WARC-Payload-Digest": sha1(b"other")}),
    ),
    one(
        "a revisit before its original",
        "revisit-target-later",
        response(),
        revisit(fields={"WARC-Date": "2026-11-21T10:15:00Z"}),
    ),
]

ACROSS = [
    one("an id twice", "record-id-unique", record("resource", 2, b"text"), record("resource", 2, b"text")),
    Damage("an id in two files", "record-id-unique", {"a.warc.gz": gz(response()), "b.warc.gz": gz(response())}),
    one("concurrent to nothing", "concurrent-missing", response(), request(to=99)),
    one("two dates in one capture", "concurrent-date", response(), TWO_DATES),
    one("a conversion of nothing known", "conversion-refers", record("conversion", 2, b"text")),
    one("a warcinfo that is none", "warcinfo-id-kind", response(), request(fields={"WARC-Warcinfo-ID": uid(2)})),
    one(
        "a segment missing",
        "segment-series",
        record("resource", 2, b"a", {"WARC-Segment-Number": "1"}),
        record(
            "continuation",
            3,
            b"b",
            {"WARC-Segment-Number": "3", "WARC-Segment-Origin-ID": uid(2), "WARC-Segment-Total-Length": "2"},
        ),
    ),
    one(
        "a wrong total of segments",
        "segment-series",
        record("resource", 2, b"a", {"WARC-Segment-Number": "1"}),
        record(
            "continuation",
            3,
            b"b",
            {"WARC-Segment-Number": "2", "WARC-Segment-Origin-ID": uid(2), "WARC-Segment-Total-Length": "9"},
        ),
    ),
]

OUR_OWN = [
    Damage("a name of another pattern", "file-name", {"demo/warc/other.warc.gz": gz(*GOOD)}),
    our("two records in our member", "member-many", response() + request()),
    our("our record is WARC 1.0", "version-ours version-mixed", *CAPTURE, record("resource", 9, b"text", **OLD)),
    our("our capture is not tied", "capture-untied", response(), request(to=None)),
    our(
        "our revisit without id",
        "revisit-refers-all",
        *CAPTURE,
        revisit(fields={"WARC-Refers-To": None, "WARC-Concurrent-To": uid(3), "WARC-Date": DATE}),
    ),
    our(
        "our conversion of what is not there",
        "refers-to-missing",
        record("conversion", 9, b"text", {"WARC-Refers-To": uid(99)}),
    ),
    our("our warcinfo says little", "warcinfo-fields", info=b"software: Broadsheet\r\n"),
    our("our warcinfo names no standard", "warcinfo-fields", info=re.sub(b"conformsTo.*\n", b"", OUR_INFO)),
    our("our warcinfo names another file", "warcinfo-filename", WARC_Filename="other.warc.gz"),
    our(
        "a warcinfo that is not there", "warcinfo-id-missing", response(fields={"WARC-Warcinfo-ID": uid(99)}), request()
    ),
    Damage("our file begins with a response", "warcinfo-first", {OURS: gz(*CAPTURE)}),
]

DAMAGES = [*FILES, *HEADERS, *DIGESTS, *HTTP, *REVISITS, *ACROSS, *OUR_OWN]
