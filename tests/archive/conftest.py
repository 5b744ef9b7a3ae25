"""Exchanges and archives that the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.exchange import Exchange
from crawler.archive.writer import ArchiveWriter

STARTED = datetime(2026, 11, 22, 10, 15, 0, 123456, tzinfo=UTC)


@pytest.fixture
def make_exchange() -> Callable[..., Exchange]:
    """An ordinary exchange, with what the test changes of it."""

    def make(**changes: Any) -> Exchange:
        plain: dict[str, Any] = {
            "url": "http://news.example/a",
            "method": "GET",
            "started": STARTED,
            "request": b"GET /a HTTP/1.1\r\nHost: news.example\r\n\r\n",
            "response": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello",
            "ip": "192.0.2.7",
        }
        return Exchange(**(plain | changes))

    return make


@pytest.fixture
def make_writer(tmp_path: Path) -> Callable[..., ArchiveWriter]:
    """A writer into `tmp_path`."""

    def make(**options: Any) -> ArchiveWriter:
        plain: dict[str, Any] = {"info": {"software": "broadsheet/test"}}
        return ArchiveWriter(tmp_path, "news", **(plain | options))

    return make


@pytest.fixture
def warc(tmp_path: Path) -> Callable[..., Path]:
    """A file of the bytes given."""

    def make(data: bytes, name: str = "x.warc.gz") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make
