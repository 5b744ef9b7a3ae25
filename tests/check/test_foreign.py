"""WARCs as other programs write them raise no false alarm.

Each style is built from what the program's real files look like, quirks and all. Errors there are none; the warnings
are those that the program has earned, and they are named here.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import io
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from warcio.capture_http import capture_http
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive.check import check
from tests.check.conftest import Checker
from tests.check.warcs import BODY, CHUNKED_BODY, CHUNKED_HEAD, HEAD, RESPONSE, gz, uid

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


def skip_length(record: bytes) -> bytes:
    """A gzip member with wget's extra field "sl": the lengths of the member and of what is in it."""
    member = gzip.compress(record, mtime=0)
    extra = struct.pack("<2sHII", b"sl", 8, len(member) + 14, len(record))
    return member[:3] + b"\x04" + member[4:10] + struct.pack("<H", len(extra)) + extra + member[10:]


def wget() -> bytes:
    """GNU Wget 1.21: WARC 1.0, URIs in brackets, its log and arguments as resources of a manifest."""
    info = rec(
        f"""WARC/1.0
        WARC-Type: warcinfo
        Content-Type: application/warc-fields
        WARC-Date: 2026-11-22T05:21:30Z
        WARC-Record-ID: {uid(1)}
        WARC-Filename: w.warc.gz
        WARC-Block-Digest: {{sha1}}
        Content-Length: {{length}}""",
        b"software: Wget/1.21.3 (linux-gnu)\r\nformat: WARC File Format 1.0\r\n"
        b"conformsTo: http://bibnum.bnf.fr/WARC/WARC_ISO_28500_version1_latestdraft.pdf\r\nrobots: off\r\n"
        b'wget-arguments: "--warc-file=w" "http://news.example/" \r\n\r\n',
    )
    asked = rec(
        f"""WARC/1.0
        WARC-Type: request
        WARC-Target-URI: <http://news.example/>
        Content-Type: application/http;msgtype=request
        WARC-Date: 2026-11-22T05:21:31Z
        WARC-Record-ID: {uid(2)}
        WARC-IP-Address: 192.0.2.1
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Block-Digest: {{sha1}}
        Content-Length: {{length}}""",
        b"GET / HTTP/1.1\r\nUser-Agent: Wget/1.21.3\r\nAccept: */*\r\nHost: news.example\r\n\r\n",
    )
    chunked = CHUNKED_HEAD + CHUNKED_BODY
    answered = rec(
        f"""WARC/1.0
        WARC-Type: response
        WARC-Record-ID: {uid(3)}
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Concurrent-To: {uid(2)}
        WARC-Target-URI: <http://news.example/>
        WARC-Date: 2026-11-22T05:21:31Z
        WARC-IP-Address: 192.0.2.1
        WARC-Block-Digest: {{sha1}}
        WARC-Payload-Digest: {b32(CHUNKED_BODY)}
        Content-Type: application/http;msgtype=response
        Content-Length: {{length}}""",
        chunked,
    )
    repeated = rec(
        f"""WARC/1.0
        WARC-Type: revisit
        WARC-Record-ID: {uid(4)}
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Refers-To: {uid(3)}
        WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest
        WARC-Truncated: length
        WARC-Target-URI: <http://news.example/>
        WARC-Date: 2026-11-22T05:21:32Z
        WARC-IP-Address: 192.0.2.1
        Content-Type: application/http;msgtype=response
        WARC-Block-Digest: {b32(b"")}
        WARC-Payload-Digest: {b32(CHUNKED_BODY)}
        Content-Length: {{length}}""",
        CHUNKED_HEAD,
    )
    manifest = rec(
        f"""WARC/1.0
        WARC-Type: metadata
        WARC-Record-ID: {uid(5)}
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Target-URI: <metadata://gnu.org/software/wget/warc/MANIFEST.txt>
        WARC-Date: 2026-11-22T05:21:33Z
        WARC-Block-Digest: {{sha1}}
        Content-Type: text/plain
        Content-Length: {{length}}""",
        uid(1).encode() + b"\n",
    )
    log = rec(
        f"""WARC/1.0
        WARC-Type: resource
        WARC-Record-ID: {uid(6)}
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Concurrent-To: {uid(5)}
        WARC-Target-URI: <metadata://gnu.org/software/wget/warc/wget.log>
        WARC-Date: 2026-11-22T05:21:34Z
        WARC-Block-Digest: {{sha1}}
        Content-Type: text/plain
        Content-Length: {{length}}""",
        b"--2026-11-22 05:21:30--  http://news.example/\n",
    )
    return b"".join(map(skip_length, [info, asked, answered, repeated, manifest, log]))


