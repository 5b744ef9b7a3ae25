"""The CDX server query, with the parameters that pywb's users know.

`url` (with `*` at its end or `*.` before its host), `matchType` (exact, prefix, host, domain), `from`, `to`, `closest`,
`sort` (closest, reverse), `limit` (below 0: the last ones), `filter` (`[!][=|~]field:expression`, repeatable),
`collapse` (`field` or `field:digits`, repeatable: of captures in a row that agree in it, the first) or `collapseTime`
(digits), `fl` (fields, by comma) and `output` (`json`: one object a line; `text`: the fields alone; else CDXJ lines).
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from crawler.archive.keys import url_key
from crawler.errors import UsageError
from crawler.replay.library import Library, key_range
from crawler.replay.memento import being_read
from crawler.replay.mementos import Memento, microseconds, parse_stamp
from crawler.replay.web import Request, Response

MOST = 100_000
"""Captures in one answer; narrow the query, or walk with `from`, for more."""

FIELDS = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length", "offset", "filename")
MATCH_TYPES = ("exact", "prefix", "host", "domain")
SORTS = ("", "closest", "reverse")
_FILTER = re.compile(r"(!?)([=~]?)(\w+):(.*)", re.DOTALL)
_KINDS = {"json": "application/x-ndjson", "text": "text/plain"}
_OTHER_NAMES = {"statuscode": "status", "mimetype": "mime", "original": "url"}

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class CdxQuery:
    """What is asked, checked."""

    url: str
    match: str = "exact"
    since: int = -(1 << 62)
    until: int = 1 << 62
    closest: datetime | None = None
    sort: str = ""
    limit: int = MOST
    filters: list[Callable[[Fields], bool]] = field(default_factory=list)
    fields: tuple[str, ...] = FIELDS
    collapsed: tuple[tuple[str, int | None], ...] = ()
    """Fields, and how many characters of each."""
    output: str = ""

    @classmethod
    def parse(cls, query: str) -> CdxQuery:
        """Read a query string. Raises UsageError, which says what is allowed."""
        pairs = parse_qsl(query, keep_blank_values=True)
        values = dict(pairs)
        url, match = _match(values.get("url", ""), values.get("matchType", ""))
        limit = values.get("limit") or str(MOST)
        if not re.fullmatch(r"-?[0-9]{1,15}", limit) or not int(limit):
            raise UsageError(f"limit={limit} is no number above 0, or below it for the last ones.")
        closest = _moment(values, "closest", end=False)
        sort = values.get("sort", "closest" if closest else "")
        if sort not in SORTS:
            raise UsageError(f"sort={sort} is not known: closest or reverse.")
        since, until = _moment(values, "from", end=False), _moment(values, "to", end=True)
        named = tuple(
            _OTHER_NAMES.get(name, name) for name in (values.get("fl") or values.get("fields") or "").split(",")
        )
        return cls(
            url=url,
            match=match,
            since=microseconds(since) if since else -(1 << 62),
            until=microseconds(until) if until else 1 << 62,
            closest=closest,
            sort=sort,
            limit=max(-MOST, min(int(limit), MOST)),
            filters=[_filter(value) for name, value in pairs if name == "filter"],
            fields=tuple(name for name in named if name in FIELDS) or FIELDS,
            collapsed=_collapsed(pairs),
            output=values.get("output", ""),
        )

    def key_range(self) -> tuple[str, str]:
        """The keys that match, as a half-open range."""
        key = url_key(self.url)
        if self.match == "exact":
            return key, key + "\x00"
        if self.match == "prefix":
            return key_range(self.url)
        host = key.partition(")")[0]
        return (host + ")", host + "*") if self.match == "host" else key_range("*." + self.url)


def _match(url: str, match: str) -> tuple[str, str]:
    """The address and the kind of match, which a `*` in the address may say."""
    if not url:
        raise UsageError("Give an address: /cdx?url=https://example.org/")
    if match and match not in MATCH_TYPES:
        raise UsageError(f"matchType={match} is not known: exact, prefix, host or domain.")
    if url.startswith("*."):
        return url[2:], "domain"
    if url.endswith("*") and not match:
        return url[:-1], "prefix"
    return url, match or "exact"


def _moment(values: dict[str, str], name: str, end: bool) -> datetime | None:
    """The moment of 1 to 17 digits, or None; with `end` the last that they stand for (2017 is all of 2017)."""
    digits = values.get(name, "")
    if not digits:
        return None
    moment = parse_stamp(digits + _latest(digits) if end else digits)
    if moment is None:
        raise UsageError(f"{name}={digits} is no time: give 4 to 17 digits of YYYYMMDDhhmmss.")
    return moment


def _latest(digits: str) -> str:
    """The digits that make a cut timestamp the last moment it stands for."""
    rest = "99991231235959999"[len(digits) :]
    if len(digits) != 6 or not digits.isdigit() or not 1 <= int(digits[4:6]) <= 12:
        return rest
    year, month = int(digits[:4]), int(digits[4:6])
    after = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001  only its day is asked for
    return f"{(after - datetime(year, month, 1)).days:02d}" + rest[2:]  # noqa: DTZ001


def _collapsed(pairs: list[tuple[str, str]]) -> tuple[tuple[str, int | None], ...]:
    """The fields of `collapse`, and the timestamp's where `collapseTime` is given."""
    asked = [value for name, value in pairs if name == "collapse"]
    asked += [f"timestamp:{value}" for name, value in pairs if name == "collapseTime"]
    collapsed = []
    for text in asked:
        name, _, length = text.partition(":")
        name = _OTHER_NAMES.get(name, name)
        if name not in FIELDS or (length and not re.fullmatch(r"[0-9]{1,4}", length)):
            raise UsageError(f"collapse={text}: give one of {', '.join(FIELDS)}, and :N behind it for N characters.")
        collapsed.append((name, int(length) if length else None))
    return tuple(collapsed)


