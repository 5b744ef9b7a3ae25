"""Files that a killed crawl left open are closed with every capture that was reported, and nothing half."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crawler.archive.exchange import Exchange
from crawler.archive.reader import Damage, Record, iterate
from crawler.archive.recovery import recover
from crawler.archive.writer import ArchiveWriter
from crawler.errors import ArchiveError

Writer = Callable[..., ArchiveWriter]
Make = Callable[..., Exchange]
ROOT = Path(__file__).parents[2]
GROUP = ["response", "request", "metadata"]


@pytest.fixture
def whole(make_writer: Writer, make_exchange: Make) -> bytes:
    """A file of two captures."""
    writer = make_writer(deduplicate=False)
    writer.write(make_exchange())
    writer.write(make_exchange(url="http://news.example/b"))
    path = writer.close()
    assert path is not None
    data = path.read_bytes()
    path.unlink()
    return data


@pytest.fixture
def stale(tmp_path: Path) -> Callable[[bytes], Path]:
    """A file of the bytes given, as a killed process leaves it."""

    def leave(data: bytes) -> Path:
        path = tmp_path / "news-20261122T101500Z-00000-host-1.warc.gz.open"
        path.write_bytes(data)
        return path

    return leave


def types(path: Path) -> list[str]:
    return [item.type if isinstance(item, Record) else str(item) for item in iterate(path)]


def offsets(data: bytes, stale: Callable[[bytes], Path]) -> list[int]:
    """Where each record of a file begins, and where the file ends."""
    path = stale(data)
    found = [item.offset for item in iterate(path)] + [len(data)]
    path.unlink()
    return found


def test_a_file_cut_at_any_byte_keeps_its_whole_captures(whole: bytes, stale: Callable[[bytes], Path]) -> None:
    starts = offsets(whole, stale)
    first, second = starts[4], starts[7]
    for cut in range(0, len(whole) + 1, 37):
        path = stale(whole[:cut])
        [recovered] = recover(path.parent)
        captures = (cut >= first) + (cut >= second)
        if not captures:
            assert (recovered.path, recovered.cut, list(path.parent.iterdir())) == (None, cut, [])
            continue
        assert recovered.path is not None
        assert types(recovered.path) == ["warcinfo", *GROUP * captures]
        assert recovered.cut == cut - starts[1 + 3 * captures]
        recovered.path.unlink()


def test_a_whole_file_is_only_renamed(whole: bytes, stale: Callable[[bytes], Path]) -> None:
    path = stale(whole)
    [recovered] = recover(path.parent)
    assert (recovered.path, recovered.stale, recovered.cut) == (path.with_suffix(""), path, 0)
    assert path.with_suffix("").read_bytes() == whole
    assert not path.exists()


@pytest.mark.parametrize("rubbish", [b"\0" * 4096, b"\x1f\x8b\x08garbage", b"text"])
def test_rubbish_at_the_end_is_cut(whole: bytes, stale: Callable[[bytes], Path], rubbish: bytes) -> None:
    [recovered] = recover(stale(whole + rubbish).parent)
    assert recovered.path is not None
    assert (recovered.path.read_bytes(), recovered.cut, recovered.damages) == (whole, len(rubbish), ())


def test_damage_in_the_middle_is_reported_and_what_follows_is_kept(
    whole: bytes, stale: Callable[[bytes], Path]
) -> None:
    starts = offsets(whole, stale)
    hurt = bytearray(whole)
    hurt[starts[2] - 6] ^= 0xFF  # the checksum of the first response
    [recovered] = recover(stale(bytes(hurt)).parent)
    assert [damage.offset for damage in recovered.damages] == [starts[1]]
    assert recovered.path is not None
    assert recovered.path.read_bytes() == bytes(hurt)


def test_a_file_that_is_being_written_is_left_alone(make_writer: Writer, make_exchange: Make, tmp_path: Path) -> None:
    writer = make_writer()
    writer.write(make_exchange())
    assert recover(tmp_path) == []
    writer.write(make_exchange(url="http://news.example/b"))
    path = writer.close()
    assert path is not None
    assert types(path).count("metadata") == 2


def test_recovery_and_writers_at_once_do_not_harm_each_other(
    make_writer: Writer, make_exchange: Make, tmp_path: Path
) -> None:
    done = threading.Event()

    def crawl(_: int) -> None:
        writer = make_writer(max_bytes=1, deduplicate=False)
        for _ in range(15):
            writer.write(make_exchange())

    def keep_recovering() -> None:
        while not done.is_set():
            recover(tmp_path)

    with ThreadPoolExecutor(6) as pool:
        recovering = [pool.submit(keep_recovering) for _ in range(2)]
        list(pool.map(crawl, range(4)))
        done.set()
        [future.result() for future in recovering]
    assert sum(types(path).count("metadata") for path in tmp_path.iterdir() if path.suffix == ".gz") == 60
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".gz"] == []


def test_stale_files_of_all_sources_below_a_folder_are_closed(whole: bytes, tmp_path: Path) -> None:
    for source in ("one", "two"):
        folder = tmp_path / source / "warc"
        folder.mkdir(parents=True)
        (folder / f"{source}.warc.gz.open").write_bytes(whole[:-1])
    assert [recovered.path for recovered in recover(tmp_path)] == [
        tmp_path / "one" / "warc" / "one.warc.gz",
        tmp_path / "two" / "warc" / "two.warc.gz",
    ]


def test_an_archive_that_is_not_there_yet_needs_no_recovery(tmp_path: Path) -> None:
    assert recover(tmp_path / "none") == []


def test_a_file_is_never_put_over_another(whole: bytes, stale: Callable[[bytes], Path]) -> None:
    path = stale(whole)
    path.with_suffix("").write_bytes(b"other")
    with pytest.raises(ArchiveError, match="there already is a news-"):
        recover(path.parent)
    assert path.with_suffix("").read_bytes() == b"other"


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from crawler.archive.exchange import Exchange
from crawler.archive.writer import ArchiveWriter
writer = ArchiveWriter(Path(sys.argv[1]), "news", info={}, max_bytes=200_000)
while True:
    response = b"HTTP/1.1 200 OK\\r\\n\\r\\n" + os.urandom(20_000)
    capture = writer.write(Exchange("http://a/", "GET", datetime.now(UTC), b"GET / HTTP/1.1\\r\\n\\r\\n", response))
    print(capture.warc, capture.offset, capture.record_id, flush=True)
"""


