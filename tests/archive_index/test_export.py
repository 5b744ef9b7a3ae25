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

import pytest

from crawler.archive import export as export_module
from crawler.archive.export import export_wacz
from crawler.archive.pages import Text
from crawler.archive.reader import Record, iterate
from crawler.archive.selection import Selection
from crawler.errors import ArchiveError
from tests.archive_index.packages import PAGE, Package, page_response


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
    page = make_record("response", "http://a/", page_response(PAGE), WARC_Record_ID="<urn:1>")
    other = make_record("response", "http://a/other", page_response(PAGE), WARC_Record_ID="<urn:2>")
    refers: dict[str, str] = {"WARC_Refers_To": "<urn:1>", "WARC_Date": "2026-11-22T10:15:09Z"}
    facts = make_record("metadata", "http://a/", b"{}", Content_Type="application/json", **refers)
    text = make_record("conversion", target, b"Clean text.\n", Content_Type="text/plain; charset=utf-8", **refers)
    export_wacz([make_warc("a.warc.gz", [page, other, facts, text])], tmp_path / "a.wacz", Selection())
    package = Package(tmp_path / "a.wacz")
    assert [listed.get("text") for listed in package.jsonl("pages/pages.jsonl")[1:]] == ["Clean text.\n", None]
    assert [entry.fields["mime"] for entry in package.entries()] == ["text/html", "text/html"]


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
    pages = [make_record("response", f"http://a/{n}", page_response(PAGE)) for n in range(3)]
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
        make_warc("a.warc.gz", [make_record("response", f"http://{n}/", page_response(PAGE))], tmp_path / n)
        for n in ("x", "y")
    ]
    export_wacz(warcs, tmp_path / "out.wacz", Selection())
    package = Package(tmp_path / "out.wacz")
    assert package.warcs == ["archive/a.warc.gz", "archive/y-a.warc.gz"]
    assert {package.record(entry, tmp_path).url for entry in package.entries()} == {"http://x/", "http://y/"}


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
