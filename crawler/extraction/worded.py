"""Dates as people write them, in the languages of the web: "12 липня 2017", "2026年11月22日", "22 พฤศจิกายน 2569".

Only a date with its year is read: "two hours ago" and "yesterday" say nothing without the moment of the crawl.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from crawler.extraction.vocabulary import month_names

BUDDHIST = 543
"""Years by which the Thai calendar is ahead."""

PERSIAN_YEARS = range(1300, 1500)
BUDDHIST_YEARS = range(2450, 2650)
REIWA = 2018
"""The year before the first of the Japanese era Reiwa."""

Day = tuple[int, int, int]
"""Year, month and day of the Gregorian calendar; not checked to exist."""

_IDEOGRAPHIC = re.compile(r"(?:(\d{4})|令和\s?(\d{1,2}))\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(\d{4})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de\s+|d[’'])?([^\W\d_][^\d\s,]+),?\s+(?:de\s+|del\s+)?(\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:h時时시]\s?(\d{2})(?!\d)(?:[:.]\d{2})?\s?([ap])?(?:\.?m\b)?", re.IGNORECASE)
_AFTERNOON = ("오후", "下午", "午後")
_JALALI_DAYS = (0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336)


def worded_day(text: str) -> Day | None:
    """The first date in `text` that has a year and leaves no doubt which number is the month."""
    text = western_digits(text)
    for year, month, day in _days(text):
        if year in BUDDHIST_YEARS:
            return year - BUDDHIST, month, day
        if year in PERSIAN_YEARS:
            return gregorian(year, month, day)
        return year, month, day
    return None


def clock(text: str) -> tuple[int, int] | None:
    """The time of day in `text`, as hour and minute."""
    text = western_digits(text)
    for match in _CLOCK.finditer(text):
        hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
        if text[: match.start()].rstrip().endswith(_AFTERNOON):
            half = "p"
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        if hour < 24 and minute < 60:
            return hour, minute
    return None


def western_digits(text: str) -> str:
    """`text` with the digits of other scripts (Arabic-Indic, Persian, Thai, Devanagari) as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() and not one.isascii() else one for one in text)


def _days(text: str) -> Iterator[Day]:
    for match in _IDEOGRAPHIC.finditer(text):
        yield int(match[1] or REIWA + int(match[2])), int(match[3]), int(match[4])
    for match in _YEAR_FIRST.finditer(text):
        yield int(match[1]), int(match[3]), int(match[4])
    for match in _DAY_FIRST.finditer(text):
        if month := _month(match[2]):
            yield int(match[3]), month, int(match[1])
    for match in _MONTH_FIRST.finditer(text):
        if month := _month(match[1]):
            yield int(match[3]), month, int(match[2])
    for match in _DOTTED.finditer(text):
        yield int(match[3]), int(match[2]), int(match[1])
    for match in _SLASHED.finditer(text):
        first, second = int(match[1]), int(match[3])
        if first > 12 or first == second:
            yield int(match[4]), second, first
        elif second > 12:
            yield int(match[4]), first, second


@cache
def _months() -> list[tuple[str, int]]:
    """Beginnings of the months' names, the longest first, which are those that others begin with."""
    return sorted(month_names(), key=lambda entry: (-len(entry[0]), entry))


@cache
def _month(word: str) -> int | None:
    folded = unicodedata.normalize("NFC", word.casefold())
    return next((number for beginning, number in _months() if folded.startswith(beginning)), None)


def gregorian(year: int, month: int, day: int) -> Day | None:
    """A day of the Persian (solar Hijri) calendar; None where there is none such (33-year rule, right to 2124)."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    # Nouruz of 1300 was on 21 March 1921; a year is leap where its place in the cycle of 33 is one of these.
    leaps = sum(one % 33 in (1, 5, 9, 13, 17, 22, 26, 30) for one in range(1300, year))
    moment = date(1921, 3, 21) + timedelta((year - 1300) * 365 + leaps + _JALALI_DAYS[month - 1] + day - 1)
    return moment.year, moment.month, moment.day
