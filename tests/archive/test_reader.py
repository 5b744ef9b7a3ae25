"""Records are read back whole, also from files that are foreign, or still being written."""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.exchange import Exchange
from crawler.archive.reader import Record, iterate, read_record
from crawler.archive.writer import ArchiveWriter
from tests.archive.foreign import PAGE, chunk, make_record, read_bytes, records

Writer = Callable[..., ArchiveWriter]

Make = Callable[..., Exchange]


def test_what_was_written_is_read_back_with_its_place(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer()
    exchange = make_exchange()
    capture = writer.write(exchange)
    path = writer.close()
    assert path is not None
    assert capture is not None
    info, response, request, metadata = records(path)
    assert [record.type for record in (info, response, request, metadata)] == [
        "warcinfo",
        "response",
        "request",
        "metadata",
    ]
    assert (response.id, response.offset, response.length) == (capture.record_id, capture.offset, capture.length)
    assert (response.block, response.url, response.date) == (exchange.response, exchange.url, exchange.started)
    assert request.block == exchange.request
    assert metadata.offset + metadata.length == path.stat().st_size
    assert [record.problems for record in (info, response, request, metadata)] == [[]] * 4
    assert response.version == "1.1"
    assert response.get("warc-ip-address") == "192.0.2.7"


def test_records_are_where_warcio_says_they_are(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer(deduplicate=False)
    for number in range(20):
        writer.write(make_exchange(response=PAGE + bytes(range(256)) * number * 40))
    path = writer.close()
    assert path is not None
    with path.open("rb") as stream:
        iterator = ArchiveIterator(stream, no_record_parse=True)
        expected = []
        for record in iterator:
            body = record.raw_stream.read()
            expected.append((iterator.get_record_offset(), body))
    assert [(record.offset, record.block) for record in records(path)] == expected
    assert [read_record(path, offset).block for offset, _ in expected] == [body for _, body in expected]


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz", "x.warc.zst", "dictionary.warc.zst"])
def test_plain_gzip_and_zstd_files_are_read_whatever_their_name(warc: Callable[..., Path], name: str) -> None:
    parts = [make_record(PAGE + str(number).encode() * 50_000, WARC_Record_ID=f"<urn:{number}>") for number in range(5)]
    data = pack(parts, name)
    found = records(warc(data, name))
    assert [record.id for record in found] == [f"<urn:{number}>" for number in range(5)]
    assert [record.url for record in found] == ["http://news.example/"] * 5
    assert [read_record(record.path, record.offset).block for record in found] == [record.block for record in found]
    assert found[-1].offset + found[-1].length == len(data)


def pack(parts: list[bytes], name: str) -> bytes:
    """`parts` in the compression that `name` stands for."""
    if name.startswith("dictionary"):
        dictionary = zstandard.ZstdCompressionDict(b"".join(parts)[:2000])
        compressor = zstandard.ZstdCompressor(dict_data=dictionary)
        content = dictionary.as_bytes()
        head = b"\x5d\x2a\x4d\x18" + struct.pack("<I", len(content)) + content
        return head + b"".join(map(compressor.compress, parts))
    compress: Callable[[bytes], bytes] = {"gz": gzip.compress, "zst": zstandard.compress}.get(
        name[-3:].strip("."), bytes
    )
    return b"".join(map(compress, parts))


def test_the_named_fields_and_the_page_can_be_asked_for() -> None:
    record = read_bytes(
        make_record(
            b"HTTP/1.1 404 Not Found\r\nContent-Type: Text/HTML; charset=x\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Encoding: gzip\r\n\r\n" + chunk(gzip.compress(b"<p>gone</p>")),
        )
    )
    assert (record.status, record.mime) == (404, "text/html")
    assert gzip.decompress(record.payload.data) == b"<p>gone</p>"
    assert record.decoded_body().data == b"<p>gone</p>"
    assert record.decoded_body().whole
    assert record.decoded_body(limit=3).data == b"<p>"
    assert record.date == datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-22T10:15Z", datetime(2026, 11, 22, 10, 15, tzinfo=UTC)),
        ("2026-11-22T10:15:00.123456789Z", datetime(2026, 11, 22, 10, 15, 0, 123456, tzinfo=UTC)),
        ("yesterday", None),
    ],
)
def test_dates_are_read_in_every_form_that_the_standard_allows(text: str, date: datetime | None) -> None:
    assert read_bytes(make_record(WARC_Date=text)).date == date


