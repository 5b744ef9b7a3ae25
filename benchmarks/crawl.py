"""What archiving and extraction cost: plain Scrapy, ours with the archive only, and ours in full, over the same pages.

    python benchmarks/crawl.py [--pages N] [--rounds N] [--size KB]

A server in a process of its own serves N article pages of about KB kilobytes on loopback, listed by one feed. Each
way of crawling runs in a process of its own, in turn, `rounds` times; the medians and their ratios to plain Scrapy
are printed. The last line says how many downloads ended while at least one page was being extracted: extraction
does not block the event loop.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WAYS = ("plain", "archive", "full")
NAMES = {"plain": "(a) plain Scrapy", "archive": "(b) archive only", "full": "(c) in full"}
WORDS = (
    "the council met on Tuesday to settle how the old bridge over the river should be repaired before winter and who "
    "would pay for it while residents asked for a ferry until the work is done"
).split()


def sentence(number: int) -> str:
    """A sentence of twenty words, different for each number."""
    return " ".join(WORDS[(number * 7 + step * 3) % len(WORDS)] for step in range(20)).capitalize() + f" {number}."


def page(number: int, kilobytes: int) -> bytes:
    """An article page: 600 words of text within menus that fill it up to its size."""
    text = "".join(
        f"<p>{' '.join(sentence(number * 100 + paragraph * 3 + line) for line in range(3))}</p>"
        for paragraph in range(10)
    )
    head = (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Bridge report {number} | The Bench</title>"
        f"<meta property='article:published_time' content='2026-03-{1 + number % 28:02d}T08:00:00Z'></head><body>"
    )
    item = "<li><a class='menu-item level-1' href='/section/{0}'>Section {0}</a></li>"
    menu = "".join(map(item.format, range(max(0, kilobytes * 1000 - len(text) - 600) // 66)))
    main = f"<main><article><h1>Bridge report {number}</h1>{text}</article></main>"
    return f"{head}<nav><ul>{menu}</ul></nav>{main}<footer>The Bench</footer></body></html>".encode()


def serve(pages: int, kilobytes: int) -> None:
    """Serve until standard input closes; prints the port."""
    bodies = {f"/2026/{number}/": page(number, kilobytes) for number in range(pages)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            body, kind = bodies.get(self.path), "text/html; charset=utf-8"
            if self.path == "/feed":
                host = f"http://{self.headers['Host']}"
                items = "".join(f"<item><title>{path}</title><link>{host}{path}</link></item>" for path in bodies)
                body = f"<rss version='2.0'><channel><title>Bench</title>{items}</channel></rss>".encode()
                kind = "application/rss+xml"
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


def settings_for(way: str, folder: Path) -> Any:
    """The settings of one way: the same network behaviour for all, no politeness."""
    from scrapy.settings import Settings

    common = {
        "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": False,
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOAD_DELAY": 0.0001,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "COOKIES_ENABLED": False,
        "CONCURRENT_ITEMS": 8,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    }
    settings = Settings(common)
    if way != "plain":
        settings.setmodule("crawler.settings", priority="default")
        ours = {"ARCHIVES_DIR": str(folder), "PROGRESS": "off", "ALLOW_PRIVATE_ADDRESSES": True}
        settings.setdict(common | ours, priority="cmdline")
        if way == "archive":
            settings.set("ITEM_PIPELINES", {}, priority="cmdline")
    return settings


def plain_spider(port: int) -> Any:
    """A spider that fetches the same pages and does nothing with them."""
    from scrapy import Request, Spider

    class Plain(Spider):
        name = "bench"

        async def start(self) -> Any:
            yield Request(f"http://127.0.0.1:{port}/feed")

        def parse(self, response: Any) -> Any:
            for link in re.findall(r"<item>.*?<link>(.*?)</link>", response.text):
                yield Request(link, callback=self.parse_article)

        def parse_article(self, response: Any) -> Any:
            yield {"url": response.url, "length": len(response.body)}

    return Plain


def source_spider(port: int) -> Any:
    """The ordinary spider for a source of the benchmark's own."""
    from crawler.sources.model import Articles, Discovery, Source
    from crawler.spiders.news import NewsSpider

    site = f"http://127.0.0.1:{port}"

    class Bench(NewsSpider):
        name = "bench"
        source = Source(
            name="bench",
            title="The Bench",
            homepage=f"{site}/",
            language="en",
            discovery=Discovery(feeds=(f"{site}/feed",)),
            articles=Articles(include=("/2026/",)),
        )

    return Bench


