"""The scanner reads whatever it is given: in pieces, damaged, huge, hostile."""

from __future__ import annotations

import fcntl
import gzip
import io
import random
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Finding, Report
from crawler.archive.check.warc import WarcCheck
from tests.check.conftest import Checker
from tests.check.warcs import GOOD, REQUEST, gz, record, request, response, sha1, uid, warcinfo

PLAIN = b"".join(GOOD)


def found(data: bytes, name: str = "a.warc.gz") -> tuple[list[Finding], int]:
    """The findings on `data` by itself, and how many records it has."""
    findings: list[Finding] = []
    facts = Facts()
    check = WarcCheck(0, name, Report(name, findings.append), facts)
    check.run(io.BytesIO(data))
    facts.close()
    return findings, check.records


def zstd(*records: bytes, dictionary: bytes = b"") -> bytes:
    trained = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    compressor = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True, dict_data=trained)
    return b"".join(compressor.compress(one) for one in records)


DICTIONARY = zstandard.train_dictionary(
    4096, [response(number, fields={"WARC-IP-Address": f"192.0.2.{number % 256}"}) for number in range(400)]
).as_bytes()
SKIPPABLE = b"\x5d\x2a\x4d\x18" + len(DICTIONARY).to_bytes(4, "little") + DICTIONARY
PACKED = zstandard.ZstdCompressor().compress(DICTIONARY)
SKIPPABLE_PACKED = b"\x5d\x2a\x4d\x18" + len(PACKED).to_bytes(4, "little") + PACKED


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gz(*GOOD), "a.warc.gz"),
        (PLAIN, "a.warc"),
        (zstd(*GOOD), "a.warc.zst"),
        (SKIPPABLE + zstd(*GOOD, dictionary=DICTIONARY), "a.warc.zst"),
        (SKIPPABLE_PACKED + zstd(*GOOD, dictionary=DICTIONARY), "a.warc.zst"),
        (zstd(GOOD[0]) + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstd(*GOOD[1:]), "a.warc.zst"),
    ],
    ids=["gzip", "plain", "zstd", "zstd with dictionary", "packed dictionary", "extension frame"],
)
def test_every_kind_of_file_is_read_whole(data: bytes, name: str) -> None:
    assert found(data, name) == ([], 3)


def test_a_zstd_frame_that_does_not_decompress_is_passed() -> None:
    frames = [zstd(one) for one in GOOD]
    frames[1] = frames[1][:20] + b"\xff" * 30 + frames[1][50:]
    findings, records = found(b"".join(frames), "a.warc.zst")
    assert ([finding.rule for finding in findings], records) == (["member-corrupt"], 2)


def test_a_cut_zstd_file_is_truncated() -> None:
    findings, records = found(zstd(*GOOD)[:-5], "a.warc.zst")
    assert "file-truncated" in {finding.rule for finding in findings}
    assert records >= 2


def test_after_damage_every_further_record_is_read() -> None:
    """Forty records of which every fourth is damaged: thirty remain, and ten findings."""
    members = [gz(record("resource", number, b"text %d" % number)) for number in range(40)]
    for number in range(0, 40, 4):
        members[number] = members[number][:30] + bytes(20) + members[number][50:]
    findings, records = found(b"".join(members))
    assert ([finding.rule for finding in findings], records) == (["member-corrupt"] * 10, 30)


def test_wrong_lengths_in_a_plain_file_lose_no_other_record() -> None:
    """Too small, too large and missing by turns: each is named once, and no record is taken for another's block."""
    texts = ["1", "99", None]
    records = [record("resource", n, b"0123456789", {"Content-Length": texts[n % 3]}) for n in range(30)]
    good = [record("resource", n, b"0123456789") for n in range(100, 130)]
    mixed = b"".join(one + other for one, other in zip(records, good, strict=True))
    findings, count = found(mixed, "a.warc")
    assert sorted({finding.rule for finding in findings}) == ["content-length", "field-missing"]
    assert (len(findings), count) == (30, 60)


