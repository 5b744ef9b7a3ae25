"""The proxy that is the browser's only network: every address is answered out of the archive, nothing is rewritten.

It never opens a connection to anywhere. For https the browser opens a tunnel (CONNECT), in which this server takes the
part of whatever host was meant, with the one key that the browser was told to trust. The replay's own pages are
reached through the proxy as well, under the addresses that they have without it.
"""

from __future__ import annotations

import logging
import re
import socket
import ssl
from collections.abc import Callable
from email.message import Message
from urllib.parse import urlsplit

from crawler.errors import ArchiveError
from crawler.replay.answers import accepted_codings, preflight, replayed
from crawler.replay.certificate import Identity
from crawler.replay.library import Library
from crawler.replay.mementos import Memento, absolute
from crawler.replay.showing import Showing
from crawler.replay.web import Application, Handler, Request, Response, Server, names_this_machine

log = logging.getLogger(__name__)

TLS_HANDSHAKE = 0x16
"""The first byte of a TLS connection; in a tunnel without it (WebSocket) plain HTTP is spoken."""

_AUTHORITY = re.compile(r"[^\s/@?#]+:\d{1,5}")

Missing = Callable[[Request, str, str], Response]
"""Makes the page that says what is not there: request, address, and why where it is not simply missing."""


class ArchiveAnswers:
    """Answers requests to the archived web at the moment that is being shown."""

    def __init__(self, library: Library, showing: Showing, missing: Missing) -> None:
        self._library = library
        self._showing = showing
        self._missing = missing

    def answer(self, request: Request, url: str) -> Response:
        """The capture of `url` nearest to the moment, or a page that says why there is none.

        Service workers are not there: they answer for a site at every moment with what they kept of another. A page
        must do without them anyhow when it is visited for the first time.
        """
        if request.headers.get("Service-Worker") == "script":
            return Response(b"", 404, [("Cache-Control", "no-store")])
        memento = self._find(request, url)
        if memento is None and request.method == "OPTIONS":
            return preflight(request)
        if is_page(request):
            self._showing.note_visit(url, memento)
        if memento is None or memento.unchanged:
            return self._not_there(request, url, memento.unchanged if memento else "")
        try:
            record, large = self._library.open(memento, accepted_codings(request))
            return replayed(record, request, large)
        except ArchiveError as error:
            return self._not_there(request, url, str(error))

    def _find(self, request: Request, url: str) -> Memento | None:
        content_type = request.headers.get("Content-Type") or ""
        asked = (url, self._showing.when, request.method, content_type, request.body)
        if request.method == "OPTIONS":
            return self._library.find(*asked)
        return self._library.find_awaited(*asked) if is_page(request) else self._library.find_soon(*asked)

    def _not_there(self, request: Request, url: str, reason: str) -> Response:
        log.debug("not in the archive: %s %s", request.method, url)
        if is_page(request) or request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame"):
            return self._missing(request, url, reason)
        if is_of_a_page(request):
            self._showing.note_miss(url)
        return Response(b"", 404, [("Cache-Control", "no-store")])


def is_page(request: Request) -> bool:
    """Whether a browser asks for a page of its own, not for a part of one."""
    kind = request.headers.get("Sec-Fetch-Dest")
    return kind == "document" if kind else "text/html" in (request.headers.get("Accept") or "")


def is_of_a_page(request: Request) -> bool:
    """Whether a page asks, and not the browser on an errand of its own."""
    site = request.headers.get("Sec-Fetch-Site")
    return site != "none" if site else bool(request.headers.get("Referer") or request.headers.get("Origin"))


def is_of_another_origin(headers: Message) -> bool:
    """Whether a script or an element of another origin asks; links and addresses that are typed are nobody's."""
    return headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and headers.get("Sec-Fetch-Mode") != "navigate"


class ProxyHandler(Handler):
    """One connection of the browser to the proxy, and the tunnel that may be opened in it."""

    server: ProxyServer
    _tunnel: str | None = None

    def do_CONNECT(self) -> None:  # noqa: N802
        """Open a tunnel to the host that is named, which we play."""
        if self._tunnel or not _AUTHORITY.fullmatch(self.path):
            return self.send(Response.text("Not an address to connect to.\n", 400))
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        first = self.connection.recv(1, socket.MSG_PEEK)
        secure = first[:1] == bytes([TLS_HANDSHAKE])
        if secure and not self._secure():
            self.close_connection = True
            return None
        self._tunnel = ("https://" if secure else "http://") + _without_default_port(self.path, secure)
        self.close_connection = False
        return None

    def _secure(self) -> bool:
        try:
            tls = self.server.identity.context.wrap_socket(self.connection, server_side=True)
        except (ssl.SSLError, OSError) as error:
            log.debug("no TLS with the browser for %s: %s", self.path, error)
            return False
        self.connection = tls
        self.rfile = tls.makefile("rb", -1)
        self.wfile = tls.makefile("wb", 0)  # type: ignore[assignment]
        return True

    def respond(self) -> None:
        """Answer a request for an absolute address, or one in a tunnel; nothing else (no DNS rebinding here)."""
        url = self._tunnel + self.path if self._tunnel else self.path
        if not re.match(r"https?://", url, re.IGNORECASE):
            return self.send(Response.text("This is a proxy for the browser that the replay starts.\n", 400))
        try:
            parts = urlsplit(url)
        except ValueError:
            return self.refuse("This is no address.\n")
        body = self.read_body()
        own = self.server.own(url)
        if own and is_of_another_origin(self.headers):
            return self.send(Response.text("Archived pages have no access to the replay's own.\n", 403))
        if own:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            request = Request(self.command, target or "/", self.headers, parts.netloc, body, proxied=True)
            return self.send(self._guarded(own, request))
        request = Request(self.command, url, self.headers, parts.netloc, body, proxied=True)
        return self.send(self._guarded(lambda asked: self._archived(asked, url), request))

    def _archived(self, request: Request, url: str) -> Response:
        """What the archive has. A redirect to our own pages would come to them as if the user had asked for it."""
        response = self.server.archive.answer(request, url)
        target = next((value for name, value in response.headers if name.lower() == "location"), "")
        if self.server.own(absolute(url, target) or ""):
            return Response.text(f"{url} redirects to the replay itself, where no archived page leads.\n", 404)
        return response

    def _guarded(self, application: Application, request: Request) -> Response:
        try:
            return application(request)
        except Exception:
            log.exception("replay failed on %s", request.target)
            return Response.text("This page could not be made; the terminal says why.\n", 500)

    def finish(self) -> None:
        """Close the TLS socket too: wrapping took it from the server, which closes what it accepted."""
        try:
            super().finish()
        finally:
            self.connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond  # noqa: N815


def _without_default_port(authority: str, secure: bool) -> str:
    return authority.removesuffix(":443" if secure else ":80")


class ProxyServer(Server):
    """The proxy, on loopback only. `own_pages`: the replay's own servers by authority, and what answers there."""

    def __init__(self, archive: ArchiveAnswers, identity: Identity, own_pages: dict[str, Application]) -> None:
        self.archive = archive
        self.identity = identity
        self.own_pages = {name: page for name, page in own_pages.items() if names_this_machine(name)}
        super().__init__("127.0.0.1", 0, lambda request: Response(status=400), handler=ProxyHandler)

    def own(self, url: str) -> Application | None:
        """What answers at an address of the replay's own servers; None for any other address."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        return self.own_pages.get(parts.netloc) if parts.scheme == "http" else None
