"""A crawl out of an archive: what the handler answers, and a whole spider without a socket."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from crawler.archive.exchange import Capture, Exchange, Via
from crawler.errors import UsageError
from crawler.replay.offline import MISSING, NotInArchive, ReplayHandler
from tests.replay.conftest import NOON, Recorder

Answer = Callable[..., Response]


@pytest.fixture
def answer_offline(recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Asks a handler over the recorder's archive for one request."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def answer(request: Request | str, **settings: Any) -> Response:
        async def ask() -> Response:
            handler = ReplayHandler(get_crawler(settings_dict={"REPLAY": str(recorder.folder), **settings}))
            try:
                return await handler.download_request(Request(request) if isinstance(request, str) else request)
            finally:
                await handler.close()

        return asyncio.run(ask())

    return answer


def test_the_response_is_that_of_the_capture(recorder: Recorder, answer_offline: Answer) -> None:
    """Status, headers, body, address and protocol are as they came; `meta` names the capture."""
    written = recorder.add("https://a.org/x", b"<p>text", headers=b"X-A: 1\r\nX-A: 2\r\n", status="203 Odd")
    request = Request("https://a.org/x#part", meta={"via": Via("article")})
    response = answer_offline(request)
    assert isinstance(response, HtmlResponse)
    assert (response.status, response.body, response.protocol) == (203, b"<p>text", "HTTP/1.1")
    assert response.headers.getlist("X-A") == [b"1", b"2"]
    assert str(response.ip_address) == "192.0.2.1"
    capture = request.meta["capture"]
    assert isinstance(capture, Capture)
    assert (capture.record_id, capture.warc, capture.offset) == (written.record_id, written.warc, written.offset)
    assert (capture.payload_digest, capture.size, capture.via) == (written.payload_digest, 7, Via("article"))


def test_chunks_are_joined_and_the_content_encoding_stays(recorder: Recorder, answer_offline: Answer) -> None:
    """The body is what Scrapy's own handler would give: without transfer-encoding only."""
    headers = b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
    recorder.add("https://a.org/x", b"3\r\nabc\r\n0\r\n\r\n", headers=headers)
    response = answer_offline("https://a.org/x")
    assert response.body == b"abc"
    assert response.headers["Content-Encoding"] == b"gzip"
    assert "Transfer-Encoding" not in response.headers


def test_redirects_are_handed_on(recorder: Recorder, answer_offline: Answer) -> None:
    """The handler follows nothing: Scrapy's middleware does, as on the live web."""
    recorder.add("https://a.org/old", status="301 Moved", headers=b"Location: /new\r\n")
    response = answer_offline("https://a.org/old")
    assert (response.status, response.headers["Location"]) == (301, b"/new")


def test_the_time_chooses_among_captures(recorder: Recorder, answer_offline: Answer) -> None:
    """REPLAY_AT gives the nearest capture; without it the newest is given."""
    recorder.add("https://a.org/", b"old")
    recorder.add("https://a.org/", b"new", when=NOON + timedelta(days=400))
    assert answer_offline("https://a.org/").body == b"new"
    assert answer_offline("https://a.org/", REPLAY_AT="2017").body == b"old"


def test_an_address_that_only_shares_a_key_is_a_miss(recorder: Recorder, answer_offline: Answer) -> None:
    """A crawl must not get /News for /news; http and https stand for each other."""
    recorder.add("https://a.org/News", b"x")
    with pytest.raises(NotInArchive, match=r"https://a\.org/news is not in the archive"):
        answer_offline("https://a.org/news")
    assert answer_offline("http://www.a.org/News").status == 200


def test_a_robots_txt_that_was_not_archived_forbids_nothing(answer_offline: Answer, recorder: Recorder) -> None:
    """No server is asked, so nobody's wishes are missed; it is counted as a miss all the same."""
    recorder.add("https://a.org/", b"x")
    response = answer_offline("https://a.org/robots.txt")
    assert (response.status, response.flags) == (404, ["not-in-archive"])


def add_cut(recorder: Recorder, truncated: Any, days: int = 0) -> None:
    """Capture a response that did not come to its end."""
    response = b"HTTP/1.1 200 OK\r\n\r\nhal"
    when = NOON + timedelta(days=days)
    recorder.writer.write(
        Exchange("https://a.org/", "GET", when, b"GET / HTTP/1.1\r\n\r\n", response, truncated=truncated), Via()
    )


