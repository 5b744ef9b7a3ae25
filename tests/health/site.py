"""A small news site of our own on loopback, with a switch for each way in which it may break."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = (
    "harbour council bridge ferry market weather school library harvest museum river engine winter festival garden"
    " tower letter station orchard concert bakery lantern meadow village budget minister protest verdict"
).split()
CHALLENGE = """<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>
<p>Enable JavaScript and cookies to continue</p><div id="challenge-form"></div></body></html>"""
PAYWALL = (
    "This article is for subscribers of the Sample alone. Log in to read on, or see what we have to offer you. " * 3
)
SOURCE = """
title = "The Sample"
homepage = "{url}/"
language = "en"
[discovery]
feeds = ["{url}/feed.xml"]
[articles]
include = ['/news/\\d+$']
[politeness]
delay = 0.001
jitter = 0
concurrency = 4
allow_private = true
"""

Answer = tuple[int, str, str]
"""Status, content type or (of a redirect) location, body."""


class SampleSite(ThreadingHTTPServer):
    """The site as healthy as it can be; a test sets attributes to break it, `reset` mends it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.reset()

    def reset(self) -> None:
        """As it was at the first crawl: ten articles, one every three hours."""
        self.now = datetime.now(UTC)
        self.count = 10
        self.robots = "User-agent: *\nDisallow: /admin/\n"
        self.menu = '<nav><a href="/">Home</a> <a href="/town">Town</a></nav>'
        self.down = False
        self.feed: Callable[[], Answer] = self.rss
        self.page: Callable[[int], Answer] = self.article
        self.asked: dict[str, int] = {}

    def answer(self, path: str) -> Answer:
        self.asked[path] = self.asked.get(path, 0) + 1
        if path == "/robots.txt":
            return 200, "text/plain", self.robots
        if path == "/feed.xml":
            return self.feed()
        number = int(path.rpartition("/")[2] or 0) if path.startswith(("/news/", "/story/")) else 0
        if number:
            return self.page(number) if path.startswith("/news/") else self.article(number)
        return 404, "text/html", "<h1>Not found</h1>"

    def published(self, number: int) -> datetime:
        return self.now - timedelta(hours=3 * (11 - number), minutes=7 * number)

    def rss(self, undated: int = 0) -> Answer:
        """The feed; the article of number `undated` has no date in it."""
        items = "".join(
            f"<item><title>{self.title(n)}</title><link>{self.url}/news/{n}</link>"
            + (f"<pubDate>{format_datetime(self.published(n))}</pubDate>" if n != undated else "")
            + "</item>"
            for n in range(self.count, 0, -1)
        )
        rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Sample</title>{items}</channel></rss>'
        return 200, "application/rss+xml", rss

    def title(self, number: int) -> str:
        chosen = random.Random(number)
        return f"The {chosen.choice(WORDS)} meets the {chosen.choice(WORDS)} in ward {number}"

    def article(self, number: int, *, dated: bool = True, author: str = "Ada Nowak", text: str = "") -> Answer:
        """The page of an article; `text`, where given, stands in place of its own."""
        chosen = random.Random(number)
        sentences = (" ".join(chosen.choices(WORDS, k=14)).capitalize() + "." for _ in range(24))
        paragraphs = "".join(f"<p>{' '.join(three)}</p>" for three in zip(*[sentences] * 3, strict=True))
        moment = self.published(number).isoformat(timespec="seconds")
        time = f'<time datetime="{moment}">{moment[:10]}</time>' if dated else ""
        meta = f'<meta property="article:published_time" content="{moment}">' if dated else ""
        body = f"""<!DOCTYPE html><html lang="en"><head><title>{self.title(number)} - The Sample</title>
<meta property="og:type" content="article"><meta name="author" content="{author}">{meta}</head><body>{self.menu}
<article><h1>{self.title(number)}</h1><p class="byline">By <a rel="author" href="/a">{author}</a> {time}</p>
<div class="body">{f"<p>{text}</p>" if text else paragraphs}</div></article></body></html>"""
        return 200, "text/html; charset=utf-8", body


class _Handler(BaseHTTPRequestHandler):
    server: SampleSite

    def do_GET(self) -> None:
        if self.server.down:
            self.close_connection = True
            return
        status, kind, body = self.server.answer(self.path)
        self.send_response(status)
        self.send_header("Location" if status // 100 == 3 else "Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests say what matters."""


@contextlib.contextmanager
def serving() -> Iterator[SampleSite]:
    """The site, served by a thread while the block runs."""
    with SampleSite() as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