def _filter(text: str) -> Callable[[Fields], bool]:
    found = _FILTER.fullmatch(text)
    if not found:
        raise UsageError(f"filter={text} cannot be read: give field:expression, =field:text, or !field:expression.")
    negated, operator, name, wanted = found.groups()
    name = _OTHER_NAMES.get(name, name)
    if operator == "=":
        return lambda fields: (fields.get(name, "") == wanted) != bool(negated)
    if operator == "":
        return lambda fields: (wanted in fields.get(name, "")) != bool(negated)
    try:
        expression = re.compile(wanted)
    except re.error as error:
        raise UsageError(f"filter={text}: {wanted} is no regular expression ({error}).") from error
    return lambda fields: bool(expression.match(fields.get(name, ""))) != bool(negated)


def answer(library: Library, request: Request) -> Response:
    """What the CDX server says; 400 where the query cannot be read, 503 where the archive is still being read."""
    try:
        query = CdxQuery.parse(request.target.partition("?")[2])
    except UsageError as error:
        return Response.text(f"{error}\n", 400)
    known = library.awaited(query.url) if query.match == "exact" else library.settled()
    if not known:
        return being_read(library)
    lines = [_line(fields, query) for fields in _matching(library, query)]
    return Response.text("".join(lines), kind=_KINDS.get(query.output, "text/x-cdxj"))


def _matching(library: Library, query: CdxQuery) -> Iterator[Fields]:
    found = list(library.in_range(*query.key_range(), MOST, query.since, query.until))
    if query.closest and query.sort == "closest":
        closest = query.closest
        found.sort(key=lambda memento: abs(memento.date - closest))
    elif query.sort == "reverse":
        found.reverse()
    kept = (fields for fields in map(_fields, found) if all(keep(fields) for keep in query.filters))
    given = _collapse(kept, query.collapsed) if query.collapsed else kept
    yield from islice(given, query.limit) if query.limit > 0 else deque(given, maxlen=-query.limit)


def _collapse(found: Iterable[Fields], collapsed: tuple[tuple[str, int | None], ...]) -> Iterator[Fields]:
    """The first of each that follow each other and agree in what is collapsed."""
    last: list[str] | None = None
    for fields in found:
        these = [fields[name][:length] for name, length in collapsed]
        if these != last:
            yield fields
        last = these


def _fields(memento: Memento) -> Fields:
    mime = "warc/revisit" if memento.kind == "revisit" else memento.mime or "unk"
    return {
        "urlkey": memento.key,
        "timestamp": memento.stamp,
        "url": memento.url,
        "mime": mime,
        "status": str(memento.status) if memento.status else "-",
        "digest": (memento.digest or "-").removeprefix("sha1:"),
        "length": str(memento.length),
        "offset": str(memento.offset),
        "filename": memento.file,
    }


def _line(fields: Fields, query: CdxQuery) -> str:
    shown: dict[str, Any] = {name: fields[name] for name in query.fields}
    if query.output == "text":
        return " ".join(shown.values()) + "\n"
    if query.output == "json":
        return json.dumps(shown, ensure_ascii=False) + "\n"
    described = {name: value for name, value in shown.items() if name not in ("urlkey", "timestamp")}
    return f"{fields['urlkey']} {fields['timestamp']} {json.dumps(described, ensure_ascii=False)}\n"
