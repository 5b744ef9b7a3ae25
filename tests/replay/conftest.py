"""Small archives of our own making for the replay's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive.exchange import Capture, Exchange, Via
from crawler.archive.writer import ArchiveWriter
from crawler.replay.cache import Cache, open_cache
from crawler.replay.library import Library

NOON = datetime(2017, 7, 12, 12, 0, tzinfo=UTC)


class Recorder:
    """Writes captures into a WARC, as a crawl would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writer = ArchiveWriter(folder, "test", info={"software": "test"})

    def add(
        self,
        url: str,
        body: bytes = b"",
        content_type: str = "text/html; charset=utf-8",
        status: str = "200 OK",
        headers: bytes = b"",
        when: datetime = NOON,
        method: str = "GET",
        sent: bytes = b"",
        sent_type: bytes = b"application/x-www-form-urlencoded",
        via: Via | None = None,
    ) -> Capture:
        """Capture one exchange."""
        head = f"HTTP/1.1 {status}\r\n".encode() + headers
        if content_type:
            head += f"Content-Type: {content_type}\r\n".encode()
        request = f"{method} / HTTP/1.1\r\nHost: x\r\n".encode()
        if sent:
            request += b"Content-Type: " + sent_type + b"\r\n"
        exchange = Exchange(url, method, when, request + b"\r\n" + sent, head + b"\r\n" + body, ip="192.0.2.1")
        capture = self.writer.write(exchange, via or Via())
        assert capture is not None
        return capture

    def close(self) -> Path | None:
        """Give the WARC its final name."""
        return self.writer.close()


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "archive")


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Callable[[Path], Library]]:
    """Opens libraries whose caches lie in the test's own folder."""
    opened: list[Cache] = []

    def open_one(root: Path) -> Library:
        cache = open_cache(root, tmp_path / "cache")
        opened.append(cache)
        return Library(root, cache)

    yield open_one
    for cache in opened:
        cache.close()
