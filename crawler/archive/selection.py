"""Which captures of an archive go into an export, found in its index: by time and by address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.captures import read_captures
from crawler.archive.cdxj import REVISIT_MIME, Entry, parse_line
from crawler.archive.keys import url_key
from crawler.archive.reader import Damage

_ROUNDS = 5
"""How far redirects and requisites of requisites are followed (page, style sheet, its import, font)."""

Chosen = dict[str, set[int]]
"""Name of a WARC to the offsets of the responses, revisits and resources that are wanted of it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Captures from `since` on and before `until`, of addresses with these canonical `keys`; None does not limit."""

    since: datetime | None = None
    until: datetime | None = None
    keys: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.since is None and self.until is None and self.keys is None

    def takes(self, entry: Entry) -> bool:
        """Whether the capture of a line is wanted."""
        if self.since and entry.timestamp < _timestamp(self.since):
            return False
        if self.until and entry.timestamp >= _timestamp(self.until):
            return False
        return self.keys is None or entry.key in self.keys or _without_body(entry.key) in self.keys


def choose(index: Path, warcs: list[Path], selection: Selection) -> Chosen:
    """The captures that `selection` takes, and the originals of the revisits among them, whenever they were made.

    Addresses bring with them what they redirect to, and what their pages need, as far as it was captured for them.
    """
    if selection.keys is not None:
        selection = replace(selection, keys=_with_requisites(warcs, selection.keys))
    chosen: Chosen = defaultdict(set)
    wanted: set[str] = set()
    held: set[str] = set()
    for entry in _entries(index):
        if selection.takes(entry):
            chosen[entry.fields["filename"]].add(entry.offset)
            (wanted if entry.fields["mime"] == REVISIT_MIME else held).add(entry.fields.get("digest", ""))
    for entry in _originals(index, wanted - held):
        chosen[entry.fields["filename"]].add(entry.offset)
    return chosen


def _originals(index: Path, digests: set[str]) -> Iterator[Entry]:
    """One whole capture with each of the payload `digests`, as far as there is one."""
    missing = digests - {""}
    for entry in _entries(index) if missing else ():
        digest = entry.fields.get("digest", "")
        if digest in missing and entry.fields["mime"] != REVISIT_MIME:
            missing.discard(digest)
            yield entry


def _with_requisites(warcs: list[Path], keys: frozenset[str]) -> frozenset[str]:
    """`keys` and those that they lead to: targets of redirects, and what was fetched because their pages need it."""
    for _ in range(_ROUNDS):
        more = keys | set(_led_to(warcs, keys))
        if more == keys:
            break
        keys = more
    return keys


def _led_to(warcs: list[Path], keys: frozenset[str]) -> Iterator[str]:
    for warc in warcs:
        for capture in read_captures(warc):
            if isinstance(capture, Damage):
                continue
            if capture.location and url_key(capture.url) in keys:
                yield url_key(capture.location)
            if capture.via.role == "requisite" and capture.via.found_on and url_key(capture.via.found_on) in keys:
                yield url_key(capture.url)


def _entries(index: Path) -> Iterator[Entry]:
    with index.open("rb") as lines:
        yield from map(parse_line, lines)


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def _without_body(key: str) -> str:
    """The key of an address whatever was posted to it."""
    path, _, query = key.partition("?")
    return path if query.startswith("__wb_method=") else key
