"""The canonical key of a URL is the one that the archive tools look up."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive.keys import MAX_BODY_QUERY, method_url, url_key

TABLE = Path(__file__).with_name("keys.tsv")
PAIRS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]

FORM = (
    b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    b'--XX\r\nContent-Disposition: form-data; name="f"; filename="x"\r\nContent-Type: image/x\r\n\r\n\x00\xff\r\n\r\n'
    b"--XX\r\ncontent-disposition: form-data; name=u\r\n\r\n\xc3\xa4 b\r\n--XX--\r\n"
)


@pytest.mark.parametrize(("url", "key"), PAIRS, ids=[url for url, _ in PAIRS])
def test_key_is_that_of_the_table(url: str, key: str) -> None:
    assert url_key(url) == key


@pytest.mark.parametrize("url", [url for url, _ in PAIRS])
def test_a_key_can_stand_in_a_line_of_a_cdxj_file(url: str) -> None:
    key = url_key(url)
    assert key.isascii()
    assert not set(key) & set(" \t\r\n")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com:port/ x",
        "http://example.com:65536/",
        "http://a:b:c/",
        "http://example.com:" + "9" * 5000 + "/",
        "http://" + "9" * 5000 + "/",
        "http://example.com/\ud800",
        "http://[::1",
        "http://",
        "",
        "\x01http://x/\x01",
        " http://exa mple.com/a\tb\r\nc ",
    ],
)
def test_no_address_is_too_odd_for_a_key(url: str) -> None:
    """Whatever stands in a WARC gets a key without blanks, and no exception."""
    assert not set(url_key(url)) & set(" \t\r\n")


def test_an_impossible_port_keeps_the_address_as_its_key() -> None:
    assert url_key("http://Example.com:99999/A") == "http://Example.com:99999/A"


@pytest.mark.parametrize(
    "hostile",
    [
        "http://a/%" + "25" * 50_000 + "41",
        "http://a/?" + "sid=" * 25_000,
        "http://a/?" + "cfid=&" * 20_000 + "cftoken=",
        "http://a/?" + "%26" * 30_000,
        "http://a/" + "../" * 30_000,
        "http://" + "a." * 50_000,
        "http://a/" + "(a" * 50_000 + ".aspx",
    ],
    ids=["escapes", "sessions", "cfid", "ampersands", "dots", "labels", "aspx"],
)
def test_a_hostile_address_does_not_hold_up_the_indexer(hostile: str) -> None:
    """The work grows with the length of the address; with its square, these would take minutes each."""
    assert url_key(hostile).startswith("a)" if hostile.startswith("http://a/") else "a,a,")


@pytest.mark.parametrize(
    ("method", "content_type", "body", "query"),
    [
        ("POST", "application/x-www-form-urlencoded", b"a=1&b=%20x+y&c=%C3%A4", "a=1&b= x y&c=ä"),
        ("POST", "application/x-www-form-urlencoded; charset=UTF-8", b"B=2&a=1", "B=2&a=1"),
        ("POST", "application/x-www-form-urlencoded", b"\xff\xfe", "__wb_post_data=//4="),
        ("POST", "application/json", b'{"a":1,"b":{"a":2,"c":[1,2,{"a":3}]}}', "a=1&a.2_=2&c=1&c.2_=2&a.3_=3"),
        ("POST", "application/json", b'{"t":true,"n":null,"f":1.0,"g":1.5,"s":"x y"}', "t=true&n=null&f=1&g=1.5&s=x+y"),
        ("POST", "application/json", b"{bad", ""),
        ("POST", "application/json", b'{"a":1e400}', ""),
        ("POST", "application/json", b"[" * 100_000, ""),
        ("POST", "text/plain;charset=UTF-8", b'{"q":"x"}', "q=x"),
        ("POST", "text/plain", b"hello", "__wb_post_data=aGVsbG8="),
        ("POST", "application/octet-stream", b"\x00\x01", "__wb_post_data=AAE="),
        ("POST", "", b"x=1", "__wb_post_data=eD0x"),
        ("POST", "multipart/form-data; boundary=XX", FORM, "a=1&f=%00%FF%0D%0A&u=%C3%A4+b"),
        ("POST", 'multipart/form-data; boundary="XX"', FORM, "a=1&f=%00%FF%0D%0A&u=%C3%A4+b"),
        ("POST", "multipart/form-data", b"--XX", "__wb_post_data=LS1YWA=="),
        ("POST", "multipart/form-data; boundary=XX", b"junk", ""),
        ("PUT", "application/json", b'{"A":"B"}', "A=B"),
        ("DELETE", "application/json", b'{"A":"B"}', ""),
        ("HEAD", "", b"", ""),
    ],
)
def test_what_a_request_sent_is_added_to_its_address(method: str, content_type: str, body: bytes, query: str) -> None:
    url, alone = method_url("https://example.com/api?z=1", method, content_type, body)
    assert alone == query
    assert url == f"https://example.com/api?z=1&__wb_method={method}" + (f"&{query}" if query else "")


def test_a_get_request_adds_nothing() -> None:
    assert method_url("https://example.com/a", "get", "", b"x") == ("https://example.com/a", "")


def test_an_address_without_a_query_gets_one() -> None:
    url, _ = method_url("https://example.com/a", "post", "", b"")
    assert url_key(url) == "com,example)/a?__wb_method=post"


def test_a_long_body_is_cut() -> None:
    _, query = method_url("https://example.com/a", "POST", "application/json", b'{"x":"' + b"y" * 9000 + b'"}')
    assert len(query) == MAX_BODY_QUERY