def common_crawl() -> bytes:
    """Common Crawl: bodies stored decoded, original headers renamed; triples of request, response, metadata."""
    info = rec(
        f"""WARC/1.0
        WARC-Type: warcinfo
        WARC-Date: 2023-12-01T00:00:00Z
        WARC-Record-ID: {uid(1)}
        Content-Length: {{length}}
        Content-Type: application/warc-fields
        WARC-Filename: CC-MAIN-20231201000000-20231201030000-00000.warc.gz""",
        b"isPartOf: CC-MAIN-2023-50\r\npublisher: Common Crawl\r\ndescription: Wide crawl of the web\r\n"
        b"operator: Common Crawl Admin (info@commoncrawl.org)\r\nhostname: ip-10-67-67-1\r\n"
        b"software: Apache Nutch 1.19 (modified, https://github.com/commoncrawl/nutch/)\r\n"
        b"robots: checked via crawler-commons 1.5-SNAPSHOT (https://github.com/crawler-commons/crawler-commons)\r\n"
        b"format: WARC File Format 1.1\r\n\r\n\r\n",
    )
    asked = rec(
        f"""WARC/1.0
        WARC-Type: request
        WARC-Date: 2023-12-01T00:00:10Z
        WARC-Record-ID: {uid(2)}
        Content-Length: {{length}}
        Content-Type: application/http; msgtype=request
        WARC-Warcinfo-ID: {uid(1)}
        WARC-IP-Address: 192.0.2.1
        WARC-Target-URI: http://news.example/a|b""",
        b"GET /a|b HTTP/1.1\r\nUser-Agent: CCBot/2.0 (https://commoncrawl.org/faq/)\r\n"
        b"Accept-Encoding: br,gzip\r\nHost: news.example\r\nConnection: Keep-Alive\r\n\r\n\r\n",
    )
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nX-Crawler-Transfer-Encoding: chunked\r\n"
        b"X-Crawler-Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    )
    answered = rec(
        f"""WARC/1.0
        WARC-Type: response
        WARC-Date: 2023-12-01T00:00:10Z
        WARC-Record-ID: {uid(3)}
        Content-Length: {{length}}
        Content-Type: application/http; msgtype=response
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Concurrent-To: {uid(2)}
        WARC-IP-Address: 192.0.2.1
        WARC-Target-URI: http://news.example/a|b
        WARC-Payload-Digest: {b32(BODY)}
        WARC-Block-Digest: {{sha1}}
        WARC-Identified-Payload-Type: text/html""",
        head + BODY,
    )
    about = rec(
        f"""WARC/1.0
        WARC-Type: metadata
        WARC-Date: 2023-12-01T00:00:10Z
        WARC-Record-ID: {uid(4)}
        Content-Length: {{length}}
        Content-Type: application/warc-fields
        WARC-Warcinfo-ID: {uid(1)}
        WARC-Concurrent-To: {uid(3)}
        WARC-Target-URI: http://news.example/a|b""",
        b"fetchTimeMs: 321\r\ncharset-detected: UTF-8\r\n"
        b'languages-cld2: {"reliable":true,"text-bytes":4242,"languages":[{"code":"en"}]}\r\n\r\n\r\n',
    )
    return gz(info, asked, answered, about)