class Overlap:
    """Counts downloads that end while a page is being extracted."""

    def __init__(self) -> None:
        self.extracting = 0
        self.downloads = 0

    def response(self) -> None:
        self.downloads += self.extracting > 0

    def watch_extraction(self) -> None:
        from crawler.extraction.workers import ExtractionPool

        extract = ExtractionPool.extract

        async def watched(*args: Any, **kwargs: Any) -> Any:
            self.extracting += 1
            try:
                return await extract(*args, **kwargs)
            finally:
                self.extracting -= 1

        ExtractionPool.extract = watched  # type: ignore[method-assign]


def crawl(way: str, port: int, folder: Path) -> None:
    """Crawl in this process one way; prints a JSON line with the figures."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    process = AsyncCrawlerProcess(settings_for(way, folder))
    crawler = process.create_crawler(plain_spider(port) if way == "plain" else source_spider(port))
    overlap = Overlap()
    crawler.signals.connect(overlap.response, signal=signals.response_received)
    if way == "full":
        overlap.watch_extraction()
    started = time.perf_counter()
    process.crawl(crawler)
    process.start()
    seconds = time.perf_counter() - started
    forkserver._forkserver._stop()  # type: ignore[attr-defined]  # so that the workers' CPU time is counted below
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "pages": crawler.stats.get_value("downloader/response_count", 0),
        "kept": crawler.stats.get_value("articles/kept", 0),
        "seconds": seconds,
        "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "memory": own.ru_maxrss / 1024,
        "worker memory": children.ru_maxrss / 1024,
        "overlapping": overlap.downloads,
    }
    print(json.dumps(figures))


def measure(pages: int, rounds: int, kilobytes: int) -> dict[str, list[dict[str, float]]]:
    """The figures of each way, `rounds` times, the ways in turn."""
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    command = [sys.executable, __file__, "--pages", str(pages), "--size", str(kilobytes)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([*command, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = server.stdout.readline().strip()
        for way in WAYS * rounds:
            with tempfile.TemporaryDirectory() as folder:
                one = [*command, "--crawl", way, "--port", port, "--folder", folder]
                crawled = subprocess.run(one, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=environment)
            runs[way].append(json.loads(crawled.stdout.splitlines()[-1]))
        server.communicate("")
    return runs


def report(runs: dict[str, list[dict[str, float]]]) -> None:
    """Print medians and their ratios to plain Scrapy."""
    medians = {way: {key: statistics.median(run[key] for run in runs[way]) for key in runs[way][0]} for way in WAYS}
    columns = ("pages/s", "ratio", "CPU ms/page", "ratio", "memory MB", "worker MB", "kept")
    print(f"{'':18}" + "".join(f"{column:>12}" for column in columns))
    plain = medians["plain"]
    for way, figures in medians.items():
        rate, base = figures["pages"] / figures["seconds"], plain["pages"] / plain["seconds"]
        cost, base_cost = (1000 * each["cpu"] / each["pages"] for each in (figures, plain))
        workers = figures["worker memory"] if way == "full" else 0
        values = (rate, rate / base, cost, cost / base_cost, figures["memory"], workers, figures["kept"])
        print(f"{NAMES[way]:18}" + "".join(f"{value:12.2f}" for value in values))
    full = medians["full"]
    print(f"downloads that ended while a page was being extracted: {full['overlapping']:.0f} of {full['pages']:.0f}")


def main() -> None:
    """Read the command line; the process that a person started measures the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=60, metavar="KB")
    for internal in ("--crawl", "--port", "--folder"):
        parser.add_argument(internal, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.pages, options.size)
    elif options.crawl:
        crawl(options.crawl, int(options.port), Path(options.folder))
    else:
        report(measure(options.pages, options.rounds, options.size))


if __name__ == "__main__":
    main()
