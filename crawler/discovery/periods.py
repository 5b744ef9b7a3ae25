"""The days, months and years that URLs carry in them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"(?P<name>{'|'.join(_NAMES)})[a-z]*"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1

    def overlaps(self, since: date | None, until: date | None) -> bool:
        """Whether any of its days lies in the window, open where a bound is None."""
        return (since is None or self.last >= since) and (until is None or self.first <= until)


_YEAR = r"(?<!\d)(?P<year>(?:19[89]|20\d)\d)"
_URL_PERIODS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}[-_](?P<last>(?:19[89]|20\d)\d)(?!\d)",
        rf"{_YEAR}(?P<s>[-_/.]?)(?P<month>0[1-9]|1[0-2])(?P=s)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        rf"{_YEAR}[-_/.](?P<month>[1-9])[-_/.](?P<day>[1-9]|[12]\d|3[01])(?!\d)",
        r"(?:yyyy|year|y)=(?P<year>(?:19[89]|20\d)\d)&(?:amp;)?(?:mm|month|m)=(?P<month>\d\d?)(?:&(?:amp;)?(?:dd|day|d)=(?P<day>\d\d?))?",
        rf"{_YEAR}[-_/.]?q(?P<quarter>[1-4])(?!\d)",
        r"(?<![a-z])q(?P<quarter>[1-4])[-_/.]?(?P<year>(?:19[89]|20\d)\d)(?!\d)",
        rf"{_YEAR}[-_/.]?w(?:eek)?[-_]?(?P<week>[0-5]?\d)(?!\d)",
        rf"{_YEAR}[-_/.](?P<month>0[1-9]|1[0-2]|[1-9])(?!\d)",
        rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?!\d)",
        rf"{_YEAR}[-_/.]{_NAME}(?![a-z])",
        rf"(?<![a-z]){_NAME}[-_/.](?P<year>(?:19[89]|20\d)\d)(?!\d)",
        rf"{_YEAR}(?!\d)",
    )
]


def period_in_url(url: str) -> Period | None:
    """The day, week, month, quarter or year that a URL carries (from 1980 on), or None; the finest that it states."""
    path = url.partition("://")[2].partition("/")[2]
    for form in _URL_PERIODS:
        match = form.search(path)
        if match:
            try:
                return _period(match.groupdict())
            except ValueError:  # 30 February
                continue
    return None


def periods_of(urls: list[str]) -> dict[str, Period | None]:
    """The period that each URL of a list carries, as the list as a whole shows it.

    In URLs that differ only in their numbers the numbers mean the same. So `sitemap-2017.xml` names no year where
    there is a `sitemap-3.xml`, and `2017-05` is the fifth part of 2017 where there is a `2017-31`.
    """
    alike: dict[str, list[Period | None]] = {}
    for url in urls:
        alike.setdefault(_NUMBER.sub("0", url), []).append(period_in_url(url))
    return {url: _as_shown(period_in_url(url), alike[_NUMBER.sub("0", url)]) for url in urls}


def _as_shown(period: Period | None, alike: list[Period | None]) -> Period | None:
    """`period`, as long as the longest of those that are written alike; None if one of those is none."""
    known = [one for one in alike if one]
    if period is None or len(known) < len(alike):
        return None
    longest = max(one.days for one in known)
    if longest > 31 and period.days <= 31:
        return _months(period.first.year, 1, 12)
    if longest > 7 and period.days <= 7:
        return _months(period.first.year, period.first.month, period.first.month)
    return period


def _period(parts: dict[str, str | None]) -> Period:
    """The period that a URL's parts name."""
    year = int(parts["year"] or 0)
    if last := parts.get("last"):
        return Period(date(year, 1, 1), date(int(last), 12, 31))
    if week := parts.get("week"):
        monday = date.fromisocalendar(year, int(week), 1)
        return Period(monday, monday + timedelta(days=6))
    if quarter := parts.get("quarter"):
        return _months(year, int(quarter) * 3 - 2, int(quarter) * 3)
    if name := parts.get("name"):
        month = _NAMES.index(name.lower()) + 1
        return _months(year, month, month)
    month = int(parts.get("month") or 0)
    if not month:
        return _months(year, 1, 12)
    if day := parts.get("day"):
        return Period(date(year, month, int(day)), date(year, month, int(day)))
    return _months(year, month, month)


def _months(year: int, first: int, last: int) -> Period:
    """From the first day of one month to the last day of another."""
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))
