"""Addresses that are fetched, and identities that are compared."""

from __future__ import annotations

import random

import pytest

from crawler.discovery.urls import absolute, canonical_url, host_of, readable, url_digest


@pytest.mark.parametrize(
    ("base", "reference", "expected"),
    [
        ("http://e.org/a/b", "../c", "http://e.org/c"),
        ("http://e.org/a/b", "?page=2", "http://e.org/a/b?page=2"),
        ("https://e.org/a", "//cdn.org/x", "https://cdn.org/x"),
        ("https://e.org/a", "/x#part", "https://e.org/x"),
        ("https://e.org/a", "  /x\n/y ", "https://e.org/x/y"),
        ("https://e.org/a", "HTTPS://E.ORG/A", "https://e.org/A"),
        ("https://e.org/a", "https://e.org", "https://e.org/"),
        ("https://e.org/a", "https://e.org?x=1", "https://e.org/?x=1"),
        ("https://e.org/a", "/größe 1?q=ü", "https://e.org/gr%C3%B6%C3%9Fe%201?q=%C3%BC"),
        ("https://e.org/a", "/%D0%B0?b=%zz", "https://e.org/%D0%B0?b=%zz"),
        ("https://e.org/a", "https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://e.org/a", "/x?utm_source=rss&b=2&a=1", "https://e.org/x?utm_source=rss&b=2&a=1"),
    ],
)
def test_absolute_gives_what_a_browser_would_fetch(base: str, reference: str, expected: str) -> None:
    assert absolute(base, reference) == expected


def test_a_query_is_encoded_as_the_document_is() -> None:
    assert absolute("https://e.org/", "/я?q=я", "windows-1251") == "https://e.org/%D1%8F?q=%FF"


@pytest.mark.parametrize(
    "reference",
    [
        *("javascript:void(0)", "mailto:a@e.org", "tel:112", "data:text/html,x", "ftp://e.org/x", "about:blank"),
        *("http://", "http://[::1/", "http://e.org:port/", "http://e.org:99999/"),
        *("https://" + "a" * 70 + "ü.org/", "https://e.org/" + "x" * 5000),
    ],
)
def test_what_cannot_be_fetched_has_no_address(reference: str) -> None:
    assert absolute("https://e.org/a", reference) is None


SAME = [
    "https://example.org/2024/a-story?id=7&page=2",
    "http://example.org/2024/a-story?id=7&page=2",
    "HTTPS://WWW.Example.ORG/2024/a-story?id=7&page=2",
    "https://example.org:443/2024/a-story?id=7&page=2",
    "http://example.org:80/2024/a-story?id=7&page=2",
    "https://example.org./2024/a-story?id=7&page=2",
    "https://example.org/2024/a-story/?id=7&page=2",
    "https://example.org/2024/./x/../a-story?id=7&page=2",
    "https://example.org/2024/%61-story?id=7&page=2",
    "https://example.org/2024/a-story?page=2&id=7",
    "https://example.org/2024/a-story?page=2&id=7&",
    "https://example.org/2024/a-story?page=2&amp;id=7",
    "https://example.org/2024/a-story?id=7&page=2#comments",
    "https://example.org/2024/a-story?id=7&utm_source=x&page=2&utm_medium=y&fbclid=z&gclid=1&_ga=2&mc_cid=3",
    "https://example.org/2024/a-story?id=7&page=2&ref=newsletter&source=twitter&replytocom=55",
    "https://example.org/2024/a-story?id=7&page=2&outputType=amp",
    "https://example.org/2024/a-story?amp&id=7&page=2&print=1",
    "https://example.org/2024/a-story;jsessionid=0A1B?id=7&page=2",
    " https://example.org/2024/a-story?id=7&page=2\n",
]
OTHERS = [
    "https://example.org/2024/a-story",
    "https://example.org/2024/a-story?id=8&page=2",
    "https://example.org/2024/A-story?id=7&page=2",
    "https://example.org/2024/a%2Fstory?id=7&page=2",
    "https://example.org:8080/2024/a-story?id=7&page=2",
    "https://m.example.org/2024/a-story?id=7&page=2",
    "https://example.org/2024/a-story?id=7&page=2&ref=4711",
    "https://example.org/2024/a-story?id=7&page=2&print=4711",
    "https://example.org/2024/a-story?id=7&page=2&gid=1",
]


