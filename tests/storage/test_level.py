"""The catalogue is brought level with whatever the WARCs' folder holds, or the user is told what is in the way."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.archive.exchange import Exchange, Via
from crawler.archive.layout import catalogue_path, half_written_folder, warc_folder
from crawler.archive.writer import ArchiveWriter
from crawler.errors import ArchiveError
from crawler.items import Article
from crawler.storage import level, texts
from crawler.storage.catalogue import Catalogue
from crawler.storage.level import bring_level
from tests.storage.conftest import MORNING

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nhello"


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """What a killed crawl left: one whole capture and half of another."""
    writer = ArchiveWriter(warc_folder(tmp_path, "gazette"), "gazette", info={"software": "x"})
    writer.write(Exchange("http://a/", "GET", MORNING, b"GET / HTTP/1.1\r\n\r\n", ANSWER), Via("article"))
    path = writer.close()
    assert path is not None
    left = path.with_name(path.name + ".open")
    path.rename(left)
    left.write_bytes(left.read_bytes() + b"\x1f\x8b\x08 half a capture")
    return left


def brought(archives: Path) -> list[str]:
    catalogue = Catalogue(catalogue_path(archives))
    try:
        return bring_level(archives, "gazette", catalogue)
    finally:
        catalogue.close()


def test_what_was_mended_is_said(stale: Path, tmp_path: Path) -> None:
    (said,) = brought(tmp_path)
    assert said.endswith(
        "left open by a crawl that was killed; closed, 18 bytes of a capture that was not whole cut off"
    )
    assert brought(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a folder", lambda path: path.mkdir()),
        ("a link to nowhere", lambda path: path.symlink_to("nowhere")),
        ("a pipe", os.mkfifo),
        ("nothing", lambda path: path.write_bytes(b"")),
    ],
)
def test_what_is_no_warc_is_no_hindrance(
    name: str, make: Callable[[Path], object], stale: Path, tmp_path: Path
) -> None:
    make(stale.with_name("other.warc.gz"))
    assert len(brought(tmp_path)) == 1


@pytest.mark.parametrize("function", ["ftruncate", "fsync", "rename"])
def test_a_disk_that_is_full_is_named_and_a_later_crawl_mends_it(
    function: str, stale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, function, full)
        with pytest.raises(ArchiveError, match=r"Cannot close .*open, .*No space left on device"):
            brought(tmp_path)
    assert len(brought(tmp_path)) == 1


def test_a_file_that_may_not_be_read_is_named(stale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(level, "read_captures", refused)
    with pytest.raises(ArchiveError, match=r"level with .*\.warc\.gz: Permission denied\. Give access"):
        brought(tmp_path)


def test_halves_of_processes_that_are_gone_are_removed_and_no_others(
    tmp_path: Path, make_article: Callable[..., Article]
) -> None:
    article = texts.place(make_article(), tmp_path)
    texts.store(article, tmp_path)
    folder, host = half_written_folder(tmp_path, "gazette"), socket.gethostname().split(".")[0]
    gone, alive, elsewhere = (
        folder / f".a.txt.{name}.tmp" for name in (f"{host}-999999999", f"{host}-{os.getpid()}", f"not{host}-1")
    )
    for half in (gone, alive, elsewhere):
        half.write_bytes(b"half")
    brought(tmp_path)
    assert set(folder.iterdir()) == {alive, elsewhere}
    os.utime(elsewhere, (0, 0))
    brought(tmp_path)
    assert set(folder.iterdir()) == {alive}
