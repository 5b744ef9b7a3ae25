"""Captures reach the disk whole, or not at all and with an error that says why."""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.archive.exchange import Exchange, Original, Via
from crawler.archive.writer import ArchiveWriter
from crawler.errors import CaptureError

Writer = Callable[..., ArchiveWriter]
Make = Callable[..., Exchange]


def types(path: Path) -> list[str]:
    """The types of the records of a WARC, as warcio reads them with their digests checked."""
    with path.open("rb") as stream:
        return [
            record.rec_type
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.raw_stream.read() or 1
        ]


def test_a_capture_says_where_its_response_record_is(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer()
    exchange = make_exchange(
        response=b'HTTP/1.1 301 Moved\r\nETag: W/"x"\r\nLast-Modified: then\r\nLocation: /b\r\n'
        b"Content-Type: Text/HTML\r\n\r\nhi"
    )
    capture = writer.write(exchange, Via("feed", "http://news.example/"))
    path = writer.close()
    assert path is not None
    assert capture is not None
    with path.open("rb") as stream:
        stream.seek(capture.offset)
        record = gzip.decompress(stream.read(capture.length))
    assert record.endswith(exchange.response + b"\r\n\r\n")
    assert capture.record_id.encode() in record
    assert (capture.warc, capture.kind, capture.status, capture.mime) == (path.name, "response", 301, "text/html")
    assert (capture.etag, capture.last_modified) == ('W/"x"', "then")
    assert capture.location == "http://news.example/b"
    assert (capture.size, capture.via.role, capture.date) == (2, "feed", exchange.started)


def test_a_file_begins_with_warcinfo_and_holds_whole_captures(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer(deduplicate=False)
    writer.write(make_exchange())
    writer.write(make_exchange())
    path = writer.close()
    assert path is not None
    assert types(path) == ["warcinfo"] + ["response", "request", "metadata"] * 2


def test_a_file_is_open_and_locked_while_it_is_written(
    make_writer: Writer, make_exchange: Make, tmp_path: Path
) -> None:
    writer = make_writer()
    writer.write(make_exchange())
    [path] = tmp_path.iterdir()
    assert path == writer.path
    assert path.name.endswith(".warc.gz.open")
    assert types(path) == ["warcinfo", "response", "request", "metadata"], "what was written is there before close"
    with path.open("rb") as stream, pytest.raises(BlockingIOError):
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    assert writer.close() == path.with_suffix("")
    assert [found.name for found in tmp_path.iterdir()] == [path.stem]


def test_a_run_that_captured_nothing_leaves_no_file(make_writer: Writer, tmp_path: Path) -> None:
    assert make_writer().close() is None
    assert list(tmp_path.iterdir()) == []


def test_files_rotate_by_size_with_rising_serials(make_writer: Writer, make_exchange: Make, tmp_path: Path) -> None:
    writer = make_writer(max_bytes=1, deduplicate=False)
    captures = [writer.write(make_exchange()) for _ in range(3)]
    writer.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [capture.warc for capture in captures if capture]
    assert [name.split("-")[2] for name in names] == ["00000", "00001", "00002"]
    assert all(types(tmp_path / name) == ["warcinfo", "response", "request", "metadata"] for name in names)


def test_the_digest_of_a_chunked_payload_is_right_in_the_capture(make_writer: Writer, make_exchange: Make) -> None:
    response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    capture = make_writer().write(make_exchange(response=response))
    assert capture is not None
    assert (capture.payload_digest, capture.size) == ("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N", 5)


def test_no_answer_is_archived_and_gives_no_capture(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer()
    assert writer.write(make_exchange(response=b"", error="timed out")) is None
    path = writer.close()
    assert path is not None
    assert types(path) == ["warcinfo", "request", "metadata"]


def test_a_payload_written_before_becomes_a_revisit_of_the_first(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer()
    first = writer.write(make_exchange())
    again = [writer.write(make_exchange(url=f"http://news.example/{number}")) for number in range(2)]
    path = writer.close()
    assert first is not None
    assert path is not None
    assert [capture.kind for capture in again if capture] == ["revisit", "revisit"]
    with path.open("rb") as stream:
        revisits = [record.rec_headers for record in ArchiveIterator(stream) if record.rec_type == "revisit"]
    assert {headers["WARC-Refers-To"] for headers in revisits} == {first.record_id}


def test_no_revisit_refers_to_a_response_of_a_later_date(make_writer: Writer, make_exchange: Make) -> None:
    """As where of two answers at once the second came first, or the clock was put back; the earliest is referred to."""
    writer, now = make_writer(), make_exchange().started
    moments = [now, now - timedelta(seconds=1), now, now - timedelta(days=7)]
    captures = [writer.write(make_exchange(started=moment)) for moment in moments]
    assert [capture.kind for capture in captures if capture] == ["response", "response", "revisit", "response"]


@pytest.mark.parametrize(
    "changes",
    [
        {"truncated": "length"},
        {"response": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    ],
)
def test_cut_and_empty_payloads_are_no_revisits_and_no_originals(
    make_writer: Writer, make_exchange: Make, changes: dict[str, object]
) -> None:
    writer = make_writer()
    assert [getattr(writer.write(make_exchange(**changes)), "kind", None) for _ in range(2)] == ["response", "response"]
    assert getattr(writer.write(make_exchange()), "kind", None) == "response"


def test_originals_of_other_runs_are_looked_up_by_digest_and_size(make_writer: Writer, make_exchange: Make) -> None:
    asked: list[tuple[str, int]] = []
    original = Original("<urn:uuid:o>", "http://news.example/old", make_exchange().started, "sha1:O")

    def find(digest: str, size: int) -> Original:
        asked.append((digest, size))
        return original

    capture = make_writer(find_original=find).write(make_exchange())
    assert asked == [("sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N", 5)]
    assert capture is not None
    assert (capture.kind, capture.payload_digest, capture.status) == ("revisit", "sha1:O", 200)


def test_a_304_refers_to_the_last_response_of_its_url(make_writer: Writer, make_exchange: Make) -> None:
    original = Original("<urn:uuid:o>", "http://news.example/a", make_exchange().started, "sha1:O")
    not_modified = make_exchange(response=b"HTTP/1.1 304 Not Modified\r\n\r\n")
    capture = make_writer(find_unmodified={"http://news.example/a": original}.get).write(not_modified)
    assert capture is not None
    assert (capture.kind, capture.status, capture.payload_digest) == ("revisit", 304, "sha1:O")
    unknown = make_writer().write(not_modified)
    assert unknown is not None
    assert unknown.kind == "response", "a 304 of something that is not in the archive stands for itself"


def test_deduplication_can_be_turned_off(make_writer: Writer, make_exchange: Make) -> None:
    writer = make_writer(deduplicate=False)
    assert [getattr(writer.write(make_exchange()), "kind", None) for _ in range(2)] == ["response", "response"]


def test_writers_at_once_in_one_folder_never_collide(make_writer: Writer, make_exchange: Make, tmp_path: Path) -> None:
    def crawl(_: int) -> None:
        writer = make_writer(max_bytes=1500, deduplicate=False)
        for _ in range(10):
            writer.write(make_exchange())
        writer.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(crawl, range(8)))
    assert [path.suffix for path in tmp_path.iterdir() if path.suffix != ".gz"] == []
    assert sum(types(path).count("response") for path in tmp_path.iterdir()) == 80


def test_a_finished_file_of_the_same_name_is_never_overwritten(
    make_writer: Writer, make_exchange: Make, tmp_path: Path
) -> None:
    first, second = make_writer(), make_writer()
    first.write(make_exchange())
    path = first.close()
    assert path is not None
    before = path.read_bytes()
    second.write(make_exchange())
    second.close()
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


FULL_DISK = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from crawler.archive.exchange import Exchange
from crawler.archive.writer import ArchiveWriter
from crawler.errors import CaptureError
import os
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
writer = ArchiveWriter(Path(sys.argv[1]), "news", info={}, deduplicate=False)
written = 0
try:
    while True:
        response = b"HTTP/1.1 200 OK\\r\\n\\r\\n" + os.urandom(3000)
        writer.write(Exchange("http://a/", "GET", datetime.now(UTC), b"GET / HTTP/1.1\\r\\n\\r\\n", response))
        written += 1
except CaptureError as error:
    print(error)
try:
    writer.write(Exchange("http://a/", "GET", datetime.now(UTC), b"GET / HTTP/1.1\\r\\n\\r\\n", b""))
except CaptureError:
    print(written)
writer.close()
"""


def test_a_file_that_can_grow_no_more_is_cut_back_to_whole_captures(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=True)
    message, written = done.stdout.splitlines()
    [path] = tmp_path.iterdir()
    assert "File too large" in message
    assert str(path.name) in message
    assert int(written) > 2
    assert types(path).count("metadata") == types(path).count("response") == int(written)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB, where this process may mount one."""
    mount = tmp_path / "tiny"
    mount.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("needs the right to mount")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("needs the right to mount")
    yield mount
    subprocess.run(["umount", "-l", mount], check=True)


def test_a_full_disk_keeps_every_capture_written_before(tiny_disk: Path, make_exchange: Make) -> None:
    writer = ArchiveWriter(tiny_disk, "news", info={}, deduplicate=False)
    written: list[object] = []

    def fill() -> None:
        while True:
            written.append(writer.write(make_exchange(response=b"HTTP/1.1 200 OK\r\n\r\n" + os.urandom(3000))))

    with pytest.raises(CaptureError, match="No space left on device"):
        fill()
    writer.close()
    [path] = tiny_disk.iterdir()
    assert path.suffix == ".gz"
    assert types(path).count("metadata") == len(written) > 5


def test_a_folder_that_cannot_be_made_is_named(make_exchange: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CaptureError, match="file/warc: Not a directory"):
        ArchiveWriter(tmp_path / "file" / "warc", "news", info={}).write(make_exchange())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_named(make_exchange: Make, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CaptureError, match="Permission denied"):
        ArchiveWriter(tmp_path, "news", info={}).write(make_exchange())


def test_a_folder_deleted_under_the_writer_is_noticed(make_writer: Writer, make_exchange: Make, tmp_path: Path) -> None:
    writer = make_writer()
    writer.write(make_exchange())
    shutil.rmtree(tmp_path)
    with pytest.raises(CaptureError, match="deleted while it was written"):
        writer.write(make_exchange())
    with pytest.raises(CaptureError):
        writer.write(make_exchange())
    assert writer.close() is None
