"""The capture handler in a real crawl: what is refused, repeated, failed, and what stops the crawl."""

from __future__ import annotations

import base64
import socket
import ssl
from collections.abc import Callable

import pytest

from crawler.archive.reader import Record, iterate
from tests.fetch.wire import Crawl, Crawled, Script, WireServer

Wire = Callable[..., WireServer]
OTHER_SCHEMES = ("file", "ftp", "data")
FOLLOW = {"handle_httpstatus_all": False}
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def records(crawled: Crawled) -> list[Record]:
    return [item for path in crawled.warcs for item in iterate(path) if isinstance(item, Record)]


def redirect(target: str) -> Script:
    return Script((f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode(),))


def repeated(number: int) -> Script:
    """Close instead of answering where the request is the first for this page."""
    return Script((), "close") if number == 1 else Script((PAGE,))


@pytest.fixture(scope="module")
def server(wire: Wire) -> WireServer:
    """An ordinary server, and one place on it that redirects to other schemes."""
    redirects = {f"/to-{scheme}": redirect(f"{scheme}:///etc/passwd") for scheme in OTHER_SCHEMES}
    return wire({"/": Script((PAGE,)), "/page": Script((PAGE,)), **redirects})


@pytest.fixture(scope="module")
def forgetful(wire: Wire) -> WireServer:
    """A server that closes a connection which it seemed to keep."""
    return wire({"/page": Script((PAGE,)), "/repeated": repeated})


