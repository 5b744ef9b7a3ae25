"""What is known of WARCs that were not read: kept for the next start, and dropped with what it was about."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive.index import update_index
from crawler.archive.layout import index_path
from crawler.errors import ArchiveError
from crawler.replay import looking as lookings
from crawler.replay import outline as outlines
from crawler.replay.files import Looked
from crawler.replay.library import Library
from crawler.replay.looking import gaps
from crawler.replay.outline import Unread
from tests.replay.conftest import NOON, Recorder

Open = Callable[[Path], Library]


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookings, "LOOKED_THROUGH_FROM", 0)
    monkeypatch.setattr(outlines, "PART_BYTES", 700)
    monkeypatch.setattr(outlines, "FEW_BYTES", 0)


@pytest.fixture
def looked_parts(monkeypatch: pytest.MonkeyPatch) -> list[Unread]:
    """The parts that processes are asked to look through."""
    asked: list[Unread] = []
    keep = lookings.Looking._keep
    monkeypatch.setattr(
        lookings.Looking, "_keep", lambda self, part, *rest: (asked.append(part), keep(self, part, *rest))
    )
    return asked


def looked(open_library: Open, root: Path) -> Library:
    """The library of a replay that ended before it had read anything."""
    library = open_library(root)
    library.look()
    return library


def recorded(recorder: Recorder, *addresses: str) -> Path:
    for address in addresses:
        recorder.add(address, address.encode() * 100)
    path = recorder.close()
    assert path
    return path


def test_what_was_looked_through_is_known_at_the_next_start(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process is started for it, and what was asked for is found as before."""
    recorded(recorder, "https://a.org/1", "https://a.org/2")
    looked(open_library, recorder.folder)
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **named: pytest.fail("looked through twice"))
    again = looked(open_library, recorder.folder)
    assert again.progress.complete is False
    assert again.known
    for url in ("https://a.org/1", "https://a.org/2"):
        found = again.find_awaited(url, seconds=0)
        assert found
        assert again.read(found).payload.data == url.encode() * 100
    again.read_on()
    with again._cache.connection() as db:
        assert db.execute("SELECT count(*) FROM looked").fetchone() == (0,)


def test_a_look_that_was_killed_goes_on_where_it_was(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch, looked_parts: list[Unread]
) -> None:
    """Parts that are known are not looked through again."""
    recorded(recorder, "https://a.org/1", "https://a.org/2")
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    program = "import sys\nfrom crawler.replay import outlining as o\nfor n in 1, 2: {}"
    once = "s, e, n = o.ASKED.unpack(sys.stdin.buffer.read(20)); d, c = o.outline(sys.stdin.buffer.read(n), s, e); "
    once += "sys.stdout.buffer.write(o.HEAD.pack(len(d) // o.ENTRY.size, c) + d); sys.stdout.flush()"
    with monkeypatch.context() as patched:
        patched.setattr(outlines, "_PROGRAM", program.format(once))
        assert not looked(open_library, recorder.folder).known
    assert [part.start for part in looked_parts] == [0, 700]
    assert looked(open_library, recorder.folder).known
    starts = [part.start for part in looked_parts]
    assert starts == sorted(set(starts))
    assert len(starts) > 2


