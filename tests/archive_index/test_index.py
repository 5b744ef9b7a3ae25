"""The index of a folder says what its WARCs hold, and costs only what is new."""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive import index as index_module
from crawler.archive import indexing, mergesort
from crawler.archive.cdxj import Entry, entries, parse_line
from crawler.archive.index import update_index, write_index
from crawler.archive.layout import index_path, index_state_path
from crawler.errors import ArchiveError

Crawl = Callable[..., Path]


def _pages(numbers: range) -> dict[str, bytes]:
    return {f"http://a/{n % 7}/{n}": b"page %d" % n for n in numbers}


def _expected(*warcs: Path) -> bytes:
    """What the index must be: every line of every file, sorted."""
    return b"".join(sorted({e.line() for warc in warcs for e in entries(warc) if isinstance(e, Entry)}))


def test_index_has_the_lines_of_all_files_in_order_of_their_bytes(tmp_path: Path, crawl: Crawl) -> None:
    warcs = [crawl(tmp_path, _pages(range(at, at + 9))) for at in (0, 5, 9)]
    report = update_index(tmp_path)
    assert report.lines == 27
    assert report.read == sorted(warc.name for warc in warcs)
    assert index_path(tmp_path).read_bytes() == _expected(*warcs)


def test_nothing_new_means_nothing_to_do(tmp_path: Path, crawl: Crawl) -> None:
    crawl(tmp_path, _pages(range(3)))
    update_index(tmp_path)
    before = index_path(tmp_path).stat()
    report = update_index(tmp_path)
    assert (report.read, report.unchanged, report.lines) == ([], 1, None)
    assert index_path(tmp_path).stat().st_ino == before.st_ino


def test_only_what_is_new_is_read(tmp_path: Path, crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file is read whole; one that grew, from where it was indexed to."""
    old = crawl(tmp_path, _pages(range(3)))
    update_index(tmp_path)
    new = crawl(tmp_path, _pages(range(3, 5)))
    begins: dict[Path, int] = {}
    index_files = index_module.index_files
    monkeypatch.setattr(
        index_module, "index_files", lambda files, *rest: begins.update(files) or index_files(files, *rest)
    )
    assert update_index(tmp_path).read == [new.name]
    assert begins == {new: 0}
    assert index_path(tmp_path).read_bytes() == _expected(old, new)


def test_a_growing_file_is_followed_until_it_is_closed(tmp_path: Path, crawl: Crawl) -> None:
    """At every length, also within a record, the index has what is whole; the final name is used from the start."""
    whole = crawl(tmp_path / "whole", _pages(range(4)))
    raw = whole.read_bytes()
    folder = tmp_path / "growing"
    folder.mkdir()
    growing = folder / (whole.name + ".open")
    ends = [e.offset for e in entries(whole) if isinstance(e, Entry)]
    for size in (0, 5, ends[1] - 1, ends[1], ends[1] + 1, ends[2], ends[3] + 9, len(raw)):
        growing.write_bytes(raw[:size])
        update_index(folder)
        assert index_path(folder).read_bytes() == _expected(growing)
    growing.rename(folder / whole.name)
    update_index(folder)
    assert index_path(folder).read_bytes() == _expected(whole)


def test_a_post_that_comes_after_its_response_was_indexed_still_gets_its_key(
    tmp_path: Path,
    make_warc: Callable[..., Path],
    make_record: Callable[..., bytes],
    response: Callable[..., bytes],
) -> None:
    page = make_record("response", "http://a/", response(b"ok"), WARC_Record_ID="<urn:1>")
    post = make_record("request", "http://a/", b"PUT / HTTP/1.1\r\n\r\n", WARC_Concurrent_To="<urn:1>")
    make_warc("a.warc.gz.open", [page])
    update_index(tmp_path)
    make_warc("a.warc.gz.open", [page, post])
    update_index(tmp_path)
    assert [parse_line(line).key for line in index_path(tmp_path).read_bytes().splitlines()] == ["a)/?__wb_method=put"]


def test_a_file_that_was_removed_leaves_the_index(tmp_path: Path, crawl: Crawl) -> None:
    gone, kept = crawl(tmp_path, _pages(range(3))), crawl(tmp_path, _pages(range(3, 6)))
    update_index(tmp_path)
    gone.unlink()
    update_index(tmp_path)
    assert index_path(tmp_path).read_bytes() == _expected(kept)


def test_a_file_that_was_replaced_is_read_again(tmp_path: Path, crawl: Crawl) -> None:
    first, other = crawl(tmp_path, _pages(range(3))), crawl(tmp_path / "b", _pages(range(10, 19)))
    update_index(tmp_path)
    other.rename(first)
    update_index(tmp_path)
    assert index_path(tmp_path).read_bytes() == _expected(first)


def test_an_index_ahead_of_its_state_is_put_right(tmp_path: Path, crawl: Crawl) -> None:
    """As it is after a kill between the two renames: lines of the second run are there, and known to nobody."""
    first = crawl(tmp_path, _pages(range(3)))
    update_index(tmp_path)
    state = index_state_path(tmp_path).read_bytes()
    second = crawl(tmp_path, _pages(range(3, 6)))
    update_index(tmp_path)
    index_state_path(tmp_path).write_bytes(state)
    update_index(tmp_path)
    assert index_path(tmp_path).read_bytes() == _expected(first, second)


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"version": 1, "files": {"a": {}}}', b'{"version": 0, "files": {}}'])
def test_a_state_that_cannot_be_used_makes_the_index_anew(damage: bytes, tmp_path: Path, crawl: Crawl) -> None:
    warc = crawl(tmp_path, _pages(range(3)))
    update_index(tmp_path)
    index_state_path(tmp_path).write_bytes(damage)
    index_path(tmp_path).write_bytes(b"no index at all\n")
    update_index(tmp_path)
    assert index_path(tmp_path).read_bytes() == _expected(warc)
    assert json.loads(index_state_path(tmp_path).read_bytes())["files"].keys() == {warc.name}


def test_files_below_the_folder_have_indexes_of_their_own(tmp_path: Path, crawl: Crawl) -> None:
    crawl(tmp_path / "below", _pages(range(3)))
    assert update_index(tmp_path).lines is None


def test_temporary_files_are_removed_also_those_of_a_killed_run(tmp_path: Path, crawl: Crawl) -> None:
    crawl(tmp_path, _pages(range(3)))
    (tmp_path / ".index-killed").mkdir()
    (tmp_path / ".index-killed" / "run").write_bytes(b"x")
    update_index(tmp_path)
    assert {path.name for path in tmp_path.iterdir() if ".warc" not in path.name} == {"index.cdxj", "index.json"}


def test_a_second_indexer_of_the_folder_is_told_to_wait(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(ArchiveError, match="Another process is indexing"):
        update_index(tmp_path)
    os.close(descriptor)


def test_a_full_disk_leaves_the_index_as_it_was(tmp_path: Path, crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    warc = crawl(tmp_path, _pages(range(3)))
    update_index(tmp_path)
    crawl(tmp_path, _pages(range(3, 6)))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(index_module, "_write", full)
    with pytest.raises(ArchiveError, match=r"No space left on device.*--output"):
        update_index(tmp_path)
    assert index_path(tmp_path).read_bytes() == _expected(warc)
    assert not list(tmp_path.glob(".index-*"))


def test_an_unreadable_file_is_named_and_the_others_are_indexed(tmp_path: Path, crawl: Crawl) -> None:
    warc = crawl(tmp_path, _pages(range(3)))
    (tmp_path / "bad.warc.gz").symlink_to(tmp_path / "loop.warc.gz")
    (tmp_path / "empty.warc.gz").touch()
    (tmp_path / "none.warc.gz").write_bytes(b"<html>404</html>")
    report = update_index(tmp_path)
    assert [damage.path.name for damage in report.damages] == ["none.warc.gz"]
    assert index_path(tmp_path).read_bytes() == _expected(warc)


def test_parts_of_a_file_make_the_same_lines_as_the_whole(
    tmp_path: Path, crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However a file is divided: gzip members, and plain records."""
    monkeypatch.setattr(indexing, "PART_BYTES", 1000)
    warc = crawl(tmp_path, _pages(range(50)))
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(warc.read_bytes()))
    assert len(indexing.divide(warc, 0, 2)) > 20
    out = io.BytesIO()
    write_index([warc, plain], out, processes=2)
    assert out.getvalue() == _expected(warc, plain)


