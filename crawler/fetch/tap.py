"""Records the exact bytes of each HTTP/1.x exchange between Twisted's protocol and its transport.

Scrapy's responses have lost bytes (header order and case, reason phrase, chunks), so that they cannot be archived
as served. This rests on private names of Scrapy 2.19 and Twisted; tests/fetch/test_bytes.py holds what is recorded
against what a server on a raw socket sent.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import connectionDone
from twisted.web.http_headers import InvalidHeaderName
from zope.interface import directlyProvides, providedBy

from crawler.archive.exchange import Exchange, Truncation
from crawler.archive.message import Head, split_head
from crawler.fetch.ciphers import iana_name

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure
    from twisted.web._newclient import HTTP11ClientProtocol
    from twisted.web.iweb import IResponse

logger = logging.getLogger(__name__)

Guard = Callable[[str], None]
"""Called with the peer's address once a connection is made and before a byte is sent; raises to refuse it."""

_PROXY_PASSWORD = re.compile(rb"(?im)^(Proxy-Authorization:[ \t]*)[^\r\n]*")


class Tap:
    """What passed over the wire in one exchange, recorded while it passes."""

    def __init__(self) -> None:
        self.started = datetime.now(UTC)
        self.request = bytearray()
        self.response = bytearray()
        self.peer: str | None = None
        self.tls: tuple[str, str] | None = None
        self.ended = False
        """Whether the parser came to the end of the response."""
        self.unclean = False
        """Whether the connection broke; a response that ends with its connection is not known to be whole then."""
        self.unparsed = False
        """Whether the parser gave up on what it was given."""
        self._behind = 0
        self._began = self._latest = monotonic()

    def sent(self, data: bytes) -> None:
        """Record what was written to the connection."""
        self.request += data

    def received(self, data: bytes) -> None:
        """Record what came from the connection."""
        self.response += data
        self._latest = monotonic()

    def end(self, rest: bytes) -> None:
        """The response ended, and `rest` is what had come behind it."""
        self.ended = True
        self._behind = len(rest)

    @property
    def whole(self) -> bool:
        """Whether all of the response came. One without a stated length ends where its connection is closed."""
        return self.ended and not self.unclean

    def exchange(self, url: str, method: str, truncated: Truncation | None, error: str | None) -> Exchange:
        """What was recorded. A password for a proxy is blotted out: it is no business of the archive's readers."""
        interim, response = split_interim(bytes(self.response[: len(self.response) - self._behind]))
        head, body = split_head(bytes(self.request))
        return Exchange(
            url=url,
            method=method,
            started=self.started,
            request=_PROXY_PASSWORD.sub(rb"\1(not archived)", head) + body,
            response=response,
            interim=interim,
            ip=self.peer,
            tls_version=self.tls[0] if self.tls else None,
            cipher=iana_name(self.tls[1]) if self.tls else None,
            truncated=truncated if response else None,
            elapsed=self._latest - self._began,
            error=error,
        )


def split_interim(received: bytes) -> tuple[list[bytes], bytes]:
    """Whole heads of 1xx responses, and the final response that follows them."""
    interim = []
    while received[:5] == b"HTTP/":
        head, rest = split_head(received)
        status = Head(head).status
        if status is None or status // 100 != 1 or not head.endswith((b"\n\n", b"\n\r\n")):
            break
        interim.append(head)
        received = rest
    return interim, received


class _WriteTap:
    """A transport that tells a tap what is written to it, and else is the transport that it wraps."""

    def __init__(self, transport: Any, tap: Tap) -> None:
        self.__dict__.update(_transport=transport, _tap=tap)
        directlyProvides(self, providedBy(transport))

    def write(self, data: bytes) -> None:
        self._tap.sent(data)
        self._transport.write(data)

    def writeSequence(self, pieces: Any) -> None:  # noqa: N802
        self.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            self.__dict__[name] = value
        else:
            setattr(self._transport, name, value)


