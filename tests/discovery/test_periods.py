"""The periods that URLs carry, and which children of an index are worth a visit."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.discovery.links import Found
from crawler.discovery.periods import period_in_url
from crawler.discovery.sitemaps import children


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("2017/07/12/a-story", "2017-07-12", "2017-07-12"),
        ("2017/7/2/a-story", "2017-07-02", "2017-07-02"),
        ("sitemap-20170712.xml", "2017-07-12", "2017-07-12"),
        ("sitemap.xml?yyyy=2017&mm=07&dd=12", "2017-07-12", "2017-07-12"),
        ("sitemap.xml?year=2017&month=7", "2017-07-01", "2017-07-31"),
        ("sitemap-2017-07.xml.gz", "2017-07-01", "2017-07-31"),
        ("post_201702.xml", "2017-02-01", "2017-02-28"),
        ("sitemap-2016-february.xml", "2016-02-01", "2016-02-29"),
        ("Feb_2016.xml", "2016-02-01", "2016-02-29"),
        ("sitemap_2017_q3.xml", "2017-07-01", "2017-09-30"),
        ("Q1-2017.xml", "2017-01-01", "2017-03-31"),
        ("2017-w28.xml", "2017-07-10", "2017-07-16"),
        ("sitemap-2017.xml", "2017-01-01", "2017-12-31"),
        ("archive/2015-2017.xml", "2015-01-01", "2017-12-31"),
        ("2017/02/30/no-such-day", "2017-02-01", "2017-02-28"),
    ],
)
def test_a_url_names_its_period(path: str, first: str, last: str) -> None:
    period = period_in_url(f"https://e.org/{path}")
    assert period is not None
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize("path", ["sitemap12.xml", "a-1201712.xml", "story-20175555", "sitemap-1899.xml", ""])
def test_other_numbers_are_no_period(path: str) -> None:
    assert period_in_url(f"https://2017.example/{path}") is None


def kept(since: str | None, until: str | None, *paths: str, **changed: str) -> list[str]:
    """The paths of the children that are worth fetching; `changed` says when those without dots changed."""
    found = Found(
        more=[f"https://e.org/{path}" for path in (*paths, *changed)],
        changed={
            f"https://e.org/{path}": datetime.fromisoformat(day).replace(tzinfo=UTC) for path, day in changed.items()
        },
    )
    days = [date.fromisoformat(day) if day else None for day in (since, until)]
    return [url.removeprefix("https://e.org/") for url in children(found, *days)]


MONTHS = ("map-2017-05.xml", "map-2017-06.xml", "map-2017-07.xml", "map-2017-08.xml", "map-2017-09.xml")


def test_children_outside_the_window_are_left_out() -> None:
    assert kept("2017-06-10", "2017-08-10", *MONTHS) == ["map-2017-06.xml", "map-2017-07.xml", "map-2017-08.xml"]
    assert kept("2017-08-10", None, *MONTHS) == ["map-2017-08.xml", "map-2017-09.xml"]
    assert kept(None, "2017-05-20", *MONTHS) == ["map-2017-05.xml"]


def test_without_a_window_all_are_kept_in_their_order() -> None:
    assert kept(None, None, *reversed(MONTHS)) == list(reversed(MONTHS))


def test_a_day_on_each_side_allows_for_zones() -> None:
    assert kept("2017-07-01", "2017-07-31", *MONTHS) == ["map-2017-06.xml", "map-2017-07.xml", "map-2017-08.xml"]


def test_a_child_that_says_nothing_is_never_left_out() -> None:
    assert kept("2017-07-01", "2017-07-02", "posts.xml", "map-1999.xml") == ["posts.xml"]


def test_a_child_that_changed_before_the_window_is_left_out_and_one_that_changed_after_is_not() -> None:
    assert kept("2017-07-10", "2017-07-20", old="2017-07-01", eve="2017-07-09", new="2024-01-01") == ["eve", "new"]


def test_the_period_in_the_url_counts_more_than_the_last_change() -> None:
    found = Found(
        more=["https://e.org/2015-01.xml"], changed={"https://e.org/2015-01.xml": datetime(2024, 5, 1, tzinfo=UTC)}
    )
    assert children(found, date(2024, 4, 1)) == []
    assert children(found, date(2015, 1, 1), date(2015, 1, 5)) == found.more


def test_numbers_that_only_count_are_not_taken_for_years() -> None:
    paths = [f"sitemap-{number}.xml" for number in (1, 2, 1999, 2000, 2017)]
    assert kept("2024-01-01", None, *paths) == paths


def test_parts_of_a_year_are_not_taken_for_months() -> None:
    paths = [f"sitemap-2017-{number}.xml" for number in range(1, 32)]
    assert kept("2017-12-01", "2017-12-31", *paths, "sitemap-2016-1.xml") == [*paths]


def test_parts_of_a_month_are_not_taken_for_days() -> None:
    paths = [f"sitemap-2017-07-{number}.xml" for number in range(1, 14)]
    assert kept("2017-07-30", "2017-07-31", *paths, "sitemap-2017-05-1.xml") == paths
