"""A record whose named fields are gone or mean nothing costs itself at most: no program of ours fails on the file."""

from __future__ import annotations

import contextlib
import gzip
import io
import re
from pathlib import Path

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.cdxj import CaptureLines, Entry, entries
from crawler.archive.check.runner import check
from crawler.archive.exchange import Capture
from crawler.archive.export import export_wacz
from crawler.archive.index import write_index
from crawler.archive.reader import Record, iterate
from crawler.archive.selection import Selection
from crawler.errors import ArchiveError
from crawler.replay.cache import Cache
from crawler.replay.library import Library
from crawler.replay.reextract.pages import candidates
from crawler.replay.reextract.selection import Asked
from crawler.replay.reextract.sourcing import Sources

VALUES = {
    "gone": None,
    "empty": b"",
    "garbage": b"\xff\x00<[",
    "twice": b"a\r\nWARC-Date: 0000-00-00T00:00:00Z\r\nContent-Type: \xff",
    "a number": b"-1",
    "a date that is none": b"9999-99-99T99:99:99Z",
    "an address that is none": b"http://[::1",
}


@pytest.fixture
def records(archive: list[Path], tmp_path: Path) -> list[bytes]:
    """Records of every type, of a response, a revisit and the text of one, uncompressed."""
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(archive[1].read_bytes()))
    raw = plain.read_bytes()
    found = [record for record in iterate(plain) if isinstance(record, Record)]
    assert {record.type for record in found} == {"warcinfo", "response", "revisit", "request", "metadata"}
    return [raw[record.offset : record.offset + record.length] for record in found]


def _fields(record: bytes) -> list[bytes]:
    """The names of the fields that an archive reader looks at; the file ends where Content-Length is wrong."""
    names = re.findall(rb"^([\w-]+):", record.partition(b"\r\n\r\n")[0], re.MULTILINE)
    return [name for name in names if name != b"Content-Length"]


def _with(record: bytes, name: bytes, value: bytes | None) -> bytes:
    line = b"" if value is None else b"%b: %b\r\n" % (name, value)
    return re.sub(rb"^%b: [^\r]*\r\n" % name, lambda _: line, record, count=1, flags=re.MULTILINE)


@pytest.mark.parametrize("value", VALUES)
def test_no_named_field_that_is_mangled_stops_a_reader(value: str, records: list[bytes], tmp_path: Path) -> None:
    (tmp_path / "mangled").mkdir()
    warc = tmp_path / "mangled" / "a.warc"
    for number, record in enumerate(records):
        for name in _fields(record):
            mangled = _with(record, name, VALUES[value])
            all_records = [*records[:number], mangled, *records[number + 1 :]]
            warc.write_bytes(b"".join(all_records))
            read_by_all(warc, tmp_path)
            packed = tmp_path / "packed.warc.gz"
            packed.write_bytes(b"".join(map(gzip.compress, all_records)))
            check_index(packed)


def read_by_all(warc: Path, scratch: Path) -> None:
    """Have each program that reads WARCs read this one, which holds two captures."""
    assert sum(isinstance(found, Capture) for found in read_captures(warc)) in (1, 2)
    assert write_index([warc], io.BytesIO()).lines in (1, 2, 3)
    export_wacz([warc], scratch / "out.wacz", Selection())
    assert len(list(candidates(warc, Asked().selection(), Sources([]), unresolved))) <= 2
    assert check([warc], lambda finding: None).unread == []
    library = Library(warc.parent, Cache(scratch / "cache.sqlite"))
    library.refresh()
    for capture in [*library.captures("http://a/1"), *library.captures("http://a/2")]:
        with contextlib.suppress(ArchiveError):  # a revisit whose original is not here
            library.read(capture)
    library.end()


def check_index(warc: Path) -> None:
    """That records which the index passes over unread would have no line."""
    lines = CaptureLines(warc)
    records = [record for record in iterate(warc) if isinstance(record, Record)]
    read = [entry.line() for record in records for entry in lines.add(record)] + [e.line() for e in lines.finish()]
    assert [found.line() for found in entries(warc) if isinstance(found, Entry)] == read


def unresolved(revisit: Record) -> Record:
    """What a revisit refers to is in another file."""
    raise ArchiveError(f"{revisit.id} refers to what is not here")
