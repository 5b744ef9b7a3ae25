"""The index of captures: what it finds, how it grows, and what it makes of broken and vanished files."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.archive.index import update_index
from crawler.archive.layout import index_path
from crawler.archive.reader import Record, iterate
from crawler.errors import ArchiveError, RecordError
from crawler.replay import shelving
from crawler.replay.folder import why_empty
from crawler.replay.library import Library
from tests.replay.conftest import NOON, Recorder

Open = Callable[[Path], Library]


def payload(library: Library, url: str) -> bytes:
    """The payload of the newest capture of `url`."""
    found = library.find(url)
    assert found is not None, url
    return library.read(found).payload.data


def test_a_file_being_written_is_read_as_it_grows(recorder: Recorder, open_library: Open) -> None:
    """Each capture is there as soon as it is written, and stays there when the file gets its final name."""
    library = open_library(recorder.folder.parent)
    assert library.refresh() == 0
    recorder.add("https://a.org/1", b"one")
    assert library.refresh() == 1
    recorder.add("https://a.org/2", b"two")
    assert library.refresh() == 1
    recorder.close()
    assert library.refresh() == 0
    assert (payload(library, "https://a.org/1"), payload(library, "https://a.org/2")) == (b"one", b"two")


def test_the_next_start_goes_on_where_the_last_stopped(recorder: Recorder, open_library: Open) -> None:
    """What the cache knows is there before anything is read, and only what is new is added."""
    recorder.add("https://a.org/1", b"one")
    assert open_library(recorder.folder).refresh() == 1
    second = open_library(recorder.folder)
    assert payload(second, "https://a.org/1") == b"one"
    recorder.add("https://a.org/2", b"two")
    assert second.refresh() == 1


def test_a_record_cut_in_two_waits_for_its_other_half(recorder: Recorder, open_library: Open, tmp_path: Path) -> None:
    """Any tool's growing file is read up to its last whole record, without a lasting complaint."""
    recorder.add("https://a.org/1", b"one")
    recorder.add("https://a.org/2", b"two" * 1000)
    whole = recorder.close()
    assert whole is not None
    data = whole.read_bytes()
    growing = tmp_path / "growing" / "other.warc.gz"
    growing.parent.mkdir()
    library = open_library(growing.parent)
    second = [item.offset for item in iterate(whole) if isinstance(item, Record) and item.type == "response"][1]
    growing.write_bytes(data[: second + 40])
    assert library.refresh() == 1
    growing.write_bytes(data)
    assert library.refresh() == 1
    assert library.problems() == []


def test_damage_in_the_middle_is_named_and_the_rest_is_served(recorder: Recorder, open_library: Open) -> None:
    """A broken record costs itself only, and the list of problems says where it is."""
    for number in range(3):
        recorder.add(f"https://a.org/{number}", b"page %d" % number)
    path = recorder.close()
    assert path is not None
    broken = next(item for item in iterate(path) if isinstance(item, Record) and item.url == "https://a.org/1")
    data = bytearray(path.read_bytes())
    data[broken.offset + 15 : broken.offset + 60] = b"\xff" * 45
    path.write_bytes(data)
    library = open_library(recorder.folder)
    assert library.refresh() == 2
    assert payload(library, "https://a.org/2") == b"page 2"
    assert library.find("https://a.org/1") is None
    (problem,) = library.problems()
    assert path.name in problem
    assert f"offset {broken.offset}" in problem
    assert open_library(recorder.folder).problems() == [problem]


