"""Who waits for what while an archive is looked through and read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.replay import library as libraries
from crawler.replay import shelving
from crawler.replay.looking import LookingProgress
from crawler.replay.mementos import format_stamp
from crawler.replay.shelving import Progress
from tests.replay.conftest import NOON, Recorder, Served

Open = Callable[[Path], libraries.Library]


def test_small_files_that_nothing_is_known_of_are_waited_for(recorder: Recorder, open_library: Open) -> None:
    """They are not looked through, since they are read as quickly; then all is known."""
    recorder.add("https://a.org/1", b"unknown")
    recorder.close()
    library = open_library(recorder.folder)
    library.look()
    assert not library.known
    library.read_on()
    assert library.find_awaited("https://a.org/1", seconds=0)


def test_a_page_is_waited_for_until_it_is_certain_which_it_is(recorder: Recorder, open_library: Open) -> None:
    """A capture that is known already is no answer while a nearer one may come."""
    recorder.add("https://a.org/1", b"one")
    open_library(recorder.folder).refresh()
    recorder.add("https://a.org/1", b"two", when=NOON + timedelta(days=1))
    library = open_library(recorder.folder)
    found: list[Any] = []
    asking = threading.Thread(target=lambda: found.append(library.find_awaited("https://a.org/1")))
    asking.start()
    assert library.find("https://a.org/1") is not None
    library.refresh()
    asking.join(20)
    assert [memento.date for memento in found] == [NOON + timedelta(days=1)]


def test_a_capture_of_the_very_moment_needs_no_waiting(recorder: Recorder, open_library: Open) -> None:
    """Nothing can be nearer; a part of a page takes what there is after a while."""
    recorder.add("https://a.org/1", b"one")
    open_library(recorder.folder).refresh()
    library = open_library(recorder.folder)
    exact = library.find_awaited("https://a.org/1", NOON, seconds=0)
    assert exact
    assert exact.stamp == format_stamp(NOON)
    assert library.find_awaited("https://a.org/1", NOON + timedelta(days=1), seconds=0) is None


def test_a_part_of_a_page_takes_what_there_is_after_a_while(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not stay without its style sheet because there may be a nearer one."""
    monkeypatch.setattr(libraries, "PART_SECONDS", 0)
    recorder.add("https://a.org/1", b"one")
    open_library(recorder.folder).refresh()
    assert open_library(recorder.folder).find_soon("https://a.org/1", NOON + timedelta(days=1)) is not None


def test_while_the_archive_is_read_a_missing_page_looks_again(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not said to be missing before that is known: 503 and a page that comes again, then 404."""
    monkeypatch.setattr(libraries.Library.awaited, "__defaults__", (0,))
    monkeypatch.setattr(libraries.Library.settled, "__defaults__", (0,))
    monkeypatch.setattr(libraries.Library.find_awaited, "__kwdefaults__", {"seconds": 0})
    recorder.add("https://a.org/1", b"one")
    recorder.close()
    served = Served(recorder.folder, tmp_path / "cache")
    asked = ("/web/2016/https://a.org/1", "/web/https://a.org/1", "/timemap/link/https://a.org/1", "/cdx?url=a.org/*")
    try:
        assert [served.get(path, content=True)[0] for path in asked] == [302, 302, 200, 200]
        status, _, page = served.get("/web/2017/https://a.org/2", content=True)
        assert (status, "looks again" in page) == (404, False)
        monkeypatch.setattr(libraries.Library, "progress", Progress(30, 100, complete=False))
        monkeypatch.setattr(shelving.Shelving, "known", False)
        assert [served.get(path, content=True)[0] for path in asked] == [503, 503, 503, 503]
        status, _, page = served.get("/web/2016/https://a.org/1", content=True)
        assert "still being read: 30 %" in page
        assert "/view/20170712120000/https://a.org/1" in page
        assert "The archive is being read" in served.get("/")[2]
        monkeypatch.setattr(libraries.Library, "progress", Progress(0, 100, False, LookingProgress(40, 80)))
        assert "The archive is being looked through: 40 B of 80 B" in served.get("/")[2]
    finally:
        served.replay.stop()
