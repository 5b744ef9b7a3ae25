"""The pages of captures: by address and prefix, one capture in a frame, its record, and the files."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from crawler.errors import ArchiveError
from crawler.replay import cdx
from crawler.replay.mementos import Memento, as_address, parse_stamp
from crawler.replay.site import PRIVACY, Site
from crawler.replay.streaming import FilePart
from crawler.replay.web import Request, Response, Router

SHOWN = 500
"""Captures of an address in one page."""

PAGE_SIZE = 200
PAGE_SECONDS = 10
"""How long a list of captures is waited for while the archive is being read; it then says that more may come."""

OWN_LINKS = ("same-origin", "none", "")
"""`Sec-Fetch-Site` of a request that our own page or the user made (empty where a client does not say)."""


class CapturePages:
    """Answers what concerns captures."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._library = site.captures

    def add_to(self, router: Router) -> None:
        """Take the addresses of these pages."""
        router.add("/captures", self.captures)
        router.add("/addresses", self.addresses)
        router.add("/files", self.files)
        router.add(r"/records/(?P<number>\d{1,15})", self.record)
        router.add(r"/view/(?P<stamp>\d{1,17})/(?P<url>.+)", self.view, whole_target=True)
        router.add(r"/as-it-was/(?P<stamp>\d{1,17}|newest)/(?P<url>.*)", self.as_it_was, whole_target=True)
        router.add("/cdx", lambda request: cdx.answer(self._library, request))

    def captures(self, request: Request) -> Response:
        """All captures of the address `url`."""
        url = with_scheme(request.query.get("url", "").strip())
        known = self._library.awaited(url, PAGE_SECONDS)
        captures = self._library.captures(url)
        return self._site.page(
            request,
            "captures.html",
            200 if captures else 404 if known else 503,
            known=known,
            url=url,
            captures=captures[-SHOWN:],
            total=len(captures),
            versions=self._site.articles.of_url(url),
            nearby=[] if captures else self._library.addresses.nearby(url),
        )

    def addresses(self, request: Request) -> Response:
        """The addresses that begin with `prefix`; all hosts where nothing is asked for."""
        fields = request.query
        prefix, status, kind = (fields.get(name, "").strip() for name in ("prefix", "status", "type"))
        status = status if re.fullmatch(r"[1-5]\d{0,2}", status) else ""
        hosts = [] if prefix or status or kind else self._library.addresses.hosts()
        found = (
            [] if hosts else self._library.addresses.below(prefix, fields.get("after", ""), PAGE_SIZE + 1, status, kind)
        )
        more = len(found) > PAGE_SIZE
        return self._site.page(
            request,
            "addresses.html",
            prefix=prefix,
            code=status,
            kind=kind,
            hosts=hosts,
            addresses=found[:PAGE_SIZE],
            next_link="/addresses?" + urlencode({**fields, "after": found[PAGE_SIZE - 1].key}) if more else "",
        )

    def files(self, request: Request) -> Response:
        """The WARCs, and what could not be read of them."""
        return self._site.page(
            request,
            "files.html",
            root=str(self._library.root),
            warcs=self._library.warcs(),
            problem_lines=self._library.problems(),
        )

    def record(self, request: Request, number: str) -> Response:
        """A record as it lies in its WARC: a WARC of one record, to be kept or opened with any tool."""
        memento = self._library.by_id(int(number))
        if memento is None:
            return self._site.message(request, "No such record", f"There is no record {number} here.", 404)
        try:
            path = self._library.path_of(memento)
        except ArchiveError as error:
            return self._site.message(request, "This record cannot be read", str(error), 404)
        ending = re.search(r"\.warc(?:\.\w+)?$", memento.file)
        name = f"record-{memento.stamp}-{memento.id}{ending[0] if ending else '.warc'}"
        disposition = f'attachment; filename="{name}"'
        headers = [("Content-Type", "application/warc"), ("Content-Disposition", disposition), *PRIVACY]
        return Response(FilePart(path, memento.offset, memento.offset + memento.length), 200, headers)

    def view(self, request: Request, stamp: str, url: str) -> Response:
        """The capture of `url` nearest to `stamp`, in a frame below a banner that says when it was made."""
        wanted = self._library.find_awaited(with_scheme(url), parse_stamp(stamp) or datetime.now(UTC))
        if wanted is None:
            return self._site.missing(request, with_scheme(url), "")
        memento = self._followed(wanted)
        if (memento.stamp, as_address(memento.url)) != (stamp, as_address(url)):
            return Response.redirect(f"/view/{memento.stamp}/{as_address(memento.url)}")
        before, after = self._library.around(memento, shown=True)
        article = self._site.articles.of_record(memento.record_id)
        return self._site.page(request, "view.html", memento=memento, before=before, after=after, article=article)

    def _followed(self, memento: Memento) -> Memento:
        """Where the redirects of a capture led at its time, as far as that is in the archive; itself if in a circle."""
        seen = {memento.id}
        last = memento
        while target := last.redirects_to:
            following = self._library.find_awaited(target, last.date)
            if following is None:
                break
            if following.id in seen:
                return memento
            seen.add(following.id)
            last = following
        return last

    def as_it_was(self, request: Request, stamp: str, url: str) -> Response:
        """Set the moment that the browser is shown, and go to the address itself.

        Only in the browser whose network is the archive, and only from our own pages: an archived page must not turn
        the clock.
        """
        if not request.proxied or request.headers.get("Sec-Fetch-Site", "") not in OWN_LINKS:
            where = f"/view/{stamp}/{url}" if stamp.isdigit() and url else "/"
            return Response.redirect(where)
        self._site.showing.set_time(parse_stamp(stamp) if stamp.isdigit() else None)
        return Response.redirect(with_scheme(url) if url else "/now")


def with_scheme(url: str) -> str:
    """An address as somebody typed it, with http:// where it has no scheme; and with both slashes behind it."""
    url = re.sub(r"^(https?):/+", r"\1://", url, flags=re.IGNORECASE)
    return f"http://{url}" if url and not re.match(r"[a-z][a-z0-9+.-]*://", url, re.IGNORECASE) else url