@pytest.fixture(scope="module")
def ordinary(server: WireServer, forgetful: WireServer, crawl: Crawl) -> Crawled:
    """A crawl that may talk to this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    proxy = {"proxy": f"http://user:secret@127.0.0.1:{server.port}"}
    return crawl(
        [
            {"url": f"{forgetful.url}/page#part", "then": [{"url": f"{forgetful.url}/repeated"}]},
            {"url": f"http://127.0.0.1:{closed}/refused"},
            {"url": "http://news.example/page", "meta": proxy, "via": ["article", "http://news.example/feed"]},
            *[
                {"url": f"{server.url}/to-{scheme}", "meta": {"handle_httpstatus_all": False}}
                for scheme in OTHER_SCHEMES
            ],
        ],
        CONCURRENT_REQUESTS_PER_DOMAIN=1,
        REDIRECT_ENABLED=True,
    )


def test_the_target_uri_has_no_fragment(ordinary: Crawled, forgetful: WireServer) -> None:
    assert f"{forgetful.url}/page" in [record.url for record in records(ordinary)]
    assert not any("#" in record.url for record in records(ordinary))


def test_an_exchange_that_twisted_repeats_by_itself_is_archived_too(ordinary: Crawled, forgetful: WireServer) -> None:
    found = [record for record in records(ordinary) if record.url == f"{forgetful.url}/repeated"]
    assert [record.type for record in found] == ["request", "metadata", "response", "request", "metadata"]
    assert b"fetchError: the connection was lost before anything came back" in found[1].block
    assert [found[0].block, found[3].block] == forgetful.requests["/repeated"]
    assert ordinary.outcomes[f"{forgetful.url}/repeated"]["capture"] == found[2].id


def test_where_nothing_was_sent_nothing_is_archived(ordinary: Crawled) -> None:
    [outcome] = [outcome for url, outcome in ordinary.outcomes.items() if url.endswith("/refused")]
    assert (outcome["error"], outcome["capture"]) == ("DownloadConnectionRefusedError", None)
    assert not any(record.url.endswith("/refused") for record in records(ordinary))


def test_the_metadata_says_what_the_page_is_and_where_it_was_found(ordinary: Crawled) -> None:
    [metadata] = [record for record in records(ordinary) if record.type == "metadata" and "news.example" in record.url]
    assert metadata.block.startswith(b"via: http://news.example/feed\r\npageRole: article\r\n")


def test_the_password_for_a_proxy_is_not_archived(ordinary: Crawled, server: WireServer) -> None:
    secret = base64.b64encode(b"user:secret")
    [request] = [record for record in records(ordinary) if record.type == "request" and "news.example" in record.url]
    [received] = [request for request in server.requests["/page"] if b"news.example" in request]
    assert secret in received
    assert request.block == received.replace(b"Basic " + secret, b"(not archived)")


@pytest.mark.parametrize("scheme", OTHER_SCHEMES)
def test_redirects_to_other_schemes_are_not_followed(ordinary: Crawled, server: WireServer, scheme: str) -> None:
    outcome = ordinary.outcomes[f"{server.url}/to-{scheme}"]
    assert (outcome["error"], outcome["message"]) == ("HttpError", "Ignoring non-200 response")
    assert outcome["capture"]


def test_without_a_tls_goodbye_a_response_of_unstated_length_counts_as_cut(
    wire: Wire, crawl: Crawl, tls_context: ssl.SSLContext
) -> None:
    """RFC 9112, section 9.8: whoever cuts the connection could else cut the page unseen."""
    head = b"HTTP/1.1 200 OK\r\n"
    scripts = {"/stated": Script((PAGE,), "drop"), "/unstated": Script((head + b"\r\nhello",), "drop")}
    server = wire(scripts, context=tls_context)
    found = records(crawl([{"url": f"{server.url}{path}"} for path in scripts]))
    cut = {record.url.rpartition("/")[2]: record.get("WARC-Truncated") for record in found if record.type == "response"}
    assert cut == {"stated": None, "unstated": "disconnect"}


@pytest.fixture(scope="module")
def inward(wire: Wire, crawl: Crawl) -> tuple[WireServer, Crawled]:
    """A crawl that may not talk to this machine, and is sent to it in many ways."""
    server = wire({"/": Script((PAGE,))})
    port = server.port
    hosts = ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]")
    urls = [f"{scheme}://{host}:{port}/" for host in hosts for scheme in ("http", "https")]
    proxied = {"url": "http://169.254.169.254/latest", "meta": {"proxy": f"http://127.0.0.1:{port}"}}
    crawled = crawl([*({"url": url} for url in urls), proxied], ALLOW_PRIVATE_ADDRESSES=False, RETRY_ENABLED=True)
    return server, crawled


def test_private_addresses_are_refused_however_they_are_written(inward: tuple[WireServer, Crawled]) -> None:
    _, crawled = inward
    assert [outcome.get("error") for outcome in crawled.outcomes.values()] == ["AddressRefused"] * 17


def test_not_one_byte_is_sent_to_a_private_address(inward: tuple[WireServer, Crawled]) -> None:
    server, crawled = inward
    assert (server.requests, server.strays, crawled.warcs) == ({}, [], [])


def test_a_refused_address_is_not_tried_again_and_gives_no_traceback(inward: tuple[WireServer, Crawled]) -> None:
    _, crawled = inward
    assert crawled.stats["fetch/refused_address"] == 17
    assert "retry/count" not in crawled.stats
    assert "Traceback" not in crawled.log
    assert "which is not a public address" in crawled.log


@pytest.fixture(scope="module")
def unarchived(server: WireServer, crawl: Crawl) -> Crawled:
    """A crawl whose archive can be written no more after the first page."""
    urls = [f"{server.url}/page", f"{server.url}/", f"{server.url}/page?", f"{server.url}/?"]
    return crawl(
        [{"url": urls[0], "then": [{"url": url} for url in urls[1:]]}],
        CONCURRENT_REQUESTS_PER_DOMAIN=1,
        DOWNLOAD_DELAY=0.001,
        ARCHIVE_FAILS_AFTER=1,
    )


def test_a_page_that_cannot_be_archived_is_not_used_and_stops_the_crawl(unarchived: Crawled) -> None:
    outcomes = list(unarchived.outcomes.values())
    assert [outcome.get("status") for outcome in outcomes if "error" not in outcome] == [200]
    assert {outcome["error"] for outcome in outcomes[1:]} == {"NotArchived"}
    assert unarchived.stats["finish_reason"] == "archive_failed"


def test_a_failed_archive_is_explained_once_and_without_traceback(unarchived: Crawled) -> None:
    assert unarchived.log.count("No space left on device") == 1
    assert "The crawl is closing" in unarchived.log
    assert "Traceback" not in unarchived.log


def test_a_failed_archive_leaves_whole_what_was_written(unarchived: Crawled) -> None:
    assert [record.type for record in records(unarchived)] == ["warcinfo", "response", "request", "metadata"]