def common_crawl_text() -> bytes:
    """A WET file: conversions that refer to records of another file."""
    text = rec(
        f"""WARC/1.0
        WARC-Type: conversion
        WARC-Target-URI: http://news.example/
        WARC-Date: 2023-12-01T00:00:10Z
        WARC-Record-ID: {uid(1)}
        WARC-Refers-To: {uid(99)}
        WARC-Block-Digest: {{sha1}}
        WARC-Identified-Content-Language: eng
        Content-Type: text/plain
        Content-Length: {{length}}""",
        b"A story\nSome text.",
    )
    return gz(text)


def browsertrix() -> bytes:
    """Browsertrix: WARC 1.1, SHA-256 in hexadecimal, page information as resources, revisits by URI and date."""
    info = rec(
        f"""WARC/1.1
        WARC-Record-ID: {uid(1)}
        WARC-Filename: rec-0.warc.gz
        WARC-Date: 2024-05-01T10:00:00.123Z
        WARC-Type: warcinfo
        Content-Type: application/warc-fields
        Content-Length: {{length}}""",
        b"software: Browsertrix-Crawler 1.1.0 (with warcio.js 2.2.1)\r\nformat: WARC File Format 1.1\r\n",
    )
    head = HEAD.replace(b"Content-Type", b"x-orig-content-encoding: br\r\ncontent-type")
    answered = rec(
        f"""WARC/1.1
        WARC-Record-ID: {uid(2)}
        WARC-Page-ID: 2b1c9b6e-9d5f-4a0e-8a55-0f8c4f0b5c1a
        WARC-Resource-Type: document
        WARC-JSON-Metadata: {{{{"ipType":"Public","cert":{{{{"issuer":"R3","ctc":"1"}}}}}}}}
        WARC-Target-URI: https://news.example/
        WARC-Date: 2024-05-01T10:00:01.456Z
        WARC-Type: response
        WARC-Protocol: h2
        WARC-Protocol: tls/1.3
        Content-Type: application/http; msgtype=response
        WARC-Payload-Digest: {b16(BODY)}
        WARC-Block-Digest: {{sha256}}
        Content-Length: {{length}}""",
        head + BODY,
    )
    asked = rec(
        f"""WARC/1.1
        WARC-Record-ID: {uid(3)}
        WARC-Concurrent-To: {uid(2)}
        WARC-Target-URI: https://news.example/
        WARC-Date: 2024-05-01T10:00:01.456Z
        WARC-Type: request
        Content-Type: application/http; msgtype=request
        WARC-Payload-Digest: {b16(b"")}
        WARC-Block-Digest: {{sha256}}
        Content-Length: {{length}}""",
        b"GET / HTTP/1.1\r\nAccept: text/html\r\nuser-agent: Mozilla/5.0\r\n\r\n",
    )
    again = rec(
        f"""WARC/1.1
        WARC-Record-ID: {uid(4)}
        WARC-Target-URI: https://news.example/?again
        WARC-Date: 2024-05-01T10:00:05.000Z
        WARC-Type: revisit
        WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest
        WARC-Refers-To-Target-URI: https://news.example/
        WARC-Refers-To-Date: 2024-05-01T10:00:01.456Z
        Content-Type: application/http; msgtype=response
        WARC-Payload-Digest: {b16(BODY)}
        WARC-Block-Digest: {{sha256}}
        Content-Length: {{length}}""",
        head,
    )
    page = rec(
        f"""WARC/1.1
        WARC-Record-ID: {uid(5)}
        WARC-Resource-Type: pageinfo
        WARC-JSON-Metadata: {{{{"ipType":"Public"}}}}
        WARC-Target-URI: urn:pageinfo:https://news.example/
        WARC-Date: 2024-05-01T10:00:06.000Z
        WARC-Type: resource
        Content-Type: application/json
        WARC-Payload-Digest: {{sha256}}
        WARC-Block-Digest: {{sha256}}
        Content-Length: {{length}}""",
        b'{"pageid":"2b1c","urls":{"https://news.example/":{"status":200}},"counts":{"jsErrors":0}}',
    )
    return gz(info, answered, asked, again, page)


