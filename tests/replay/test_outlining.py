"""What one look at a WARC finds: where the captures of each address begin, and whether there may be others."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crawler.archive.keys import url_key
from crawler.replay import outline as outlines
from crawler.replay import outlining
from crawler.replay.outlining import ENTRY, hashed, outline
from tests.replay.conftest import members


def test_a_request_in_front_of_its_response_is_its_own(every_kind: Path, tmp_path: Path) -> None:
    """wget writes it there: what is behind a POST is not taken for its answer where another is named."""
    info, response, request = members(every_kind, "metadata")[:3]
    posted = gzip.decompress(request).replace(b"GET / HTTP", b"PUT / HTTP").replace(b"Concurrent-To", b"X-None")
    place = tmp_path / "wget" / "x.warc.gz"
    place.parent.mkdir()
    place.write_bytes(info + gzip.compress(posted) + response + response)
    entries, _ = outline(str(place), 0, place.stat().st_size)
    (first, second) = outlines._groups("x", entries, hashed(url_key("https://a.org/1")))
    assert [len(first.places), first.before, len(second.places)] == [2, None, 1]


@pytest.mark.parametrize("piece", [1000, 5000, 1 << 18])
def test_parts_and_pieces_give_the_same_entries(every_kind: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    """Wherever a part ends or a piece of the file is read, each record is in one part, with its whole length."""
    size = every_kind.stat().st_size
    monkeypatch.setattr(outlining, "PIECE", piece)
    whole, clean = outline(str(every_kind), 0, size)
    assert clean
    assert len(whole) == 10 * ENTRY.size  # eight captures, two posts
    parts = [outline(str(every_kind), start, min(start + 97, size)) for start in range(0, size, 97)]
    assert b"".join(entries for entries, _ in parts) == whole
    assert all(clean for _, clean in parts)


def test_names_of_fields_may_be_written_in_other_ways(every_kind: Path, tmp_path: Path) -> None:
    """In lower case, without a blank, with bare line feeds."""
    other = tmp_path / "other.warc.gz"
    changed = []
    for member in members(every_kind):
        head, _, block = gzip.decompress(member).partition(b"\r\n\r\n")
        version, *fields = head.split(b"\r\n")
        pairs = [field.partition(b": ") for field in fields]
        lines = [version, *(name.lower() + b":" + value for name, _, value in pairs), b"", b""]
        changed.append(gzip.compress(b"\n".join(lines) + block))
    other.write_bytes(b"".join(changed))
    hashes = [
        [found[0] for found in ENTRY.iter_unpack(outline(str(path), 0, path.stat().st_size)[0])]
        for path in (every_kind, other)
    ]
    assert hashes[0] == hashes[1]
    assert outline(str(other), 0, other.stat().st_size)[1]


@pytest.mark.parametrize(
    ("start", "block"),
    [
        (b"a\r\n\r\nb", 5), (b"a\n\nb", 3), (b"a\n\r\nb", 4), (b"a\n\nb\r\n\r\nc", 3), (b"a\r\n\r\nb\n\nc", 5),
        (b"a\r\n", 0), (b"", 0), (b"\n\n", 2), (b"\n\r\n", 3),
    ],
)  # fmt: skip
def test_a_block_begins_behind_the_first_blank_line(start: bytes, block: int) -> None:
    """Whatever its line ends are."""
    assert outlining.block_of(start) == block


@pytest.mark.parametrize(
    ("content", "clean"),
    [
        (b"", False),
        (b"WARC/1.1\r\n", False),
        (b"\x1f\x8b\x08nothing", False),
        (gzip.compress(b"no WARC", mtime=0), False),
        (gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n", mtime=0), False),
        (gzip.compress(b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 0\r\n\r\n\r\n\r\n", mtime=0), True),
    ],
)
def test_nothing_is_found_in_other_files(tmp_path: Path, content: bytes, clean: bool) -> None:
    """Where there may be captures that the look cannot see, it says so."""
    path = tmp_path / "odd.warc.gz"
    path.write_bytes(content)
    assert outline(str(path), 0, len(content)) == (b"", clean)
