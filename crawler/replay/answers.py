"""A record as the answer to a request: its own status, headers and bytes, fitted to this connection.

Left out are the headers that were about the connection of that time, and those that would let a browser keep the
answer beyond the moment that is replayed. A body is sent as it was received, or decoded where the client does not
take its coding; ranges are cut out of a whole capture.
"""

from __future__ import annotations

import re

from crawler.archive.message import Head
from crawler.archive.reader import Record
from crawler.replay.streaming import Stream
from crawler.replay.web import Request, Response

CONNECTION_HEADERS = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "alt-svc",
    )
)
"""Of the connection, not of the message (RFC 9110, 7.6.1); and Alt-Svc, which would lead around the proxy."""

KEEPING_HEADERS = frozenset(("cache-control", "expires", "pragma", "age", "strict-transport-security"))
"""What a browser would remember: another time of the same address must not be answered out of it."""

GZIP_MAGIC = b"\x1f\x8b"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def replayed(record: Record, request: Request, large: Stream | None = None) -> Response:
    """The record as the answer to `request`, in its own words; `large` is its body where that is apart from it."""
    status = record.status if record.status and record.status >= 200 else 200  # 1xx is no answer: one waits on
    body, dropped = (large, frozenset[str]()) if large else _body(record, request)
    headers = _headers(record, CONNECTION_HEADERS | KEEPING_HEADERS | dropped)
    headers.append(("Cache-Control", "no-store"))
    response = Response(body, status, headers, _reason(record.http))
    return _ranged(response, request) if status in (200, 206) and request.method in ("GET", "HEAD") else response


def _headers(record: Record, left_out: frozenset[str]) -> list[tuple[str, str]]:
    if not record.http.raw:
        return [("Content-Type", record.mime or "application/octet-stream")]
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in record.http.fields)
    return [(name, value) for name, value in pairs if name and name.lower() not in left_out]


def _reason(head: Head) -> str | None:
    parts = head.start.decode("latin-1").split(None, 2)
    return parts[2] if len(parts) > 2 else None


def _body(record: Record, request: Request) -> tuple[bytes, frozenset[str]]:
    """The body to send, and which headers no longer hold for it."""
    codings = [coding for coding in record.http.codings("Content-Encoding") if coding != "identity"]
    payload = record.payload.data
    if not codings:
        return payload, frozenset()
    accepted = accepted_codings(request)
    if codings == ["gzip"] and "gzip" in accepted and payload.startswith(GZIP_MAGIC):
        return payload, frozenset()
    decoded = record.decoded_body()
    if decoded.whole and accepted.issuperset(codings):
        return payload, frozenset()
    return decoded.data, frozenset({"content-encoding"})


def accepted_codings(request: Request) -> set[str]:
    """The content-codings that a request's Accept-Encoding allows, those with q=0 left out."""
    accepted = set()
    for part in ",".join(request.headers.get_all("Accept-Encoding") or []).lower().split(","):
        name, _, quality = part.partition(";")
        if not re.fullmatch(r"\s*q=0(?:\.0*)?\s*", quality):
            accepted.add(name.strip())
    return accepted


def _ranged(response: Response, request: Request) -> Response:
    """The part of a capture that the Range header asks for (RFC 9110, section 14); all of it where it asks for none."""
    headers = {name.lower(): value for name, value in response.headers}
    if "content-encoding" in headers:
        return response
    first, total = 0, len(response.body)
    if response.status == 206:
        held = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
        if not held or held[3] == "*":
            return response
        first, total = int(held[1]), int(held[3])
    wanted = _RANGE.fullmatch((request.headers.get("Range") or "").strip())
    if wanted and (wanted[1] or wanted[2]):
        return _cut(response, wanted[1], wanted[2], first, total)
    if response.status == 206 and len(response.body) == total:
        return Response(response.body, 200, _without(response.headers, "content-range"))
    return response


def _cut(response: Response, begin: str, end: str, first: int, total: int) -> Response:
    """Bytes `begin` to `end` of a resource of `total` bytes, of which the capture holds those from `first` on."""
    start = int(begin) if begin else max(0, total - int(end))
    stop = min(int(end) + 1 if begin and end else total, first + len(response.body))
    headers = _without(response.headers, "content-range")
    if not first <= start < stop:
        if response.status == 206:
            return response
        return Response(b"", 416, [*headers, ("Content-Range", f"bytes */{total}")])
    headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{total}"))
    return Response(response.body[start - first : stop - first], 206, headers)


def _without(headers: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [(key, value) for key, value in headers if key.lower() != name]


def preflight(request: Request) -> Response:
    """What a browser must hear before a cross-origin request; the servers' own answers are hardly ever archived."""
    asked = request.headers.get("Access-Control-Request-Headers")
    headers = [
        ("Access-Control-Allow-Origin", request.headers.get("Origin") or "*"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"),
        *([("Access-Control-Allow-Headers", asked)] if asked else []),
    ]
    return Response(b"", 204, headers)
