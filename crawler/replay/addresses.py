"""The addresses of an archive, in order: those of a host, those that begin alike, those most like another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.archive.keys import url_key
from crawler.replay.cache import Cache
from crawler.replay.mementos import from_microseconds


@dataclass(frozen=True, slots=True)
class Address:
    """An address in the archive: its captures' number, first and last time, and what the last one was."""

    url: str
    key: str
    captures: int
    first: datetime
    last: datetime
    status: int | None
    mime: str | None


class Addresses:
    """The addresses that have captures in `cache`."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def hosts(self) -> list[tuple[str, int]]:
        """Every host that has captures, with their number."""
        with self._cache.connection() as db:
            rows = db.execute(
                "SELECT substr(key, 1, instr(key, ')') - 1) AS host, count(*) FROM captures "
                "WHERE instr(key, ')') > 0 GROUP BY host ORDER BY host"
            )
            return [(_host(reversed_host), number) for reversed_host, number in rows]

    def below(self, prefix: str, after: str = "", limit: int = 100, status: str = "", mime: str = "") -> list[Address]:
        """Addresses that begin with `prefix`, in order of key, those after the key `after` only.

        `*.example.org` stands for a host and those below it. `status` is the first digits of a status code, `mime` the
        beginning of a media type; both are of the last capture.
        """
        begin, end = key_range(prefix)
        conditions, values = ["key >= ? AND key < ? AND key > ?"], [begin, end, after]
        if status:
            conditions.append("CAST(status AS TEXT) LIKE ? || '%'")
            values.append(status)
        if mime:
            conditions.append("mime LIKE ? || '%'")
            values.append(mime)
        with self._cache.connection() as db:
            rows = db.execute(
                "SELECT url, key, count(*), min(time), max(time), status, mime FROM captures "
                f"WHERE {' AND '.join(conditions)} GROUP BY key ORDER BY key LIMIT ?",
                [*values, limit],
            )
            return [_address(row) for row in rows]

    def nearby(self, url: str, limit: int = 10) -> list[Address]:
        """Addresses of the archive most like `url`: those that share the longest beginning of its path."""
        key = url_key(url)
        host, _, path = key.partition(")")
        parts = path.partition("?")[0].rstrip("/").split("/")
        for size in range(len(parts), 0, -1):
            begin = f"{host}){'/'.join(parts[:size])}"
            if found := self._addresses_from(begin, limit):
                return found
        return []

    def _addresses_from(self, begin: str, limit: int) -> list[Address]:
        with self._cache.connection() as db:
            rows = db.execute(
                "SELECT url, key, count(*), min(time), max(time), status, mime FROM captures "
                "WHERE key >= ? AND key < ? AND status = 200 GROUP BY key ORDER BY mime LIKE 'text/html%' DESC, key "
                "LIMIT ?",
                (begin, begin + "\x7f", limit),
            )
            return [_address(row) for row in rows]


def key_range(prefix: str) -> tuple[str, str]:
    """The keys of all addresses that begin with `prefix`, as a half-open range; all keys where it is empty."""
    prefix = prefix.strip()
    if not prefix:
        return "", "\x7f"
    if prefix.startswith("*."):
        host = url_key(prefix[2:]).partition(")")[0]
        return host + ")", host + "-"  # "," sorts behind ")" and before "-": the host, and those below it
    begin = url_key(prefix)
    if begin.endswith(")/"):
        begin = begin[:-1]
    elif prefix.endswith("/"):
        begin += "/"
    return begin, begin + "\x7f"


def _host(reversed_host: str) -> str:
    labels, colon, port = reversed_host.partition(":")
    return ".".join(reversed(labels.split(","))) + colon + port


def _address(row: tuple[Any, ...]) -> Address:
    url, key, number, first, last, status, mime = row
    return Address(url, key, number, from_microseconds(first), from_microseconds(last), status, mime)
