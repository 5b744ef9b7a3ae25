"""Records are read back whole, also from files that are broken, foreign, or still being written."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.exchange import Exchange
from crawler.archive.reader import Damage, Record, iterate, read_record
from crawler.archive.writer import ArchiveWriter
from crawler.errors import RecordError

Writer = Callable[..., ArchiveWriter]
Make = Callable[..., Exchange]

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello</p>"


def make_record(block: bytes = PAGE, **fields: str) -> bytes:
    """A WARC 1.0 response record with what the test changes; a field given as "" is left out."""
    named = {
        "WARC-Type": "response",
        "WARC-Record-ID": "<urn:uuid:1>",
        "WARC-Date": "2020-02-03T04:05:06Z",
        "WARC-Target-URI": "<http://news.example/>",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\r\n" for name, value in named.items() if value]
    return b"WARC/1.0\r\n" + "".join(lines).encode() + b"\r\n" + block + b"\r\n\r\n"


@pytest.fixture
def warc(tmp_path: Path) -> Callable[..., Path]:
    """A file of the bytes given."""

    def make(data: bytes, name: str = "x.warc.gz") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def records(path: Path) -> list[Record]:
    found = list(iterate(path))
    assert all(isinstance(item, Record) for item in found), found
    return [item for item in found if isinstance(item, Record)]


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


def chunk(data: bytes) -> bytes:
    return b"%x;extension=1\r\n%s\r\n0\r\nTrailer: x\r\n\r\n" % (len(data), data)


def read_bytes(data: bytes) -> Record:
    """The only record of a file with this content."""
    with tempfile.NamedTemporaryFile(suffix=".warc") as file:
        file.write(data)
        file.flush()
        [record] = records(Path(file.name))
        return record


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


def test_records_before_a_damage_in_a_shared_member_are_read(warc: Callable[..., Path]) -> None:
    member = gzip.compress(b"".join(make_record(PAGE + os.urandom(90_000)) for _ in range(3)))
    path = warc(member[:-60_000] + b"\xff" * 10 + member[-59_990:] + gzip.compress(make_record()))
    found = list(iterate(path))
    assert [type(item) for item in found] == [Record, Record, Damage, Record]
    assert all("shares a compressed member" in found[place].problems[0] for place in (0, 1))


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


@pytest.mark.parametrize("offset", [3, 100_000])
def test_a_place_without_a_record_is_an_error_that_names_it(warc: Callable[..., Path], offset: int) -> None:
    path = warc(gzip.compress(make_record()))
    with pytest.raises(RecordError, match=f"x.warc.gz at offset {offset}: "):
        read_record(path, offset)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"There is no file .*y\.warc"):
        read_record(tmp_path / "y.warc", 0)
