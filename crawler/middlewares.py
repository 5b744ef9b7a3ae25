"""Scrapy middlewares: thin adapters to the rooms that hold the knowledge."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.responsetypes import responsetypes
from scrapy.utils.httpobj import urlparse_cached

from crawler.archive.exchange import Via
from crawler.archive.message import remove_content_encoding
from crawler.errors import CaptureError, FetchRefused
from crawler.extensions import Archiving
from crawler.fetch.reservations import PATH, Reservations
from crawler.fetch.robots import FORBIDDEN, UNREACHABLE, Robots, product_token

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

SUCCESS, REDIRECTION, CLIENT_ERROR = 2, 3, 4
"""Classes of HTTP status."""

OK = 200

REDIRECTS = 5
"""Redirects of a robots.txt that are followed; RFC 9309, 2.3.1.2 wants at least five."""

FRESH = 24 * 3600.0
"""Seconds for which a robots.txt is used; RFC 9309, 2.4 allows a day."""

FRESH_UNREACHABLE = 600.0
"""Seconds after which a robots.txt that could not be had is asked for again."""

MAX_CRAWL_DELAY = 120.0
"""Seconds of Crawl-delay that are kept at most; more would let a crawl of a thousand pages take days."""

DONT_THROTTLE = "autothrottle_dont_adjust_delay"
CRAWL_DELAY = "crawl_delay"
"""Key of request.meta: the Crawl-delay that is kept for its host, in seconds."""


class RobotsRefused(FetchRefused, IgnoreRequest):
    """A page that robots.txt forbids. Scrapy drops it without an error."""

    reason = FORBIDDEN


class RobotsUnreachable(RobotsRefused):
    """A page whose robots.txt cannot be had, so that it must be taken to forbid all (RFC 9309, 2.3.1.4)."""

    reason = UNREACHABLE


@dataclass(frozen=True, slots=True)
class _Answer:
    """The rules of a site, and until when (on the monotonic clock) they are good."""

    robots: Robots
    until: float
    unreachable: str = ""
    """Why the robots.txt could not be read; empty where it could, or where older rules are known."""


class RobotsMiddleware:
    """Keeps to the robots.txt of every host, by RFC 9309: no fetching where it cannot be reached.

    Each robots.txt is fetched through the downloader, and so archived, in the role "robots". A Crawl-delay longer
    than our own delay becomes the delay of the host.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._token = product_token(crawler.settings.get("ROBOTSTXT_USER_AGENT") or crawler.settings["USER_AGENT"])
        self._answers: dict[str, _Answer] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wire it in."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise RobotsRefused where its host does not allow it."""
        url = urlparse_cached(request)
        if request.meta.get("dont_obey_robotstxt") or url.scheme not in ("http", "https"):
            return
        site = f"{url.scheme}://{url.netloc.rpartition('@')[2].lower()}"
        answer = await self._answer(site, request)
        if not answer.robots.allowed(request.url):
            self._count("forbidden")
            if answer.unreachable:
                reason = f"could not be read ({answer.unreachable})"
                raise RobotsUnreachable(f"Refused to fetch {request.url}: {site}/robots.txt {reason}.")
            raise RobotsRefused(f"Refused to fetch {request.url}: {site}/robots.txt forbids it.")
        self._keep_delay(request, answer.robots.crawl_delay)

    async def _answer(self, site: str, request: Request) -> _Answer:
        """The rules of a site, which are asked for once however many requests wait for them."""
        async with self._asking.setdefault(site, asyncio.Lock()):
            answer = self._answers.get(site)
            if answer is None or answer.until < monotonic():
                answer = self._answers[site] = await self._ask(site, request, answer)
        return answer

    async def _ask(self, site: str, request: Request, known: _Answer | None) -> _Answer:
        try:
            response = await self._fetch(f"{site}/robots.txt", request)
        except (CaptureError, FetchRefused):
            raise
        except Exception as error:  # noqa: BLE001 (whatever kept us from reading it, the site is off limits)
            return self._unreachable(site, str(error) or type(error).__name__, known)
        kind = response.status // 100 if response is not None else CLIENT_ERROR
        if response is None or kind == CLIENT_ERROR:
            return _Answer(Robots.allow_all(), monotonic() + FRESH)
        if kind != SUCCESS:
            return self._unreachable(site, f"it answers with status {response.status}", known)
        robots = Robots.parse(response.body, self._token)
        if (robots.crawl_delay or 0) > MAX_CRAWL_DELAY:
            asked = robots.crawl_delay
            logger.warning("%s asks for a Crawl-delay of %g s; %g s are kept.", site, asked, MAX_CRAWL_DELAY)
        return _Answer(robots, monotonic() + FRESH)

    async def _fetch(self, url: str, request: Request) -> Response | None:
        """The final response for a robots.txt; None where redirects lead nowhere, which counts as there being none."""
        assert self._crawler.engine is not None
        asked: set[str] = set()
        while url not in asked and len(asked) <= REDIRECTS:
            asked.add(url)
            response = await self._crawler.engine.download_async(_robots_request(url, request))
            self._count(f"status/{response.status}")
            if response.status // 100 != REDIRECTION:
                return response
            url = urljoin(url, (response.headers.get("Location") or b"").decode("latin-1"))
            if not url.startswith(("http://", "https://")):
                return None
        return None

    def _unreachable(self, site: str, reason: str, known: _Answer | None) -> _Answer:
        """Nothing may be fetched, unless older rules are known: those stay in force."""
        self._count("unreachable")
        until = monotonic() + FRESH_UNREACHABLE
        if known is not None:
            logger.warning("%s/robots.txt could not be read again (%s); the one known is kept.", site, reason)
            return _Answer(known.robots, until)
        logger.warning("%s/robots.txt could not be read (%s); nothing is fetched there for now.", site, reason)
        return _Answer(Robots.disallow_all(), until, reason)

    def _keep_delay(self, request: Request, asked: float | None) -> None:
        """Make a Crawl-delay longer than ours the delay of the host, without jitter that could shorten it."""
        if request.meta.pop(CRAWL_DELAY, None):
            request.meta.pop(DONT_THROTTLE, None)  # was for another host, before a redirect
        engine = self._crawler.engine
        if not asked or engine is None:
            return
        delay = min(asked, MAX_CRAWL_DELAY)
        downloader = engine.downloader
        key = downloader.get_slot_key(request)
        known = downloader.per_slot_settings.setdefault(key, {})
        ours = known.get("delay", downloader._delay)
        if delay <= ours * (1 - known.get("jitter", downloader._jitter)):
            return
        request.meta.update({CRAWL_DELAY: delay, DONT_THROTTLE: True})
        known.update(delay=max(delay, ours), jitter=0.0)
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter = max(delay, slot.delay), 0.0

    def _count(self, name: str) -> None:
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(f"robots/{name}")