@pytest.mark.parametrize("captures", [1, 9, 30])
def test_kill_9_loses_nothing_that_was_reported(tmp_path: Path, captures: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        reported = [process.stdout.readline() for _ in range(captures)]
        process.send_signal(signal.SIGKILL)
        reported += process.stdout.readlines()
    recover(tmp_path)
    found: set[str] = set()
    for path in tmp_path.iterdir():
        assert path.suffix == ".gz"
        items = list(iterate(path))
        assert not any(isinstance(item, Damage) or item.problems for item in items)
        assert len(items) % 3 == 1
        found |= {f"{path.name} {item.offset} {item.id}\n" for item in items if isinstance(item, Record)}
    assert set(reported) <= found


def test_recovery_does_not_hold_files_in_memory(tmp_path: Path) -> None:
    """A record of 64 MiB is recovered by a process that may not have that much."""
    block = b"HTTP/1.1 200 OK\r\n\r\n" + b"\0" * (64 << 20)
    head = b"WARC/1.1\r\nWARC-Type: %s\r\nContent-Length: %d\r\n\r\n"
    members = [gzip.compress(head % (kind, len(data)) + data + b"\r\n\r\n", 1) for kind, data in (
        (b"response", block), (b"metadata", b""))]  # fmt: skip
    (tmp_path / "x.warc.gz.open").write_bytes(b"".join(members))
    program = (
        "import sys, resource; from pathlib import Path; from crawler.archive.recovery import recover\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; recover(Path(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20_000, "KiB"
    assert (tmp_path / "x.warc.gz").exists()
