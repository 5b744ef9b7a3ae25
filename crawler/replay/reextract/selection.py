"""Which captures are extracted: by address, host, date, status and media type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from crawler.archive.exchange import Via
from crawler.archive.record import Record
from crawler.errors import UsageError
from crawler.replay.mementos import parse_stamp

PAGE_TYPES = ("text/html", "application/xhtml+xml")
"""Media types that hold articles, where no other is asked for."""

_HOST = re.compile(r"(\*\.)?[^\s/:*]+")
_DIGITS = re.compile(r"[-:T.Z ]")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for; empty fields do not narrow. `until` is the first moment that is no longer wanted."""

    url: re.Pattern[str] | None = None
    hosts: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    statuses: tuple[int, ...] = (200,)
    types: tuple[str, ...] = PAGE_TYPES
    every_page: bool = False
    """Pages that the crawl did not fetch as articles too; for WARCs that do not say, all pages are taken anyway."""

    def takes(self, record: Record) -> bool:
        """Whether a response or revisit is wanted; cheap tests come first."""
        if self.statuses and record.status not in self.statuses:
            return False
        if record.mime is not None and not record.mime.startswith(self.types):
            return False
        moment = record.date
        if moment is None or (self.since and moment < self.since) or (self.until and moment >= self.until):
            return False
        return self._takes_url(record.url)

    def takes_role(self, via: Via, says_roles: bool) -> bool:
        """Whether a page is wanted that was fetched for this reason, in a WARC that says reasons or does not."""
        return self.every_page or not says_roles or via.role == "article"

    def _takes_url(self, url: str) -> bool:
        if self.url and not self.url.search(url):
            return False
        return not self.hosts or takes_host(self.hosts, url)

    def fingerprint(self) -> list[Any]:
        """What tells this selection from others, for the notes on what was done."""
        bounds = [moment.isoformat() if moment else "" for moment in (self.since, self.until)]
        return [self.url.pattern if self.url else "", self.hosts, bounds, self.statuses, self.types, self.every_page]


def takes_host(hosts: tuple[str, ...], url: str) -> bool:
    """Whether a URL is on one of `hosts`; `*.example.org` stands for all hosts below it, and for itself."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return any(
        host == wanted or (wanted.startswith("*.") and (host == wanted[2:] or host.endswith(wanted[1:])))
        for wanted in hosts
    )


@dataclass(slots=True)
class Asked:
    """The filters as they were typed; `selection` checks them."""

    url: str = ""
    hosts: list[str] = field(default_factory=list)
    since: str = ""
    until: str = ""
    statuses: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    every_page: bool = False

    def selection(self) -> Selection:
        """What they mean. Raises UsageError, which names the option and what is allowed."""
        return Selection(
            url=_pattern(self.url),
            hosts=tuple(_host(host) for host in self.hosts),
            since=_moment("--since", self.since),
            until=_end("--until", self.until),
            statuses=tuple(_status(status) for status in self.statuses) or (200,),
            types=tuple(kind.lower() for kind in self.types) or PAGE_TYPES,
            every_page=self.every_page,
        )


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise UsageError(f"--url {text} is no regular expression: {error}.") from error


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise UsageError(f"--host {text} is no host. Give a name such as example.org, or *.example.org.")
    return text.lower()


def _status(text: str) -> int:
    if not re.fullmatch(r"[1-5][0-9]{2}", text):
        raise UsageError(f"--status {text} is no HTTP status. Give a number from 100 to 599.")
    return int(text)


def _moment(option: str, text: str) -> datetime | None:
    if not text:
        return None
    moment = parse_stamp(_DIGITS.sub("", text))
    if moment is None:
        raise UsageError(f"{option} {text} is no time. Give a date such as 2026-11-22, or 4 to 14 digits.")
    return moment


def _end(option: str, text: str) -> datetime | None:
    """The moment at which `text` is over: of a year, a month or a day its end."""
    moment = _moment(option, text)
    if moment is None:
        return None
    digits = len(_DIGITS.sub("", text))
    if digits <= 4:
        return moment.replace(year=moment.year + 1)
    if digits <= 6:
        following = moment.date().replace(day=28) + timedelta(days=4)
        return datetime.combine(date(following.year, following.month, 1), time(), UTC)
    return moment + (timedelta(days=1) if digits <= 8 else timedelta(seconds=1))
