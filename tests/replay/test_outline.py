"""What is known of WARCs before they have been read: which captures an address has, and when that is certain."""

from __future__ import annotations

import gzip
import random
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.index import update_index
from crawler.archive.keys import url_key
from crawler.replay import library as libraries
from crawler.replay import looking as lookings
from crawler.replay import outline as outlines
from crawler.replay import shelving
from crawler.replay.outlining import hashed, outline
from tests.replay.conftest import NOON, Recorder, members

Open = Callable[[Path], libraries.Library]
ADDRESSES = [f"https://a.org/{name}" for name in ("1", "old", "long", "form", "both", "inner.gz")]


@pytest.fixture
def looked_at(every_kind: Path, open_library: Open, monkeypatch: pytest.MonkeyPatch) -> libraries.Library:
    """The library of that WARC, looked through in small parts and not read."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    monkeypatch.setattr(outlines, "PART_BYTES", 700)
    monkeypatch.setattr(outlines, "FEW_BYTES", 0)
    library = open_library(every_kind.parent)
    library.look()
    return library


def columns(library: libraries.Library) -> list[tuple[Any, ...]]:
    """All that the index has, but for whether it is certain."""
    with library._cache.connection() as db:
        return db.execute(
            "SELECT key, time, url, kind, method, status, mime, digest, location, record_id, offset, length "
            "FROM captures ORDER BY offset"
        ).fetchall()


def test_what_is_asked_for_is_known_as_if_it_had_been_read(looked_at: libraries.Library) -> None:
    """Every capture of the address, also what a form sent, before a record has been read whole."""
    assert looked_at.known
    assert looked_at.progress.complete is False
    assert columns(looked_at) == []
    for address in ADDRESSES:
        assert looked_at.awaited(address, seconds=0)
    brought = columns(looked_at)
    assert len(brought) == 8
    looked_at.read_on()
    assert columns(looked_at) == brought


def test_what_is_not_there_is_known_before_the_archive_is_read(looked_at: libraries.Library) -> None:
    """Nobody waits for what no record has."""
    assert looked_at.find_awaited("https://a.org/never") is None
    assert looked_at.known


def test_pages_and_posts_can_be_read_before_the_archive_is(looked_at: libraries.Library) -> None:
    """The nearest capture, a revisit with its payload, and what a form was answered."""
    nearest = looked_at.find_awaited("https://a.org/1", NOON + timedelta(days=2))
    assert nearest
    assert (nearest.kind, nearest.date) == ("revisit", NOON + timedelta(days=1))
    assert looked_at.read(nearest).payload.data == b"one" * 5000
    form = "application/x-www-form-urlencoded"
    sent = looked_at.find_awaited("https://a.org/both", None, "POST", form, b"a=1")
    got = looked_at.find_awaited("https://a.org/both")
    assert sent
    assert got
    assert [looked_at.read(found).payload.data for found in (sent, got)] == [b"sent", b"got"]


def test_a_file_that_cannot_be_looked_through_is_read_first(
    every_kind: Path, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records packed together, or not at all, may hold a nearer capture: nothing is said before they were read."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    records = [gzip.decompress(member) for member in members(every_kind)]
    together = every_kind.with_name("a.warc.gz")
    together.write_bytes(gzip.compress(b"".join(records)))
    library = open_library(every_kind.parent)
    library.look()
    assert not library.known
    assert library.find_awaited("https://a.org/long", seconds=0) is None
    assert library._looking.in_order()[0] == "a.warc.gz"
    read: list[bool] = []
    monkeypatch.setattr(shelving, "drop_uncertain", lambda db, file: read.append(library.known))
    library.read_on()
    assert read == [False, True]


def test_without_processes_the_archive_is_read_as_ever(
    every_kind: Path, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that lets no process start has to wait for the reading, and does."""

    def refused(*args: object, **named: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    monkeypatch.setattr(outlines, "FEW_BYTES", 0)
    monkeypatch.setattr(subprocess, "Popen", refused)
    library = open_library(every_kind.parent)
    library.look()
    assert not library.known
    library.read_on()
    assert library.find_awaited("https://a.org/1") is not None


def test_a_process_that_dies_leaves_its_files_to_the_reading(
    every_kind: Path, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it was looking at is not taken for known."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    monkeypatch.setattr(outlines, "FEW_BYTES", 0)
    monkeypatch.setattr(outlines, "_PROGRAM", "raise SystemExit(1)")
    library = open_library(every_kind.parent)
    library.look()
    assert not library.known


def test_what_the_reading_does_not_find_is_dropped(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken record looks like a whole one until it is read."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    recorder.add("https://a.org/broken", bytes(range(256)) * 100)
    recorder.add("https://a.org/2", b"two")
    path = recorder.close()
    assert path is not None
    library = open_library(recorder.folder)
    library.look()
    library._shelving.bring(url_key("https://a.org/broken"))
    broken = library.find("https://a.org/broken")
    assert broken is not None
    data = bytearray(path.read_bytes())
    data[broken.offset + broken.length - 6] ^= 1
    path.write_bytes(data)
    library.read_on()
    assert library.find("https://a.org/broken") is None
    assert library.find("https://a.org/2") is not None


@pytest.mark.parametrize("in_front", [0, 100, 45_000], ids=["at once", "soon", "far"])
@pytest.mark.parametrize("forged", [1, 10], ids=["one", "many"])
def test_a_record_within_a_record_is_none(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch, in_front: int, forged: int
) -> None:
    """A site may serve a WARC in which another site says what it never did; nobody is shown that, at no time."""
    inner = Recorder(recorder.folder.parent / "inner")
    for number in range(forged):
        inner.add("https://victim.example/", b"forged" * 900, when=NOON + timedelta(days=number))
    packed = inner.close()
    assert packed is not None
    noise = random.Random(1).randbytes(in_front)
    recorder.add("https://victim.example/", b"true")
    recorder.add("https://hostile.example/", noise + packed.read_bytes(), "application/warc")
    recorder.add("https://victim.example/", b"true again", when=NOON + timedelta(days=1))
    outer = recorder.close()
    assert outer is not None
    records = members(outer)
    outer.write_bytes(b"".join(gzip.compress(gzip.decompress(member), 0) for member in records))
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    entries, _ = outline(str(outer), 0, outer.stat().st_size)
    assert entries.count(hashed(url_key("https://victim.example/"))) > 2
    library = open_library(recorder.folder)
    library.look()
    assert library.awaited("https://victim.example/", seconds=0)
    shown = library.captures("https://victim.example/")
    assert [library.read(one).payload.data for one in shown] == [b"true", b"true again"]
    library.read_on()
    assert [one.id for one in library.captures("https://victim.example/")] == [one.id for one in shown]


def test_what_was_read_meanwhile_is_not_made_uncertain_again(looked_at: libraries.Library) -> None:
    """Whoever asks while a file is read gets its rows as they were read."""
    looked_at.read_on()
    looked_at._looking.complete.clear()
    looked_at.awaited("https://a.org/1", seconds=0)
    with looked_at._cache.connection() as db:
        assert db.execute("SELECT count(*) FROM captures WHERE certain = 0").fetchone() == (0,)


def test_only_what_an_index_does_not_say_is_looked_through(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A WARC that grew since it was indexed, and one that never was; redirects that the index has lead somewhere."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    recorder.add("https://a.org/old", status="301 Moved", headers=b"Location: /1\r\n")
    update_index(recorder.folder)
    recorder.add("https://a.org/1", b"grown")
    unindexed = Recorder(recorder.folder)
    unindexed.add("https://a.org/2", b"never indexed")
    unindexed.close()
    library = open_library(recorder.folder)
    library.look()
    found = [library.find_awaited(f"https://a.org/{name}") for name in ("old", "1", "2")]
    assert [memento.redirects_to for memento in found if memento] == ["https://a.org/1", None, None]
    assert library.progress.complete is False


def test_what_an_index_says_is_waited_for_by_nobody(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a WARC that is indexed up to its end all captures are known before it has been read."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    recorder.add("https://a.org/1", b"indexed")
    recorder.close()
    update_index(recorder.folder)
    library = open_library(recorder.folder)
    library.look()
    assert library.progress.complete is False
    assert library.find_awaited("https://a.org/1", seconds=0)


def test_a_look_that_is_ended_before_it_begins_does_not_begin(
    every_kind: Path, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command had no use for it: it ends at once, and nothing is taken for known."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    monkeypatch.setattr(outlines, "FEW_BYTES", 0)
    monkeypatch.setattr(outlines, "_PROGRAM", "import sys, time; sys.stdin.buffer.read(1) and time.sleep(600)")
    library = open_library(every_kind.parent)
    library.end()
    library.look()
    assert not library.known


def test_a_look_ends_when_it_is_to(every_kind: Path, open_library: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C does not wait for processes that have much to do."""
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    monkeypatch.setattr(outlines, "FEW_BYTES", 0)
    monkeypatch.setattr(outlines, "_PROGRAM", "import sys; sys.stdin.read()")
    started = threading.Event()
    start = outlines.Outline.start
    monkeypatch.setattr(outlines.Outline, "start", lambda self: (start(self), started.set()))
    library = open_library(every_kind.parent)
    looking = threading.Thread(target=library.look)
    looking.start()
    assert started.wait(20)
    library.end()
    looking.join(20)
    assert not looking.is_alive()
