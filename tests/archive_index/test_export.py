"""A package holds what was selected, whole, in the form that players read."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import export as export_module
from crawler.archive.cdxj import Entry, parse_line
from crawler.archive.exchange import Exchange, Via
from crawler.archive.export import export_wacz
from crawler.archive.keys import url_key
from crawler.archive.pages import Text
from crawler.archive.reader import Record, iterate, read_record
from crawler.archive.selection import Selection
from crawler.archive.writer import ArchiveWriter
from crawler.errors import ArchiveError

PAGE = b"<html><head><title>The\n  t&iuml;tle</title></head><body>text</body></html>"
SAME = PAGE.replace(b"text</body>", b"<img src=/1.png>%b</body>" % (b"<p>unchanged</p>" * 50))


class Package:
    """A WACZ read back."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)
        self.warcs = [name for name in self.zip.namelist() if name.startswith("archive/")]

    def read(self, name: str) -> bytes:
        return self.zip.read(name)

    def jsonl(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read(name).splitlines()]

    def entries(self) -> list[Entry]:
        return [parse_line(line) for line in gzip.decompress(self.read("indexes/index.cdx.gz")).splitlines()]

    def record(self, entry: Entry, folder: Path) -> Record:
        """The record that a line of the index points to, read by its offset."""
        path = folder / entry.fields["filename"]
        path.write_bytes(self.read(f"archive/{entry.fields['filename']}"))
        record = read_record(path, entry.offset)
        blank_lines = 4 if path.suffix == ".warc" else 0
        assert record.length == int(entry.fields["length"]) + blank_lines
        return record


