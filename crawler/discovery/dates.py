"""Dates as feeds, sitemaps and pages write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_CLOCK = r"(\d{1,2})[:.h]?(\d{2})(?:[:.]?(\d{2})(?:[.,:]\d+)?)?"
_ISO = re.compile(
    rf"(\d{{4}})(?:[-/.]\s?(\d{{1,2}})(?:[-/.]\s?(\d{{1,2}}))?|(\d\d)(\d\d))?(?:[T\s,]+{_CLOCK})?\s*(\S.*)?",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}})(?:[\s,T-]+{_CLOCK})?\s*(\S.*)?")
_DAY_MONTH_YEAR = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?[\s-]+(?:de\s+)?(?P<month>[^\W\d]{3,})\.?,?[\s-]+(?:de\s+)?(?P<year>\d{4})"
)
_MONTH_DAY_YEAR = r"(?P<month>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
_WEEKDAY = r"(?:[^\W\d]+\.?,?\s+)?"
_NAMED = [
    re.compile(rf"{_WEEKDAY}{form}(?:\D{{1,9}}{_CLOCK})?\s*(\S.*)?") for form in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR)
]
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?\b")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")

_CJK = str.maketrans({"年": "-", "月": "-", "日": " ", "년": "-", "월": "-", "일": " "})

_MONTHS = {
    prefix: month
    for month, prefixes in enumerate(
        (
            "jan ene gen янв січ sty oca ιαν",
            "feb fev фев лют lut sub φεβ",
            "mar maa mrt мар бер μαρ",
            "apr avr abr апр кві kwi nis απρ",
            "may mai mei mag маи мая тра maj μαι",
            "jun juin giu июн чер cze haz ιουν",
            "jul juil lug июл лип lip tem ιουλ",
            "aug aou ago авг сер sie αυγ",
            "sep set сен вер wrz eyl σεπ",
            "oct okt out ott окт жов paz eki οκτ",
            "nov ноя лис lis kas νοε",
            "dec dez dic дек гру gru ara δεκ",
        ),
        start=1,
    )
    for prefix in prefixes.split()
}
"""First letters of the months, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch, Russian,
Ukrainian, Polish, Turkish, Greek."""

_ZONES = {
    -9: "akst",
    -8: "pst akdt",
    -7: "mst pdt",
    -6: "cst mdt",
    -5: "est cdt",
    -4: "ast edt",
    -3: "art brt adt",
    0: "wet utc gmt z ut",
    1: "cet met west bst wat",
    2: "cest mest eet cat sast",
    3: "eest msk eat trt idt",
    4: "gst",
    5: "pkt",
    5.5: "ist",
    5.75: "npt",
    7: "ict wib",
    8: "hkt sgt myt pht awst",
    9: "jst kst",
    9.5: "acst",
    10: "aest",
    10.5: "acdt",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
}
"""Hours east of UTC. Of names with several meanings (BST, CST, IST) the one that feeds mean most often."""
_HOURS = {name: float(hours) for hours, names in _ZONES.items() for name in names.split()}


_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def parse_date(text: str | None) -> datetime | None:
    """The moment that `text` names, with the zone that it names (UTC where it names none), or None.

    Reads RFC 822 with its variants, W3C dates (sitemaps, Atom), ISO 8601, seconds since 1970, and dates with the names
    of months in a dozen languages. What software writes for "no date" (year 1, the first second of 1970) is no date.
    """
    if not text:
        return None
    if _PLAIN.fullmatch(text) and (plain := _plain(text)):
        return plain
    text = " ".join(text[:200].translate(_CJK).split())[:100]
    for reader in (_epoch, _iso, _named, _rfc822, _day_first):
        try:
            found = reader(text)
            if found:
                return found if 1600 < found.year < 2200 and found.timestamp() != 0 else None
        except (ValueError, OverflowError, TypeError, IndexError):  # a month 13, a zone of 99 hours
            continue
    return None


def _plain(text: str) -> datetime | None:
    """The form that nearly all of a sitemap's 50,000 dates have, which needs no reading of ours."""
    try:
        found = datetime.fromisoformat(text)
        return found if 1600 < found.year < 2200 and found.timestamp() != 0 else None
    except (ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970."""
    return datetime.fromtimestamp(int(text[:10]), UTC) if _EPOCH.fullmatch(text) else None


def _iso(text: str) -> datetime | None:
    """2017-07-12, and everything that begins with a year; a year or a month alone is its first day."""
    match = _ISO.fullmatch(text)
    if not match or (match[9] and not (match[2] or match[4])):
        return None
    year, month, day, packed_month, packed_day, hour, minute, second, rest = match.groups()
    return _moment((year, month or packed_month or 1, day or packed_day or 1), (hour, minute, second), rest)


def _rfc822(text: str) -> datetime | None:
    """Wed, 12 Jul 2017 10:00:00 +0300, in all the forms that mail readers accept."""
    parsed = parsedate_tz(text) if re.search("[A-Za-z]{3}", text) else None
    if not parsed:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    zone = timezone(timedelta(seconds=parsed[9])) if parsed[9] else _zone(text.rpartition(" ")[2])
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def _named(text: str) -> datetime | None:
    """12 juillet 2017 à 10h00; July 12, 2017 3:05 PM."""
    for form in _NAMED:
        match = form.fullmatch(text)
        month = _month(match["month"]) if match else None
        if match and month:
            hour, minute, second, rest = match.groups()[-4:]
            return _moment((match["year"], month, match["day"]), (hour, minute, second), rest)
    return None


def _day_first(text: str) -> datetime | None:
    """12.07.2017; with slashes too, and month first only where it cannot be otherwise."""
    match = _DAY_FIRST.fullmatch(text)
    if not match:
        return None
    day, month, year, hour, minute, second, rest = match.groups()
    if int(month) > 12:
        day, month = month, day
    return _moment((year, month, day), (hour, minute, second), rest)


def _moment(day: tuple[str | int, ...], clock: tuple[str | None, ...], rest: str | None) -> datetime:
    """A date and a time of day, with what stands behind them: AM or PM, a zone, other words."""
    hour, minute, second = (int(number or 0) for number in clock)
    half, _, after = (rest or "").partition(" ")
    if half.lower() in ("am", "pm", "a.m.", "p.m."):
        hour, rest = hour % 12 + (12 if half[0] in "pP" else 0), after
    year, month, number = (int(part) for part in day)
    return datetime(year, month, number, hour, minute, min(second, 59), tzinfo=_zone(rest or ""))


def _zone(text: str) -> tzinfo:
    """The zone that `text` begins with; UTC where it names none."""
    offset = _OFFSET.match(text)
    if offset:
        hours = int(offset[2]) + int(offset[3] or 0) / 60
        return timezone(timedelta(hours=-hours if offset[1] == "-" else hours))
    name = text.partition(" ")[0].strip("()")
    if "/" in name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC
    hours = _HOURS.get(name.lower(), 0.0)
    return timezone(timedelta(hours=hours)) if hours else UTC


def _month(word: str) -> int | None:
    """The number of a month by its name in any language we know."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    return _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])
