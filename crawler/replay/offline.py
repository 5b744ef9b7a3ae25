"""The archive as the network of a crawl: a Scrapy download handler that opens no connection.

Used where the setting REPLAY names a folder of WARCs; REPLAY_AT (4 to 14 digits of YYYYMMDDhhmmss) chooses the time,
and of each address the capture nearest to it is given, the newest where it is not set. Status, headers, redirects and
encodings are those of the capture. What is not in the archive fails, is counted by address, and is named at the end.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections import Counter
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotConfigured,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.settings import BaseSettings
from scrapy.utils._download_handlers import make_response

from crawler.archive.captures import capture_of
from crawler.archive.exchange import Via
from crawler.archive.reader import Record
from crawler.errors import ArchiveError, FetchError, UsageError
from crawler.replay.cache import open_cache
from crawler.replay.library import Library
from crawler.replay.mementos import Memento, parse_stamp

logger = logging.getLogger(__name__)

HIT = "replay/hit"
MISS = "replay/miss"
MISSING = "replay/missing"
"""Statistics: requests answered, requests not answered, and the addresses of the latter with their number."""

NAMED_MISSES = 20
"""Addresses that the log names at the end."""

REMEMBERED_MISSES = 10_000

CUT: dict[str, type[Exception]] = {"time": DownloadTimeoutError, "length": DownloadCancelledError}
"""What a crawl saw of a response that is not whole, by the WARC-Truncated of its record."""

TRIED_FOR_WHOLE = 10
"""Captures that are looked at for a whole one in place of one that was cut."""

OFFLINE_SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.replay.offline.ReplayHandler",
        "https": "crawler.replay.offline.ReplayHandler",
    },
    "DOWNLOAD_DELAY": 0.001,
    "AUTOTHROTTLE_ENABLED": False,
    "RETRY_ENABLED": False,
    "DNSCACHE_ENABLED": False,
}
"""What a crawl out of an archive needs set: nobody has to be waited for, and asking again changes nothing."""


class NotInArchive(FetchError, IgnoreRequest):
    """An address that the archive does not have. Scrapy neither retries it nor logs it as a failure of ours."""

    reason = "not in the archive"


class ReplayHandler(BaseDownloadHandler):
    """Answers requests out of the archive that REPLAY names.

    `request.meta["capture"]` is then the `Capture` of the response, as `CaptureHandler` leaves it, and
    `request.meta["payload_path"]` the WARC that has its payload. A robots.txt that
    was not archived is answered with 404: no server is asked, so there is nobody whose wishes could be missed.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._network = ArchiveNetwork.of(crawler)
        self._stats = crawler.stats
        self._fails_on_dataloss = crawler.settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")

    async def download_request(self, request: Request) -> Response:
        """The capture of the request's address; raises NotInArchive where there is none that can be read.

        A response that was cut is the failure that it was on the network.
        """
        request.meta.pop("capture", None)
        url = request.url.partition("#")[0]
        try:
            record = await asyncio.to_thread(self._network.answer, request, url)
        except ArchiveError as error:
            return self._miss(url, str(error))
        if record is None:
            return self._miss(url, f"{url} is not in the archive at {self._network.library.root}")
        self._count(HIT)
        request.meta["capture"] = capture_of(record, request.meta.get("via") or Via())
        request.meta["payload_path"] = record.payload_path or record.path
        if self._fails_on_dataloss and (truncated := _truncation(record)):
            raise CUT.get(truncated, ResponseDataLossError)(f"{url} was not archived whole ({truncated})")
        return _response(request, record)

    def _miss(self, url: str, message: str) -> Response:
        self._count(MISS)
        self._network.note_miss(url)
        if urlsplit(url).path == "/robots.txt":
            return make_response(url=url, status=404, headers=Headers(), flags=["not-in-archive"])
        raise NotInArchive(message)

    def _count(self, name: str) -> None:
        if self._stats is not None:
            self._stats.inc_value(name)

    async def close(self) -> None:
        """Name what was not there."""
        self._network.close(self._stats)


