"""Serves the newspaper over real HTTP/1.1 on loopback: keep-alive, chunks, gzip, validators, ranges, a stumble.

What it sends depends on the request and the edition alone, down to the Date header: the newspaper's clock stands
still until `advance()` brings the next edition.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from crawler.demo.newspaper import LAST_EDITION, Newspaper
from crawler.demo.pages import http_date
from crawler.demo.press import Resource
from crawler.demo.site import FORMS, Site

HOST = "127.0.0.1"
DEFAULT_PORT = 8765
IDLE_SECONDS = 30.0
"""How long a kept connection may say nothing."""

CHUNK = 1000
FORM_LIMIT = 65_536
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class NewspaperServer(ThreadingHTTPServer):
    """The newspaper on 127.0.0.1; port 0 takes a free one. Raises OSError where the port is taken."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0, paper: Newspaper | None = None) -> None:
        super().__init__((HOST, port), NewspaperHandler)
        self.paper = paper or Newspaper()
        self.url = f"http://{HOST}:{self.server_port}"
        self.edition = 1
        self.site = Site(self.paper, self.edition, self.url)
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def advance(self, morning: datetime | None = None) -> None:
        """Serve the second edition from now on, as of `morning` (aware); where None, of that in the content files."""
        if morning is not None:
            self.paper = Newspaper(morning=morning)
        self.edition = LAST_EDITION
        self.site = Site(self.paper, self.edition, self.url)

    def count(self, target: str) -> int:
        """Note that `target` was asked for, and say how often that was."""
        with self._lock:
            self._asked[target] += 1
            return self._asked[target]

    def asked(self) -> dict[str, int]:
        """How often each request target was asked for with GET."""
        with self._lock:
            return dict(self._asked)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Readers who hang up are no errors of ours."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serving(port: int = 0) -> Iterator[NewspaperServer]:
    """The newspaper, served by a thread while the block runs."""
    with NewspaperServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class NewspaperHandler(BaseHTTPRequestHandler):
    """One connection to the newspaper."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1
    """Head and body leave together, when flushed."""

    server: NewspaperServer
    FAILED: ClassVar = Resource(b"The press has stopped. Please try again.\n", "text/plain; charset=utf-8", 500)

    def do_GET(self) -> None:
        """Send what is asked for."""
        target = self._target()
        resource = self.server.site.resource(target)
        if self.command == "GET" and self.server.count(target) < resource.attempts:
            resource = self.FAILED
        self._answer(resource)

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        """Take a form and say thanks."""
        length = self.headers.get("Content-Length", "")
        if refusal := _refusal(length):
            self.send_error(refusal)
            return
        self.rfile.read(int(length))
        if self._target() in FORMS:
            self._answer(self.server.site.thanks())
        else:
            self.send_error(HTTPStatus.METHOD_NOT_ALLOWED)

    def version_string(self) -> str:
        """The Server header."""
        return "Courier/1.0"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The newspaper's clock, which stands still."""
        return http_date(self.server.paper.clock(self.server.edition))

    def log_message(self, format: str, *args: Any) -> None:
        """The newspaper keeps no log of its readers."""

    def _target(self) -> str:
        """Path and query of the request, also where it names the whole URL, as a request to a proxy does."""
        return self.path.removeprefix(self.server.url) or "/"

    def _answer(self, resource: Resource) -> None:
        if self._unchanged(resource):
            self._head(resource, HTTPStatus.NOT_MODIFIED)
            self.end_headers()
        elif resource.ranges and (wanted := self._range(len(resource.body))) is not None:
            self._send_range(resource, wanted)
        elif resource.chunked and self.request_version == "HTTP/1.1":
            self._send_chunks(resource)
        else:
            self._send_whole(resource)

    def _head(self, resource: Resource, status: int) -> None:
        """The status line and the headers that all answers have."""
        self.send_response(status)
        for name, value in resource.headers:
            self.send_header(name, value)
        if resource.modified and resource.etag:
            self.send_header("ETag", resource.etag)
            self.send_header("Last-Modified", http_date(resource.modified))
        if resource.compressible:
            self.send_header("Vary", "Accept-Encoding")

    def _unchanged(self, resource: Resource) -> bool:
        """Whether the reader has it already (RFC 9110, section 13.2.2: If-None-Match goes before the date)."""
        if resource.status != HTTPStatus.OK or resource.modified is None:
            return False
        if known := self.headers.get("If-None-Match"):
            return known.strip() == "*" or resource.etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
            return resource.modified.timestamp() <= since.timestamp()
        except (ValueError, OverflowError):
            return False

    def _range(self, size: int) -> range | None:
        """The one range asked for, empty where it lies outside; None for what is to be ignored (RFC 9110, 14.2)."""
        match = RANGE.fullmatch(self.headers.get("Range", "").strip())
        if match is None or not any(match.groups()):
            return None
        first, last = match.groups()
        if not first:
            return range(max(size - int(last), 0), size)
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1, size) if last else size)

    def _send_range(self, resource: Resource, wanted: range) -> None:
        if not wanted:
            self._head(resource, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{len(resource.body)}")
            self._send_body(b"", resource.content_type)
            return
        self._head(resource, HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Range", f"bytes {wanted.start}-{wanted.stop - 1}/{len(resource.body)}")
        self._send_body(resource.body[wanted.start : wanted.stop], resource.content_type)

    def _send_whole(self, resource: Resource) -> None:
        self._head(resource, resource.status)
        if resource.ranges:
            self.send_header("Accept-Ranges", "bytes")
        self._send_body(self._encoded(resource), resource.content_type)

    def _send_body(self, body: bytes, content_type: str) -> None:
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_chunks(self, resource: Resource) -> None:
        self._head(resource, resource.status)
        body = self._encoded(resource)
        self.send_header("Content-Type", resource.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        for start in range(0, len(body), CHUNK):
            piece = body[start : start + CHUNK]
            self.wfile.write(b"%X\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _encoded(self, resource: Resource) -> bytes:
        """The body as this reader takes it; the header that says so is sent here."""
        if not resource.compressible or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return resource.body
        self.send_header("Content-Encoding", "gzip")
        return gzip.compress(resource.body, mtime=0)


def _refusal(length: str) -> HTTPStatus | None:
    """Why a form of that Content-Length is not taken; None if it is."""
    if not length:
        return HTTPStatus.LENGTH_REQUIRED
    if not length.isdecimal():
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if int(length) > FORM_LIMIT else None
