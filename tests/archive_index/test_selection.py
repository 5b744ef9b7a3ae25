"""What a range of time, addresses or a source bring into a package, with all that their pages need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.export import export_wacz
from crawler.archive.keys import url_key
from crawler.archive.reader import Record, iterate
from crawler.archive.selection import Selection
from tests.archive_index.packages import PAGE, SAME, Package, page_response, urls_of


def test_a_range_of_time_brings_the_originals_of_its_revisits(archive: list[Path], tmp_path: Path) -> None:
    export_wacz(archive, tmp_path / "day.wacz", Selection(since=datetime(2026, 11, 23, tzinfo=UTC)))
    package = Package(tmp_path / "day.wacz")
    assert urls_of(package) == [
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
    assert sorted(set(urls_of(Package(tmp_path / "urls.wacz")))) == [
        "http://a/1 20261122",
        "http://a/1.png 20261122",
        "http://a/old 20261122",
    ]


def _styled(number: int) -> bytes:
    return page_response(b"<html><head><link rel=stylesheet href=/s.css></head><body>%d</body></html>" % number)


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
        (9, "http://a/s.css", page_response(b"gone", status="404 Not Found"), "requisite"),
    )
    wanted = ["http://a/1 20261107", "http://a/more.css 20261105", "http://a/s.css 20261105", "http://a/x.png 20261105"]
    for selection in (
        Selection(keys=frozenset({url_key("http://a/1")})),
        Selection(since=datetime(2026, 11, 6, tzinfo=UTC)),
    ):
        export_wacz([warc], tmp_path / "out.wacz", selection)
        found = urls_of(Package(tmp_path / "out.wacz"))
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
        make_record(
            "response", f"http://a/{n}", page_response(PAGE), WARC_Payload_Digest="sha1:SAME", WARC_Date=days[n]
        )
        for n in range(3)
    ]
    named = {"WARC_Refers_To_Target_URI": "http://a/1", "WARC_Refers_To_Date": days[1]}
    revisits = [
        make_record("revisit", "http://a/named", page_response(b""), WARC_Date=days[3], **refers, **named),
        make_record("revisit", "http://a/unnamed", page_response(b""), WARC_Date=days[3], **refers),
    ]
    warc = make_warc("a.warc.gz", [*whole, *revisits])
    for name, original in (("named", "http://a/1"), ("unnamed", "http://a/0")):
        export_wacz([warc], tmp_path / "out.wacz", Selection(keys=frozenset({url_key(f"http://a/{name}")})))
        assert [line.split()[0] for line in urls_of(Package(tmp_path / "out.wacz"))] == [original, f"http://a/{name}"]


def test_a_source_brings_the_originals_that_another_source_archived(
    captured: Callable[..., Path], tmp_path: Path
) -> None:
    other = captured(
        "b", (1, "http://b/x", page_response(SAME), "article"), (1, "http://b/y", page_response(PAGE), "article")
    )
    warc = captured("a", (2, "http://a/x", page_response(SAME), "article"))
    export_wacz([warc], tmp_path / "out.wacz", Selection(), others=[other])
    package = Package(tmp_path / "out.wacz")
    assert urls_of(package) == ["http://a/x 20261102", "http://b/x 20261101"]
    assert package.read(package.warcs[0]) == warc.read_bytes()


def test_of_files_of_one_name_only_what_is_selected_goes_in(
    tmp_path: Path, make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    """The records of both lie at the same offsets."""
    warcs = [
        make_warc(
            "a.warc.gz",
            [make_record("response", f"http://{n}/", page_response(PAGE), WARC_Date=f"2026-11-2{n}T10:00:00Z")],
            tmp_path / str(n),
        )
        for n in (1, 2)
    ]
    export_wacz(warcs, tmp_path / "out.wacz", Selection(since=datetime(2026, 11, 22, tzinfo=UTC)))
    assert urls_of(Package(tmp_path / "out.wacz")) == ["http://2/ 20261122"]
