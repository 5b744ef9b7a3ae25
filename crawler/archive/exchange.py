"""What passed over the wire, and where it was put: the two values that fetch and archive hand each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Role = Literal["article", "feed", "sitemap", "section", "robots", "requisite", "part", "other"]
"""Why something was fetched; kept in the WARC, so that a rebuild knows which pages are articles. A `part` is a further
page of the article that it was found on, or another form of it."""

Truncation = Literal["length", "time", "disconnect", "unspecified"]


@dataclass(frozen=True, slots=True)
class Via:
    """How the crawl came to a URL, as Heritrix's metadata records have it: role, and the URL it was found on.

    `modified` is when the listing says that what is at the URL was last changed, `reserved` whether the site's
    tdmrep.json reserved the URL from text and data mining when it was fetched.
    """

    role: Role = "other"
    found_on: str | None = None
    modified: datetime | None = None
    reserved: bool = False


@dataclass(slots=True)
class Exchange:
    """One HTTP/1.x exchange, byte for byte as it was sent and received.

    `response` starts at the status line of the final response; heads of interim (1xx) responses are in
    `interim`. It is empty where nothing came back. Nothing in it was decoded.
    """

    url: str
    method: str
    started: datetime
    request: bytes
    response: bytes
    interim: list[bytes] = field(default_factory=list)
    ip: str | None = None
    tls_version: str | None = None
    cipher: str | None = None
    truncated: Truncation | None = None
    elapsed: float | None = None
    """Seconds from the first byte sent to the last byte received."""
    error: str | None = None
    """Why the exchange ended early, for people; None where it ended as it should."""


@dataclass(frozen=True, slots=True)
class Original:
    """A response in the archive that a revisit record may refer to; never itself a revisit."""

    record_id: str
    url: str
    date: datetime
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Capture:
    """An exchange that is in the archive: where, and what a reader of the index wants to know of it.

    `date` is the WARC-Date, in UTC. `offset` and `length` are in bytes of the (compressed) file `warc`, which is the
    final name without folder and without `.open`. `payload_digest` is over the entity body as sent, after removing the
    transfer-encoding and before removing the content-encoding, as `sha1:BASE32`; for a revisit, that of
    what it refers to. `size` is the bytes of the payload in the record, 0 for a revisit.
    """

    record_id: str
    kind: Literal["response", "revisit"]
    url: str
    date: datetime
    warc: str
    offset: int
    length: int
    status: int | None
    mime: str | None
    payload_digest: str
    size: int
    via: Via = Via()
    etag: str | None = None
    last_modified: str | None = None
    location: str | None = None
    """Where a 3xx response points, absolute; a reader of the index can follow a redirect without the record."""
    truncated: str | None = None
