"""Who is let in, what a request can reach, and what the proxy answers."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest

from crawler.errors import UsageError
from crawler.items import Article
from crawler.replay.web import Request, Response, Router, Server, names_this_machine
from crawler.storage import texts
from tests.replay.conftest import Recorder, Served


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "localhost.evil"])
def test_a_foreign_host_name_is_turned_away(served_archive: Served, host: str) -> None:
    """A page of the web that points its name at this machine reads nothing."""
    for content in (False, True):
        connection_host = host or " "
        assert served_archive.get("/", host=connection_host, content=content)[0] == 421


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:1", "[::1]:80", "127.0.0.1", "192.168.1.7:8480", "x.localhost"]
)
def test_addresses_and_localhost_are_let_in(host: str) -> None:
    """What DNS rebinding cannot send."""
    assert names_this_machine(host)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../service.py",
        "/assets/..%2fservice.py",
        "/assets/%2e%2e/service.py",
        "/assets//etc/passwd",
        "/../etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_assets(served_archive: Served, path: str) -> None:
    """Only files of a fixed list are given."""
    for content in (False, True):
        status, _, text = served_archive.get(path, content=content)
        assert status == 404
        assert "import" not in text
        assert "root:" not in text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(served_archive: Served, method: str) -> None:
    """Our pages only read."""
    for content in (False, True):
        assert served_archive.get("/", method=method, content=content)[0] == 405


def test_head_has_the_headers_only(served_archive: Served) -> None:
    """The length is that of the page."""
    assert served_archive.get("/", method="HEAD")[2] == ""


def test_a_failure_of_ours_is_one_page_not_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """The next request is answered."""

    def application(request: Request) -> Response:
        if request.path == "/bad":
            raise RuntimeError("boom")
        return Response.text("fine")

    server = Server("127.0.0.1", 0, application)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for path, status in (("/bad", 500), ("/good", 200)):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
        connection.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert "boom" in caplog.text


def test_a_port_in_use_is_an_error_for_people(served_archive: Served) -> None:
    """It names the port and what to do."""
    port = int(served_archive.replay.url.rstrip("/").rsplit(":", 1)[1])
    with pytest.raises(UsageError, match=rf"Port {port} on 127\.0\.0\.1 is in use.*--port"):
        Server("127.0.0.1", port, lambda request: Response())


@pytest.mark.parametrize(
    ("bind", "port", "message"), [("192.0.2.1", 0, "not an address"), ("127.0.0.1", 70000, "0 .*65535")]
)
def test_an_address_that_cannot_be_is_an_error_for_people(bind: str, port: int, message: str) -> None:
    """It says what is allowed."""
    with pytest.raises(UsageError, match=message):
        Server(bind, port, lambda request: Response())


def test_a_route_decodes_its_parts() -> None:
    """Of a path, not of an archived address, which is kept as it is."""
    router = Router()
    router.add(r"/a/(?P<name>.+)", lambda request, name: Response.text(name))
    router.add(r"/web/(?P<url>.+)", lambda request, url: Response.text(url), whole_target=True)
    for target, text in (("/a/x%20y?q", b"x y"), ("/web/http://h/%20?a=%2F", b"http://h/%20?a=%2F")):
        answer = router(Request("GET", target, Message()))
        assert answer is not None
        assert answer.body == text


@pytest.fixture
def ask_proxy(served_archive: Served) -> Callable[[bytes], bytes]:
    """Sends bytes to the proxy and reads what comes back."""

    def ask(request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", served_archive.replay.proxy_port), timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(1 << 16), b""))

    return ask


def test_the_proxy_gives_the_capture_as_it_is(ask_proxy: Callable[[bytes], bytes]) -> None:
    """Status, type and bytes, unrewritten; only what was about the connection or about keeping is changed."""
    answer = ask_proxy(b"GET http://paper.example/gone HTTP/1.1\r\nHost: paper.example\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"Cache-Control: no-store" in head
    assert body == b"<h1>gone</h1>"


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET / HTTP/1.1",
        b"GET /etc/passwd HTTP/1.1",
        b"GET ftp://a/ HTTP/1.1",
        b"CONNECT a HTTP/1.1",
        b"CONNECT a/b:1 HTTP/1.1",
    ],
)
def test_the_proxy_is_no_server_and_no_way_out(ask_proxy: Callable[[bytes], bytes], request_line: bytes) -> None:
    """It answers absolute http addresses and tunnels only, all out of the archive."""
    answer = ask_proxy(request_line + b"\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET http://[::1/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST http://a/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n",
        b"POST http://a/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nGET http://b/\r\n",
    ],
)
def test_a_request_that_could_be_read_in_two_ways_is_the_last_on_its_connection(
    ask_proxy: Callable[[bytes], bytes], request_bytes: bytes
) -> None:
    """No part of what it sends is taken for a request; nothing is printed as a failure of ours."""
    answer = ask_proxy(request_bytes)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answer


def test_a_request_with_two_hosts_is_refused(served_archive: Served) -> None:
    """Whoever checks one of them checks the wrong one (RFC 9112, 3.2)."""
    port = int(served_archive.replay.url.rstrip("/").rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_real_server_behind_the_address_is_not_asked(ask_proxy: Callable[[bytes], bytes]) -> None:
    """What is not in the archive is 404, even where something listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        port = listening.getsockname()[1]
        answer = ask_proxy(b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % port)
        assert answer.startswith(b"HTTP/1.1 404 ")
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_capture_of_a_form_is_given_for_what_was_sent(tmp_path: Path) -> None:
    """POST with another body has another answer; a preflight that was not captured is allowed."""
    recorder = Recorder(tmp_path / "archive")
    for answer in (b"1", b"2"):
        recorder.add("http://a.example/api", b"answer " + answer, "text/plain", method="POST", sent=b"q=" + answer)
    recorder.close()
    served = Served(tmp_path / "archive", tmp_path / "cache")
    try:
        connection = http.client.HTTPConnection("127.0.0.1", served.replay.proxy_port, timeout=10)
        for sent in (b"1", b"2"):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", "http://a.example/api", b"q=" + sent, headers)
            assert connection.getresponse().read() == b"answer " + sent
        connection.request("OPTIONS", "http://a.example/api", headers={"Origin": "http://b.example"})
        answered = connection.getresponse()
        answered.read()
        assert (answered.status, answered.headers["Access-Control-Allow-Origin"]) == (204, "http://b.example")
        connection.close()
    finally:
        served.replay.stop()


def test_a_crawl_that_goes_on_is_seen_while_it_writes(tmp_path: Path) -> None:
    """A capture is there for the next request, without a restart, and an article as soon as it is stored."""
    archives = tmp_path / "archives"
    recorder = Recorder(archives / "paper" / "warc")
    recorder.add("http://a.example/1", b"one")
    served = Served(archives, tmp_path / "cache")
    try:
        assert served.get("/captures?url=http://a.example/2")[0] == 404
        capture = recorder.add("http://a.example/2", b"two")
        article = Article(
            source="paper", url=capture.url, title="Two", text="Two\n\nText.\n", record_id=capture.record_id,
            captured=datetime(2017, 7, 12, tzinfo=UTC),
        )  # fmt: skip
        texts.store(texts.place(article, archives), archives)
        served.replay._upkeep.read_once()
        assert served.get("/captures?url=http://a.example/2")[0] == 200
        assert ">Two</a>" in served.get("/articles")[2]
    finally:
        served.replay.stop()