@pytest.mark.parametrize(
    ("truncated", "error"),
    [("disconnect", ResponseDataLossError), ("time", DownloadTimeoutError), ("length", DownloadCancelledError)],
)
def test_a_cut_response_fails_as_it_did(
    recorder: Recorder, answer_offline: Answer, truncated: str, error: type[Exception]
) -> None:
    """No text was made of it then, and none is made of half a page now."""
    add_cut(recorder, truncated)
    with pytest.raises(error, match=f"was not archived whole .{truncated}"):
        answer_offline("https://a.org/")


def test_a_cut_response_is_marked_where_it_is_wanted(recorder: Recorder, answer_offline: Answer) -> None:
    """What a crawl that takes what came flagged as lost data is flagged again."""
    add_cut(recorder, "disconnect")
    assert answer_offline("https://a.org/", DOWNLOAD_FAIL_ON_DATALOSS=False).flags == ["dataloss"]


def test_a_whole_response_is_given_in_place_of_a_cut_one(recorder: Recorder, answer_offline: Answer) -> None:
    """The nearest, though the cut one is newer."""
    recorder.add("https://a.org/", b"oldest", when=NOON - timedelta(days=9))
    recorder.add("https://a.org/", b"whole", when=NOON)
    add_cut(recorder, "disconnect", days=1)
    add_cut(recorder, "disconnect", days=2)
    assert answer_offline("https://a.org/").body == b"whole"


def test_a_wrong_time_is_an_error_for_people(answer_offline: Answer, recorder: Recorder) -> None:
    """The message says what is allowed."""
    recorder.add("https://a.org/", b"x")
    with pytest.raises(UsageError, match="REPLAY_AT=yesterday is no time: give 4 to 14 digits"):
        answer_offline("https://a.org/", REPLAY_AT="yesterday")


SPIDER = """
import json, socket, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawler.replay.offline import OFFLINE_SETTINGS

connected = []
real = socket.socket.connect
def refuse(self, address):
    connected.append(address)
    raise OSError("no network")
socket.socket.connect = socket.socket.connect_ex = refuse

class Spider(scrapy.Spider):
    name = "x"
    pages = []
    async def start(self):
        yield scrapy.Request("http://a.org/")
    def parse(self, response):
        self.pages.append([response.url, response.css("h1::text").get()])
        yield from response.follow_all(css="a", callback=self.parse)

process = AsyncCrawlerProcess({**OFFLINE_SETTINGS, "REPLAY": sys.argv[1], "ROBOTSTXT_OBEY": True,
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "TELNETCONSOLE_ENABLED": False, "COOKIES_ENABLED": False})
crawler = process.create_crawler(Spider)
process.crawl(crawler)
process.start()
stats = {key: value for key, value in crawler.stats.get_stats().items() if key.startswith("replay/")}
print(json.dumps({"pages": Spider.pages, "stats": stats, "connected": connected}))
"""


def test_a_spider_runs_as_it_would_on_the_web_without_a_socket(recorder: Recorder, tmp_path: Path) -> None:
    """Robots, redirects, encodings and links are the same; what is missing is counted by address."""
    recorder.add("https://a.org/robots.txt", b"User-agent: *\nDisallow: /private", "text/plain")
    recorder.add("http://a.org/", status="301 Moved", headers=b"Location: https://a.org/\r\n")
    links = "<h1>Главная</h1><a href=/one>1</a><a href=/private>2</a><a href=/gone>3</a>"
    recorder.add("https://a.org/", links.encode("cp1251"), "text/html; charset=windows-1251")
    recorder.add("https://a.org/one", "<meta charset=koi8-r><h1>Раз</h1>".encode("koi8-r"), "text/html")
    recorder.add("https://a.org/private", b"<h1>secret</h1>")
    script = tmp_path / "run.py"
    script.write_text(SPIDER)
    done = subprocess.run(
        [sys.executable, str(script), str(recorder.folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert sorted(result["pages"]) == [["https://a.org/", "Главная"], ["https://a.org/one", "Раз"]]
    assert result["stats"][MISSING] == {"https://a.org/gone": 1}
    assert result["connected"] == []
    assert "https://a.org/gone" in done.stderr
