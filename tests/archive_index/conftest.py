"""WARC files of our own making, as different writers lay them out."""

from __future__ import annotations

import gzip
import hashlib
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard

from crawler.archive.exchange import Exchange, Via
from crawler.archive.writer import ArchiveWriter
from tests.archive_index.packages import PAGE, SAME, page_response

MakeRecord = Callable[..., bytes]
MakeWarc = Callable[..., Path]


def _record(kind: str, url: str | None, block: bytes = b"", version: str = "1.1", **fields: Any) -> bytes:
    named = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.UUID(hashlib.md5(f'{kind}{url}{fields}'.encode()).hexdigest())}>",
        "WARC-Date": "2026-11-22T10:15:00Z",
    }
    if url is not None:
        named["WARC-Target-URI"] = url
    named |= {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/{version}\r\n{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


@pytest.fixture
def make_record() -> MakeRecord:
    """One WARC record as bytes; keyword arguments are named fields, with "_" for "-"."""
    return _record


@pytest.fixture
def make_warc(tmp_path: Path) -> MakeWarc:
    """A WARC file of records, compressed as its name says."""

    def make(name: str, records: Iterable[bytes], folder: Path = tmp_path) -> Path:
        pack = {".gz": lambda data: gzip.compress(data, mtime=0), "zst": zstandard.ZstdCompressor().compress}
        compress = pack.get(name.removesuffix(".open")[-3:], bytes)
        path = folder / name
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(map(compress, records)))
        return path

    return make


def http_response(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """An HTTP response; Content-Length is added unless it is chunked."""
    chunked = any(field.lower().startswith("transfer-encoding") for field in fields)
    length = () if chunked else (f"Content-Length: {len(body)}",)
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, *length, "", ""]).encode() + body


@pytest.fixture
def response() -> Callable[..., bytes]:
    """An HTTP response as bytes."""
    return http_response


@pytest.fixture
def crawl() -> Callable[..., Path]:
    """Archives pages with the project's own writer; returns the WARC (the open one where `close` is false)."""

    def archive(folder: Path, pages: dict[str, bytes], *, close: bool = True, start: int = 0, **options: Any) -> Path:
        writer = ArchiveWriter(folder, "test", info={"software": "test"}, **options)
        for number, (url, body) in enumerate(pages.items(), start):
            began = datetime(2026, 11, 22, 10, 15, tzinfo=UTC) + timedelta(minutes=number)
            request = f"GET {url} HTTP/1.1\r\nHost: example.com\r\n\r\n".encode()
            answer = http_response(body, "Content-Type: text/html; charset=utf-8")
            writer.write(Exchange(url, "GET", began, request, answer), Via("article"))
        path = writer.close() if close else writer.path
        assert path is not None
        return path

    return archive


@pytest.fixture
def archive(tmp_path: Path) -> list[Path]:
    """Two WARCs: a feed, an article with its image behind a redirect, and a day later an article and one unchanged."""
    days: list[list[tuple[str, bytes, Via]]] = [
        [
            ("http://a/feed", page_response(b"<rss/>"), Via("feed")),
            ("http://a/old", page_response(b"", "Location: /1", status="301 Moved"), Via("article")),
            ("http://a/1", page_response(SAME), Via("article", "http://a/feed")),
            ("http://a/1.png", page_response(b"png"), Via("requisite", "http://a/1")),
            ("http://a/section", page_response(PAGE), Via("section")),
        ],
        [
            ("http://a/1", page_response(SAME), Via("article", "http://a/feed")),
            ("http://a/2", page_response(PAGE + b"2"), Via("article", "http://a/feed")),
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
