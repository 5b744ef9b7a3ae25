"""Archived pages for any browser, at an origin of their own: rewritten, without scripts, and locked in.

Each answer carries a policy that lets nothing run and nothing be loaded but from here. The replay's own pages are at
another port, so at another origin; they frame these in a sandbox.
"""

from __future__ import annotations

from crawler.archive.reader import Record
from crawler.errors import ArchiveError, RecordError
from crawler.replay import cdx
from crawler.replay.answers import accepted_codings, replayed
from crawler.replay.capture_pages import with_scheme
from crawler.replay.memento import Mementos, base_of
from crawler.replay.mementos import Memento, as_address, parse_stamp
from crawler.replay.rewrite import Rewriter
from crawler.replay.site import Site
from crawler.replay.streaming import Stream
from crawler.replay.web import Request, Response, Router

POLICY = (
    "sandbox allow-same-origin allow-top-navigation-by-user-activation; default-src 'none'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; media-src 'self' data:; frame-src 'self'; "
    "form-action 'none'; base-uri 'none'"
)
HTML = ("text/html", "application/xhtml+xml")
CSS = "text/css"
REWRITTEN = (*HTML, CSS, None)
ADDRESSED = ("", "id_")
"""What is shown at the address with its own time; parts of a page are shown where they were asked for."""

_KEPT_HEADERS = ("content-type", "content-range", "content-language")


class Content:
    """Answers at the origin of archived content."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._library = site.captures
        self._mementos = Mementos(site.captures)
        self._router = Router()
        self._router.add(r"/web/(?P<stamp>\d{4,17})(?P<modifier>(?:[a-z]{2}_)?)/(?P<url>.+)", self.memento, True)
        self._router.add(r"/(?:web|timegate)/(?P<url>.+)", self.time_gate, True)
        self._router.add(r"/timemap/link/(?P<url>.+)", self.time_map, True)
        self._router.add("/cdx", lambda request: cdx.answer(self._library, request))

    def __call__(self, request: Request) -> Response:
        """Answer a request; only what reads is allowed."""
        if request.method not in ("GET", "HEAD"):
            return Response(b"", 405, [("Allow", "GET, HEAD")])
        response = self._router(request) or Response.text("Not found.\n", 404)
        names = {name.lower() for name, _ in response.headers}
        if "content-security-policy" not in names:
            response.headers.append(("Content-Security-Policy", POLICY))
        response.headers += [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]
        return response

    def time_gate(self, request: Request, url: str) -> Response:
        """The TimeGate of an address."""
        return self._mementos.time_gate(request, with_scheme(url))

    def time_map(self, request: Request, url: str) -> Response:
        """The TimeMap of an address."""
        return self._mementos.time_map(request, with_scheme(url))

    def memento(self, request: Request, stamp: str, modifier: str, url: str) -> Response:
        """The capture nearest to `stamp`: at its own address, rewritten; with `id_` as it was received."""
        url = with_scheme(url)
        when = parse_stamp(stamp)
        find = self._library.find_awaited if modifier in ADDRESSED else self._library.find_soon
        found = find(url, when) if when else None
        if found is None:
            return self._site.missing(request, url, "" if when else f"{stamp} is no time.")
        address = as_address(found.url)
        at_its_own = (found.stamp, address) == (stamp, as_address(url)) or found.redirects_to is not None
        if modifier in ADDRESSED and not at_its_own:
            return self._moved(request, f"/web/{found.stamp}{modifier}/{address}", found)
        try:
            response = self._shown(request, found, stamp, modifier)
        except ArchiveError as error:
            return self._site.missing(request, url, str(error))
        response.headers += [*self._mementos.headers(request, found), ("Cache-Control", "no-cache")]
        return response

    def _moved(self, request: Request, address: str, found: Memento) -> Response:
        response = Response.redirect(address)
        response.headers += self._mementos.headers(request, found)[1:]
        return response

    def _shown(self, request: Request, memento: Memento, stamp: str, modifier: str) -> Response:
        if modifier != "id_" and (target := memento.redirects_to):
            return Response(b"", 302, [("Location", f"/web/{stamp}{modifier}/{as_address(target)}")])
        if modifier != "id_" and memento.unchanged:
            raise RecordError(memento.unchanged)
        record, large = self._library.open(memento, accepted_codings(request))
        if modifier == "id_":
            return replayed(record, request, large)
        if large and record.mime in REWRITTEN:
            record, large = self._library.read(memento), None
        base = base_of(request)
        rewriter = Rewriter(
            memento.url,
            embed=lambda url, kind: f"{base}/web/{memento.stamp}{kind}/{url}",
            link=lambda url: f"{self._site.pages_origin(request)}/view/{memento.stamp}/{url}",
            in_frame=modifier == "fr_",
        )
        return _rewritten(record, request, rewriter, large)


def _rewritten(record: Record, request: Request, rewriter: Rewriter, large: Stream | None) -> Response:
    """HTML and CSS led into the archive; anything else as it is. The status is the captured one."""
    content_type = record.http.get("Content-Type") or record.mime
    status = record.status if record.status and record.status >= 200 and record.status not in (204, 206, 304) else 200
    if record.mime in HTML or (record.mime is None and record.payload.data.lstrip()[:1] == b"<"):
        body = rewriter.html(record.decoded_body().data, content_type)
        return Response(body, status, [("Content-Type", "text/html; charset=utf-8")])
    if record.mime == CSS:
        body = rewriter.css(record.decoded_body().data, content_type)
        return Response(body, status, [("Content-Type", "text/css; charset=utf-8")])
    response = replayed(record, request, large)
    kept = [(name, value) for name, value in response.headers if name.lower() in (*_KEPT_HEADERS, "content-encoding")]
    return Response(response.body, response.status, kept)