def test_what_is_no_warc_is_named(open_library: Open, tmp_path: Path) -> None:
    """A file that only has the name of a WARC is a problem, not an error."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.warc.gz").write_bytes(b"<html>not found</html>")
    library = open_library(tmp_path / "a")
    assert library.refresh() == 0
    assert "x.warc.gz" in library.problems()[0]


def test_arc_files_are_named_with_what_makes_warcs_of_them(
    recorder: Recorder, open_library: Open, tmp_path: Path
) -> None:
    """Beside WARCs they are a problem that is shown; alone they are why the folder is empty."""
    recorder.add("https://a.org/1", b"one")
    (recorder.folder / "old.arc.gz").write_bytes(b"filedesc://")
    library = open_library(recorder.folder)
    library.refresh()
    (problem,) = library.problems()
    assert problem.endswith(
        "old.arc.gz: an ARC file, which is not read. Convert each: warcio recompress old.arc.gz old.warc.gz"
    )
    assert "but ARC files (old.arc.gz)" in why_empty(recorder.folder)
    assert "ARC" not in why_empty(tmp_path / "none").replace("WARC", "")


def test_a_file_that_is_gone_is_forgotten(recorder: Recorder, open_library: Open) -> None:
    """Captures of a WARC that was deleted are no longer found."""
    recorder.add("https://a.org/1", b"one")
    path = recorder.close()
    assert path is not None
    library = open_library(recorder.folder)
    library.refresh()
    found = library.find("https://a.org/1")
    assert found is not None
    path.unlink()
    with pytest.raises(ArchiveError, match="gone"):
        library.read(found)
    library.refresh()
    assert library.find("https://a.org/1") is None


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path, open_library: Open) -> None:
    """A WARC with another content under the same name does not keep the captures of the old one."""
    paths = []
    for name in ("old", "new"):
        recorder = Recorder(tmp_path / name)
        recorder.add(f"https://a.org/{name}", name.encode() * 50)
        paths.append(recorder.close())
    assert paths[0]
    assert paths[1]
    place = tmp_path / "archive" / "x.warc.gz"
    place.parent.mkdir()
    shutil.copy(paths[0], place)
    library = open_library(place.parent)
    library.refresh()
    shutil.copy(paths[1], place)
    library.refresh()
    assert library.find("https://a.org/old") is None
    assert payload(library, "https://a.org/new") == b"new" * 50


def test_a_revisit_has_the_payload_of_its_original(recorder: Recorder, open_library: Open) -> None:
    """Also where the original is under another address, with the headers of the revisit itself."""
    recorder.add("https://a.org/1", b"the same", headers=b"X-Which: first\r\n")
    recorder.add("https://a.org/copy", b"the same", headers=b"X-Which: second\r\n")
    library = open_library(recorder.folder)
    library.refresh()
    found = library.find("https://a.org/copy")
    assert found is not None
    assert found.kind == "revisit"
    record = library.read(found)
    assert (record.payload.data, record.http.get("X-Which")) == (b"the same", "second")


def test_a_revisit_without_its_original_says_so(tmp_path: Path, open_library: Open) -> None:
    """The message names what is missing."""
    recorder = Recorder(tmp_path / "a")
    recorder.writer._max_bytes = 1  # a file for each capture
    recorder.add("https://a.org/1", b"the same")
    recorder.add("https://a.org/copy", b"the same")
    recorder.close()
    min((tmp_path / "a").iterdir()).unlink()
    library = open_library(tmp_path / "a")
    library.refresh()
    found = library.find("https://a.org/copy")
    assert found is not None
    with pytest.raises(RecordError, match=r"https://a\.org/1.*not in this archive"):
        library.read(found)


def test_posts_are_told_apart_by_what_they_sent(recorder: Recorder, open_library: Open) -> None:
    """The same body finds its answer, another body the next best one, and GET finds none of them."""
    recorder.add("https://a.org/api", b"one", method="POST", sent=b"q=1")
    recorder.add("https://a.org/api", b"two", method="POST", sent=b"q=2")
    recorder.add("https://a.org/api", b"json", method="POST", sent=b'{"q": 2}', sent_type=b"application/json")
    library = open_library(recorder.folder)
    library.refresh()
    form = "application/x-www-form-urlencoded"

    def answer(content_type: str, body: bytes) -> bytes:
        found = library.find("https://a.org/api", None, "POST", content_type, body)
        assert found is not None
        return library.read(found).payload.data

    assert answer(form, b"q=1") == b"one"
    assert answer(form, b"q=2") == b"two"
    assert answer("application/json", b'{"q": 3}') in (b"one", b"two", b"json")
    assert library.find("https://a.org/api") is None
    assert library.captures("https://a.org/api") == []


def test_a_request_in_front_of_its_response_counts_too(recorder: Recorder, open_library: Open, tmp_path: Path) -> None:
    """wget and warcprox write the request first; the POST is known all the same."""
    recorder.add("https://a.org/api", b"one", method="POST", sent=b"q=1")
    recorder.add("https://a.org/page", b"page")
    path = recorder.close()
    assert path is not None
    data = path.read_bytes()
    records = [item for item in iterate(path) if isinstance(item, Record)]
    info, response, request, *rest = [data[item.offset : item.offset + item.length] for item in records]
    response = gzip.compress(
        gzip.decompress(response).replace(
            b"\r\n\r\n", b"\r\nWARC-Concurrent-To: " + records[2].id.encode() + b"\r\n\r\n", 1
        )
    )
    request_alone = gzip.decompress(request).replace(b"WARC-Concurrent-To", b"X-Was-Concurrent-To")
    other = tmp_path / "wget" / "x.warc.gz"
    other.parent.mkdir()
    other.write_bytes(info + gzip.compress(request_alone) + response + b"".join(rest))
    library = open_library(other.parent)
    library.refresh()
    found = library.find("https://a.org/api", None, "POST", "application/x-www-form-urlencoded", b"q=1")
    assert found is not None
    assert found.method == "POST"
    page = library.find("https://a.org/page")
    assert page is not None
    assert page.method == "GET"


def test_neighbours_in_time_are_found(recorder: Recorder, open_library: Open) -> None:
    """Before, after, first and last capture of an address."""
    for day in range(4):
        recorder.add("https://a.org/", b"day %d" % day, when=NOON + timedelta(days=day))
    library = open_library(recorder.folder)
    library.refresh()
    found = library.find("https://a.org/", NOON + timedelta(days=1, hours=1))
    assert found is not None
    before, after = library.around(found)
    first, last = library.ends(found)
    dates = [memento.date - NOON for memento in (before, found, after, first, last) if memento]
    assert dates == [timedelta(days=days) for days in (0, 1, 2, 0, 3)]


def test_addresses_are_listed_by_prefix(recorder: Recorder, open_library: Open) -> None:
    """By path, host and domain; by status and type; page by page."""
    recorder.add("https://a.org/news/1", b"1")
    recorder.add("https://a.org/news/2", b"2", status="404 Not Found")
    recorder.add("https://a.org/newspaper", b"3")
    recorder.add("https://img.a.org/x.png", b"4", "image/png")
    recorder.add("https://ab.org/", b"5")
    library = open_library(recorder.folder)
    library.refresh()

    def listed(prefix: str, **more: str) -> list[str]:
        return [address.url.removeprefix("https://") for address in library.addresses.below(prefix, **more)]  # type: ignore[arg-type]

    assert listed("https://a.org/news/") == ["a.org/news/1", "a.org/news/2"]
    assert listed("a.org/news") == ["a.org/news/1", "a.org/news/2", "a.org/newspaper"]
    assert listed("a.org/", status="4") == ["a.org/news/2"]
    assert listed("*.a.org") == ["a.org/news/1", "a.org/news/2", "a.org/newspaper", "img.a.org/x.png"]
    assert listed("", mime="image/") == ["img.a.org/x.png"]
    first = library.addresses.below("a.org/", limit=1)
    assert listed("a.org/", after=first[0].key) == ["a.org/news/2", "a.org/newspaper"]
    assert library.addresses.hosts() == [("a.org", 3), ("img.a.org", 1), ("ab.org", 1)]


def test_a_single_warc_is_an_archive_too(recorder: Recorder, open_library: Open) -> None:
    """A path of a file is that file alone, also while it is written."""
    recorder.add("https://a.org/1", b"one")
    path = recorder.writer.path
    assert path is not None
    library = open_library(path)
    assert library.refresh() == 1
    assert payload(library, "https://a.org/1") == b"one"
    recorder.add("https://a.org/2", b"two")
    recorder.close()
    library.refresh()
    assert payload(library, "https://a.org/2") == b"two"


def test_a_path_that_is_not_there_is_an_error_for_people(open_library: Open, tmp_path: Path) -> None:
    """The message names the path and what to give instead."""
    with pytest.raises(ArchiveError, match="no such file or folder"):
        open_library(tmp_path / "nothing")


def test_an_index_beside_the_warcs_is_taken_on_trust_and_put_right(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its captures are there before anything is read; what it says wrong is gone once the WARC was read."""
    recorder.add("https://a.org/1", b"one")
    recorder.add("https://a.org/2", status="301 Moved", headers=b"Location: /1\r\n")
    recorder.close()
    update_index(recorder.folder)
    index = index_path(recorder.folder)
    first = index.read_text().splitlines()[0].replace("org,a)/1", "org,a)/never")
    wrong = re.sub('"offset": "[0-9]+"', '"offset": "5"', first)
    index.write_text("\n".join([*index.read_text().splitlines(), wrong]) + "\n")
    library = open_library(recorder.folder)
    with monkeypatch.context() as patched:
        patched.setattr(shelving, "iterate", lambda *args, **named: iter(()))
        patched.setattr(shelving, "drop_uncertain", lambda db, file: None)
        library.refresh()
        assert payload(library, "https://a.org/1") == b"one"
        assert library.find("https://a.org/never") is not None
    again = open_library(recorder.folder)
    again.refresh()
    assert again.find("https://a.org/never") is None
    redirect = again.find("https://a.org/2")
    assert redirect is not None
    assert (redirect.redirects_to, len(again.captures("https://a.org/1"))) == ("https://a.org/1", 1)
