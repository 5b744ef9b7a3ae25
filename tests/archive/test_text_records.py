"""A WARC alone can carry the article: its text and metadata as records that refer to the response."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.cdxj import Entry, entries
from crawler.archive.exchange import Exchange, Original
from crawler.archive.keys import url_key
from crawler.archive.reader import Record, iterate
from crawler.archive.recovery import recover
from crawler.archive.writer import ArchiveWriter

TEXT = "Old Bridge Reopens: «Ένα» 桥\n\nThe bridge\u00a0is open.\n".encode()
SIDECAR = b'{"title": "Old Bridge Reopens"}\n'


@pytest.fixture
def written(
    make_exchange: Callable[..., Exchange], make_writer: Callable[..., ArchiveWriter], tmp_path: Path
) -> tuple[ArchiveWriter, Original]:
    """A writer that has written a response and the records of its text."""
    writer = make_writer()
    capture = writer.write(make_exchange())
    assert capture is not None
    made_from = Original(capture.record_id, capture.url, capture.date, capture.payload_digest)
    writer.write_text(made_from, TEXT, SIDECAR)
    return writer, made_from


def records(folder: Path, kind: str) -> list[Record]:
    path = next(folder.iterdir())
    return [record for record in iterate(path) if isinstance(record, Record) and record.type == kind]


def test_the_text_is_a_conversion_of_the_response(written: tuple[ArchiveWriter, Original], tmp_path: Path) -> None:
    writer, made_from = written
    writer.close()
    (conversion,) = records(tmp_path, "conversion")
    assert conversion.block == TEXT
    assert conversion.url == f"urn:text:{made_from.url}"
    assert conversion.get("WARC-Refers-To") == made_from.record_id
    assert conversion.get("Content-Type") == "text/plain; charset=utf-8"
    assert conversion.get("WARC-IP-Address") is None


def test_the_metadata_refers_to_the_response_too(written: tuple[ArchiveWriter, Original], tmp_path: Path) -> None:
    writer, made_from = written
    writer.close()
    described = records(tmp_path, "metadata")[-1]
    assert described.block == SIDECAR
    assert described.url == f"urn:metadata:{made_from.url}"
    assert described.get("WARC-Refers-To") == made_from.record_id
    assert described.get("Content-Type") == "application/json"


def test_nothing_but_the_page_is_found_under_its_address(
    written: tuple[ArchiveWriter, Original], tmp_path: Path
) -> None:
    """Players take the newest record of an address; the text is newer than its page."""
    writer, made_from = written
    writer.close()
    lines = [entry for entry in entries(next(tmp_path.iterdir())) if isinstance(entry, Entry)]
    assert [entry.fields["mime"] for entry in lines if entry.key == url_key(made_from.url)] == ["text/html"]
    assert {entry.key for entry in lines} == {
        url_key(made_from.url),
        f"urn:text:{made_from.url}",
        f"urn:metadata:{made_from.url}",
    }


def test_the_records_of_a_text_are_no_captures(written: tuple[ArchiveWriter, Original], tmp_path: Path) -> None:
    writer, made_from = written
    writer.close()
    assert [capture.record_id for capture in read_captures(next(tmp_path.iterdir())) if hasattr(capture, "url")] == [
        made_from.record_id
    ]


def test_a_file_that_ends_with_a_text_is_closed_whole(
    written: tuple[ArchiveWriter, Original], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    left_behind = tmp_path_factory.mktemp("killed")
    still_open = next(tmp_path.iterdir())
    (left_behind / still_open.name).write_bytes(still_open.read_bytes() + b"\x1f\x8b half a record")
    (recovered,) = recover(left_behind)
    assert recovered.cut == len(b"\x1f\x8b half a record")
    assert len(records(left_behind, "conversion")) == 1
