"""The catalogue can be rebuilt from the WARC: what is read back is what the writer gave."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Exchange, Via
from crawler.archive.reader import Damage
from crawler.archive.writer import ArchiveWriter

Make = Callable[..., Exchange]
CHANGED = datetime.fromisoformat("2026-11-21T09:30:00+02:00")
BODY = b"<html>a page</html>"


def head(*fields: bytes, status: bytes = b"200 OK") -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", b""])


RESPONSES = {
    "plain": head(b"Content-Type: text/html; charset=utf-8", b'ETag: W/"x"', b"Last-Modified: yesterday") + BODY,
    "chunked": head(b"Transfer-Encoding: chunked") + b"13\r\n" + BODY + b"\r\n0\r\n\r\n",
    "gzip": head(b"Content-Encoding: gzip") + gzip.compress(BODY, mtime=0),
    "redirect": head(b"Location: ../b?x=1", status=b"301 Moved"),
    "error": head(b"Content-Length: 0", status=b"503 No"),
    "no body": head(status=b"204 None"),
    "no HTTP": b"garbage\r\n\r\nmore",
}


@pytest.mark.parametrize("name", RESPONSES)
def test_a_capture_is_read_back_as_it_was_written(
    name: str, make_exchange: Make, make_writer: Callable[..., ArchiveWriter], tmp_path: Path
) -> None:
    writer = make_writer()
    written = writer.write(make_exchange(response=RESPONSES[name]), Via("article", "http://news.example/feed"))
    writer.close()
    assert list(read_captures(next(tmp_path.iterdir()))) == [written]


def test_revisits_truncation_and_roles_are_read_back(
    make_exchange: Make, make_writer: Callable[..., ArchiveWriter], tmp_path: Path
) -> None:
    writer = make_writer()
    first = make_exchange()
    again = make_exchange(url="http://news.example/b", started=first.started + timedelta(seconds=1))
    cut = make_exchange(url="http://news.example/c", response=RESPONSES["plain"][:-3], truncated="disconnect")
    roles = (
        Via("feed"),
        Via("article", "http://news.example/feed", CHANGED),
        Via("sitemap", "http://news.example/robots.txt"),
    )
    written = [writer.write(exchange, via) for exchange, via in zip((first, again, cut), roles, strict=True)]
    writer.close()
    assert list(read_captures(next(tmp_path.iterdir()))) == written
    assert [capture.kind for capture in written if capture] == ["response", "revisit", "response"]


def test_an_exchange_that_brought_nothing_is_no_capture(
    make_exchange: Make, make_writer: Callable[..., ArchiveWriter], tmp_path: Path
) -> None:
    writer = make_writer()
    assert writer.write(make_exchange(response=b""), Via("article")) is None
    writer.close()
    assert list(read_captures(next(tmp_path.iterdir()))) == []


def test_the_redirect_of_a_capture_is_absolute(make_exchange: Make, make_writer: Callable[..., ArchiveWriter]) -> None:
    url = "http://news.example/2026/a/"
    capture = make_writer().write(make_exchange(url=url, response=RESPONSES["redirect"]))
    assert capture is not None
    assert capture.location == "http://news.example/2026/b?x=1"


def test_damage_in_the_middle_is_told_and_the_rest_is_read(
    make_exchange: Make, make_writer: Callable[..., ArchiveWriter], tmp_path: Path
) -> None:
    writer = make_writer(deduplicate=False)
    written = [writer.write(make_exchange(url=f"http://news.example/{number}")) for number in range(3)]
    writer.close()
    path = next(tmp_path.iterdir())
    content = bytearray(path.read_bytes())
    assert written[1] is not None
    content[written[1].offset + 30] ^= 0xFF
    path.write_bytes(content)
    found = list(read_captures(path))
    assert [capture for capture in found if not isinstance(capture, Damage)] == [written[0], written[2]]
    assert any(isinstance(item, Damage) for item in found)
