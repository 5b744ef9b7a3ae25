"""Quiet, or broken? New articles a day, compared with the same weekdays before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from statistics import median

from crawler.health.facts import Run
from crawler.health.signs import Sign
from crawler.sources.model import Source

DAY = timedelta(days=1)
SOON = timedelta(days=3)
"""A day counts if a crawl came so soon after it: later, its articles may have left the feeds."""

LEARNT_DAYS = 14
"""Days that are known before learnt figures count."""

WEEK = 7

EXPECTED_SILENCE = 15.0
"""Articles that should have come before silence is an alarm: two days of a newspaper, three of a small one; a public
holiday is not enough."""

EXPECTED_WEEK = 20.0
"""Articles that a week usually has before a fall to a quarter is judged."""


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day (UTC) that crawls have seen, and the articles that came on it."""

    day: date
    count: int


def days_of(runs: Sequence[Run]) -> list[Day]:
    """The whole days from the first run's to the day before the last run's, as far as crawls have seen them."""
    if not runs:
        return []
    first: dict[bytes, date] = {}
    for page in (page for run in runs for page in run.pages if page.text):
        first.setdefault(page.digest, page.day)
    counts = Counter(first.values())
    crawled = sorted({run.started.date() for run in runs})
    seen = {day - offset * DAY for day in crawled for offset in range(1, SOON.days + 1)}
    return [Day(day, counts[day]) for day in sorted(seen) if crawled[0] <= day < crawled[-1]]


def check_days(source: Source, runs: Sequence[Run]) -> Iterator[tuple[Sign, date]]:
    """The signs of too few articles as of the last of `runs`, each with the day from which they were too few."""
    days = days_of(runs)
    stated, last = source.health.articles_per_day, days[-WEEK:]
    mean = sum(day.count for day in last) / WEEK
    if stated:
        if len(days) >= WEEK and mean < stated:
            detail = f"{mean:.1f} new articles a day in the last week; articles_per_day is {stated:g}"
            yield Sign("discovery", "few", detail, source.homepage), last[0].day
        return
    yield from _silence(source, days)
    yield from _fall(source, days)


def expected(learnt: Sequence[Day], day: date) -> float:
    """How many articles usually come on such a day: the median of its weekday, or of all days where that is new."""
    same = [known.count for known in learnt if known.day.weekday() == day.weekday()]
    return float(median(same if len(same) >= 3 else [known.count for known in learnt]))


def _silence(source: Source, days: list[Day]) -> Iterator[tuple[Sign, date]]:
    """Two days or more without an article on which many should have come, more than were ever missing in a row."""
    silent = list(takewhile(lambda day: day.count == 0, reversed(days)))
    learnt = days[: len(days) - len(silent)]
    if len(silent) < 2 or len(learnt) < LEARNT_DAYS:
        return
    missing = sum(expected(learnt, day.day) for day in silent)
    if missing >= EXPECTED_SILENCE and missing > _worst_silence(learnt):
        detail = f"no article in {len(silent)} days; usual on such days: {missing:.0f}"
        yield Sign("discovery", "silent", detail, source.homepage), silent[-1].day


def _fall(source: Source, days: list[Day]) -> Iterator[tuple[Sign, date]]:
    """A week with less than a quarter of the usual articles, though not none."""
    learnt, last = days[:-WEEK], days[-WEEK:]
    if len(learnt) < LEARNT_DAYS or not last[-1].count:
        return
    came, usual = sum(day.count for day in last), sum(expected(learnt, day.day) for day in last)
    if usual >= EXPECTED_WEEK and came < usual / 4:
        detail = f"{came} articles in the last week; usual: {usual:.0f}"
        yield Sign("discovery", "few", detail, source.homepage), last[0].day


def _worst_silence(days: Sequence[Day]) -> float:
    """The most articles that were to be expected, and did not come, on days in a row without any."""
    worst = missing = 0.0
    for day in days:
        missing = 0.0 if day.count else missing + expected(days, day.day)
        worst = max(worst, missing)
    return worst
