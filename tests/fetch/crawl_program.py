"""Run by tests in a process of its own: crawls what a plan says with the real Scrapy, and writes what came of it.

    python crawl_program.py PLAN.json

The plan has `folder` (where WARCs and outcome.json go), `settings`, and `requests`: each with `url` and what else
`scrapy.Request` takes; those under `then` follow when the request before them is done.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from crawler.archive.exchange import Capture, Exchange, Via
from crawler.archive.writer import ArchiveWriter
from crawler.errors import CaptureError

PLAN = json.loads(Path(sys.argv[1]).read_text()) if __name__ == "__main__" else {}
OUTCOMES: list[dict[str, Any]] = []


class Archiving:
    """An archive as the crawl has one, without anything around it."""

    def __init__(self, folder: Path) -> None:
        self._writer = ArchiveWriter(folder, "test", info={"software": "test"}, deduplicate=False)
        self._kept = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Archiving:
        archiving = cls(Path(PLAN["folder"]))
        crawler.signals.connect(archiving.close, signals.engine_stopped)
        return archiving

    def keep(self, exchange: Exchange, via: Via) -> Capture | None:
        self._kept += 1
        if self._kept > PLAN["settings"].get("ARCHIVE_FAILS_AFTER", self._kept):
            raise CaptureError("Cannot write to the archive at x.warc.gz.open: No space left on device.")
        return self._writer.write(exchange, via)

    def close(self) -> None:
        self._writer.close()


class PlannedSpider(scrapy.Spider):
    name = "planned"

    async def start(self) -> AsyncIterator[Any]:
        for planned in PLAN["requests"]:
            yield self.request(planned)

    def request(self, planned: dict[str, Any]) -> scrapy.Request:
        options = {name: value for name, value in planned.items() if name != "then"}
        meta = {"handle_httpstatus_all": True, "then": planned.get("then", []), "asked": planned["url"]}
        if via := options.pop("via", None):
            meta["via"] = Via(*via)
        options["meta"] = meta | options.get("meta", {})
        return scrapy.Request(callback=self.parse, errback=self.failed, dont_filter=True, **options)

    def parse(self, response: Any) -> Iterator[Any]:
        yield from self.note(
            response.request,
            status=response.status,
            url=response.url,
            body=hashlib.sha1(response.body).hexdigest(),
            flags=response.flags,
        )

    def failed(self, failure: Any) -> Iterator[Any]:
        yield from self.note(failure.request, error=type(failure.value).__name__, message=str(failure.value))

    def note(self, request: scrapy.Request, **outcome: Any) -> Iterator[scrapy.Request]:
        capture = request.meta.get("capture")
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot"))
        place = {"crawl_delay": request.meta.get("crawl_delay"), "slot_delay": slot and slot.delay}
        OUTCOMES.append({"asked": request.meta["asked"], "capture": capture and capture.record_id, **place, **outcome})
        for planned in request.meta["then"]:
            yield self.request(planned)


def main() -> None:
    """Crawl the plan."""
    defaults = {
        "ARCHIVE_EXTENSION": "__main__.Archiving",
        "EXTENSIONS": {"__main__.Archiving": 0},
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.handlers.CaptureHandler",
            "https": "crawler.handlers.CaptureHandler",
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "ALLOW_PRIVATE_ADDRESSES": True,
        "TELNETCONSOLE_ENABLED": False,
        "RETRY_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "USER_AGENT": "Broadsheet-Test/1",
    }
    process = AsyncCrawlerProcess(defaults | PLAN["settings"])
    crawler = process.create_crawler(PlannedSpider)
    process.crawl(crawler)
    process.start()
    assert crawler.stats is not None
    stats = {key: value for key, value in crawler.stats.get_stats().items() if isinstance(value, int | float | str)}
    (Path(PLAN["folder"]) / "outcome.json").write_text(json.dumps({"outcomes": OUTCOMES, "stats": stats}))


if __name__ == "__main__":
    main()
