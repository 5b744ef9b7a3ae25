"""Of a file that is broken what can be read is read, and the rest is named."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.reader import Damage, Record, iterate, read_record
from crawler.errors import RecordError
from tests.archive.foreign import PAGE, make_record, records


def broken(path: Path) -> list[str]:
    """What a file gives: ids of records, and "damage" with the offset."""
    return [item.id if isinstance(item, Record) else f"damage at {item.offset}" for item in iterate(path)]


@pytest.mark.parametrize("where", [0.05, 0.5, 0.95])
def test_reading_goes_on_behind_a_broken_member(warc: Callable[..., Path], where: float) -> None:
    noise = hashlib.sha512(b"seed").digest() * 300
    members = [gzip.compress(make_record(PAGE + noise, WARC_Record_ID=f"<urn:{number}>")) for number in range(3)]
    hurt = bytearray(members[1])
    at = int(len(hurt) * where)
    hurt[at : at + 4] = bytes(255 - byte for byte in hurt[at : at + 4])
    path = warc(members[0] + bytes(hurt) + members[2])
    assert broken(path) == ["<urn:0>", f"damage at {len(members[0])}", "<urn:2>"]


def test_reading_goes_on_behind_a_member_that_was_cut(warc: Callable[..., Path]) -> None:
    first, second = gzip.compress(make_record()), gzip.compress(make_record(WARC_Record_ID="<urn:2>"))
    assert broken(warc(first[:100] + second)) == ["damage at 0", "<urn:2>"]


def test_a_cut_file_names_the_record_that_is_not_whole(warc: Callable[..., Path]) -> None:
    member = gzip.compress(make_record())
    path = warc(member + member[:-1])
    found = list(iterate(path))
    assert isinstance(found[1], Damage)
    assert str(found[1]) == f"{path}, offset {len(member)}: the file ends within the record"


def test_reading_goes_on_behind_rubbish_in_a_plain_file(warc: Callable[..., Path]) -> None:
    one, two = make_record(), make_record(WARC_Record_ID="<urn:2>")
    path = warc(one + b"rubbish WARC/1.0 rubbish\r\n" + two, "x.warc")
    assert broken(path) == ["<urn:uuid:1>", f"damage at {len(one)}", "<urn:2>"]


def test_a_plain_record_of_unknown_length_is_skipped(warc: Callable[..., Path]) -> None:
    path = warc(make_record(Content_Length="") + make_record(WARC_Record_ID="<urn:2>"), "x.warc")
    assert broken(path) == ["damage at 0", "<urn:2>"]


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ("", "its Content-Length is None"),
        ("-1", "its Content-Length is '-1'"),
        ("9999", "its Content-Length is 9999, but only 60 bytes follow"),
    ],
)
def test_in_a_member_the_block_is_had_despite_its_length(warc: Callable[..., Path], stated: str, problem: str) -> None:
    [record] = records(warc(gzip.compress(make_record(Content_Length=stated))))
    assert record.block == PAGE
    assert len(record.problems) == 1
    assert record.problems[0].startswith(problem)


def test_bytes_behind_the_block_are_a_problem_but_do_not_hide_the_next_record(warc: Callable[..., Path]) -> None:
    path = warc(gzip.compress(make_record(Content_Length="50")) + gzip.compress(make_record()))
    first, second = records(path)
    assert first.block == PAGE[:50]
    assert first.problems[0].startswith("its block is not followed by two CRLF")
    assert second.problems == []


def test_a_missing_end_is_a_problem(warc: Callable[..., Path]) -> None:
    [record] = records(warc(gzip.compress(make_record().removesuffix(b"\r\n"))))
    assert record.problems == ["its block is not followed by two CRLF, but by b'\\r\\n'"]


def test_records_that_share_a_member_are_read_and_named(warc: Callable[..., Path]) -> None:
    path = warc(gzip.compress(make_record() + make_record(WARC_Record_ID="<urn:2>")) + gzip.compress(make_record()))
    first, second, third = records(path)
    assert [first.id, second.id] == ["<urn:uuid:1>", "<urn:2>"]
    assert "shares a compressed member" in first.problems[0]
    assert "shares a compressed member" in second.problems[0]
    assert third.problems == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"filedesc://x.arc 0.0.0.0 20000101000000 text/plain 76\n", "an ARC file"),
        (gzip.compress(b"filedesc://x.arc 0.0.0.0 20000101000000 text/plain 76\n"), "an ARC file"),
        (b"<html>", "begins with b'<html>'"),
        (gzip.compress(b"<html>"), "no record begins here, but b'<html>'"),
        (b"\x5d\x2a\x4d\x18\x00", "zstd dictionary"),
    ],
    ids=["arc", "arc in gzip", "html", "html in gzip", "zstd without its dictionary"],
)
def test_what_is_no_warc_is_said_to_be_none(warc: Callable[..., Path], data: bytes, reason: str) -> None:
    [damage] = iterate(warc(data))
    assert isinstance(damage, Damage)
    assert reason in damage.reason


def test_an_empty_file_has_no_records(warc: Callable[..., Path]) -> None:
    assert list(iterate(warc(b""))) == []


def test_records_before_a_damage_in_a_shared_member_are_read(warc: Callable[..., Path]) -> None:
    member = gzip.compress(b"".join(make_record(PAGE + os.urandom(90_000)) for _ in range(3)))
    path = warc(member[:-60_000] + b"\xff" * 10 + member[-59_990:] + gzip.compress(make_record()))
    found = list(iterate(path))
    assert [type(item) for item in found] == [Record, Record, Damage, Record]
    assert all("shares a compressed member" in found[place].problems[0] for place in (0, 1))


@pytest.mark.parametrize("offset", [3, 100_000])
def test_a_place_without_a_record_is_an_error_that_names_it(warc: Callable[..., Path], offset: int) -> None:
    path = warc(gzip.compress(make_record()))
    with pytest.raises(RecordError, match=f"x.warc.gz at offset {offset}: "):
        read_record(path, offset)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"There is no file .*y\.warc"):
        read_record(tmp_path / "y.warc", 0)