def test_a_process_has_its_next_part_before_it_answers(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch, looked_parts: list[Unread]
) -> None:
    """It does not wait for this one, which may be loading modules."""
    size = recorded(recorder, "https://a.org/1", "https://a.org/2").stat().st_size
    monkeypatch.setattr(outlines, "PART_BYTES", size // 2 + 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    program = "import sys\nfrom crawler.replay import outlining as o\nread = sys.stdin.buffer.read\nasked = []\n"
    program += "for _ in 1, 2: s, e, n = o.ASKED.unpack(read(20)); asked.append((read(n), s, e))\n"
    program += "for a in asked: d, c = o.outline(*a); h = o.HEAD.pack(len(d) // o.ENTRY.size, c); "
    program += "sys.stdout.buffer.write(h + d); sys.stdout.flush()"
    monkeypatch.setattr(outlines, "_PROGRAM", program)
    assert looked(open_library, recorder.folder).known
    assert len(looked_parts) == 2


def test_of_a_warc_that_grew_only_what_is_new_is_looked_through(
    recorder: Recorder, open_library: Open, looked_parts: list[Unread]
) -> None:
    """And the part that ended where the file did: its last record may have been a half one."""
    recorder.add("https://a.org/1", b"one" * 500)
    recorder.add("https://a.org/2", b"two")
    (path,) = recorder.folder.glob("*.open")
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    looked(open_library, recorder.folder)
    before = [part.start for part in looked_parts]
    path.write_bytes(whole)
    recorder.add("https://a.org/1", b"one again", when=NOON + timedelta(days=1))
    library = looked(open_library, recorder.folder)
    assert min(part.start for part in looked_parts[len(before) :]) == max(before)
    assert len(library.captures("https://a.org/1")) == 0
    assert library.find_awaited("https://a.org/2", seconds=0)
    library.awaited("https://a.org/1", seconds=0)
    assert len(library.captures("https://a.org/1")) == 2


@pytest.mark.parametrize("change", ["other records", "other time", "shorter"])
def test_of_a_warc_that_was_changed_nothing_is_believed(
    recorder: Recorder, open_library: Open, looked_parts: list[Unread], change: str
) -> None:
    """Neither where its captures were, nor those that were shown."""
    path = recorded(recorder, "https://a.org/1", "https://a.org/2")
    before = looked(open_library, recorder.folder)
    assert before.find_awaited("https://a.org/1", seconds=0)
    number = len(looked_parts)
    data, status = path.read_bytes(), path.stat()
    if change == "other records":
        other = Recorder(recorder.folder.parent / "other")
        data = recorded(other, "https://a.org/3", "https://a.org/4").read_bytes()
    path.write_bytes(data[:-20] if change == "shorter" else data)
    later = status.st_mtime_ns + (10**9 if change == "other time" else 0)
    os.utime(path, ns=(later, later))
    library = looked(open_library, recorder.folder)
    assert len(looked_parts) >= 2 * number - 1
    assert library.find("https://a.org/1") is None
    found = library.find_awaited("https://a.org/1", seconds=0)
    assert (found is None) == (change == "other records")


def test_a_read_file_is_known_again_by_what_it_ends_with_too(recorder: Recorder, open_library: Open) -> None:
    """Two files of the same tool may begin alike."""
    path = recorded(recorder, "https://a.org/1")
    open_library(recorder.folder).refresh()
    data = path.read_bytes()
    other = recorded(Recorder(recorder.folder.parent / "other"), "https://a.org/2").read_bytes()
    info = len(data) - data.index(b"\x1f\x8b\x08", 600)
    path.write_bytes(data[:512] + b"\0" * (len(data) - 512 - info) + other)
    library = open_library(recorder.folder)
    library.refresh()
    assert library.find("https://a.org/2") is not None
    assert library.find("https://a.org/1") is None


def test_little_is_looked_through_without_a_process(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As what a WARC holds behind what its index describes: starting a process takes longer."""
    monkeypatch.setattr(outlines, "FEW_BYTES", 1 << 20)
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **named: pytest.fail("a process"))
    recorder.add("https://a.org/1", b"indexed")
    update_index(recorder.folder)
    recorder.add("https://a.org/1", b"not indexed", when=NOON + timedelta(days=1))
    library = looked(open_library, recorder.folder)
    assert library.known
    newest = library.find_awaited("https://a.org/1", seconds=0)
    assert newest
    assert library.read(newest).payload.data == b"not indexed"


def test_nothing_is_kept_where_the_disk_is_full(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look goes on, and what it finds is known."""
    recorded(recorder, "https://a.org/1")
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def refused(*arguments: object) -> None:
        raise full

    monkeypatch.setattr(lookings, "keep_looked", refused)
    assert looked(open_library, recorder.folder).known


def test_on_a_full_disk_nothing_is_said_to_be_missing(recorder: Recorder, open_library: Open) -> None:
    """It is an error for people; once there is room, everything is as it should be."""
    path = recorded(recorder, "https://a.org/1")
    for number in range(30):
        path.with_name(f"{number:0200}.warc.gz").write_bytes(path.read_bytes())
    library = open_library(recorder.folder)
    with library._cache.connection() as db:
        db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}").fetchone()
    with pytest.raises(ArchiveError, match=r"index .* cannot be written .*full.* Free some space"):
        library.refresh()
    assert not library.known
    assert library.find_awaited("https://a.org/1", seconds=0) is None
    with library._cache.connection() as db:
        db.execute("PRAGMA max_page_count = 100000").fetchone()
    library.refresh()
    assert library.find_awaited("https://a.org/1", seconds=0) is not None


def test_what_is_on_a_disk_that_is_away_is_not_forgotten(recorder: Recorder, open_library: Open) -> None:
    """A folder that cannot be listed says nothing of its WARCs."""
    recorded(recorder, "https://a.org/1")
    library = open_library(recorder.folder)
    library.refresh()
    (folder, listing) = next(iter(library._looking.watch._listings.items()))
    listing.mtime = -1
    away = folder.rename(folder.with_name("away"))
    folder.write_text("no folder")
    library._looking.watch.unreadable = {folder: "Input/output error"}
    library._looking._forget_missing()
    assert library.find("https://a.org/1") is not None
    folder.unlink()
    away.rename(folder)


def part(start: int, stop: int) -> Looked:
    return Looked(start, stop, True, b"")


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ([], [(10, 90)]),
        ([part(10, 90)], []),
        ([part(0, 30), part(30, 95)], []),
        ([part(20, 40), part(50, 60)], [(10, 20), (40, 50), (60, 90)]),
        ([part(0, 80)], [(80, 90)]),
        ([part(0, 60), part(20, 40)], [(60, 90)]),
    ],
)
def test_what_is_left_to_look_through(known: list[Looked], left: list[tuple[int, int]]) -> None:
    """Everything that no part covers, and nothing twice."""
    assert [(gap.start, gap.stop) for gap in gaps(Unread("x", Path("x"), 10, 90), known)] == left


