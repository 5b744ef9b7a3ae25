"""Dates as pages state them, to ISO 8601 with the zone they state, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.extraction.worded import PERSIAN_YEARS, clock, gregorian, western_digits, worded_day

Precision = Literal["day", "second", "local"]

FIRST_YEAR = 1990
"""No page was published on the web before; an earlier year is a date in history or a default."""

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T|\s+|\s*,\s*)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*"
    r"(Z|UTC|GMT|[+-]\d{1,2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(Z|[+-]\d{4})?)?$")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?$")
_IN_PATH = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[/-](\d{1,2})[/-](\d{1,2})(?!\d)|/((?:19|20)\d{2})(\d{2})(\d{2})(?=[/_.-])"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A date as a page states it: ISO 8601, and how much it says ("local": a time without a zone)."""

    iso: str
    precision: Precision

    @property
    def day(self) -> str:
        """YYYY-MM-DD, in the zone that the page states."""
        return self.iso[:10]

    @property
    def date(self) -> date:
        """The day as a date."""
        return date.fromisoformat(self.day)


def read_date(text: str | None, zone: str = "") -> Stated | None:
    """The date that `text` states, or None where it is none that a page can have been published on.

    `zone` is the IANA name of the zone that a time without one is in.
    """
    text = western_digits((text or "").strip().replace("\xa0", " "))
    if not text or len(text) > 100:
        return None
    moment, precision = _read(text)
    if moment is None or not FIRST_YEAR <= moment.year <= 2100:
        return None
    if precision == "local" and zone:
        try:
            return Stated(moment.replace(tzinfo=ZoneInfo(zone)).isoformat(), "second")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return Stated(moment.date().isoformat() if precision == "day" else moment.isoformat(), precision)


def _read(text: str) -> tuple[datetime | None, Precision]:
    for pattern in (_ISO, _SLASHED, _COMPACT):
        match = pattern.match(text)
        if match:
            return _build([*match.groups(), None][:7])
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text[:10]), UTC), "second"
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _worded(text)
    return moment, "second" if moment.tzinfo else "local"


def _worded(text: str) -> tuple[datetime | None, Precision]:
    """What a date in words says: its day, or the time of it where one stands behind."""
    day = worded_day(text)
    time = clock(text) if day else None
    try:
        if day is None:
            return None, "day"
        return datetime(*day, *(time or ())), "local" if time else "day"  # noqa: DTZ001
    except ValueError:
        return None, "day"


def _build(groups: list[str | None]) -> tuple[datetime | None, Precision]:
    year, month, day, hour, minute, second, zone = groups
    if year and int(year) in PERSIAN_YEARS and (moved := gregorian(int(year), int(month or 0), int(day or 0))):
        year, month, day = map(str, moved)
    try:
        if hour is None:
            return datetime(int(year or 0), int(month or 0), int(day or 0)), "day"  # noqa: DTZ001
        offset = _offset(zone) if zone else None
        moment = datetime(
            int(year or 0),
            int(month or 0),
            int(day or 0),
            int(hour) % 24,
            int(minute or 0),
            int(second or 0),
            tzinfo=offset,
        )
    except ValueError:
        return None, "day"
    return moment, "second" if offset else "local"


def _offset(zone: str) -> timezone:
    if zone[0] not in "+-":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0").rjust(4, "0")
    if len(zone[1:].replace(":", "")) == 3:
        digits = "0" + zone[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if zone[0] == "-" else delta)


def date_in_url(url: str) -> Stated | None:
    """The day that an article's address carries, as in /2017/07/12/."""
    match = _IN_PATH.search(url)
    if not match:
        return None
    year, month, day = match.group(1, 2, 3) if match.group(1) else match.group(4, 5, 6)
    return read_date(f"{year}-{month}-{day}")
