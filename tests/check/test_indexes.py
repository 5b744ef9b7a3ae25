"""Indexes: each line of a CDXJ is well written, and leads to the record that it describes."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import NamedTuple

import pytest

from tests.check.conftest import Checker
from tests.check.warcs import BODY, HEAD, URL, gz, record, request, response, revisit, sha1, warcinfo

RECORDS = [warcinfo(), response(), request(), revisit(block=HEAD)]
WARC = gz(*RECORDS)
OFFSETS = [len(gz(*RECORDS[:count])) for count in range(len(RECORDS) + 1)]
KEY = "example,news)/story"


def line(number: int, key: str = KEY, timestamp: str = "20261122101500", **changes: object) -> bytes:
    """The line of record `number` of the WARC, with some fields changed, or left out by None."""
    fields: dict[str, object] = {
        "url": URL,
        "mime": "text/html",
        "status": "200",
        "digest": sha1(BODY),
        "length": str(OFFSETS[number + 1] - OFFSETS[number]),
        "offset": str(OFFSETS[number]),
        "filename": "a.warc.gz",
        **changes,
    }
    kept = {name: value for name, value in fields.items() if value is not None}
    return f"{key} {timestamp} {json.dumps(kept)}\n".encode()


FIRST = line(1)
SECOND = line(3, timestamp="20261122110000", mime="warc/revisit", status=None)
GOOD = FIRST + SECOND


class Damage(NamedTuple):
    defect: str
    rules: str
    index: bytes

    def __str__(self) -> str:
        return self.defect.replace(" ", "-")


DAMAGES = [
    Damage("two blanks between", "cdxj-line cdxj-complete", FIRST.replace(b" 2026", b"  2026", 1) + SECOND),
    Damage("no JSON", "cdxj-line", GOOD + b"example,news)/z 20261122101500 {nothing}\n"),
    Damage("not sorted", "cdxj-sorted", SECOND + FIRST),
    Damage("a key that is not turned", "cdxj-key cdxj-sorted", line(1, key="news.example)/story") + SECOND),
    Damage("a key in upper case", "cdxj-key", line(1, key="example,news)/Story") + SECOND),
    Damage("a key without parenthesis", "cdxj-key cdxj-sorted", line(1, key="example,news/story") + SECOND),
    Damage("a timestamp of twelve digits", "cdxj-timestamp", line(1, timestamp="202611221015") + SECOND),
    Damage(
        "a month that is none", "cdxj-timestamp cdxj-agrees cdxj-sorted", line(1, timestamp="20261322101500") + SECOND
    ),
    Damage("no digest", "cdxj-fields", line(1, digest=None) + SECOND),
    Damage("a WARC that is not there", "cdxj-warc cdxj-complete", line(1, filename="b.warc.gz") + SECOND),
    Damage("an offset inside a record", "cdxj-record cdxj-complete", line(1, offset=OFFSETS[1] + 1) + SECOND),
    Damage("a wrong length", "cdxj-record", line(1, length=7) + SECOND),
    Damage("another record's offset", "cdxj-agrees", line(1, url="https://news.example/other") + SECOND),
    Damage("another date", "cdxj-agrees", line(1, timestamp="20261122101501") + SECOND),
    Damage("another status", "cdxj-agrees", line(1, status="404") + SECOND),
    Damage("another type", "cdxj-agrees", line(1, mime="text/plain") + SECOND),
    Damage("another digest", "cdxj-agrees", line(1, digest=sha1(b"other")) + SECOND),
    Damage("a capture left out", "cdxj-complete", FIRST),
    Damage("a damaged gzip", "cdxj-line", gzip.compress(GOOD)[:40] + bytes(9)),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_is_found_by_its_rule_and_no_other(damage: Damage, checked: Checker) -> None:
    findings = checked({"a.warc.gz": WARC, "index.cdxj": damage.index})
    assert {finding.rule for finding in findings} == set(damage.rules.split()), [str(found) for found in findings]


@pytest.mark.parametrize(
    "index",
    [
        GOOD,
        gzip.compress(FIRST) + gzip.compress(SECOND),
        line(1, offset=OFFSETS[1], length=OFFSETS[2] - OFFSETS[1], status=200) + SECOND,
        line(1, digest=sha1(BODY).removeprefix("sha1:")) + SECOND,
        line(1, timestamp="20261122101500000") + SECOND,
        SECOND + line(1, key="example,news)/story?__wb_method=post"),
        GOOD
        + line(2, timestamp="20261122101500", url=URL)
        .replace(KEY.encode(), b"zz,x)/", 1)
        .replace(b"zz,x)/", b"example,news)/z", 1),
    ],
    ids=["plain", "gzip blocks", "numbers", "bare digest", "milliseconds", "method key", "a request too"],
)
def test_a_good_index_raises_nothing(index: bytes, checked: Checker) -> None:
    findings = checked({"a.warc.gz": WARC, "index.cdxj.gz" if index[:1] == b"\x1f" else "index.cdxj": index})
    assert [finding.rule for finding in findings if finding.rule != "cdxj-agrees"] == []


def test_an_index_given_alone_is_checked_with_the_warcs_beside_it(checked: Checker) -> None:
    findings = checked({"index.cdxj": line(1, length=7) + SECOND, "a.warc.gz": WARC}, alone=True)
    assert [finding.rule for finding in findings] == ["cdxj-record"]


def test_warcs_that_an_index_alone_cannot_reach_are_not_missed(checked: Checker) -> None:
    """The WARCs of an index may be on another machine; only a folder is expected to be whole."""
    assert checked({"index.cdxj": GOOD}, alone=True) == []


def test_a_finding_in_an_index_says_where_its_line_starts(checked: Checker) -> None:
    index = FIRST + line(3, timestamp="20261122110000", mime="warc/revisit", status=None, length=7)
    (finding,) = checked({"a.warc.gz": WARC, "index.cdxj": index})
    assert finding.offset == len(FIRST)


def test_resources_are_captures_too(checked: Checker) -> None:
    """An index that leaves out a resource record is not complete."""
    warc = gz(*RECORDS, record("resource", 9, b"text", {"WARC-Target-URI": "urn:text:x"}))
    assert [finding.rule for finding in checked({"a.warc.gz": warc, "index.cdxj": GOOD})] == ["cdxj-complete"]


BLOCKS = [gzip.compress(FIRST, mtime=0), gzip.compress(SECOND, mtime=0)]


def idx(number: int, **changes: object) -> bytes:
    start = (FIRST, SECOND)[number].split(b" {")[0].decode()
    fields = {
        "offset": len(BLOCKS[0]) * number,
        "length": len(BLOCKS[number]),
        "digest": "sha256:" + hashlib.sha256(BLOCKS[number]).hexdigest(),
        "filename": "index.cdx.gz",
        **changes,
    }
    return f"{start} {json.dumps(fields)}\n".encode()


META = b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
TABBED = b"%s 20261122101500\tindex\t0\t%d\t1\n" % (KEY.encode(), len(BLOCKS[0]))


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (META + idx(0) + idx(1), []),
        (TABBED, []),
        (META + idx(1) + idx(0), ["cdxj-sorted"]),
        (META + idx(0, offset=3) + idx(1), ["idx-line"]),
        (META + idx(0, length=9) + idx(1), ["idx-line"]),
        (META + idx(0, digest="sha256:00") + idx(1), ["idx-line"]),
        (META + idx(0, filename="other.cdx.gz") + idx(1, filename="other.cdx.gz"), ["idx-line"]),
        (META + idx(0).replace(b"story", b"stary") + idx(1), ["idx-line"]),
        (META + b"what is this\n", ["idx-line"]),
    ],
)
def test_a_secondary_index_names_blocks_that_are_there(lines: bytes, rules: list[str], checked: Checker) -> None:
    findings = checked({"a.warc.gz": WARC, "index.cdx.gz": b"".join(BLOCKS), "index.idx": lines})
    assert [finding.rule for finding in findings] == rules