@pytest.fixture
def indexed(recorder: Recorder) -> Path:
    """The index of captures whose addresses sort next to each other."""
    for name in ("", "1", "1!", "1?a=1", "10", "2"):
        recorder.add(f"https://a.org/{name}", name.encode() or b"home")
    recorder.add("https://a.org/1", b"later", when=NOON + timedelta(days=1))
    recorder.add("https://a.org/1", b"sent", method="POST", sent=b"a=1")
    recorded(recorder, "https://b.org/1")
    update_index(recorder.folder)
    return index_path(recorder.folder)


def test_an_address_is_searched_for_in_the_index(indexed: Path, open_library: Open) -> None:
    """Its captures are known before the index has been taken whole, what was posted too, and no others."""
    library = looked(open_library, indexed.parent)
    assert library.known
    for name in ("", "1", "1!", "1?a=1", "10", "2", "none"):
        url = f"https://a.org/{name}"
        found = library.find_awaited(url, NOON, seconds=0)
        assert (found.url if found else None) == (None if name == "none" else url)
    assert len(library.captures("https://a.org/1")) == 2
    form = "application/x-www-form-urlencoded"
    posted = library.find_awaited("https://a.org/1", None, "POST", form, b"a=1", seconds=0)
    assert posted
    assert library.read(posted).payload.data == b"sent"
    assert library.find("https://b.org/1") is None
    library.read_on()
    assert library.find("https://b.org/1") is not None


@pytest.mark.parametrize("broken", ["unsorted", "cut", "other tool", "of another file"])
def test_an_index_that_cannot_be_searched_hides_nothing(indexed: Path, open_library: Open, broken: str) -> None:
    """All captures are known all the same, from the index taken whole or from the WARC."""
    lines = indexed.read_bytes().splitlines(keepends=True)
    changed = {
        "unsorted": lines[::-1],
        "cut": [*lines[:3], lines[3][:-60]],
        "other tool": [line.replace(b'"offset"', b'"Offset"') for line in lines],
        "of another file": [line.replace(b'"offset": "', b'"offset": "99') for line in lines],
    }
    indexed.write_bytes(b"".join(changed[broken]))
    library = looked(open_library, indexed.parent)
    assert library.known
    assert library.awaited("https://a.org/1", seconds=0)
    assert len(library.captures("https://a.org/1")) == 2
    library.read_on()
    assert len(library.captures("https://a.org/1")) == 2
