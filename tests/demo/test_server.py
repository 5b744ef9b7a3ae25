"""The newspaper over real HTTP: what each kind of request gets, and that no request stops the press."""

from __future__ import annotations

import gzip
import http.client
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from crawler.demo.server import NewspaperServer

STORY = "/science/2024/03/04/tide-gauge-record"


def ask(server, target, method="GET", body=None, **headers):
    """One request on a connection of its own: the response and its body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, body, sent)
    response = connection.getresponse()
    return response, response.read()


def raw(server, request):
    """Everything that the server sends in answer to raw bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_articles_arrive_as_the_site_has_them(newspaper):
    for article in newspaper.paper.articles():
        if article.attempts == 1:
            response, body = ask(newspaper, article.url_path)
            assert response.status == 200
            assert response.headers["Content-Type"] == article.wire.content_type
            assert body == newspaper.site.resource(article.url_path).body


def test_the_same_request_gets_the_same_bytes_to_the_last_header(newspaper):
    request = f"GET {STORY} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    assert raw(newspaper, request) == raw(newspaper, request)


def test_one_connection_serves_many_requests(newspaper):
    connection = http.client.HTTPConnection("127.0.0.1", newspaper.server_port, timeout=10)
    connection.connect()
    socket_of_the_first = connection.sock
    for target in ("/", STORY, "/feed.xml", "/nowhere", "/robots.txt", "/town"):
        connection.request("GET", target)
        connection.getresponse().read()
        assert connection.sock is socket_of_the_first


def test_section_pages_come_in_chunks_and_a_reader_of_http_1_0_gets_them_whole(newspaper):
    response, body = ask(newspaper, "/town")
    assert response.headers["Transfer-Encoding"] == "chunked"
    old = raw(newspaper, b"GET /town HTTP/1.0\r\n\r\n")
    assert old.split(b"\r\n\r\n", 1)[1] == body
    assert b"Content-Length" in old


def test_gzip_is_for_those_who_take_it(newspaper):
    plain, body = ask(newspaper, "/feed.xml")
    packed, packed_body = ask(newspaper, "/feed.xml", Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed_body) == body


def test_some_articles_are_packed_some_chunked_some_both_and_some_neither(newspaper):
    seen = set()
    for article in newspaper.paper.articles():
        response, _ = ask(newspaper, article.url_path, "HEAD", Accept_Encoding="gzip")
        seen.add(("Content-Encoding" in response.headers, "Transfer-Encoding" in response.headers))
    assert len(seen) == 4


@pytest.mark.parametrize("target", ["/feed.xml", "/sitemap.xml", "/images/quay-320.png", "/static/style.css"])
def test_what_has_not_changed_is_not_sent_again(newspaper, target):
    response, _ = ask(newspaper, target)
    for header, value in (
        ("If_None_Match", response.headers["ETag"]),
        ("If_None_Match", f'"other", W/{response.headers["ETag"]}'),
        ("If_Modified_Since", response.headers["Last-Modified"]),
    ):
        again, body = ask(newspaper, target, **{header: value})
        assert (again.status, body, again.headers["ETag"]) == (304, b"", response.headers["ETag"])


def test_a_stale_or_unreadable_validator_gets_the_whole(newspaper):
    for headers in ({"If_None_Match": '"old"'}, {"If_Modified_Since": "yesterday"}, {"If_Modified_Since": ""}):
        assert ask(newspaper, "/feed.xml", **headers)[0].status == 200