def test_a_page_that_holds_a_warc_does_not_mislead_a_part(
    tmp_path: Path,
    crawl: Crawl,
    make_record: Callable[..., bytes],
    response: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A downloaded WARC looks like records, where it is stored as it is; only the true records are indexed."""
    monkeypatch.setattr(indexing, "PART_BYTES", 2000)
    inner = crawl(tmp_path / "inner", {f"http://forged/{n}": random.Random(n).randbytes(400) for n in range(30)})
    pages = {"http://a/1": b"x", "http://a/download": inner.read_bytes(), "http://a/2": b"y"}
    warc = tmp_path / "a.warc.gz"
    with warc.open("wb") as file:
        for url, body in pages.items():
            file.write(gzip.compress(make_record("response", url, response(body)), 0))
    assert inner.read_bytes() in warc.read_bytes()
    out = io.BytesIO()
    write_index([warc], out, processes=2)
    assert {parse_line(line).fields["url"] for line in out.getvalue().splitlines()} == pages.keys()


def test_posts_at_the_edge_of_a_part_keep_their_keys(
    tmp_path: Path,
    make_warc: Callable[..., Path],
    make_record: Callable[..., bytes],
    response: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever the edge falls between a response and its request, in either order."""
    monkeypatch.setattr(indexing, "PART_BYTES", 150)
    records = []
    for n in range(40):
        ids = [f"<urn:{n}:1>", f"<urn:{n}:2>"]
        page = ("response", response(b"x"))
        post = ("request", b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n%02d" % n)
        for (kind, block), own, other in zip((page, post) if n % 2 else (post, page), ids, (None, ids[0]), strict=True):
            records.append(make_record(kind, f"http://a/{n}", block, WARC_Record_ID=own, WARC_Concurrent_To=other))
    warc = make_warc("a.warc.gz", records)
    out = io.BytesIO()
    write_index([warc], out, processes=2)
    assert out.getvalue() == _expected(warc)
    assert all(b'"method": "POST"' in line for line in out.getvalue().splitlines())


def test_more_runs_than_files_can_be_open_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mergesort, "RUN_BYTES", 10)
    monkeypatch.setattr(mergesort, "_OPEN_AT_ONCE", 3)
    lines = [b"%04d\n" % (n * 7 % 101) for n in range(300)]
    writer = mergesort.RunWriter(tmp_path)
    for line in lines:
        writer.add(line)
    writer.flush()
    assert len(writer.runs) > 9
    assert list(mergesort.merge(writer.runs, tmp_path, [b"0050\n", b"9999\n"])) == sorted({*lines, b"9999\n"})
