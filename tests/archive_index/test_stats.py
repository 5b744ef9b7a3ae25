"""The statistics add up to what was archived."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import stats
from crawler.archive.index import update_index
from crawler.archive.stats import Tally, busiest, collect


@pytest.fixture
def archive(tmp_path: Path, crawl: Callable[..., Path]) -> tuple[list[Path], dict[str, Path]]:
    """Two sources: three pages, of which one is the same as another; and one page still being written."""
    same = b"the same " * 500
    first = crawl(tmp_path / "one", {"http://one/a": same, "http://one/b": same, "http://one/A": b"c"})
    second = crawl(tmp_path / "two", {"http://two/": b"d"}, close=False, start=24 * 60)
    return [first, second], {name: update_index(tmp_path / name).index for name in ("one", "two")}


def test_captures_are_counted_by_source_day_type_and_status(archive: tuple[list[Path], dict[str, Path]]) -> None:
    found = collect(*archive)
    assert (found.files, found.open_files, found.total.captures, found.addresses) == (2, 1, 4, 3)
    assert {name: tally.captures for name, tally in found.sources.items()} == {"one": 3, "two": 1}
    assert {day: tally.captures for day, tally in found.days.items()} == {"2026-11-22": 3, "2026-11-23": 1}
    assert {kind: tally.captures for kind, tally in found.types.items()} == {"text/html": 3, "warc/revisit": 1}
    assert {status: tally.captures for status, tally in found.statuses.items()} == {"200": 3, "not stated": 1}
    assert (found.first, found.last) == ("20261122101500", "20261123101500")
    assert found.file_bytes == sum(warc.stat().st_size for warc in archive[0])


def test_what_revisits_save_is_the_record_they_stand_for(archive: tuple[list[Path], dict[str, Path]]) -> None:
    lines = archive[1]["one"].read_bytes().splitlines()
    lengths = {
        json.loads(line.split(b" ", 2)[2])["url"]: int(json.loads(line.split(b" ", 2)[2])["length"]) for line in lines
    }
    found = collect(*archive)
    assert found.total.revisits == 1
    assert found.total.saved == max(0, lengths["http://one/a"] - lengths["http://one/b"])


def test_a_revisit_whose_original_is_elsewhere_saves_nothing_that_is_known(
    tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    warc = make_warc("a.warc.gz", [make_record("revisit", "http://a/", b"", WARC_Payload_Digest="sha1:X")])
    found = collect([warc], {"a": update_index(tmp_path).index})
    assert (found.total.revisits, found.total.saved) == (1, 0)


def test_statistics_can_be_given_as_json(archive: tuple[list[Path], dict[str, Path]]) -> None:
    plain = json.loads(json.dumps(collect(*archive).as_json()))
    assert plain["sources"]["two"]["captures"] == 1
    assert list(plain["days"]) == sorted(plain["days"])


def test_texts_and_metadata_are_no_captures(
    tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    records = [
        make_record("response", "http://a/", response(b"x"), Content_Type="application/http"),
        make_record("conversion", "http://a/", b"x", Content_Type="text/plain"),
        make_record("metadata", "http://a/", b"{}", Content_Type="application/json"),
        make_record("resource", "urn:text:http://a/", b"x", Content_Type="text/plain"),
        make_record("revisit", "http://a/", WARC_Payload_Digest="sha1:X"),
    ]
    found = collect([make_warc("a.warc.gz", records)], {"a": update_index(tmp_path).index})
    assert (found.total.captures, found.others.captures, found.addresses) == (2, 3, 1)
    assert {kind: tally.captures for kind, tally in found.types.items()} == {"unk": 1, "warc/revisit": 1}
    assert found.others.bytes > 0


def test_an_empty_archive_counts_nothing() -> None:
    assert collect([], {}).as_json()["total"] == {"captures": 0, "revisits": 0, "bytes": 0, "saved": 0}


def test_busiest_rows_come_first() -> None:
    table = {"a": Tally(captures=1), "b": Tally(captures=3), "c": Tally(captures=2)}
    assert [name for name, _ in busiest(table, 2)] == ["b", "c"]
    assert stats.NOT_STATED not in table
