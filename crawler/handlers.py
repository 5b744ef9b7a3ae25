"""Scrapy download handlers: `CaptureHandler` fetches from the network and archives each exchange before its use."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _ScrapyAgent,
    _ScrapyProxyAgent,
    _TunnelingAgent,
)
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest, NotConfigured
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import load_object

from crawler.archive.exchange import Capture, Exchange, Truncation, Via
from crawler.errors import CaptureError, FetchRefused
from crawler.fetch.addresses import is_public, parse_address
from crawler.fetch.tap import Guard, Tap, TapFactory, TapPool

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.web.client import Agent

logger = logging.getLogger(__name__)

PROXIED = (_TunnelingAgent, _ScrapyProxyAgent)
ARCHIVE_FAILED = "archive_failed"
"""The reason that a crawl is closed with where its archive cannot be written."""


class Archive(Protocol):
    """Where exchanges are kept."""

    def keep(self, exchange: Exchange, via: Via) -> Capture | None:
        """Archive one exchange; None where nothing came back. Raises CaptureError where it could not be written."""


class NoArchive:
    """For a crawler without a source, such as `scrapy shell` with an address that no source has.

    Nothing is archived then, and so nothing is kept as text.
    """

    def keep(self, exchange: Exchange, via: Via) -> None:
        """Forget the exchange."""


def find_archive(crawler: Crawler) -> Archive:
    """The archive of a crawl: its extension of the class that the setting ARCHIVE_EXTENSION names.

    Raises NotConfigured where a source is crawled and that extension is switched off.
    """
    path = crawler.settings.get("ARCHIVE_EXTENSION", "crawler.extensions.Archiving")
    archive: Archive | None = crawler.get_extension(load_object(path))
    if archive is not None:
        return archive
    if hasattr(crawler.spidercls, "source"):
        raise NotConfigured(f"CaptureHandler archives with {path}, which is not in EXTENSIONS")
    logger.info("No source: what is fetched is not archived.")
    return NoArchive()


class AddressRefused(FetchRefused, IgnoreRequest):
    """A page at an address that is not public. Scrapy neither retries it nor logs it as a failure of ours."""

    reason = "at a private address"


class NotArchived(CaptureError, IgnoreRequest):
    """A page that was fetched and could not be archived, so that it must not be used."""


class CaptureHandler(HTTP11DownloadHandler):
    """Fetches over HTTP/1.1 and hands each exchange to the archive before the response goes any further.

    Every exchange is kept: also those that failed, timed out, were cut, or were repeated by Twisted.
    `request.meta["capture"]` is then the `Capture` of the response; `request.meta["via"]`, a `Via`, says
    why it was fetched. Where the archive fails, the download fails and the crawl is closed.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = TapFactory
        self._archive = find_archive(crawler)
        self._allow_private = crawler.settings.getbool("ALLOW_PRIVATE_ADDRESSES")
        self._failed = False

    async def download_request(self, request: Request) -> Response:
        """Fetch and archive one request."""
        request.meta.pop("capture", None)
        if self._failed:
            raise NotArchived("The archive cannot be written; the crawl is closing.")
        self._refuse_literal(request)
        agent = self._tapped_agent(request)
        try:
            with wrap_twisted_exceptions():
                response = await maybe_deferred_to_future(agent.download_request(request))
        except BaseException as error:
            self._keep(request, agent, error)
            raise
        self._keep(request, agent, None)
        return response

    def _tapped_agent(self, request: Request) -> _TapAgent:
        return _TapAgent(
            guard=None if self._allow_private else lambda address: self._check(request, address),
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )

    def _refuse_literal(self, request: Request) -> None:
        """Refuse an address in the URL itself; where a proxy resolves names this is all that can be checked."""
        if not self._allow_private:
            host = urlparse_cached(request).hostname or ""
            if parse_address(host):
                self._check(request, host)

    def _check(self, request: Request, address: str) -> None:
        parsed = parse_address(address)
        if parsed is not None and is_public(parsed):
            return
        self._count("fetch/refused_address")
        message = (
            f"Refused to fetch {request.url}: it is at {address}, which is not a public address. "
            "A source on a network of your own needs allow_private = true in its [politeness]."
        )
        logger.warning(message)
        raise AddressRefused(message)

    def _keep(self, request: Request, agent: _TapAgent, error: BaseException | None) -> None:
        """Archive all exchanges of a download, of which the last is the one that gave the response or the error."""
        via = request.meta.get("via") or Via()
        sent = [tap for tap in agent.taps if tap.request or tap.response]
        try:
            for tap in sent:
                capture = self._archive.keep(_exchange(request, agent, tap, error if tap is sent[-1] else None), via)
                request.meta["capture"] = capture
        except CaptureError as failure:
            self._close(failure)
            raise NotArchived(str(failure)) from failure

    def _close(self, failure: CaptureError) -> None:
        """Stop the crawl: what cannot be archived must not be fetched."""
        self._failed = True
        logger.critical("%s The crawl is closing.", failure)
        self._count("fetch/not_archived")
        engine = self._crawler.engine
        if engine is not None and engine.spider is not None:
            deferred_from_coro(engine.close_spider_async(reason=ARCHIVE_FAILED))

    def _count(self, name: str) -> None:
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(name)


class _TapAgent(_ScrapyAgent):
    """Scrapy's agent for one download, with taps on its connections."""

    def __init__(self, *, guard: Guard | None, **options: Any) -> None:
        super().__init__(**options)
        self.taps: list[Tap] = []
        self.proxied = False
        self._guard = guard

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        self.proxied = isinstance(agent, PROXIED)
        # A proxy may well be on a private network: it is the user's own choice, and not the feed's.
        pool: Any = TapPool(agent._pool, self.taps, None if self.proxied else self._guard)
        agent._pool = pool
        return agent


def _exchange(request: Request, agent: _TapAgent, tap: Tap, error: BaseException | None) -> Exchange:
    """What a tap recorded, under the URL without fragment. The address of a proxy is not that of the site."""
    if agent.proxied:
        tap.peer = None
    reason = (str(error) or type(error).__name__) if error else None
    if not tap.response and not reason:
        reason = "the connection was lost before anything came back"
    url = request.url.partition("#")[0]
    return tap.exchange(url, request.method, _truncation(tap, error), reason)


def _truncation(tap: Tap, error: BaseException | None) -> Truncation | None:
    """Why a response is not whole, if it is not: we stopped it, could not read on, or the connection ended."""
    if tap.whole:
        return None
    if isinstance(error, DownloadTimeoutError):
        return "time"
    if isinstance(error, DownloadCancelledError):
        return "length"
    return "unspecified" if tap.unparsed else "disconnect"