class ArchiveNetwork:
    """The library that the handlers of one crawl share, and what it did not have."""

    _open: ClassVar[WeakValueDictionary[int, ArchiveNetwork]] = WeakValueDictionary()

    def __init__(self, root: Path, when: datetime | None) -> None:
        self._cache = open_cache(root)
        self.library = Library(root, self._cache)
        self.library.refresh()
        self._when = when
        self._missing: Counter[str] = Counter()
        self._closed = False

    @classmethod
    def of(cls, crawler: Crawler) -> ArchiveNetwork:
        """The one of this crawl, opened with the first handler (http and https have one each)."""
        found = cls._open.get(id(crawler))
        if found is None:
            found = cls._open[id(crawler)] = cls(*replayed_archive(crawler.settings))
        return found

    def answer(self, request: Request, url: str) -> Record | None:
        """The record of the capture that answers a request, or None."""
        content_type = (request.headers.get("Content-Type") or b"").decode("latin-1")
        memento = self.library.find(url, self._when, request.method, content_type, request.body, strict=True)
        record = self.library.read(memento) if memento else None
        if record is None or memento is None or request.method != "GET" or not _truncation(record):
            return record
        return self._whole(url, memento) or record

    def _whole(self, url: str, cut: Memento) -> Record | None:
        """The capture of `url` that is whole and nearest to one that was cut: a crawl tries again, too."""
        others = [one for one in self.library.captures(url) if one.record_id != cut.record_id]
        for one in sorted(others, key=lambda one: abs(one.date - cut.date))[:TRIED_FOR_WHOLE]:
            with suppress(ArchiveError):
                record = self.library.read(one)
                if not _truncation(record):
                    return record
        return None

    def note_miss(self, url: str) -> None:
        """Count an address that the archive does not have."""
        if url in self._missing or len(self._missing) < REMEMBERED_MISSES:
            self._missing[url] += 1

    def close(self, stats: Any) -> None:
        """Put the misses into the statistics and the log, once."""
        if self._closed:
            return
        self._closed = True
        self._cache.close()
        if not self._missing:
            return
        if stats is not None:
            stats.set_value(MISSING, dict(self._missing.most_common()))
        named = "".join(f"\n  {count:5} {url}" for url, count in self._missing.most_common(NAMED_MISSES))
        logger.warning("%d addresses were asked for and are not in the archive:%s", len(self._missing), named)


def replayed_archive(settings: BaseSettings) -> tuple[Path, datetime | None]:
    """The archive and the moment that the settings name. Raises UsageError where they name none."""
    if not settings.get("REPLAY"):
        raise NotConfigured("REPLAY names no archive")
    root = Path(settings["REPLAY"]).expanduser().resolve()
    stamp = str(settings.get("REPLAY_AT") or "")
    when = parse_stamp(stamp) if stamp else None
    if stamp and when is None:
        raise UsageError(f"REPLAY_AT={stamp} is no time: give 4 to 14 digits of YYYYMMDDhhmmss, such as 20170712.")
    return root, when


def _truncation(record: Record) -> str:
    """Why the response of a capture is not whole; empty where it is."""
    return record.get("WARC-Truncated") or "" if record.type == "response" else ""


def _response(request: Request, record: Record) -> Response:
    """The response as Scrapy's own handler would give it: transfer-encoding removed, content-encoding kept."""
    pairs = [(name, value) for name, value in record.http.fields if name.lower() != b"transfer-encoding"]
    return make_response(
        url=request.url,
        status=record.status or 200,
        headers=_headers(pairs, record),
        body=record.payload.data if request.method != "HEAD" else b"",
        flags=["dataloss"] if _truncation(record) else None,
        ip_address=_address(record.get("WARC-IP-Address")),
        protocol=f"HTTP/{record.http.version}" if record.http.version else None,
    )


def _headers(pairs: list[tuple[bytes, bytes]], record: Record) -> Headers:
    headers = Headers()
    for name, value in pairs:
        headers.appendlist(name, value)
    if not record.http.raw and record.mime:
        headers["Content-Type"] = record.mime
    return headers


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text or "")
    except ValueError:
        return None