def warcprox() -> bytes:
    """warcprox: WARC 1.0, digests in hexadecimal, the response before its request; revisits with all references."""
    info = rec(
        f"""WARC/1.0
        WARC-Type: warcinfo
        WARC-Record-ID: {uid(1)}
        WARC-Date: 2024-05-01T10:00:00Z
        WARC-Filename: WARCPROX-20240501100000000-00000-abc.warc.gz
        Content-Type: application/warc-fields
        Content-Length: {{length}}""",
        b"software: warcprox 2.6.0\r\nhostname: box\r\nip: 192.0.2.9\r\nformat: WARC File Format 1.0\r\n",
    )
    digest = "sha1:" + hashlib.sha1(BODY).hexdigest()
    answered = rec(
        f"""WARC/1.0
        WARC-Type: response
        WARC-Record-ID: {uid(2)}
        WARC-Date: 2024-05-01T10:00:01Z
        WARC-Target-URI: https://news.example/
        WARC-IP-Address: 2001:db8::1
        Content-Type: application/http;msgtype=response
        WARC-Payload-Digest: {digest}
        Content-Length: {{length}}
        WARC-Block-Digest: {{sha1}}""",
        RESPONSE,
    )
    asked = rec(
        f"""WARC/1.0
        WARC-Type: request
        WARC-Record-ID: {uid(3)}
        WARC-Date: 2024-05-01T10:00:01Z
        WARC-Target-URI: https://news.example/
        WARC-Concurrent-To: {uid(2)}
        Content-Type: application/http;msgtype=request
        Content-Length: {{length}}
        WARC-Block-Digest: {{sha1}}""",
        b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n",
    )
    again = rec(
        f"""WARC/1.0
        WARC-Type: revisit
        WARC-Record-ID: {uid(4)}
        WARC-Date: 2024-05-01T10:00:09Z
        WARC-Target-URI: https://news.example/
        WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest
        WARC-Refers-To: {uid(2)}
        WARC-Refers-To-Target-URI: https://news.example/
        WARC-Refers-To-Date: 2024-05-01T10:00:01Z
        WARC-Payload-Digest: {digest}
        Content-Type: application/http;msgtype=response
        Content-Length: {{length}}
        WARC-Block-Digest: {{sha1}}""",
        HEAD,
    )
    return gz(info, answered, asked, again)


def heritrix() -> bytes:
    """Heritrix: WARC 1.0, a DNS look-up as a response, metadata with empty values, a 304 without block."""
    dns = rec(
        f"""WARC/1.0
        WARC-Type: response
        WARC-Target-URI: dns:news.example
        WARC-Date: 2014-11-29T10:00:00Z
        WARC-IP-Address: 192.0.2.53
        WARC-Record-ID: {uid(1)}
        Content-Type: text/dns
        Content-Length: {{length}}""",
        b"20141129100000\nnews.example.\t3600\tIN\tA\t192.0.2.1\n",
    )
    cut = rec(
        f"""WARC/1.0
        WARC-Type: response
        WARC-Target-URI: http://news.example/video
        WARC-Date: 2014-11-29T10:00:01Z
        WARC-Payload-Digest: {b32(BODY[:20])}
        WARC-IP-Address: 192.0.2.1
        WARC-Truncated: time
        WARC-Record-ID: {uid(2)}
        Content-Type: application/http; msgtype=response
        Content-Length: {{length}}""",
        HEAD + BODY[:20],
    )
    about = rec(
        f"""WARC/1.0
        WARC-Type: metadata
        WARC-Target-URI: http://news.example/video
        WARC-Date: 2014-11-29T10:00:01Z
        WARC-Concurrent-To: {uid(2)}
        WARC-Record-ID: {uid(3)}
        Content-Type: application/warc-fields
        Content-Length: {{length}}""",
        b"seed: \r\nhopsFromSeed: LLE\r\nvia: http://news.example/\r\nfetchTimeMs: 1001\r\n"
        b"outlink: http://news.example/next L a/@href\r\n\r\n",
    )
    unchanged = rec(
        f"""WARC/1.0
        WARC-Type: revisit
        WARC-Target-URI: http://news.example/
        WARC-Date: 2014-11-30T10:00:01Z
        WARC-Refers-To-Target-URI: http://news.example/video
        WARC-Refers-To-Date: 2014-11-29T10:00:01Z
        WARC-Profile: http://netpreserve.org/warc/1.0/revisit/server-not-modified
        WARC-Record-ID: {uid(4)}
        Content-Length: {{length}}""",
        b"",
    )
    return gz(dns, cut, about, unchanged)


