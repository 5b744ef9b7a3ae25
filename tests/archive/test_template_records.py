"""The template of a site in the WARCs: at the head of each file, and never taken for a capture."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Exchange
from crawler.archive.layout import OPEN
from crawler.archive.reader import Record, iterate
from crawler.archive.recovery import recover
from crawler.archive.template_records import template_record
from crawler.archive.writer import ArchiveWriter

Writer = Callable[..., ArchiveWriter]
Make = Callable[..., Exchange]
TEMPLATE = b'{"lines": []}\n'


def test_every_file_of_a_crawl_begins_with_the_template(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer(template=TEMPLATE, max_bytes=1)
    paths = []
    for _ in range(2):
        capture = writer.write(make_exchange())
        assert capture is not None
        paths.append(Path(writer._folder, capture.warc))
    for path in paths:
        records = [item for item in iterate(path) if isinstance(item, Record)]
        assert [record.type for record in records[:2]] == ["warcinfo", "metadata"]
        found = template_record(path, "news")
        assert found is not None
        assert (found.block, found.get("WARC-Refers-To")) == (TEMPLATE, records[0].id)
        assert len(list(read_captures(path))) == 1


def test_a_capture_behind_the_template_is_where_it_says(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer(template=TEMPLATE)
    capture = writer.write(make_exchange())
    path = writer.close()
    assert path is not None
    assert capture is not None
    assert [found.offset for found in read_captures(path)] == [capture.offset]


def test_it_is_found_while_the_file_is_written(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer(template=TEMPLATE)
    writer.write(make_exchange())
    assert writer.path is not None
    assert writer.path.name.endswith(OPEN)
    assert template_record(writer.path, "news") is not None


def test_without_a_template_and_for_another_source_there_is_none(make_writer: Writer, make_exchange: Make) -> None:
    plain, other = make_writer(), make_writer(template=TEMPLATE)
    for writer in (plain, other):
        writer.write(make_exchange())
        path = writer.close()
        assert path is not None
        assert template_record(path, "gazette") is None


def test_a_file_that_was_cut_behind_its_template_holds_no_capture(
    make_writer: Writer, make_exchange: Make, tmp_path: Path
) -> None:
    writer = make_writer(template=TEMPLATE)
    capture = writer.write(make_exchange())
    path = writer.close()
    assert path is not None
    assert capture is not None
    stale = path.with_name(path.name + OPEN)
    stale.write_bytes(path.read_bytes()[: capture.offset] + gzip.compress(b"WARC/1.1\r\nhalf")[:9])
    path.unlink()
    assert [recovered.path for recovered in recover(tmp_path)] == [None]
    assert list(tmp_path.iterdir()) == []
