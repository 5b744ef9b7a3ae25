"""The small HTTP server under the replay: requests and responses as values, routes, and the checks at the door.

Only the standard library, threads, and HTTP/1.1 with connections kept open. The door admits a request only if its
Host header names this machine by address or by a name that was allowed: a page of the open web that points its own
name at 127.0.0.1 (DNS rebinding) cannot read the archive.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from crawler.errors import ArchiveError, UsageError
from crawler.replay.connections import Connections
from crawler.replay.streaming import FilePart, Stream

log = logging.getLogger(__name__)

_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

BODY_LIMIT = 64 << 20
"""Bytes of a request's body that are read; archived pages may post large forms, never this large."""

IDLE_SECONDS = 60
"""After this long without a request an open connection is closed."""


@dataclass(frozen=True)
class Request:
    """What a client asks. `target` is path and query as sent; `host` the Host header, lower case."""

    method: str
    target: str
    headers: Message
    host: str = ""
    body: bytes = b""
    proxied: bool = False
    """Whether it came through our own proxy, so from a browser that can be shown pages as they were."""

    @cached_property
    def path(self) -> str:
        """The decoded path."""
        return unquote(self.target.partition("?")[0])

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's fields; of a field that is there twice, the last."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def hostname(self) -> str:
        """The Host header without its port, as a URL writes it (an IPv6 address in brackets)."""
        return re.sub(r":\d*$", "", self.host)


@dataclass(slots=True)
class Response:
    """What is answered. `head_only` bodies and Content-Length are the server's care."""

    body: bytes | Stream | FilePart = b""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    reason: str | None = None

    @classmethod
    def html(cls, text: str, status: int = 200) -> Response:
        """A page of ours."""
        return cls(text.encode(), status, [("Content-Type", "text/html; charset=utf-8")])

    @classmethod
    def text(cls, text: str, status: int = 200, kind: str = "text/plain") -> Response:
        """Text in UTF-8, of the media type `kind`."""
        return cls(text.encode(), status, [("Content-Type", f"{kind}; charset=utf-8")])

    @classmethod
    def redirect(cls, location: str) -> Response:
        """To another page, not to be remembered."""
        return cls(b"", 302, [("Location", location), ("Cache-Control", "no-store")])


View = Callable[..., Response]
Application = Callable[[Request], Response]


class Router:
    """Paths and what answers them. A pattern is a regex over the undecoded target's path, matched whole.

    The named groups of the pattern are handed, decoded, to the view as keyword arguments.
    """

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], View, bool]] = []

    def add(self, pattern: str, view: View, whole_target: bool = False) -> None:
        """Let `view` answer `pattern`; with `whole_target` it is matched against path and query together."""
        self._routes.append((re.compile(pattern), view, whole_target))

    def __call__(self, request: Request) -> Response | None:
        """What the first route that matches answers; None where no route does."""
        path = request.target.partition("?")[0]
        for pattern, view, whole_target in self._routes:
            if found := pattern.fullmatch(request.target if whole_target else path):
                arguments = found.groupdict(default="")
                return view(request, **(arguments if whole_target else {k: unquote(v) for k, v in arguments.items()}))
        return None


