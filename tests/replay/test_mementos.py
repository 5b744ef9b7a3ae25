"""Which capture stands for an address at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.replay.mementos import (
    Memento,
    choose,
    format_stamp,
    from_microseconds,
    loose,
    microseconds,
    parse_stamp,
    plain,
)

NOON = datetime(2017, 7, 12, 12, 0, tzinfo=UTC)
BASE = Memento(1, "https://example.org/", NOON, "response", "GET", 200, "text/html", None, None, None, "x", 0, 1)


def captured(url: str, hours: float = 0, location: str | None = None, number: int = 1) -> Memento:
    """A capture of `url` some hours after noon."""
    status = 301 if location else 200
    date = NOON + timedelta(hours=hours)
    return replace(BASE, id=number, url=url, date=date, status=status, location=location)


def test_the_nearest_in_time_is_chosen() -> None:
    """Before or after, the distance counts."""
    captures = [captured("https://a.org/", hours) for hours in (-5, -1, 3)]
    assert choose(captures, "https://a.org/", NOON) is captures[1]


def test_of_captures_of_one_second_the_one_that_is_no_error_is_chosen() -> None:
    """A server that failed was asked again at once; addresses tell seconds, and records parts of them."""
    failed = replace(captured("https://a.org/"), status=503, date=NOON + timedelta(milliseconds=396))
    page = replace(captured("https://a.org/", number=2), date=NOON + timedelta(milliseconds=562))
    assert choose([failed, page], "https://a.org/", NOON) is page
    assert choose([failed, page], "https://a.org/", failed.date) is failed
    assert choose([failed, page], "https://a.org/", NOON - timedelta(days=1)) is page


def test_the_other_scheme_stands_in_but_the_own_one_is_preferred() -> None:
    """http and www. forms answer for each other; a capture under the very address wins within a day."""
    own, other = captured("http://a.org/x", 20), captured("https://www.a.org/x", 0)
    assert choose([own, other], "http://a.org/x", NOON) is own
    assert choose([other], "http://a.org/x", NOON) is other
    assert choose([captured("http://a.org/x", 2000), other], "http://a.org/x", NOON) is other


def test_a_redirect_to_the_asked_address_is_no_answer() -> None:
    """The capture of http:// that redirects to https:// does not answer for https://, which would never end."""
    redirect = captured("http://a.org/", location="https://a.org/")
    assert choose([redirect], "https://a.org/", NOON) is None
    assert choose([redirect], "http://a.org/", NOON) is redirect


def test_a_page_is_preferred_to_its_redirect_to_itself() -> None:
    """Sites that set a cookie and redirect to the same address have a page behind it."""
    again, page = captured("https://a.org/", location="/"), captured("https://a.org/", 9)
    assert choose([again, page], "https://a.org/", NOON) is page


def test_what_says_that_nothing_changed_is_the_last_choice() -> None:
    """It has no page; as a revisit it has that of the capture it refers to."""
    page, note = captured("https://a.org/", -50), replace(captured("https://a.org/", 0, number=2), status=304)
    assert choose([page, note], "https://a.org/", NOON) is page
    assert choose([note], "https://a.org/", NOON) is note
    revisit = replace(note, kind="revisit")
    assert choose([page, revisit], "https://a.org/", NOON) is revisit
    assert [bool(one.unchanged) for one in (page, note, revisit)] == [False, True, False]


def test_strict_takes_no_address_that_only_shares_its_key() -> None:
    """Other case or another order of parameters is another address for a crawl."""
    capture = captured("https://a.org/News?b=1&a=2")
    assert choose([capture], "https://a.org/news?a=2&b=1", NOON) is capture
    assert choose([capture], "https://a.org/news?a=2&b=1", NOON, strict=True) is None


@pytest.mark.parametrize(
    ("digits", "moment"),
    [
        ("2017", datetime(2017, 1, 1, tzinfo=UTC)),
        ("201707", datetime(2017, 7, 1, tzinfo=UTC)),
        ("20170712", datetime(2017, 7, 12, tzinfo=UTC)),
        ("20170712101500", datetime(2017, 7, 12, 10, 15, tzinfo=UTC)),
        ("20170712101500250", datetime(2017, 7, 12, 10, 15, 0, 250000, tzinfo=UTC)),
        ("20171312", None),
        ("201", None),
        ("2017-07-12", None),
        ("٢٠١٧", None),
        ("0000", None),
    ],
)
def test_timestamps_are_read_to_the_digit(digits: str, moment: datetime | None) -> None:
    """Missing digits are the earliest; what is no time is None."""
    assert parse_stamp(digits) == moment


def test_times_come_back_from_the_index_as_they_went_in() -> None:
    """Microseconds and years before 1970 are kept."""
    for moment in (NOON, datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)):
        assert from_microseconds(microseconds(moment)) == moment
    assert format_stamp(NOON) == "20170712120000"


def test_addresses_compare_without_default_ports_and_fragments() -> None:
    """https://a.org:443/x#y is https://a.org/x."""
    assert plain("https://a.org:443/x#y") == "https://a.org/x"
    assert plain("http://a.org:80") == "http://a.org"
    assert plain("http://a.org:8080/") == "http://a.org:8080/"
    assert loose("https://www2.a.org/x") == loose("http://a.org:80/x")
