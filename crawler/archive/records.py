"""Exchanges as WARC 1.1 records (ISO 28500:2017), byte for byte as they passed over the wire.

One capture is up to three records that share a WARC-Date and are tied by WARC-Concurrent-To:

- `response`, or `revisit` where the same payload is in the archive already or the server said 304;
- `request`;
- `metadata` (application/warc-fields): `via`, `pageRole`, `fetchTimeMs`, and where they apply `listedModified`,
  `tdmReservation` (the site's tdmrep.json reserves the page), `fetchError`, `tlsVersion` and one `interimResponse` for
  each 1xx head (a JSON string, so that its line ends survive).

An exchange that nothing came back on has only the last two.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from crawler.archive.exchange import Exchange, Original, Via
from crawler.archive.message import Head, remove_transfer_encoding, split_head, split_response
from crawler.archive.serialize import WARC_VERSION, Fields, write_record
from crawler.archive.serialize import digest as digest

CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

NOT_MODIFIED_STATUS = 304

_PACKED = re.compile(r"(image/(?!svg|bmp|x-)|audio/|video/|font/woff|application/(zip|gzip|pdf|x-7z))")


def new_record_id() -> str:
    """A fresh WARC-Record-ID, in its angle brackets."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def format_date(date: datetime) -> str:
    """`date` as a WARC-Date: UTC, with microseconds."""
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_date(text: str) -> datetime | None:
    """A WARC-Date in UTC, to the microsecond; also the short forms of WARC 1.1 (2026-11). None if unreadable."""
    padded = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    try:
        date = datetime.fromisoformat(padded)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def warc_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    """An application/warc-fields block; line breaks in values become spaces, empty values are left out."""
    lines = (f"{name}: {' '.join(value.split())}\r\n" for name, value in fields if value)
    return "".join(lines).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive needs to know of a response: its parts, and the payload with its digest."""

    head: Head
    body: bytes
    payload_digest: str
    size: int

    @property
    def undisputed(self) -> bool:
        """Whether validators agree on what the payload is.

        Half of them take the chunks of a chunked body for it (the standard takes the entity), and some find
        no end of a head with bare line feeds, or find a head in what is no HTTP.
        """
        raw = self.head.raw
        clear_end = raw.endswith(b"\r\n\r\n") or not raw.endswith((b"\n\n", b"\n\r\n"))
        return bool(raw) and clear_end and not self.head.chunked

    @property
    def packed(self) -> bool:
        """Whether the body is in a compressed format as it is."""
        if any(coding != "identity" for coding in self.head.codings("Content-Encoding")):
            return True
        return bool(self.head.mime) and bool(_PACKED.match(self.head.mime or ""))

    @classmethod
    def of(cls, response: bytes) -> Answer:
        """Take a response apart as it came over the wire."""
        head, body = split_response(response)
        payload = remove_transfer_encoding(head, body).data
        return cls(head, body, digest(payload), len(payload))


def warcinfo(name: str, info: Mapping[str, str]) -> tuple[str, bytes]:
    """The first record of the file `name`: its id and its bytes. `info` says who crawled, and how."""
    record_id = new_record_id()
    fields = {"format": f"WARC File Format {WARC_VERSION}", "conformsTo": CONFORMS_TO, **info}
    named = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", format_date(datetime.now(UTC))),
        ("WARC-Filename", name),
        ("Content-Type", "application/warc-fields"),
    ]
    return record_id, write_record("warcinfo", named, None, warc_fields(fields.items()))


@dataclass(frozen=True, slots=True)
class CaptureRecords:
    """The records of one exchange. `answer` is None where nothing came back."""

    exchange: Exchange
    via: Via
    answer: Answer | None
    original: Original | None
    """What the response is written as a revisit of; None for a response record."""
    warcinfo_id: str
    chunked_payload_digest: bool = False
    record_id: str = field(default_factory=new_record_id)
    """Of the response or revisit; of the request where nothing came back."""

    @property
    def kind(self) -> Literal["response", "revisit"]:
        """What is written for the response."""
        return "revisit" if self.original else "response"

    def members(self) -> list[bytes]:
        """One gzip member a record, in the order they are written: response or revisit, request, metadata."""
        written = [self._request(), self._metadata()]
        if self.answer and self.original:
            written.insert(0, self._revisit(self.answer, self.original))
        elif self.answer:
            written.insert(0, self._response(self.answer))
        return written

    def _response(self, answer: Answer) -> bytes:
        """The response whole, with the payload digest where every reader finds the same payload in it."""
        fields = self._common("response", self.record_id) + self._connection(answer)
        if answer.undisputed or (self.chunked_payload_digest and answer.head.chunked):
            fields.append(("WARC-Payload-Digest", answer.payload_digest))
        if self.exchange.truncated:
            fields.append(("WARC-Truncated", self.exchange.truncated))
        return write_record("response", fields, answer.head.raw, answer.body, packed=answer.packed)

    def _revisit(self, answer: Answer, original: Original) -> bytes:
        """The head of this response, referring to `original` for its payload."""
        fields = self._common("revisit", self.record_id) + self._connection(answer)
        unmodified = answer.head.status == NOT_MODIFIED_STATUS
        fields += [
            ("WARC-Profile", NOT_MODIFIED if unmodified else IDENTICAL_PAYLOAD),
            ("WARC-Payload-Digest", original.payload_digest),
            ("WARC-Refers-To", original.record_id),
            ("WARC-Refers-To-Target-URI", original.url),
            ("WARC-Refers-To-Date", format_date(original.date)),
        ]
        if not unmodified:
            fields.append(("WARC-Truncated", "length"))
        return write_record("revisit", fields, answer.head.raw, b"")

    def _request(self) -> bytes:
        """The request as sent."""
        head, body = split_head(self.exchange.request)
        fields = self._common("request", new_record_id() if self.answer else self.record_id)
        if self.answer:
            fields.append(("WARC-Concurrent-To", self.record_id))
        if self.exchange.ip:
            fields.append(("WARC-IP-Address", self.exchange.ip))
        fields.append(("Content-Type", "application/http; msgtype=request"))
        return write_record("request", fields, head, body)

    def _metadata(self) -> bytes:
        """How the crawl came here, and what the other records have no field for."""
        exchange = self.exchange
        described = [("via", self.via.found_on or ""), ("pageRole", self.via.role)]
        if self.via.modified is not None:
            described.append(("listedModified", self.via.modified.isoformat()))
        if self.via.reserved:
            described.append(("tdmReservation", "1"))
        if exchange.elapsed is not None:
            described.append(("fetchTimeMs", str(round(exchange.elapsed * 1000))))
        described += [("fetchError", exchange.error or ""), ("tlsVersion", exchange.tls_version or "")]
        described += [("interimResponse", json.dumps(head.decode("latin-1"))) for head in exchange.interim]
        fields = self._common("metadata", new_record_id())
        fields.append(("WARC-Concurrent-To", self.record_id))
        fields.append(("Content-Type", "application/warc-fields"))
        return write_record("metadata", fields, None, warc_fields(described))

    def _common(self, kind: str, record_id: str) -> Fields:
        return [
            ("WARC-Type", kind),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", format_date(self.exchange.started)),
            ("WARC-Target-URI", self.exchange.url),
            ("WARC-Warcinfo-ID", self.warcinfo_id),
        ]

    def _connection(self, answer: Answer) -> Fields:
        """Peer and protocol. WARC 1.1 repeats no field, so that WARC-Protocol names the HTTP version alone."""
        fields: Fields = []
        if self.exchange.ip:
            fields.append(("WARC-IP-Address", self.exchange.ip))
        if answer.head.version:
            fields.append(("WARC-Protocol", f"http/{answer.head.version}"))
        if self.exchange.cipher:
            fields.append(("WARC-Cipher-Suite", self.exchange.cipher))
        # What answered may speak another protocol (a mail or SSH server on the port): that is no HTTP message.
        http = "application/http; msgtype=response"
        fields.append(("Content-Type", http if answer.head.raw else "application/octet-stream"))
        return fields