@pytest.mark.parametrize("url", SAME)
def test_the_same_article_has_one_identity(url: str) -> None:
    assert canonical_url(url) == "https://example.org/2024/a-story?id=7&page=2"
    assert url_digest(url) == url_digest(SAME[0])


@pytest.mark.parametrize("url", OTHERS)
def test_another_article_has_another_identity(url: str) -> None:
    assert url_digest(url) != url_digest(SAME[0])


def test_letters_and_their_encodings_are_one_identity() -> None:
    assert canonical_url("https://bücher.example/größe?q=ä") == canonical_url(
        "http://xn--bcher-kva.example/gr%c3%b6%C3%9Fe/?q=%c3%a4"
    )


def test_a_digest_has_16_bytes_that_stay_the_same_for_ever() -> None:
    assert url_digest("https://example.org/a").hex() == "ef5d3ecea193ed7045edeb922cbd6cc1"


@pytest.mark.parametrize("text", ["", "  ", "not a URL", "mailto:a@b", "http://[", "https://e.org:x/", "\ud800"])
def test_what_is_no_address_is_its_own_identity(text: str) -> None:
    assert canonical_url(text) == text.strip()
    assert len(url_digest(text)) == 16


def _random_urls(count: int) -> list[str]:
    """URLs made of the pieces that have given trouble."""
    chance = random.Random(20240501)
    pieces = [
        "/",
        "//",
        ".",
        "..",
        "a",
        "%61",
        "%2F",
        "%",
        "%zz",
        "ü",
        "日本",
        " ",
        "+",
        "&",
        "=",
        "?",
        "a=1",
        ";",
        "#",
        "!",
    ]
    pieces += [
        "utm_source=x",
        "id=5",
        "&amp;",
        "www.",
        "?ref=a",
        "~",
        "%7E",
        ":",
        "@",
        "\t",
        "'",
        '"',
        "\\",
        "|",
        "page=2",
    ]
    hosts = [
        "example.org",
        "WWW.Example.org:443",
        "www.www.example.org.",
        "bücher.example",
        "[::1]:80",
        "u:p@e.org",
        "e。org",
    ]
    starts = [f"{scheme}://{host}/" for scheme in ("http", "HTTPS") for host in hosts]
    return [chance.choice(starts) + "".join(chance.choices(pieces, k=chance.randrange(12))) for _ in range(count)]


def test_the_identity_of_an_identity_is_itself() -> None:
    for url in _random_urls(3000):
        assert canonical_url(canonical_url(url)) == canonical_url(url), url


def test_the_order_of_parameters_is_no_part_of_the_identity() -> None:
    chance = random.Random(7)
    for _ in range(300):
        pairs = [f"{name}={chance.randrange(9)}" for name in chance.sample("abcdefgh", 5)]
        url = f"https://e.org/x?{'&'.join(pairs)}"
        chance.shuffle(pairs)
        assert canonical_url(f"https://e.org/x?{'&'.join(pairs)}") == canonical_url(url)


def test_fetching_and_identity_agree() -> None:
    """What `absolute` makes of a URL is the same article."""
    for url in _random_urls(1000):
        fetched = absolute("https://e.org/", url)
        if fetched:
            assert canonical_url(fetched) == canonical_url(url.partition("#")[0]), url


def test_the_host_of_a_url_has_neither_port_nor_www() -> None:
    assert host_of("https://WWW.Example.org.:8080/x") == "example.org"
    assert host_of("nothing") == ""


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://e.org/%CE%B5%CE%BB/a%20b%2Fc", "https://e.org/ελ/a%20b%2Fc"),
        ("https://e.org/%e6%96%b0: 3 links", "https://e.org/新: 3 links"),
        ("https://e.org/%E5%F0 caf%E9 %E2%80%AE", "https://e.org/%E5%F0 caf%E9 %E2%80%AE"),
        ("https://e.org/plain?a=1", "https://e.org/plain?a=1"),
    ],
)
def test_people_see_letters_where_an_address_has_them_encoded(written: str, shown: str) -> None:
    """What is no text, steers the direction of writing, or stands for ASCII stays as it is."""
    assert readable(written) == shown
