"""WARCs as programs write them that record a browser or a proxy: Browsertrix, warcprox, warcio."""

from __future__ import annotations

import hashlib
import io

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.check.warcs import BODY, HEAD, RESPONSE, b16, gz, rec, uid


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
