"""Which pages a tdmrep.json reserves."""

from __future__ import annotations

import pytest

from crawler.fetch.reservations import Reservations

SITE = "https://example.org"
EXAMPLE = b"""[
  {"location": "/directory-a/", "tdm-reservation": 1},
  {"location": "/directory-b/html/", "tdm-reservation": 1, "tdm-policy": "https://provider.com/policies/policy.json"},
  {"location": "/directory-b/images/*.jpg$", "tdm-reservation": 0},
  {"location": "/directory-b/", "tdm-reservation": "1"},
  "no rule", {"location": 7, "tdm-reservation": 1}, {"tdm-reservation": 1}, {"location": "/open/"}
]"""


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/directory-a/1", True),
        ("/directory-b/html/x", True),
        ("/directory-b/images/x.jpg", False),
        ("/directory-b/images/x.png", True),
        ("/open/", False),
        ("/", False),
    ],
)
def test_the_first_rule_that_matches_says_whether_a_page_is_reserved(path: str, reserved: bool) -> None:
    assert Reservations.parse(EXAMPLE).hold(SITE + path) is reserved


@pytest.mark.parametrize("body", [b"", b"<html>404</html>", b"null", b"{}", b"[" * 100_000, b"\xff\xfe", b'"text"'])
def test_what_is_no_such_file_reserves_nothing(body: bytes) -> None:
    assert not Reservations.parse(body).hold(SITE + "/")


def test_one_rule_without_the_list_is_read_too() -> None:
    assert Reservations.parse(b'{"location": "/", "tdm-reservation": 1}').hold(SITE + "/news/1")
