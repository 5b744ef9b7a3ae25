"""One capture as the replay knows it, and the choice among the captures of an address.

Times are in UTC; in addresses of the replay they are 14 digits (`20170712101500`), as all web archives write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urldefrag, urljoin

STAMP_DIGITS = 14
FAILED = 400
"""The lowest status of an answer that is an error."""

NOT_MODIFIED = 304
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEME_AND_WWW = re.compile(r"^https?://(?:www\d*\.)?", re.IGNORECASE)
_NOT_IN_ADDRESSES = re.compile(r'[^!-~]|["<>]')
_DEFAULT_PORT = re.compile(r"^(http://[^/?#]*):80(?=[/?#]|$)|^(https://[^/?#]*):443(?=[/?#]|$)", re.IGNORECASE)

OTHER_SCHEME = timedelta(days=1)
"""How much nearer in time a capture must be to be taken although it has another scheme, or www. and the address not."""

SAME_KEY = timedelta(days=3650)
"""The same for a capture whose address only has the same key (other case, other order of parameters)."""


@dataclass(frozen=True, slots=True)
class Memento:
    """A capture in the index. `file` is the WARC, relative to the archive and without `.open`."""

    id: int
    url: str
    date: datetime
    kind: str
    """response, revisit or resource."""
    method: str
    status: int | None
    mime: str | None
    digest: str | None
    location: str | None
    record_id: str | None
    file: str
    offset: int
    length: int
    key: str = ""

    @property
    def stamp(self) -> str:
        """The capture's time in 14 digits."""
        return format_stamp(self.date)

    @property
    def unchanged(self) -> str:
        """What to tell of a capture that only says that nothing had changed (304), and not since when; else nothing."""
        if self.status != NOT_MODIFIED or self.kind != "response":
            return ""
        return "The only capture says that the page had not changed (304) since another one, which is not here."

    @property
    def redirects_to(self) -> str | None:
        """The absolute address that it redirects to; None where it redirects nowhere."""
        if not self.location or self.status is None or not 300 <= self.status < 400 or self.status == NOT_MODIFIED:
            return None
        with suppress(UnicodeError):  # it is kept byte for byte; browsers take it for UTF-8 where it can be
            return absolute(self.url, self.location.encode("latin-1").decode())
        return absolute(self.url, self.location)


def as_address(url: str) -> str:
    """`url` as it stands in a header, or behind an address of ours: in ASCII, without blanks, quotes and fragment."""
    return _NOT_IN_ADDRESSES.sub(_percent, url.partition("#")[0])


def _percent(match: re.Match[str]) -> str:
    return quote(match[0].encode("utf-8", "surrogatepass"))


def absolute(base: str, address: str) -> str | None:
    """`address` resolved against `base`, without fragment; None where it cannot be."""
    try:
        return urldefrag(urljoin(base, address.strip())).url
    except ValueError:
        return None


def format_stamp(moment: datetime) -> str:
    """`moment` in 14 digits."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S").rjust(STAMP_DIGITS, "0")


def parse_stamp(digits: str) -> datetime | None:
    """The moment that 4 to 17 digits name, the missing ones being the earliest (`2017` is 1 January); else None."""
    if not re.fullmatch(r"[0-9]{4,17}", digits):
        return None
    padded = digits + "00000101000000000"[len(digits) :] if len(digits) < 17 else digits
    try:
        moment = datetime.strptime(padded[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment + timedelta(milliseconds=int(padded[14:17]))


def microseconds(moment: datetime) -> int:
    """`moment` as the index keeps it: microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """The moment that `microseconds` gave."""
    return _EPOCH + timedelta(microseconds=value)


def plain(url: str) -> str:
    """`url` as an address, without the port that its scheme has anyway."""
    return _DEFAULT_PORT.sub(lambda m: m[1] or m[2], as_address(url))


def loose(url: str) -> str:
    """`url` without scheme, www. and fragment: two addresses that share it are taken for one page."""
    return _SCHEME_AND_WWW.sub("", plain(url))


def choose(candidates: Iterable[Memento], url: str, when: datetime, strict: bool = False) -> Memento | None:
    """The candidate for `url` that is nearest to `when`; see `OTHER_SCHEME` and `SAME_KEY`.

    A capture under another address that redirects to the very `url` is no answer: the client would come back for
    ever. One that does so under its own, or says that nothing changed, is only where there is no other. With `strict`,
    an address that only has the same key is none either. Of the captures of one second, where `when` tells no more
    than that, one that is no error comes first: a page that was asked for again at once.
    """
    wanted, wanted_loose = plain(url), loose(url)
    ranked: list[tuple[bool, timedelta, bool, int, Memento]] = []
    for memento in candidates:
        distance = _distance(memento.url, wanted, wanted_loose)
        if strict and distance == SAME_KEY:
            continue
        returns = (target := memento.redirects_to) is not None and plain(target) == wanted
        if returns and distance:
            continue
        date = memento.date if when.microsecond else memento.date.replace(microsecond=0)
        failed = memento.status is not None and memento.status >= FAILED
        last = returns or bool(memento.unchanged)
        ranked.append((last, abs(date - when) + distance, failed, memento.id, memento))
    return min(ranked, default=(False, timedelta(), False, 0, None), key=lambda rank: rank[:4])[4]


def _distance(url: str, wanted: str, wanted_loose: str) -> timedelta:
    found = plain(url)
    if found == wanted:
        return timedelta()
    return OTHER_SCHEME if loose(found) == wanted_loose else SAME_KEY
