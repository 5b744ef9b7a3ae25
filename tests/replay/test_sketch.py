"""What a large WARC seems to hold, before it has been read."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.reader import iterate
from crawler.replay import library as libraries
from crawler.replay import shelving, sketch
from crawler.replay.shelving import Progress
from tests.replay.conftest import Recorder, Served

Open = Callable[[Path], libraries.Library]
Filled = Callable[[], libraries.Library]


@pytest.fixture
def filled_library(recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch) -> libraries.Library:
    """An archive of every kind of capture, looked through and not read."""
    monkeypatch.setattr(shelving, "SKETCHED_FROM", 0)
    monkeypatch.setattr(sketch, "PIECE", 1000)
    recorder.add("https://a.org/1", b"one" * 5000)
    recorder.add("https://a.org/1", b"one" * 5000)
    recorder.add("https://a.org/old", status="301 Moved", headers=b"Location: /1\r\n")
    recorder.add("https://a.org/long", b"long", headers=b"X-Long: " + b"abc" * 1000 + b"\r\n")
    recorder.add("https://a.org/form", b"sent", method="POST", sent=b"a=1")
    recorder.add("https://a.org/inner.gz", gzip.compress(b"nothing of the kind"), "application/gzip")
    recorder.close()
    library = open_library(recorder.folder)
    library.look()
    return library


def columns(library: libraries.Library) -> list[tuple[Any, ...]]:
    """All that the index has, but for whether it is certain."""
    with library._cache.connection() as db:
        return db.execute(
            "SELECT key, time, url, kind, method, status, mime, digest, location, record_id, offset, length "
            "FROM captures ORDER BY offset"
        ).fetchall()


def test_the_look_finds_what_the_reading_finds(filled_library: libraries.Library) -> None:
    """Every capture with all that is known of it, before a record has been read whole."""
    looked = columns(filled_library)
    assert len(looked) == 6
    assert filled_library.progress.complete is False
    filled_library.read_on()
    assert columns(filled_library) == looked


def test_what_was_found_by_the_look_can_be_read(filled_library: libraries.Library) -> None:
    """Pages, revisits, redirects and what forms sent are served at once."""
    found = filled_library.find("https://a.org/form", None, "POST", "application/x-www-form-urlencoded", b"a=1")
    assert found is not None
    assert filled_library.read(found).payload.data == b"sent"
    first, again = filled_library.captures("https://a.org/1")
    assert [first.kind, again.kind] == ["response", "revisit"]
    assert filled_library.read(again).payload.data == b"one" * 5000


def test_what_the_reading_does_not_find_is_dropped(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A WARC in a record looks like records of its own until it is read; a broken record, like a whole one."""
    inner = Recorder(recorder.folder.parent / "inner")
    inner.add("https://inner.example/", b"never seen")
    packed = inner.close()
    assert packed is not None
    monkeypatch.setattr(shelving, "SKETCHED_FROM", 0)
    recorder.add("https://a.org/collection.warc.gz", packed.read_bytes(), "application/warc")
    recorder.add("https://a.org/broken", bytes(range(256)) * 100)
    recorder.add("https://a.org/2", b"two")
    outer = recorder.close()
    assert outer is not None
    stored = [outer.read_bytes()[item.offset : item.offset + item.length] for item in iterate(outer)]
    outer.write_bytes(b"".join(gzip.compress(gzip.decompress(member), 0) for member in stored))
    library = open_library(recorder.folder)
    library.look()
    broken = library.find("https://a.org/broken")
    assert library.find("https://inner.example/") is not None
    assert broken is not None
    data = bytearray(outer.read_bytes())
    data[broken.offset + broken.length - 40] ^= 1
    outer.write_bytes(data)
    library.read_on()
    assert library.find("https://inner.example/") is None
    assert library.find("https://a.org/broken") is None
    assert library.find("https://a.org/2") is not None


@pytest.mark.parametrize("content", [b"", b"WARC/1.1\r\n", b"\x1f\x8b\x08nothing", gzip.compress(b"no WARC", mtime=0)])
def test_of_anything_else_the_look_finds_nothing(tmp_path: Path, content: bytes) -> None:
    """Plain and foreign files are left to the reading."""
    path = tmp_path / "odd.warc.gz"
    path.write_bytes(content)
    assert list(sketch.sketch(path)) == []


def test_a_page_that_is_asked_for_early_comes_as_soon_as_it_is_found(recorder: Recorder, open_library: Open) -> None:
    """Whoever asks waits for the capture, not for the end of the reading."""
    recorder.add("https://a.org/1", b"one")
    recorder.close()
    library = open_library(recorder.folder)
    found: list[Any] = []
    asking = threading.Thread(target=lambda: found.append(library.find_awaited("https://a.org/1")))
    asking.start()
    library.refresh()
    asking.join(20)
    assert [memento.url for memento in found] == ["https://a.org/1"]
    assert library.find_awaited("https://a.org/never") is None


def test_while_the_archive_is_read_a_missing_page_looks_again(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not said to be missing before that is known: 503 and a page that comes again, then 404."""
    monkeypatch.setattr(libraries.Library.find_awaited, "__kwdefaults__", {"seconds": 0})
    recorder.add("https://a.org/1", b"one")
    recorder.close()
    served = Served(recorder.folder, tmp_path / "cache")
    try:
        status, _, page = served.get("/web/2017/https://a.org/2", content=True)
        assert (status, "looks again" in page) == (404, False)
        monkeypatch.setattr(libraries.Library, "progress", Progress(30, 100, complete=False))
        status, _, page = served.get("/web/2017/https://a.org/2", content=True)
        assert (status, "still being read: 30 %" in page) == (503, True)
        assert "The archive is being read" in served.get("/")[2]
    finally:
        served.replay.stop()