def test_a_warc_inside_a_record_is_not_taken_for_records() -> None:
    inner = record("resource", 9, PLAIN, {"Content-Type": "application/warc"})
    assert found(warcinfo() + inner, "a.warc") == ([], 2)
    assert found(gz(warcinfo(), inner)) == ([], 2)


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_block_of_forty_megabytes_takes_a_few_of_memory(name: str) -> None:
    """The block is hashed as it is read, never held."""
    block = random.Random(1).randbytes(1 << 20) * 40
    data = record("resource", 2, block, {"WARC-Payload-Digest": sha1(block)})
    file = io.BytesIO(data if name == "a.warc" else gzip.compress(data, 1))
    del data, block
    check = WarcCheck(0, name, Report(name, print), Facts())
    tracemalloc.start()
    check.run(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert check.records == 1
    assert peak < 4_000_000


def test_a_gzip_bomb_takes_a_few_megabytes_of_memory() -> None:
    """A header that never ends is given up after a mebibyte."""
    file = io.BytesIO(gzip.compress(b"WARC/1.1\r\n" + b"a" * (1 << 26)))
    findings: list[Finding] = []
    tracemalloc.start()
    WarcCheck(0, "a.warc.gz", Report("a.warc.gz", findings.append), Facts()).run(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert {finding.rule for finding in findings} == {"header-length", "file-empty"}
    assert peak < 8_000_000


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.zst"])
def test_no_damage_stops_the_checker(seed: int, name: str) -> None:
    """Bytes changed, cut out and put in at random: the check ends, and finds something where it should."""
    rng = random.Random(seed)
    data = bytearray({"a.warc": PLAIN, "a.warc.gz": gz(*GOOD), "a.warc.zst": zstd(*GOOD)}[name])
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(data))
        change = rng.randrange(3)
        if change == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif change == 1:
            del data[at : at + rng.randrange(60)]
        else:
            data[at:at] = rng.randbytes(rng.randrange(60))
    findings, records = found(bytes(data), name)
    assert records <= len(GOOD) + 1
    assert all(finding.message for finding in findings)


def test_every_cut_of_a_file_is_found() -> None:
    """A file cut at any byte is either whole records, or said to be truncated."""
    data = gz(*GOOD)
    ends = {0, len(gz(GOOD[0])), len(gz(*GOOD[:2])), len(data)}
    for cut in range(len(data)):
        rules = {finding.rule for finding in found(data[:cut])[0]}
        assert bool(rules) == (cut not in ends or cut == 0), cut


def test_a_growing_file_may_end_anywhere(checked: Checker) -> None:
    """A `.open` file that its writer holds locked is read as far as it goes."""
    name = "demo-20261122T101500Z-00000-host-1.warc.gz.open"
    assert {finding.rule for finding in checked({name: gz(response(), request())[:-9]})} >= {
        "file-open",
        "file-truncated",
    }
    path = next(Path(finding.file) for finding in checked({name: gz(*GOOD)[:-9]}))
    with path.open("rb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        rules = {finding.rule for finding in checked({name: gz(*GOOD)[:-9]})}
    assert not rules & {"file-open", "file-truncated"}


def test_many_workers_find_what_one_finds(checked: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings, across files too, do not depend on how many processes read."""
    monkeypatch.setattr("crawler.archive.check.runner._ALONE", 0)
    files = {
        f"{n}.warc.gz": gz(warcinfo(n), response(100 + n), request(200 + n, to=100 + (n + 1) % 4, block=REQUEST))
        for n in range(4)
    }
    files["twin.warc.gz"] = gz(record("resource", 100, b"text", {"WARC-IP-Address": "nowhere"}))
    one, many = checked(files), checked(files, jobs=2)
    assert sorted(map(str, one)) == sorted(map(str, many))
    assert {finding.rule for finding in many} == {"ip-form", "record-id-unique"}
    assert {finding.record_id for finding in many} == {uid(100)}
