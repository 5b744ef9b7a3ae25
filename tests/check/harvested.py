"""WARCs as harvesters write them: GNU Wget, Common Crawl, Heritrix."""

from __future__ import annotations

import gzip
import struct

from tests.check.warcs import BODY, CHUNKED_BODY, CHUNKED_HEAD, HEAD, b32, gz, rec, uid


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