def test_a_resource_has_its_block_for_payload() -> None:
    record = read_bytes(make_record(b"plain", WARC_Type="resource", Content_Type="text/plain; charset=utf-8"))
    assert (record.payload.data, record.mime, record.status, record.http.raw) == (b"plain", "text/plain", None, b"")


def test_folded_fields_bare_line_feeds_and_bad_lines_are_read() -> None:
    data = b"WARC/1.0\nWARC-Type: metadata\nX-Long: one\n two\nnonsense\nContent-Length: 1\n\nx\r\n\r\n"
    record = read_bytes(data)
    assert (record.get("X-Long"), record.block, record.problems) == ("one two", b"x", [])


def test_a_file_being_written_gives_its_whole_records_and_later_the_rest(warc: Callable[..., Path]) -> None:
    members = [gzip.compress(make_record(WARC_Record_ID=f"<urn:{number}>")) for number in range(3)]
    path = warc(members[0] + members[1] + members[2][:-1], "x.warc.gz.open")
    first = records(path)
    assert [record.id for record in first] == ["<urn:0>", "<urn:1>"]
    path.write_bytes(b"".join(members))
    later = list(iterate(path, first[-1].offset + first[-1].length))
    assert [item.id for item in later if isinstance(item, Record)] == ["<urn:2>"]


def test_a_plain_file_being_written_gives_its_whole_records(warc: Callable[..., Path]) -> None:
    for cut in range(1, len(make_record())):
        path = warc(make_record() + make_record()[:-cut], "x.warc.open")
        assert len(records(path)) == 1


def test_a_record_is_found_while_its_file_is_open_and_after(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer()
    capture = writer.write(make_exchange())
    assert capture is not None
    assert writer.path is not None
    folder, opened = writer.path.parent, writer.path
    assert read_record(folder / capture.warc, capture.offset).id == capture.record_id
    writer.close()
    assert read_record(opened, capture.offset).id == capture.record_id


def test_of_large_blocks_only_as_much_is_kept_as_asked(warc: Callable[..., Path]) -> None:
    path = warc(gzip.compress(make_record(PAGE + b"x" * 1_000_000)))
    [record] = iterate(path, keep=100)
    assert isinstance(record, Record)
    assert (len(record.block), record.size, record.whole) == (100, len(PAGE) + 1_000_000, False)
    assert not record.payload.whole
    assert not record.decoded_body().whole


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_how_much_is_kept_of_a_block_may_depend_on_the_record(
    warc: Callable[..., Path], pack: Callable[[bytes], bytes]
) -> None:
    blocks = [PAGE + os.urandom(100_000), b"GET / HTTP/1.1\r\n\r\n"]
    path = warc(
        b"".join(
            pack(make_record(block, WARC_Type=kind))
            for block, kind in zip(blocks, ("response", "request"), strict=True)
        )
    )
    found = list(iterate(path, keep=lambda record: 70_000 if record.type == "response" else 5))
    assert [(item.block, item.size, item.whole) for item in found if isinstance(item, Record)] == [
        (blocks[0][:70_000], len(blocks[0]), False),
        (blocks[1][:5], len(blocks[1]), False),
    ]


def test_a_revisit_takes_payload_from_its_original_and_keeps_its_own_head() -> None:
    original = read_bytes(make_record())
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
    revisit = read_bytes(
        make_record(
            head,
            WARC_Type="revisit",
            WARC_Refers_To="<urn:o>",
            WARC_Refers_To_Target_URI="<http://o/>",
            WARC_Refers_To_Date="2020-01-01T00:00:00Z",
        )
    )
    assert revisit.refers_to == ("<urn:o>", "http://o/", datetime(2020, 1, 1, tzinfo=UTC))
    resolved = revisit.resolve(original)
    assert (resolved.http.raw, resolved.decoded_body().data, resolved.mime) == (head, b"<p>hello</p>", "text/plain")
    assert resolved.id == revisit.id


@pytest.mark.parametrize("block", [b"", b"HTTP/1.1 304 Not Modified\r\n\r\n"])
def test_a_revisit_without_a_head_of_its_own_takes_that_of_its_original(block: bytes) -> None:
    resolved = read_bytes(make_record(block, WARC_Type="revisit")).resolve(read_bytes(make_record()))
    assert (resolved.status, resolved.mime, resolved.payload.data) == (200, "text/html", b"<p>hello</p>")