class _Parser(_LenientHTTPClientParser):
    """A parser that leaves out fields whose names no header may have, as browsers do, instead of failing."""

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802
        try:
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]
        except InvalidHeaderName:
            logger.debug("Left out a field with the name %r from what the crawler sees", name)


class TapProtocol(_LenientHTTP11ClientProtocol):
    """One connection, which may carry several exchanges, one after the other."""

    _tap: Tap | None = None

    def request(self, request: Any) -> Deferred[IResponse]:
        """Send `request`, with a new tap that is added to the list which the request carries as `taps`."""
        tap = self._tap = Tap()
        request.taps.append(tap)
        transport: Any = self.transport
        tap.peer = getattr(transport.getPeer(), "host", None)
        self.transport = _WriteTap(transport, tap)  # type: ignore[assignment]
        try:
            sent = super().request(request)
        finally:
            self.transport = transport
        if self._parser is not None:
            self._parser.__class__ = _Parser  # Scrapy does likewise: the parser is made in the method above
            self._parser.finisher = self._ending(tap, self._parser.finisher)
        return sent

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Record before anything is parsed."""
        if self._tap is not None:
            if not self._tap.response:
                self._tap.tls = _tls_of(self.transport)
            self._tap.received(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        """Remember whether the other side closed the connection, or it broke."""
        if self._tap is not None and not isinstance(reason.value, ConnectionDone):
            self._tap.unclean = True
        super().connectionLost(reason)  # type: ignore[no-untyped-call]
        self._tap = None

    def _giveUp(self, reason: Failure) -> None:  # noqa: N802
        """Twisted comes here where its parser fails, and at the end of a connection that is not kept."""
        if self._tap is not None and not self._tap.ended:
            self._tap.unparsed = True
        super()._giveUp(reason)  # type: ignore[no-untyped-call]

    def _ending(self, tap: Tap, finisher: Callable[[bytes], None]) -> Callable[[bytes], None]:
        def finish(rest: bytes) -> None:
            tap.end(rest)
            if self._tap is tap:
                self._tap = None
            finisher(rest)

        return finish


def _tls_of(transport: Any) -> tuple[str, str] | None:
    """Protocol version and cipher suite (OpenSSL's names) of a TLS connection; None for a plain one."""
    try:
        handle = transport.getHandle()
        return handle.get_protocol_version_name(), handle.get_cipher_name()
    except AttributeError:
        return None


class TapFactory(_LenientHTTP11ClientFactory):
    """Makes the protocol of each new connection."""

    guard: Guard | None = None

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802
        """Called when a connection is there and nothing was sent on it, not even a TLS greeting."""
        if self.guard is not None:
            self.guard(getattr(addr, "host", ""))
        return TapProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Guarded:
    """An endpoint whose connections are checked before they are used."""

    def __init__(self, endpoint: Any, guard: Guard) -> None:
        self._endpoint = endpoint
        self._guard = guard

    def connect(self, factory: TapFactory) -> Any:
        factory.guard = self._guard
        return self._endpoint.connect(factory)


class _Tapped:
    """A connection for one request of one download, whose taps go to `taps`."""

    def __init__(self, connection: Any, taps: list[Tap]) -> None:
        self._connection = connection
        self._taps = taps

    def request(self, request: Any) -> Deferred[IResponse]:
        request.taps = self._taps
        return self._connection.request(request)  # type: ignore[no-any-return]


class TapPool:
    """What an agent needs of a connection pool, for one download: all its exchanges are recorded in `taps`.

    Also those that Twisted repeats by itself, after a kept connection turned out to be closed.
    """

    def __init__(self, pool: Any, taps: list[Tap], guard: Guard | None) -> None:
        self.persistent = pool.persistent
        self._pool = pool
        self._taps = taps
        self._guard = guard

    def getConnection(self, key: Any, endpoint: Any) -> Any:  # noqa: N802
        """A connection from the pool, or a new one."""
        guarded = endpoint if self._guard is None else _Guarded(endpoint, self._guard)
        return self._pool.getConnection(key, guarded).addCallback(_Tapped, self._taps)
