"""What a server on a raw socket sent and received is, byte for byte, what the archive holds."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import brotli
import fastwarc.warc
import pytest
import warcio.archiveiterator

from crawler.archive.reader import Record, iterate
from tests.fetch.wire import Crawl, Crawled, Script, WireServer

PAGE = b"<html><body><p>The quick brown fox jumps over the lazy dog.</p></body></html>" * 20
GZIPPED = gzip.compress(PAGE, mtime=0)


def answer(body: bytes, *fields: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """A response with a stated length."""
    return b"\r\n".join([status, *fields, b"Content-Length: %d" % len(body), b"", body])


def chunked(*chunks: bytes) -> bytes:
    """A response in chunks, written out."""
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n" + b"".join(chunks)


@dataclass(frozen=True)
class Case:
    """What is sent, and what of it is a record: all, unless `kept` says otherwise."""

    script: Script
    kept: bytes | None = None
    interim: tuple[bytes, ...] = ()
    truncated: str | None = None
    payload: bytes | None = None
    """The entity body, where it is not simply what follows the head."""
    request: dict[str, Any] | None = None
    error: str | None = None
    """The exception that the spider gets, where the download must fail."""

    @property
    def response(self) -> bytes:
        return self.script.sent if self.kept is None else self.kept

    @property
    def entity(self) -> bytes:
        return self.payload if self.payload is not None else self.response.partition(b"\r\n\r\n")[2]

    @property
    def digest(self) -> str:
        return "sha1:" + base64.b32encode(hashlib.sha1(self.entity).digest()).decode()


def one(*pieces: bytes, end: Any = "keep", **expected: Any) -> Case:
    return Case(Script(pieces, end), **expected)


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\n\n"

ENDED = answer(b"hello", b"Connection: close")
ENDED_CHUNKS = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

CASES = {
    "plain": one(answer(PAGE, b"Content-Type: text/html")),
    "in-many-packets": one(*[answer(PAGE)[start : start + 7] for start in range(0, len(answer(PAGE)), 7)]),
    "empty": one(answer(b"")),
    "binary": one(answer(bytes(range(256)) * 500, b"Content-Type: application/octet-stream")),
    "not-found": one(answer(b"gone", status=b"HTTP/1.1 404 Not Found")),
    "server-error": one(answer(b"oops", status=b"HTTP/1.1 503 Service Unavailable")),
    "redirect": one(answer(b"moved", b"Location: /plain", status=b"HTTP/1.1 301 Moved Permanently")),
    "gzip": one(answer(GZIPPED, b"Content-Type: text/html", b"Content-Encoding: gzip")),
    "brotli": one(answer(brotli.compress(PAGE), b"Content-Type: text/html", b"Content-Encoding: br")),
    "deflate": one(answer(zlib.compress(PAGE), b"Content-Type: text/html", b"Content-Encoding: deflate")),
    "broken-gzip": one(answer(GZIPPED[:-20] + b"x" * 20, b"Content-Type: text/html", b"Content-Encoding: gzip")),
    "chunked": one(chunked(b"5\r\nhello\r\n", b"6\r\n world\r\n", b"0\r\n\r\n"), payload=b"hello world"),
    "chunks-in-packets": one(chunked(b"5\r\nhe"), b"llo\r", b"\n0", b"\r\n\r", b"\n", payload=b"hello"),
    "chunk-extensions": one(
        chunked(b'005;name="a b";x\r\nhello\r\n', b"1\r\n!\r\n", b"0;last\r\n\r\n"), payload=b"hello!"
    ),
    "chunk-trailers": one(
        chunked(b"5\r\nhello\r\n", b"0\r\nX-Checksum: abc\r\nX-Other: \xe9\r\n\r\n"), payload=b"hello"
    ),
    "chunked-gzip": one(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\ntransfer-encoding: Chunked\r\n\r\n"
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIPPED), GZIPPED),
        payload=GZIPPED,
    ),
    "interim": one(EARLY + CONTINUE + answer(PAGE), kept=answer(PAGE), interim=(EARLY, CONTINUE)),
    "interim-apart": one(EARLY, answer(PAGE), kept=answer(PAGE), interim=(EARLY,)),
    "line-feeds": one(b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n\nhello", payload=b"hello"),
    "latin-1": one(answer(PAGE, b"Content-Disposition: inline; filename=\"caf\xe9.html\"", b"X-\xfc: \xff\x80")),
    "duplicates": one(answer(PAGE, b"Set-Cookie: b=2", b"SET-cookie: a=1", b"Vary: x", b"set-cookie: b=3")),
    "folded": one(answer(PAGE, b"X-Long: one", b" two", b"\tthree")),
    "no-colon": one(answer(PAGE, b"this is no field")),
    "odd-spaces": one(answer(PAGE, b"X-A:no space", b"X-B:  two  ", b"X-C:")),
    "no-reason": one(answer(PAGE, status=b"HTTP/1.1 200")),
    "odd-reason": one(answer(PAGE, status=b"HTTP/1.1 200  Tr\xe8s bien, merci ")),
    "strange-status": one(answer(PAGE, status=b"HTTP/1.1 999 No")),
    "http-1.0": one(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE, end="close"),
    "until-close": one(b"HTTP/1.1 200 OK\r\n\r\n", PAGE, end="close"),
    "connection-close": one(answer(PAGE, b"Connection: close"), end="close"),
    "no-content": one(b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n"),
    "not-modified": one(b'HTTP/1.1 304 Not Modified\r\nETag: W/"a"\r\nContent-Length: 500\r\n\r\n'),
    "head": one(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", request={"method": "HEAD"}),
    "post": one(answer(b"thanks"), request={"method": "POST", "body": "a=1&b=\r\n2"}),
    "garbage-behind": one(ENDED + b"HTTP/1.1 200 OK\r\n\r\ngarbage", kept=ENDED, end="close"),
    "garbage-behind-chunks": one(ENDED_CHUNKS + b"garbage", kept=ENDED_CHUNKS, payload=b"hello", end="close"),
    "cut-in-status-line": one(b"HTTP/1.1 20", end="close", truncated="disconnect", error="DownloadFailedError"),
    "cut-in-head": one(
        b"HTTP/1.1 200 OK\r\nContent-Ty", end="close", truncated="disconnect", error="DownloadFailedError", payload=b""
    ),
    "cut-in-body": one(
        answer(PAGE)[:-10], end="close", truncated="disconnect", error="ResponseDataLossError"
    ),
    "cut-in-chunk": one(
        chunked(b"5\r\nhello\r\n", b"10\r\nhal"),
        end="close",
        truncated="disconnect",
        error="ResponseDataLossError",
        payload=b"hellohal",
    ),
    "cut-between-chunks": one(
        chunked(b"5\r\nhello\r\n"),
        end="close",
        truncated="disconnect",
        error="ResponseDataLossError",
        payload=b"hello",
    ),
    "timeout-in-head": one(
        b"HTTP/1.1 200 OK\r\n", end="hang", truncated="time", error="DownloadTimeoutError", payload=b""
    ),
    "timeout-in-body": one(answer(PAGE)[:-10], end="hang", truncated="time", error="DownloadTimeoutError"),
    "timeout-until-close": one(
        b"HTTP/1.1 200 OK\r\n\r\nhalf", end="hang", truncated="time", error="DownloadTimeoutError"
    ),
    "too-long-as-stated": one(
        b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nstart",
        end="hang",
        truncated="length",
        error="DownloadCancelledError",
    ),
    "not-http": one(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", end="hang", truncated="unspecified", error="DownloadFailedError"),
    "bad-chunk-size": one(
        chunked(b"zz\r\nhello\r\n"), end="hang", truncated="unspecified", error="ResponseDataLossError",
        payload=b"zz\r\nhello\r\n",
    ),
}  # fmt: skip

NO_ANSWER = {
    "closed-at-once": one(end="close", error="DownloadFailedError"),
    "reset-at-once": one(end="reset", error="DownloadFailedError"),
    "silent": one(end="hang", error="DownloadTimeoutError"),
}
MAX_SIZE = 200_000
PATIENCE = 4
"""Seconds after which the crawler gives up on a server that hangs; connecting on a busy machine must fit in."""
SCRIPTS = {f"/{name}": case.script for name, case in (CASES | NO_ANSWER).items()}


@dataclass(frozen=True)
class Archived:
    """A crawl of all cases over one scheme, with the records of its WARCs."""

    server: WireServer
    crawled: Crawled
    base: str

    @cached_property
    def records(self) -> list[Record]:
        found = [item for path in self.crawled.warcs for item in iterate(path)]
        assert all(isinstance(item, Record) and not item.problems for item in found)
        return [item for item in found if isinstance(item, Record)]

    def of(self, name: str) -> dict[str, Record]:
        """The records of one case, by type; no type may come twice."""
        found = [record for record in self.records if record.url == f"{self.base}/{name}"]
        assert len({record.type for record in found}) == len(found)
        return {record.type: record for record in found}

    def outcome(self, name: str) -> dict[str, Any]:
        return self.crawled.outcomes[f"{self.base}/{name}"]


def planned(base: str, **meta: Any) -> list[dict[str, Any]]:
    """A request for each case."""
    requests = []
    for name, case in (CASES | NO_ANSWER).items():
        waits = 0.5 if case.script.end == "hang" and case.truncated != "length" else 30
        request = {"url": f"{base}/{name}", "meta": {"download_timeout": waits} | meta, **(case.request or {})}
        requests.append(request)
    return requests


SETTINGS = {
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
    "REDIRECT_ENABLED": False,
    "DOWNLOAD_MAXSIZE": MAX_SIZE,
}
KINDS = ("http", "https", "http proxy", "connect proxy")


@pytest.fixture(scope="module")
def archives(wire: Callable[..., WireServer], crawl: Crawl, tls_context: Any) -> dict[str, Archived]:
    """All cases over every kind of connection, in one crawl."""
    servers = {kind: wire(SCRIPTS, tunnel_context=tls_context) for kind in KINDS if kind != "https"}
    servers["https"] = wire(SCRIPTS, context=tls_context)
    bases = {kind: servers[kind].url for kind in ("http", "https")}
    bases |= {"http proxy": "http://news.example", "connect proxy": "https://news.example"}
    requests = []
    for kind, base in bases.items():
        meta = {"proxy": f"http://127.0.0.1:{servers[kind].port}"} if "proxy" in kind else {}
        requests += planned(base, **meta)
    crawled = crawl(requests, **SETTINGS)
    return {kind: Archived(servers[kind], crawled, bases[kind]) for kind in KINDS}


@pytest.fixture(params=KINDS)
def archived(request: pytest.FixtureRequest, archives: dict[str, Archived]) -> Archived:
    """All cases over one kind of connection."""
    return archives[request.param]


@pytest.mark.parametrize("name", CASES)
def test_the_response_is_archived_as_it_was_sent(archived: Archived, name: str) -> None:
    case, record = CASES[name], archived.of(name)["response"]
    assert record.block == case.response
    assert record.get("WARC-Truncated") == case.truncated


@pytest.mark.parametrize("name", CASES | NO_ANSWER)
def test_the_request_is_archived_as_it_was_received(archived: Archived, name: str) -> None:
    received = archived.server.requests[f"/{name}"]
    assert [archived.of(name)["request"].block] == received


@pytest.mark.parametrize("name", CASES)
def test_the_spider_gets_its_capture_or_an_error(archived: Archived, name: str) -> None:
    outcome = archived.outcome(name)
    assert outcome["capture"] == archived.of(name)["response"].id
    assert outcome.get("error") == CASES[name].error


@pytest.mark.parametrize("name", NO_ANSWER)
def test_where_nothing_came_back_the_request_is_archived_with_the_reason(archived: Archived, name: str) -> None:
    records, outcome = archived.of(name), archived.outcome(name)
    assert set(records) == {"request", "metadata"}
    assert b"fetchError: " in records["metadata"].block
    assert (outcome["capture"], outcome["error"]) == (None, NO_ANSWER[name].error)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.interim])
def test_interim_responses_are_in_the_metadata(archived: Archived, name: str) -> None:
    lines = archived.of(name)["metadata"].block.decode().splitlines()
    found = [json.loads(line.partition(": ")[2]).encode("latin-1") for line in lines if line.startswith("interim")]
    assert tuple(found) == CASES[name].interim


@pytest.mark.parametrize("name", CASES)
def test_payload_digests_are_over_the_entity_where_readers_agree_on_it(archived: Archived, name: str) -> None:
    record, disputed = archived.of(name)["response"], name in ("line-feeds", "not-http")
    expected = None if disputed or record.http.chunked else CASES[name].digest
    assert record.get("WARC-Payload-Digest") == expected
    assert name == "not-http" or record.payload.data == CASES[name].entity


def test_the_crawler_reads_pages_as_they_were_served(archived: Archived) -> None:
    page = hashlib.sha1(PAGE).hexdigest()
    for name in ("plain", "gzip", "brotli", "deflate", "interim", "line-feeds", "until-close", "latin-1"):
        expected = hashlib.sha1(b"hello").hexdigest() if name == "line-feeds" else page
        assert archived.outcome(name)["body"] == expected, name


def test_connections_are_used_again(archived: Archived) -> None:
    assert max(archived.server.connections) > 1


def test_peer_and_protocol_are_named(archived: Archived) -> None:
    record = archived.of("plain")["response"]
    proxied = archived.base.endswith("news.example")
    assert record.get("WARC-IP-Address") == (None if proxied else "127.0.0.1"), "a proxy's address is not the site's"
    assert record.get("WARC-Protocol") == "http/1.1"
    assert archived.of("http-1.0")["response"].get("WARC-Protocol") == "http/1.0"
    secure = archived.base.startswith("https")
    assert (record.get("WARC-Cipher-Suite") or "").startswith("TLS_") == secure
    assert (b"tlsVersion: TLSv1." in archived.of("plain")["metadata"].block) == secure


def test_warcio_finds_every_digest_right(archives: dict[str, Archived]) -> None:
    for path in archives["http"].crawled.warcs:
        with path.open("rb") as stream:
            for record in warcio.archiveiterator.ArchiveIterator(stream, check_digests=True):
                record.raw_stream.read()
                assert record.digest_checker.passed is not False, record.digest_checker.problems


def test_fastwarc_finds_every_digest_right(archives: dict[str, Archived]) -> None:
    for path in archives["http"].crawled.warcs:
        for verify, parse_http in (("verify_block_digest", False), ("verify_payload_digest", True)):
            with path.open("rb") as stream:
                for record in fastwarc.warc.ArchiveIterator(stream, parse_http=parse_http, auto_decode="none"):
                    payload = record.headers.get("WARC-Payload-Digest")
                    assert (parse_http and not payload) or getattr(record, verify)(), record.headers["WARC-Target-URI"]


def test_the_command_warcio_check_passes(archives: dict[str, Archived], tmp_path: Path) -> None:
    """Without the brotli pages: warcio 1.8.1 falls over its own decoder where the brotli package is installed."""
    path = tmp_path / "without-brotli.warc.gz"
    kept = [record for record in archives["http"].records if "br" not in record.http.codings("Content-Encoding")]
    with path.open("wb") as file:
        for record in kept:
            file.write(record.path.read_bytes()[record.offset : record.offset + record.length])
    command = Path(sys.executable).with_name("warcio")
    done = subprocess.run([command, "check", "-v", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("digest pass") == len(kept)