def warcio_writer() -> bytes:
    """What warcio's writer makes of its defaults: payload digests on metadata too."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "warcio"}))
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    record = writer.create_warc_record("http://news.example/", "response", io.BytesIO(BODY), http_headers=headers)
    writer.write_record(record)
    digest, date = (record.rec_headers.get_header(name) for name in ("WARC-Payload-Digest", "WARC-Date"))
    writer.write_record(
        writer.create_revisit_record("http://news.example/2", digest, "http://news.example/", date, headers)
    )
    writer.write_record(
        writer.create_warc_record(
            "http://news.example/", "metadata", io.BytesIO(b"via: x\r\n"), warc_content_type="application/warc-fields"
        )
    )
    return file.getvalue()


class Style(NamedTuple):
    """A program's WARC, and the warnings that it has earned."""

    name: str
    data: bytes
    earned: str = ""

    def __str__(self) -> str:
        return self.name


STYLES = [
    Style("wget", wget(), "payload-digest-chunked block-digest-empty"),
    Style("Common Crawl", common_crawl()),
    Style("Common Crawl's texts", common_crawl_text()),
    Style("Browsertrix", browsertrix(), "revisit-truncated"),
    Style("warcprox", warcprox(), "revisit-truncated"),
    Style("Heritrix", heritrix()),
    Style("warcio's writer", warcio_writer(), "revisit-truncated payload-undefined"),
]


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("alone", [True, False], ids=["file", "folder"])
def test_other_programs_raise_no_false_alarm(style: Style, alone: bool, checked: Checker) -> None:
    findings = checked({"a.warc.gz": style.data}, alone=alone)
    assert [str(finding) for finding in findings if finding.severity == "error"] == []
    assert {finding.rule for finding in findings} == set(style.earned.split())


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_the_same_records_are_as_good_without_compression(style: Style, checked: Checker) -> None:
    findings = checked({"a.warc": gzip.decompress(style.data)})
    assert {finding.rule for finding in findings} == set(style.earned.split())


class Pages(BaseHTTPRequestHandler):
    """A page with a length, one in chunks, and a redirect, for any method."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        head, body = (CHUNKED_HEAD, CHUNKED_BODY) if self.path == "/chunked" else (HEAD, BODY)
        self.wfile.write(head + (b"" if self.command == "HEAD" else body))

    do_HEAD = do_GET  # noqa: N815


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_what_warcio_captures_raises_no_false_alarm(address: tuple[str, int], version: str, tmp_path: Path) -> None:
    """Real captures of warcio over a loopback server: its digest over chunks is named, and nothing else."""
    path = tmp_path / "captured.warc.gz"
    with capture_http(str(path), warc_version=version):
        for method in ("GET", "HEAD"):
            for page in ("/", "/chunked"):
                connection = http.client.HTTPConnection(*address)
                connection.request(method, page)
                connection.getresponse().read()
                connection.close()
    rules: list[str] = []
    summary = check([path], lambda finding: rules.append(finding.rule))
    assert (summary.records, rules) == (8, ["payload-digest-chunked"])
