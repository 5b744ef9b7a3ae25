"""What `-a NAME=VALUE` and `-s NAME=VALUE` may say, checked before anything is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import UsageError
from crawler.spiders.frontier import Window

NAMES = ("url", "limit", "since", "until")

IN_SECONDS = ("DELAY", "TIMEOUT")
"""Endings of the names of settings whose number need not be whole."""

SWITCHES = ("0", "1", "true", "false", "True", "False")
"""What Scrapy takes for a setting that is on or off."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """A crawl as it was asked for: only these articles, at most so many, or a time span."""

    urls: tuple[str, ...] = ()
    limit: int | None = None
    window: Window = field(default_factory=Window)


def parse_arguments(url: str = "", limit: str = "", since: str = "", until: str = "", **others: object) -> Arguments:
    """The checked arguments; raises UsageError with what is allowed."""
    if others:
        wrong = ", ".join(sorted(others))
        raise UsageError(f"-a {wrong}: no such argument. Allowed: {', '.join(NAMES)}.")
    window = Window(_moment("since", since, time.min), _moment("until", until, time.max))
    if window.since and window.until and window.since > window.until:
        raise UsageError(f"-a since={since} is after -a until={until}: nothing can lie between them.")
    return Arguments(_urls(url), _limit(limit), window)


def check_settings(stated: Iterable[str], defaults: Mapping[str, Any]) -> None:
    """Raises UsageError where one of the `stated` NAME=VALUE is not of its default's kind: Scrapy would crash."""
    for name, _, value in (one.partition("=") for one in stated):
        default = defaults.get(name)
        if isinstance(default, bool):
            if value not in SWITCHES:
                raise UsageError(f"-s {name}={value}: it is on or off. Give 1 or 0.")
        elif isinstance(default, int | float) and not _is_number(value, whole=_is_whole(name, default)):
            allowed = "whole number" if _is_whole(name, default) else "number"
            raise UsageError(f"-s {name}={value}: give a {allowed}, such as {default}.")


def _is_whole(name: str, default: float) -> bool:
    return isinstance(default, int) and not name.endswith(IN_SECONDS)


def _is_number(value: str, whole: bool) -> bool:
    try:
        return isfinite(int(value) if whole else float(value))
    except ValueError:
        return False


def _urls(value: str) -> tuple[str, ...]:
    urls = tuple(part for part in re.split(r",(?=https?://)", value.strip()) if part)
    for url in urls:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise UsageError(f"-a url={url}: not a web address. Give one or more, starting http:// or https://.")
    return urls


def _limit(value: str) -> int | None:
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or int(value) < 1:
        raise UsageError(f"-a limit={value}: give a whole number of articles, 1 or more.")
    return int(value)


def _moment(name: str, value: str, fill: time) -> datetime | None:
    """A day (all of it), a moment, or so many days ago; a moment without a zone is in UTC."""
    if not value:
        return None
    if days := re.fullmatch(r"(\d{1,5})d", value):
        return datetime.now(UTC) - timedelta(days=int(days[1]))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise UsageError(
            f"-a {name}={value}: not a date. Give 2026-11-22, 2026-11-22T08:00+02:00, or 7d for seven days ago."
        ) from None
    if len(value) <= len("2026-11-22"):
        moment = datetime.combine(moment.date(), fill)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
