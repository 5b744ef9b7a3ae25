"""What a source says of concurrency holds at the server, whatever Scrapy's engine does with small delays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread

import pytest

ROOT = Path(__file__).parents[2]
REQUESTS = 12
STAND_IN = f"""
from scrapy import Request, Spider

class NewsSpider(Spider):
    async def start(self):
        for number in range({REQUESTS}):
            yield Request(f"{{self.source.homepage}}{{number}}")

    def parse(self, response):
        return
"""
SETTINGS = """
from crawler.spiders import loader

loader.NEWS_SPIDER = "stand_in.NewsSpider"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SourceLoader"
TELNETCONSOLE_ENABLED = REMOTE_CONTROL_ENABLED = False
AUTOTHROTTLE_ENABLED = True
LOG_LEVEL = "ERROR"
SOURCES_DIR = "mine"
"""


class Counting(ThreadingHTTPServer):
    """Counts the requests that are under way at once; each is held for a while, or until there are too many."""

    def __init__(self, allowed: int) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.allowed = allowed
        self.lock, self.too_many = Lock(), Event()
        self.under_way = self.most = self.served = 0


class Answer(BaseHTTPRequestHandler):
    server: Counting

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.under_way += 1
            self.server.most = max(self.server.most, self.server.under_way)
            if self.server.under_way > self.server.allowed:
                self.server.too_many.set()
        self.server.too_many.wait(0.05)
        with self.server.lock:
            self.server.under_way -= 1
            self.server.served += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def counting(allowed: int) -> Iterator[Counting]:
    with Counting(allowed) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_host_never_sees_more_requests_at_once_than_the_source_allows(tmp_path: Path, concurrency: int) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = project_settings\n")
    (tmp_path / "project_settings.py").write_text(SETTINGS)
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    (tmp_path / "mine").mkdir()
    with counting(concurrency) as server:
        (tmp_path / "mine" / "gazette.toml").write_text(
            f'title = "Gazette"\nhomepage = "http://127.0.0.1:{server.server_port}/"\nlanguage = "en"\n'
            f"politeness = {{ delay = 0.001, jitter = 0, concurrency = {concurrency}, obey_robots = false }}\n"
        )
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
        environment.pop("SCRAPY_SETTINGS_MODULE", None)
        command = [sys.executable, "-m", "scrapy", "crawl", "gazette"]
        subprocess.run(command, cwd=tmp_path, env=environment, timeout=60, check=True)
    assert server.served == REQUESTS
    assert server.most <= concurrency
