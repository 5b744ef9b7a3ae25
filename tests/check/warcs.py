"""Builders of small WARCs, byte by byte: good ones, and the pieces to break."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping

DATE = "2026-11-22T10:15:00Z"
URL = "https://news.example/story"
OURS = "demo-20261122T101500Z-00000-host-1.warc.gz"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

BODY = b"<html><title>A story</title><p>Some text.</p></html>\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(BODY)
RESPONSE = HEAD + BODY
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED_BODY = b"5;name=value\r\nHello\r\n7\r\n, world\r\n0\r\n\r\n"
ENTITY = b"Hello, world"
REQUEST = b"GET /story HTTP/1.1\r\nHost: news.example\r\n\r\n"
HEAD_REQUEST = b"HEAD /story HTTP/1.1\r\nHost: news.example\r\n\r\n"
INFO = b"software: test\r\nformat: WARC File Format 1.1\r\n"
OUR_INFO = (
    b"software: Broadsheet 0.1.0\r\nformat: WARC File Format 1.1\r\nrobots: classic\r\n"
    b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
    b"http-header-user-agent: Broadsheet\r\noperator: someone\r\n"
)

CONTENT_TYPES = {
    "warcinfo": "application/warc-fields",
    "metadata": "application/warc-fields",
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
    "request": "application/http; msgtype=request",
    "resource": "text/plain",
    "conversion": "text/plain",
}

Fields = Mapping[str, str | None]


def uid(number: int) -> str:
    """A record id, recognisable in a failing test."""
    return f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def record(
    kind: str,
    number: int,
    block: bytes = b"",
    fields: Fields | None = None,
    *,
    version: bytes = b"WARC/1.1",
    end: bytes = b"\r\n\r\n",
    lines: bytes = b"",
    line_end: bytes = b"\r\n",
) -> bytes:
    """A record that is right, but for what `fields` sets (or, by None, leaves out) and `lines` adds as it is."""
    named: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": uid(number),
        "WARC-Date": DATE,
        "WARC-Target-URI": URL if kind != "warcinfo" else None,
        "Content-Type": CONTENT_TYPES.get(kind),
        "WARC-Block-Digest": sha1(block),
        "Content-Length": str(len(block)),
    }
    named.update(fields or {})
    head = [version, *(f"{name}: {value}".encode() for name, value in named.items() if value is not None)]
    return line_end.join(head) + line_end + lines + line_end + block + end


def gz(*records: bytes) -> bytes:
    """Each record a gzip member."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def warcinfo(number: int = 1, block: bytes = INFO, fields: Fields | None = None) -> bytes:
    return record("warcinfo", number, block, fields)


def response(number: int = 2, block: bytes = RESPONSE, fields: Fields | None = None) -> bytes:
    payload = block.partition(b"\r\n\r\n")[2]
    return record("response", number, block, {"WARC-Payload-Digest": sha1(payload), **(fields or {})})


def request(number: int = 3, to: int | None = 2, block: bytes = REQUEST, fields: Fields | None = None) -> bytes:
    tie = {"WARC-Concurrent-To": uid(to)} if to is not None else {}
    return record("request", number, block, {**tie, **(fields or {})})


def revisit(number: int = 5, of: int = 2, fields: Fields | None = None, block: bytes = HEAD) -> bytes:
    defaults: dict[str, str | None] = {
        "WARC-Date": "2026-11-22T11:00:00Z",
        "WARC-Profile": IDENTICAL,
        "WARC-Payload-Digest": sha1(BODY),
        "WARC-Truncated": "length",
        "WARC-Refers-To": uid(of),
        "WARC-Refers-To-Target-URI": URL,
        "WARC-Refers-To-Date": DATE,
    }
    return record("revisit", number, block, {**defaults, **(fields or {})})


def ours(*records: bytes, info: bytes = OUR_INFO, fields: Fields | None = None) -> bytes:
    """A file as Broadsheet writes it, with `records` after its warcinfo."""
    return gz(warcinfo(1, info, {"WARC-Filename": OURS, **(fields or {})}), *records)


GOOD = [warcinfo(), response(), request()]


CRLF = b"\r\n"


def rec(text: str, block: bytes) -> bytes:
    """A record whose header is `text`, line by line, with Content-Length where the program puts it."""
    lines = [line.strip() for line in text.strip().splitlines()]
    header = CRLF.join(line.format(length=len(block), sha1=b32(block), sha256=b16(block)).encode() for line in lines)
    return header + CRLF + CRLF + block + CRLF + CRLF


def b32(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def b16(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
