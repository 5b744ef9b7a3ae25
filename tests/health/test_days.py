"""Days with articles are told from days without crawls, and weekends from silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from crawler.health.days import check_days, days_of
from crawler.health.facts import Page, Run, Text
from tests.health.gazette import FIRST, SOURCE


def run(day: date, counts: dict[date, int]) -> Run:
    """A crawl on the morning of `day` that keeps so many articles, by the day of their publication."""
    morning = datetime.combine(day, time(6), UTC)
    pages = []
    for published, count in counts.items():
        for number in range(count):
            moment = datetime.combine(published, time(3), UTC)
            text = Text("A title", True, moment, 1000, 5, 0, frozenset())
            name = f"{published}-{number}"
            pages.append(Page(name.encode(), f"https://x.example/{name}", morning, 200, "article", None, text))
    return Run(morning, pages=pages)


def daily(counts: list[int]) -> list[Run]:
    """A crawl each morning, for so many articles of the day before."""
    return [run(FIRST, {})] + [
        run(FIRST + timedelta(days=n + 1), {FIRST + timedelta(days=n): count}) for n, count in enumerate(counts)
    ]


WEEK = [20, 20, 20, 20, 20, 0, 0]


def test_an_article_counts_for_the_day_of_its_publication() -> None:
    counts = {FIRST: 2, FIRST + timedelta(days=1): 3}
    days = days_of([run(FIRST, {}), run(FIRST + timedelta(days=2), counts)])
    assert [day.count for day in days] == [2, 3]


def test_days_from_before_the_first_crawl_do_not_count() -> None:
    days = days_of([run(FIRST, {FIRST - timedelta(days=9): 4}), run(FIRST + timedelta(days=1), {FIRST: 1})])
    assert [(day.day, day.count) for day in days] == [(FIRST, 1)]


def test_days_that_no_crawl_came_after_are_not_taken_for_silence() -> None:
    days = days_of([run(FIRST, {}), run(FIRST + timedelta(days=30), {})])
    assert [day.day for day in days] == [FIRST + timedelta(days=n) for n in (27, 28, 29)]


def test_weekends_without_articles_are_usual() -> None:
    for length in range(14, 36):
        assert list(check_days(SOURCE, daily((WEEK * 5)[:length]))) == []


def test_two_working_days_without_an_article_are_silence_and_their_first_is_named() -> None:
    [(sign, since)] = check_days(SOURCE, daily(WEEK * 4 + [20, 0, 0]))
    assert sign.kind == "silent"
    assert since == FIRST + timedelta(days=29)


def test_silence_as_long_as_one_before_is_no_alarm() -> None:
    pause = [0] * 5
    assert list(check_days(SOURCE, daily(WEEK * 3 + pause + [20, 20] + WEEK * 2 + pause))) == []


def test_a_fall_to_a_quarter_is_told_after_a_week() -> None:
    assert list(check_days(SOURCE, daily(WEEK * 4 + [4] * 3))) == []
    [(sign, since)] = check_days(SOURCE, daily(WEEK * 4 + [4] * 5 + [0, 0, 4]))
    assert sign.kind == "few"
    assert since == FIRST + timedelta(days=29)


def test_two_weeks_have_to_be_known() -> None:
    assert list(check_days(SOURCE, daily(WEEK + [0] * 5))) == []
