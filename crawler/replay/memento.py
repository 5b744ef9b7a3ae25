"""Memento (RFC 7089): TimeGate, TimeMap and mementos.

Addresses, below the origin of the static view::

    /web/URL                     the TimeGate: redirects to the memento nearest to Accept-Datetime
    /web/20170712101500/URL      a memento; `id_` behind the digits gives the record's own bytes
    /timemap/link/URL            the TimeMap in application/link-format
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from crawler.replay.library import Library
from crawler.replay.mementos import Memento, as_address
from crawler.replay.web import Request, Response

LINK_FORMAT = "application/link-format"

LINKED = 4000
"""Characters of an address of which links still fit into a header: there are eight, and clients take 64 KiB."""


def http_date(moment: datetime) -> str:
    """`moment` as HTTP writes dates: RFC 1123, GMT."""
    return format_datetime(moment, usegmt=True)


class Mementos:
    """The Memento resources of one library, whose addresses begin with the `base` of each request."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def time_gate(self, request: Request, url: str) -> Response:
        """302 to the memento nearest to Accept-Datetime, 404 where there is none, 400 where the date is malformed.

        503 while the archive is being read and that takes longer than a client waits.
        """
        base = base_of(request)
        links = [_link(url, "original"), _time_map_link(base, url)]
        vary = ("Vary", "accept-datetime")
        wanted = request.headers.get("Accept-Datetime")
        moment = _parse_date(wanted) if wanted else None
        if wanted and moment is None:
            refused = Response.text(f"Accept-Datetime is not a date of RFC 1123 in GMT: {wanted}\n", 400)
            refused.headers += [vary, ("Link", ", ".join(links))]
            return refused
        found = self._library.find_awaited(url, moment)
        if found is None:
            missing = self._missing(url)
            missing.headers += [vary, ("Link", ", ".join(links))]
            return missing
        response = Response.redirect(f"{base}/web/{found.stamp}/{as_address(found.url)}")
        response.headers.append(vary)
        if len(found.url) <= LINKED:
            response.headers.append(("Link", ", ".join([*links, *self._memento_links(base, found)])))
        return response

    def time_map(self, request: Request, url: str) -> Response:
        """All mementos of an address, oldest first; 404 where there is none."""
        known = self._library.awaited(url)
        captures = self._library.captures(url) if known else []
        if not captures:
            return self._missing(url)
        base = base_of(request)
        span = f'; from="{http_date(captures[0].date)}"; until="{http_date(captures[-1].date)}"'
        own = f'<{base}/timemap/link/{as_address(url)}>; rel="self"; type="{LINK_FORMAT}"{span}'
        lines = [_link(url, "original"), own, _time_gate_link(base, url)]
        lines += [_memento_link(base, memento, _relation(captures, index)) for index, memento in enumerate(captures)]
        return Response((",\n".join(lines) + "\n").encode(), 200, [("Content-Type", LINK_FORMAT)])

    def _missing(self, url: str) -> Response:
        if not self._library.known:
            return being_read(self._library)
        return Response.text(f"Not in this archive: {url}\n", 404)

    def headers(self, request: Request, memento: Memento) -> list[tuple[str, str]]:
        """What the answer that shows a memento says of it."""
        dated = ("Memento-Datetime", http_date(memento.date))
        if len(memento.url) > LINKED:
            return [dated]
        base = base_of(request)
        links = [_link(memento.url, "original"), _time_gate_link(base, memento.url), _time_map_link(base, memento.url)]
        links += self._memento_links(base, memento)
        return [dated, ("Link", ", ".join(links))]

    def _memento_links(self, base: str, memento: Memento) -> Iterable[str]:
        first, last = self._library.ends(memento)
        before, after = self._library.around(memento)
        shown: dict[int, tuple[Memento, list[str]]] = {}
        for relation, found in (
            ("first", first),
            ("prev", before),
            ("memento", memento),
            ("next", after),
            ("last", last),
        ):
            if found:
                shown.setdefault(found.id, (found, []))[1].append(relation)
        for found, relations in shown.values():
            named = [relation for relation in relations if relation != "memento"]
            yield _memento_link(base, found, " ".join([*named, "memento"]))


def being_read(library: Library) -> Response:
    """What a program hears that asks for more than is known yet."""
    answer = Response.text(f"The archive is still being read ({library.progress.percent} %). Ask again later.\n", 503)
    answer.headers.append(("Retry-After", "10"))
    return answer


def base_of(request: Request) -> str:
    """Scheme and authority under which the client reached us."""
    return f"http://{request.host}"


def _parse_date(value: str) -> datetime | None:
    """The moment of an HTTP date, or None where it is none; RFC 7089 wants RFC 1123 in GMT."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo and value.rstrip().endswith("GMT") else None


def _relation(captures: list[Memento], index: int) -> str:
    marks = [mark for mark, there in (("first", index == 0), ("last", index == len(captures) - 1)) if there]
    return " ".join([*marks, "memento"])


def _link(url: str, relation: str) -> str:
    return f'<{as_address(url)}>; rel="{relation}"'


def _time_gate_link(base: str, url: str) -> str:
    return f'<{base}/web/{as_address(url)}>; rel="timegate"'


def _time_map_link(base: str, url: str) -> str:
    return f'<{base}/timemap/link/{as_address(url)}>; rel="timemap"; type="{LINK_FORMAT}"'


def _memento_link(base: str, memento: Memento, relation: str) -> str:
    address = f"{base}/web/{memento.stamp}/{as_address(memento.url)}"
    return f'<{address}>; rel="{relation}"; datetime="{http_date(memento.date)}"'
