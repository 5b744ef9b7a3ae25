"""A site of ours on loopback: what it answers, by path, and what it was asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CAMPAIGN = re.compile(r"[?&](?:utm_\w+|ref|sid)=[^&]*")
"""What servers pass over in an address."""

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"


@dataclass
class Reply:
    """One answer."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """A site at `url`. `articles` and `others` are the addresses that a crawl should and should not keep."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)
    """Address to title."""
    others: list[str] = field(default_factory=list)
    missing: Reply = field(
        default_factory=lambda: Reply(b"<html><title>404</title><p>Not here.</p></html>", status=404)
    )
    asked: list[str] = field(default_factory=list)

    def page(self, path: str, body: str | bytes, content_type: str = HTML, status: int = 200, **headers: str) -> str:
        """Serve `body` at `path`; the whole address."""
        data = body.encode() if isinstance(body, str) else body
        self.replies[path] = Reply(data, content_type, status, {k.replace("_", "-"): v for k, v in headers.items()})
        return self.url + path

    def article(self, path: str, title: str, body: str | bytes, content_type: str = HTML) -> str:
        """Serve an article."""
        self.articles[self.url + path] = title
        return self.page(path, body, content_type)

    def other(self, path: str, body: str | bytes, content_type: str = HTML) -> str:
        """Serve a page that is no article."""
        self.others.append(self.url + path)
        return self.page(path, body, content_type)


@contextmanager
def served(build: Callable[[Site], None]) -> Iterator[Site]:
    """A site that `build` fills, served on a free port of loopback while the block runs."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            reply = site.replies.get(self.path) or site.replies.get(CAMPAIGN.sub("", self.path), site.missing)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    build(site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