def names_this_machine(host: str, allowed: frozenset[str] = frozenset()) -> bool:
    """Whether a Host header is an IP address, localhost or one of `allowed`: what DNS rebinding cannot send."""
    name = re.sub(r":\d*$", "", host).strip("[]").lower()
    if name in allowed or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Handler(BaseHTTPRequestHandler):
    """Reads requests off a connection and hands them to the server's application."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def handle_one_request(self) -> None:
        """Wait for a request and answer it, as long as the server has room for this connection."""
        if self.server.connections.waits(self):
            super().handle_one_request()
        else:
            self.close_connection = True

    def finish(self) -> None:
        """End the connection."""
        self.server.connections.left(self)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are logged for debugging only."""
        log.debug(format, *args)

    def respond(self) -> None:
        """Answer one request; a failure of ours is logged and answered with 500."""
        if len(self.headers.get_all("Host") or []) > 1:
            return self.refuse("A request has one Host header.\n")
        host = (self.headers.get("Host") or "").strip().lower()
        if not names_this_machine(host, self.server.allowed_hosts):
            return self.send(Response.text("This server answers only to its own address.\n", 421))
        target = quote(self.path.encode("latin-1"), safe=_PRINTABLE)  # as a browser would have written it
        request = Request(self.command, target, self.headers, host, self.read_body())
        return self.send(self.answer(request))

    def refuse(self, why: str) -> None:
        """Answer 400, and end the connection: what follows on it may not be what it seems."""
        self.close_connection = True
        self.send(Response.text(why, 400))

    def answer(self, request: Request) -> Response:
        """What the application says, or what keeps it from that."""
        try:
            return self.server.application(request)
        except ArchiveError as error:
            return Response.text(f"{error}\n", 503)
        except Exception:
            log.exception("replay failed on %s", request.target)
            return Response.text("This page could not be made; the terminal says why.\n", 500)

    def read_body(self) -> bytes:
        """The request's body; empty where its length is missing, odd or beyond the limit, or it is in chunks."""
        length = self.headers.get("Content-Length") or "0"
        odd = not (length.isascii() and length.isdigit()) or len(self.headers.get_all("Content-Length") or []) > 1
        if odd or int(length) > BODY_LIMIT or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            return b""
        body = self.rfile.read(int(length))
        self.server.connections.works(self)
        return body

    def send(self, response: Response) -> None:
        """Write a response, a small one in one piece, so that it leaves in as few packets as can be."""
        reason = response.reason if response.reason is not None else _phrase(response.status)
        lines = [f"HTTP/1.1 {response.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        if response.status not in (204, 304) and response.status >= 200:
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        if self.command == "HEAD" or response.status in (204, 304):
            self.wfile.write(head)
        elif isinstance(response.body, bytes):
            self.wfile.write(head + response.body)
        else:
            self.wfile.write(head)
            self.pass_on(response.body)

    def pass_on(self, body: Stream | FilePart) -> None:
        """Write a large body; where it breaks off, so does the connection."""
        try:
            for piece in body:
                self.wfile.write(piece)
        except ArchiveError as error:
            log.warning("%s", error)
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


class Server(ThreadingHTTPServer):
    """A server on one address, a thread for each connection. Raises UsageError where it cannot listen there."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self,
        bind: str,
        port: int,
        application: Application,
        allowed_hosts: frozenset[str] = frozenset(),
        handler: type[Handler] = Handler,
    ) -> None:
        self.application = application
        self.connections = Connections()
        self.allowed_hosts = allowed_hosts
        self.address_family = socket.AF_INET6 if ":" in bind else socket.AF_INET
        try:
            super().__init__((bind, port), handler)
        except OverflowError as error:
            raise UsageError(f"{port} is not a port: allowed are 0 (any that is free) to 65535.") from error
        except OSError as error:
            raise UsageError(_why_not(bind, port, error)) from error

    def server_bind(self) -> None:
        """Bind without the base class's reverse look-up of the host's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_port)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up in the middle is no news."""
        log.debug("connection from %s ended badly", client_address, exc_info=True)


def _why_not(bind: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == 99:
        return f"{bind} is not an address of this machine. Give --bind one that is, such as 127.0.0.1."
    if isinstance(error, PermissionError):
        return f"Port {port} may not be opened without special rights. Give --port a number from 1024 to 65535."
    return (
        f"Port {port} on {bind} is in use, perhaps by another replay. "
        "Stop that program, or give --port another number (0 takes any that is free)."
    )


def origin_of(url: str) -> str:
    """Scheme and authority of a URL, such as https://example.org:8443."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