def _robots_request(url: str, request: Request) -> Request:
    """A request for a robots.txt, on the way that `request` takes; redirects are ours to follow."""
    meta: dict[str, Any] = {
        "via": Via("robots", request.url),
        "dont_obey_robotstxt": True,
        "dont_redirect": True,
        "handle_httpstatus_all": True,
    }
    if proxy := request.meta.get("proxy"):
        meta["proxy"] = proxy
    return Request(url, meta=meta, callback=NO_CALLBACK)


class ReservationsMiddleware:
    """Notes with each article which pages a site's tdmrep.json reserves from text and data mining (TDMRep).

    The file is asked for once in a crawl of each site, and archived. It forbids no fetching: whether a reservation is
    obeyed is for the source to say (`obey_rights`), and a file that cannot be had reserves nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._known: dict[str, Reservations] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wire it in; NotConfigured without a source, since nothing is archived then."""
        if not hasattr(crawler.spidercls, "source"):
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Put into the `Via` of an article's request whether its address is reserved."""
        via = request.meta.get("via")
        if via is None or via.role != "article":
            return
        site = "{0.scheme}://{0.netloc}".format(urlparse_cached(request))
        async with self._asking.setdefault(site, asyncio.Lock()):
            if site not in self._known:
                self._known[site] = await self._ask(site, request)
        request.meta["via"] = replace(via, reserved=self._known[site].hold(request.url))

    async def _ask(self, site: str, request: Request) -> Reservations:
        assert self._crawler.engine is not None
        meta = {"via": Via(found_on=request.url), "handle_httpstatus_all": True, "dont_retry": True}
        if proxy := request.meta.get("proxy"):
            meta["proxy"] = proxy
        try:
            response = await self._crawler.engine.download_async(Request(site + PATH, meta=meta, callback=NO_CALLBACK))
        except CaptureError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever kept us from reading it, the article is fetched)
            logger.info("%s%s could not be read: %s", site, PATH, str(error) or type(error).__name__)
            return Reservations.none()
        return Reservations.parse(response.body) if response.status == OK else Reservations.none()


class ConditionalMiddleware:
    """Asks for a listing only if it changed since it was archived (RFC 9110, section 13).

    For requests whose meta says `conditional`; the validators go back verbatim as the last whole capture
    has them, and that capture is put into the meta as `unchanged`, so that a 304 can be read from the archive. They are
    never sent to where a request was redirected.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """One for each crawler; the archive is looked up when the first request comes."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Add If-None-Match and If-Modified-Since, or take them off a redirected request."""
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)
        request.meta.pop("unchanged", None)
        archiving = self._crawler.get_extension(Archiving)
        if archiving is None or not request.meta.get("conditional") or request.meta.get("redirect_times"):
            return
        capture = archiving.validated(request.url)
        if capture is None:
            return
        request.meta["unchanged"] = capture
        if capture.etag:
            request.headers["If-None-Match"] = capture.etag.encode("latin-1", "replace")
        if capture.last_modified:
            request.headers["If-Modified-Since"] = capture.last_modified.encode("latin-1", "replace")


class DecodingMiddleware:
    """Removes the content-encoding of a response with the archive's own decoder.

    Scrapy's middleware would do it too, but a page that is rebuilt from the archive must have the very bytes that the
    crawl saw, also where the encoding is broken.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With DOWNLOAD_MAXSIZE as the bound on what a response may unpack to (decompression bombs)."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response with a plain body and without its Content-Encoding field."""
        codings = _codings(response)
        if not codings or request.method == "HEAD" or not response.body:
            return response
        body = remove_content_encoding(codings, response.body, self._max_size or None).data
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=kind, headers=headers, body=body)


def _codings(response: Response) -> list[str]:
    fields = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
    return [coding.strip().lower() for coding in fields.split(",") if coding.strip()]
