"""WARCs as other programs write them raise no false alarm.

Each style is built from what the program's real files look like, quirks and all. Errors there are none; the warnings
are those that the program has earned, and they are named here.
"""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from warcio.capture_http import capture_http

from crawler.archive.check import check
from tests.check.conftest import Checker
from tests.check.harvested import common_crawl, common_crawl_text, heritrix, wget
from tests.check.recorded import browsertrix, warcio_writer, warcprox
from tests.check.warcs import BODY, CHUNKED_BODY, CHUNKED_HEAD, HEAD


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
