"""Addresses that differ only by a page number: `/story` and `/story?page=2`, `/story/2/`, `/story-2.html`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from crawler.discovery.urls import canonical_url

MOST = 999
"""The highest number that is taken for one of a page; above it are years and the numbers of articles."""

_NAMES = "page|pagina|página|p%C3%A1gina|seite|strana|strona|sayfa|sida|side|trang|halaman|oldal|pg"
_IN_QUERY = re.compile(rf"(?:^|&)(?:{_NAMES}|paged|pageno|page_no|pagenum|pn)=(\d{{1,3}})(?=&|$)", re.IGNORECASE)
_P_IN_QUERY = re.compile(r"(?:^|&)p=(\d{1,3})(?=&|$)", re.IGNORECASE)
_IN_PATH = re.compile(rf"/(?:{_NAMES}|p)[/_-]?(\d{{1,3}})(?=/?$)", re.IGNORECASE)
_WORD_IN_NAME = re.compile(rf"[-_,.](?:{_NAMES})[-_,]?(\d{{1,3}})(?=(?:\.[a-z]{{2,5}})?/?$)", re.IGNORECASE)
_LAST_SEGMENT = re.compile(r"(?<=[^/])/(\d{1,3})(?=/?$)")
_END_OF_NAME = re.compile(r"(?<=[^/])[-_,~](\d{1,3})(?=(?:\.[a-z]{2,5})?/?$)", re.IGNORECASE)

_ALL_VALUES = "all|alle|alles|tout|todo|tutto|full|complete|komplett|single|1|true|yes"
_ALL_IN_QUERY = re.compile(
    rf"(?:^|&)(?:(?:{_NAMES}|p)=(?:all|alle|tout|todo|full|complete|komplett|single)"
    rf"|(?:single_?page|one_?page|view_?all|show_?all|full_?page|showfull|all|komplett|view|pagewanted)=(?:{_ALL_VALUES}))"
    r"(?=&|$)",
    re.IGNORECASE,
)
_ALL_IN_PATH = re.compile(
    rf"(?:/(?:{_NAMES})[/_-]|[/_-])(?:all|alle-seiten|single-?page|one-?page|view-?all|full-?page|full-?story"
    r"|komplettansicht|seite-komplett|komplett)(?=(?:\.[a-z]{2,5})?/?$)",
    re.IGNORECASE,
)


class Reading(NamedTuple):
    """One way to read an address: page `number` of what is at `base`, the canonical form of it without the number.

    `plain` says that the form has no other use, as `?page=2`; `/story-2` may well be another story.
    """

    base: str
    number: int
    plain: bool


def readings(url: str) -> list[Reading]:
    """All ways in which `url` may be the address of a page of something; the last is page 1 of itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return []
    found = []
    for pattern, plain in ((_IN_QUERY, True), (_P_IN_QUERY, False)):
        for query, number in _without(pattern, parts.query):
            found.append(Reading(_base(parts._replace(query=query.strip("&"))), number, plain))
    in_path = ((_IN_PATH, True), (_WORD_IN_NAME, True), (_LAST_SEGMENT, False), (_END_OF_NAME, False))
    for pattern, plain in in_path:
        for path, number in _without(pattern, parts.path):
            found.append(Reading(_base(parts._replace(path=path)), number, plain))
    named = [reading for reading in found if 1 <= reading.number <= MOST and not _is_root(reading.base)]
    return [*named, Reading(canonical_url(url), 1, True)]


def whole_of(url: str) -> str | None:
    """The canonical form of the address whose single-page form `url` is (`?page=all`), or None where it is no such."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    for query, _ in _without(_ALL_IN_QUERY, parts.query):
        return _base(parts._replace(query=query.strip("&")))
    for path, _ in _without(_ALL_IN_PATH, parts.path):
        return None if _is_root(base := _base(parts._replace(path=path))) else base
    return None


def _without(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int]]:
    """`text` without what the pattern finds in it, and the number there (0 where it has none)."""
    if found := pattern.search(text):
        number = int(found[1]) if pattern.groups else 0
        yield text[: found.start()] + text[found.end() :], number


def _base(parts: tuple[str, str, str, str, str]) -> str:
    return canonical_url(urlunsplit(parts))


def _is_root(base: str) -> bool:
    """Whether an address says nothing beside the host: its pages are those of a list."""
    parts = urlsplit(base)
    return parts.path in ("", "/") and not parts.query