@pytest.mark.parametrize(
    ("wanted", "status", "slices"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-44", 206, slice(-44, None)),
        ("bytes=99999999-", 416, slice(0, 0)),
        ("bytes=5-2", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
    ],
)
def test_ranges_of_sounds(newspaper, wanted, status, slices):
    whole = newspaper.site.resource("/media/harbour-walk.wav").body
    response, body = ask(newspaper, "/media/harbour-walk.wav", Range=wanted)
    assert (response.status, body) == (status, whole[slices])


@pytest.mark.parametrize(
    "target", ["/", STORY, "/feed.xml", "/images/quay-320.png", "/nowhere", "/media/ferry-horn.wav"]
)
def test_head_has_the_headers_of_get_and_no_body(newspaper, target):
    head, nothing = ask(newspaper, target, "HEAD")
    get, _ = ask(newspaper, target)
    assert nothing == b""
    assert (head.status, head.headers.items()) == (get.status, get.headers.items())


def test_redirects_name_the_new_address(newspaper):
    for redirect in newspaper.paper.redirects:
        response, _ = ask(newspaper, redirect.url_path)
        target = newspaper.paper.article(redirect.target).url_path
        assert (response.status, response.headers["Location"]) == (redirect.status, target)


def test_a_story_stumbles_once_and_comes_on_the_second_try(fresh_newspaper):
    target = fresh_newspaper.paper.article("museum-steam-tug").url_path
    assert [ask(fresh_newspaper, target)[0].status for _ in range(3)] == [500, 200, 200]
    assert fresh_newspaper.asked() == {target: 3}


def test_the_next_edition_changes_the_feed_the_edited_story_and_nothing_else(fresh_newspaper):
    edited = fresh_newspaper.paper.article("sluice-gate-repair").url_path
    before = {target: ask(fresh_newspaper, target)[1] for target in ("/feed.xml", edited, STORY)}
    etag = ask(fresh_newspaper, "/feed.xml")[0].headers["ETag"]
    fresh_newspaper.advance()
    assert ask(fresh_newspaper, "/feed.xml", If_None_Match=etag)[0].status == 200
    assert ask(fresh_newspaper, edited)[1] != before[edited]
    # What differs elsewhere is the day in the register bar, as in every newspaper.
    assert ask(fresh_newspaper, STORY)[1].replace(b"6 March 2024", b"5 March 2024") == before[STORY]
    fresh_newspaper.advance()
    assert fresh_newspaper.edition == 2


def test_forms_are_thanked_for(newspaper):
    response, _ = ask(newspaper, "/comments", "POST", b"text=hello")
    assert (response.status, response.headers["Location"]) == (303, "/thanks")
    assert ask(newspaper, "/thanks")[0].status == 200


def test_reservations_are_sent_as_a_header_too(newspaper):
    article = newspaper.paper.article("readers-on-the-toll")
    assert ask(newspaper, article.url_path)[0].headers["X-Robots-Tag"] == "noai, noimageai"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET / HTTP/one\r\n\r\n", b"400"),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"POST /comments HTTP/1.1\r\nHost: x\r\n\r\n", b"411"),
        (b"POST /comments HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST /comments HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /town HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na", b"405"),
        (b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET http://elsewhere/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n", b"404"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_malformed_request_gets_an_answer_and_the_next_reader_a_page(newspaper, request_bytes, status):
    answer = raw(newspaper, request_bytes)
    # Where the version cannot be read the answer is that of HTTP/0.9, which has no status line.
    assert answer.startswith(b"HTTP/1.1 " + status) or b"<p>Error code: " + status in answer
    assert ask(newspaper, "/")[0].status == 200


def test_readers_who_hang_up_leave_no_trace(newspaper, capfd):
    for _ in range(5):
        connection = socket.create_connection(("127.0.0.1", newspaper.server_port))
        connection.sendall(b"GET /media/harbour-walk.wav HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    assert ask(newspaper, "/")[0].status == 200
    assert "Traceback" not in capfd.readouterr().err


def test_fifty_readers_at_once_get_their_pages(newspaper):
    with ThreadPoolExecutor(50) as readers:
        bodies = list(readers.map(lambda _: ask(newspaper, STORY)[1], range(200)))
    assert set(bodies) == {newspaper.site.resource(STORY).body}


def test_a_port_that_is_taken_is_an_error(newspaper):
    with pytest.raises(OSError, match="in use"):
        NewspaperServer(newspaper.server_port)