def _response(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return (
        "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *fields, "", ""]).encode() + body
    )


@pytest.fixture
def archive(tmp_path: Path) -> list[Path]:
    """Two WARCs: a feed, an article with its image behind a redirect, and a day later an article and one unchanged."""
    days: list[list[tuple[str, bytes, Via]]] = [
        [
            ("http://a/feed", _response(b"<rss/>"), Via("feed")),
            ("http://a/old", _response(b"", "Location: /1", status="301 Moved"), Via("article")),
            ("http://a/1", _response(SAME), Via("article", "http://a/feed")),
            ("http://a/1.png", _response(b"png"), Via("requisite", "http://a/1")),
            ("http://a/section", _response(PAGE), Via("section")),
        ],
        [
            ("http://a/1", _response(SAME), Via("article", "http://a/feed")),
            ("http://a/2", _response(PAGE + b"2"), Via("article", "http://a/feed")),
        ],
    ]
    originals: dict[str, Any] = {}

    def find(digest: str, size: int) -> Any:
        return originals.get(digest)

    warcs = []
    for day, exchanges in enumerate(days):
        writer = ArchiveWriter(tmp_path, "a", info={"software": "x"}, find_original=find)
        for minute, (url, answer, via) in enumerate(exchanges):
            moment = datetime(2026, 11, 22 + day, 10, minute, tzinfo=UTC)
            writer.write(Exchange(url, "GET", moment, b"GET / HTTP/1.1\r\n\r\n", answer), via)
        originals |= writer._written
        path = writer.close()
        assert path is not None
        warcs.append(path)
    return warcs


def _urls(package: Package) -> list[str]:
    return [f"{entry.fields['url']} {entry.timestamp[:8]}" for entry in package.entries()]


def test_all_of_an_archive_goes_in_byte_for_byte(archive: list[Path], tmp_path: Path) -> None:
    done = export_wacz(archive, tmp_path / "all.wacz", Selection(), title="All of it")
    package = Package(tmp_path / "all.wacz")
    assert (done.warcs, done.captures, done.pages) == (2, 7, 2)
    assert [package.read(name) for name in package.warcs] == [warc.read_bytes() for warc in archive]
    assert len(package.entries()) == 7


def test_datapackage_names_every_file_with_its_hash(archive: list[Path], tmp_path: Path) -> None:
    export_wacz(archive, tmp_path / "all.wacz", Selection(), title="All of it")
    package = Package(tmp_path / "all.wacz")
    described = json.loads(package.read("datapackage.json"))
    assert (described["profile"], described["wacz_version"], described["title"]) == (
        "data-package",
        "1.1.1",
        "All of it",
    )
    assert described["mainPageUrl"] == "http://a/1"
    listed = {resource["path"]: resource for resource in described["resources"]}
    assert set(package.zip.namelist()) - set(listed) == {"datapackage.json", "datapackage-digest.json"}
    for path, resource in listed.items():
        data = package.read(path)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert resource["bytes"] == len(data)
        assert resource["name"] == resource["name"].lower()
    digest = json.loads(package.read("datapackage-digest.json"))
    assert digest["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"


def test_what_is_compressed_already_is_stored(archive: list[Path], tmp_path: Path) -> None:
    """A player reads records by their offset in the ZIP."""
    export_wacz(archive, tmp_path / "all.wacz", Selection())
    for info in Package(tmp_path / "all.wacz").zip.infolist():
        stored = info.filename.endswith(".gz")
        assert info.compress_type == (zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED), info.filename


def test_members_begin_where_players_look_for_them(archive: list[Path], tmp_path: Path) -> None:
    """ReplayWeb.page takes the fields of the central directory for those of the member, so both must be as long."""
    export_wacz(archive, tmp_path / "all.wacz", Selection())
    raw = (tmp_path / "all.wacz").read_bytes()
    for info in Package(tmp_path / "all.wacz").zip.infolist():
        name, extra = struct.unpack("<HH", raw[info.header_offset + 26 : info.header_offset + 30])
        assert (name, extra) == (len(info.filename), len(info.extra))


def test_each_block_of_the_index_can_be_read_alone(
    archive: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.archive.wacz._BLOCK_LINES", 3)
    export_wacz(archive, tmp_path / "all.wacz", Selection())
    package = Package(tmp_path / "all.wacz")
    packed = package.read("indexes/index.cdx.gz")
    meta, *blocks = package.read("indexes/index.idx").decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    lines: list[bytes] = []
    for line in blocks:
        key, timestamp, place = line.split(" ", 2)
        where = json.loads(place)
        block = packed[where["offset"] : where["offset"] + where["length"]]
        assert where["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        lines += gzip.decompress(block).splitlines()
        assert any(each.startswith(f"{key} {timestamp} ".encode()) for each in lines[-3:])
    assert len(blocks) == 3
    assert lines == sorted(lines)


def test_pages_are_the_articles_and_other_pages_come_apart(archive: list[Path], tmp_path: Path) -> None:
    texts = {"http://a/2": Text("Known title", "Known title\n\nThe text.\n")}
    by_record = {
        found.id: texts[found.url]
        for warc in archive
        for found in iterate(warc)
        if isinstance(found, Record) and found.url in texts
    }
    export_wacz(archive, tmp_path / "all.wacz", Selection(), find_text=by_record.get)
    package = Package(tmp_path / "all.wacz")
    header, *pages = package.jsonl("pages/pages.jsonl")
    assert header["format"] == "json-pages-1.0"
    assert [(page["url"], page["title"], page.get("text")) for page in pages] == [
        ("http://a/1", "The tïtle", None),
        ("http://a/2", "Known title", "Known title\n\nThe text.\n"),
    ]
    assert [datetime.fromisoformat(page["ts"]) for page in pages] == [
        datetime(2026, 11, 22, 10, 2, tzinfo=UTC),
        datetime(2026, 11, 23, 10, 1, tzinfo=UTC),
    ]
    extra = package.jsonl("pages/extraPages.jsonl")[1:]
    assert [page["url"] for page in extra] == ["http://a/feed", "http://a/section"]


@pytest.mark.parametrize("target", ["urn:text:http://a/", "http://a/"], ids=["ours", "of the first versions"])
def test_text_in_the_warc_itself_is_found(
    target: str, tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    """A conversion record carries the text, wherever it stands; it must not stand in for the page in the index."""
    page = make_record("response", "http://a/", _response(PAGE), WARC_Record_ID="<urn:1>")
    other = make_record("response", "http://a/other", _response(PAGE), WARC_Record_ID="<urn:2>")
    refers: dict[str, str] = {"WARC_Refers_To": "<urn:1>", "WARC_Date": "2026-11-22T10:15:09Z"}
    facts = make_record("metadata", "http://a/", b"{}", Content_Type="application/json", **refers)
    text = make_record("conversion", target, b"Clean text.\n", Content_Type="text/plain; charset=utf-8", **refers)
    export_wacz([make_warc("a.warc.gz", [page, other, facts, text])], tmp_path / "a.wacz", Selection())
    package = Package(tmp_path / "a.wacz")
    assert [listed.get("text") for listed in package.jsonl("pages/pages.jsonl")[1:]] == ["Clean text.\n", None]
    assert [entry.fields["mime"] for entry in package.entries()] == ["text/html", "text/html"]


def test_a_range_of_time_brings_the_originals_of_its_revisits(archive: list[Path], tmp_path: Path) -> None:
    export_wacz(archive, tmp_path / "day.wacz", Selection(since=datetime(2026, 11, 23, tzinfo=UTC)))
    package = Package(tmp_path / "day.wacz")
    assert _urls(package) == [
        "http://a/1 20261122",
        "http://a/1 20261123",
        "http://a/1.png 20261122",
        "http://a/2 20261123",
    ]
    original, revisit, *_ = (package.record(entry, tmp_path) for entry in package.entries())
    assert revisit.type == "revisit"
    assert revisit.refers_to.record_id == original.id


def test_an_excerpt_keeps_what_belongs_to_a_capture(archive: list[Path], tmp_path: Path) -> None:
    """Its request, its metadata, and the warcinfo of the file; each record byte for byte."""
    export_wacz(archive, tmp_path / "day.wacz", Selection(until=datetime(2026, 11, 22, 10, 1, tzinfo=UTC)))
    package = Package(tmp_path / "day.wacz")
    (name,) = package.warcs
    assert name.endswith("-excerpt.warc.gz")
    excerpt = tmp_path / "excerpt.warc.gz"
    excerpt.write_bytes(package.read(name))
    records = [record for record in iterate(excerpt) if isinstance(record, Record)]
    assert [record.type for record in records] == ["warcinfo", "response", "request", "metadata"]
    assert {record.url for record in records[1:]} == {"http://a/feed"}
    assert archive[0].read_bytes().startswith(package.read(name))


def test_addresses_bring_redirects_and_what_their_pages_need(archive: list[Path], tmp_path: Path) -> None:
    export_wacz(archive, tmp_path / "urls.wacz", Selection(keys=frozenset({url_key("http://www.a/OLD")})))
    assert sorted(set(_urls(Package(tmp_path / "urls.wacz")))) == [
        "http://a/1 20261122",
        "http://a/1.png 20261122",
        "http://a/old 20261122",
    ]


@pytest.fixture
def captured(tmp_path: Path) -> Callable[..., Path]:
    """A WARC of exchanges, each (day of the month, URL, response, role)."""
    known: dict[str, Any] = {}

    def archive(source: str, *exchanges: tuple[int, str, bytes, Any]) -> Path:
        writer = ArchiveWriter(
            tmp_path / source, source, info={"software": "x"}, find_original=lambda digest, size: known.get(digest)
        )
        for day, url, answer, role in exchanges:
            moment = datetime(2026, 11, day, 10, tzinfo=UTC)
            writer.write(Exchange(url, "GET", moment, b"GET / HTTP/1.1\r\n\r\n", answer), Via(role))
        known.update(writer._written)
        path = writer.close()
        assert path is not None
        return path

    return archive


def _styled(number: int) -> bytes:
    return _response(b"<html><head><link rel=stylesheet href=/s.css></head><body>%d</body></html>" % number)


def test_a_page_brings_what_was_archived_earlier_for_another_page(
    captured: Callable[..., Path], tmp_path: Path
) -> None:
    """Its style sheet with what that imports, each in the capture nearest to the page."""
    style = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\n@import 'more.css';"
    more = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\nbody { background: url(x.png) }"
    warc = captured(
        "a",
        (1, "http://a/s.css", style + b"/*1*/", "requisite"),
        (5, "http://a/0", _styled(0), "article"),
        (5, "http://a/s.css", style + b"/*5*/", "requisite"),
        (5, "http://a/more.css", more, "requisite"),
        (5, "http://a/x.png", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\npng", "requisite"),
        (7, "http://a/1", _styled(1), "article"),
        (9, "http://a/s.css", _response(b"gone", status="404 Not Found"), "requisite"),
    )
    wanted = ["http://a/1 20261107", "http://a/more.css 20261105", "http://a/s.css 20261105", "http://a/x.png 20261105"]
    for selection in (
        Selection(keys=frozenset({url_key("http://a/1")})),
        Selection(since=datetime(2026, 11, 6, tzinfo=UTC)),
    ):
        export_wacz([warc], tmp_path / "out.wacz", selection)
        found = _urls(Package(tmp_path / "out.wacz"))
        assert [line for line in found if line != "http://a/s.css 20261109"] == wanted


def test_the_original_of_a_revisit_is_the_one_that_it_names(
    tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    """Not any other capture with the same payload; where it names none, any of those."""
    refers: dict[str, str] = {
        "WARC_Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC_Payload_Digest": "sha1:SAME",
    }
    days = [f"2026-11-{day:02}T10:00:00Z" for day in range(1, 5)]
    whole = [
        make_record("response", f"http://a/{n}", _response(PAGE), WARC_Payload_Digest="sha1:SAME", WARC_Date=days[n])
        for n in range(3)
    ]
    named = {"WARC_Refers_To_Target_URI": "http://a/1", "WARC_Refers_To_Date": days[1]}
    revisits = [
        make_record("revisit", "http://a/named", _response(b""), WARC_Date=days[3], **refers, **named),
        make_record("revisit", "http://a/unnamed", _response(b""), WARC_Date=days[3], **refers),
    ]
    warc = make_warc("a.warc.gz", [*whole, *revisits])
    for name, original in (("named", "http://a/1"), ("unnamed", "http://a/0")):
        export_wacz([warc], tmp_path / "out.wacz", Selection(keys=frozenset({url_key(f"http://a/{name}")})))
        assert [line.split()[0] for line in _urls(Package(tmp_path / "out.wacz"))] == [original, f"http://a/{name}"]


def test_a_source_brings_the_originals_that_another_source_archived(
    captured: Callable[..., Path], tmp_path: Path
) -> None:
    other = captured("b", (1, "http://b/x", _response(SAME), "article"), (1, "http://b/y", _response(PAGE), "article"))
    warc = captured("a", (2, "http://a/x", _response(SAME), "article"))
    export_wacz([warc], tmp_path / "out.wacz", Selection(), others=[other])
    package = Package(tmp_path / "out.wacz")
    assert _urls(package) == ["http://a/x 20261102", "http://b/x 20261101"]
    assert package.read(package.warcs[0]) == warc.read_bytes()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.zst", "a.warc.gz.open"])
@pytest.mark.parametrize(
    "selection", [Selection(), Selection(until=datetime(2030, 1, 1, tzinfo=UTC))], ids=["all", "part"]
)
def test_every_kind_of_file_can_be_read_from_the_package(
    name: str,
    selection: Selection,
    tmp_path: Path,
    make_warc: Callable[..., Path],
    make_record: Callable[..., bytes],
) -> None:
    """zstd, which players do not read, is packed anew; of a growing file the whole records go in."""
    pages = [make_record("response", f"http://a/{n}", _response(PAGE)) for n in range(3)]
    warc = make_warc(name, pages)
    if name.endswith(".open"):
        warc.write_bytes(warc.read_bytes()[:-5])
        pages.pop()
    export_wacz([warc], tmp_path / "out.wacz", selection)
    package = Package(tmp_path / "out.wacz")
    found = [package.record(entry, tmp_path) for entry in package.entries()]
    assert [record.url for record in found] == [f"http://a/{n}" for n in range(len(pages))]
    assert all(PAGE in record.block for record in found)


def test_files_of_one_name_do_not_hide_each_other(
    tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    warcs = [
        make_warc("a.warc.gz", [make_record("response", f"http://{n}/", _response(PAGE))], tmp_path / n)
        for n in ("x", "y")
    ]
    export_wacz(warcs, tmp_path / "out.wacz", Selection())
    package = Package(tmp_path / "out.wacz")
    assert package.warcs == ["archive/a.warc.gz", "archive/y-a.warc.gz"]
    assert {package.record(entry, tmp_path).url for entry in package.entries()} == {"http://x/", "http://y/"}


def test_of_files_of_one_name_only_what_is_selected_goes_in(
    tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    """The records of both lie at the same offsets."""
    warcs = [
        make_warc(
            "a.warc.gz",
            [make_record("response", f"http://{n}/", _response(PAGE), WARC_Date=f"2026-11-2{n}T10:00:00Z")],
            tmp_path / str(n),
        )
        for n in (1, 2)
    ]
    export_wacz(warcs, tmp_path / "out.wacz", Selection(since=datetime(2026, 11, 22, tzinfo=UTC)))
    assert _urls(Package(tmp_path / "out.wacz")) == ["http://2/ 20261122"]


def test_nothing_selected_is_said_and_leaves_nothing(archive: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no capture is in that range"):
        export_wacz(archive, tmp_path / "out.wacz", Selection(until=datetime(2000, 1, 1, tzinfo=UTC)))
    assert not list(tmp_path.glob("*wacz*"))


def test_a_full_disk_is_said_and_leaves_the_package_that_was_there(
    archive: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.wacz"
    out.write_bytes(b"the old one")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export_module.WaczWriter, "add_index", full)
    with pytest.raises(ArchiveError, match=r"Cannot write .*out\.wacz: No space left on device"):
        export_wacz(archive, out, Selection())
    assert out.read_bytes() == b"the old one"
    assert [path.name for path in tmp_path.glob("*wacz*")] == ["out.wacz"]


def test_a_damaged_place_is_reported_and_the_rest_exported(archive: list[Path], tmp_path: Path) -> None:
    archive[0].write_bytes(archive[0].read_bytes() + b"\x1f\x8b\x08torn")
    done = export_wacz(archive, tmp_path / "out.wacz", Selection())
    assert [damage.path for damage in done.damages] == [archive[0]]
    assert done.captures == 7


def test_a_package_is_written_in_one_pass_over_its_members(archive: list[Path], tmp_path: Path) -> None:
    """WARCs are read in pieces: none is ever asked for whole."""
    sizes: list[int] = []

    class Watched(io.FileIO):
        def read(self, size: int = -1, /) -> bytes:
            sizes.append(size)
            return super().read(size)

    with Watched(str(archive[0])) as file:
        assert b"".join(export_module.read_pieces(file, 0, archive[0].stat().st_size)) == archive[0].read_bytes()
    assert all(0 <= size <= 1 << 20 for size in sizes)
