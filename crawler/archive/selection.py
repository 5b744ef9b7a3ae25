"""Which captures of an archive go into an export, found in its index: by time and by address, with all that they need.

A capture that is selected brings with it the original of a revisit (by WARC-Refers-To-Target-URI and -Date, WARC 1.1,
5.13 and 5.14; by its payload digest where it names none), the target of a redirect, the further pages that the text of
an article was made of, and what a page or a style sheet names, in the capture of it that is nearest in time: an image
is often archived days before, for another page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from crawler.archive.captures import redirect_target
from crawler.archive.cdxj import REVISIT_MIME, Entry, parse_line
from crawler.archive.keys import url_key
from crawler.archive.layout import OPEN
from crawler.archive.pages import FindText
from crawler.archive.reader import Record, read_record
from crawler.discovery.requisites import page_requisites, style_requisites
from crawler.errors import RecordError
from crawler.extraction.decode import decode_page

_ROUNDS = 6
"""How far captures lead (redirect, page, style sheet, its import, font, its original)."""

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_STYLES = "text/css"
_LEADING = _PAGES | {_STYLES, REVISIT_MIME}
_STAMP = "%Y%m%d%H%M%S"
_MOST_BYTES = 10 << 20
"""Of a page that is searched for what it needs."""

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


def choose(
    index: Path, warcs: Iterable[Path], selection: Selection, others: Iterable[Path], find_text: FindText
) -> Chosen:
    """The captures that `selection` takes of `warcs`, and what they need, which may also be in `others`.

    `index` is of both. Records that cannot be read lead nowhere.
    """
    own = {_name(warc): warc for warc in warcs}
    named = own | {_name(warc): warc for warc in others}
    search = _Search(index, named, find_text, originals_only=selection.everything)
    for entry in _entries(index):
        if entry.fields["filename"] in own and selection.takes(entry):
            search.take(entry)
    search.follow()
    return search.chosen


class _Place(NamedTuple):
    """A capture that may lead to others."""

    warc: str
    offset: int
    timestamp: str


@dataclass(slots=True)
class _Needs:
    """What captures lead to: keys with the times at which they are wanted, and originals of revisits."""

    near: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    originals: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Key to timestamp to payload digest."""
    digests: set[str] = field(default_factory=set)
    """Of originals that are known by nothing else."""


class _Search:
    """Follows captures to what they need, through the index."""

    def __init__(self, index: Path, warcs: dict[str, Path], find_text: FindText, *, originals_only: bool) -> None:
        self.chosen: Chosen = defaultdict(set)
        self._index = index
        self._warcs = warcs
        self._find_text = find_text
        self._originals_only = originals_only
        self._leading: list[_Place] = []

    def take(self, entry: Entry) -> None:
        """Choose a capture, and remember to see where it leads."""
        name, offset = entry.fields["filename"], entry.offset
        if offset in self.chosen[name]:
            return
        self.chosen[name].add(offset)
        if self._leads(entry):
            self._leading.append(_Place(name, offset, entry.timestamp))

    def _leads(self, entry: Entry) -> bool:
        """Whether the capture of a line may need others."""
        if self._originals_only:
            return entry.fields["mime"] == REVISIT_MIME
        return entry.fields["mime"] in _LEADING or entry.fields.get("status", "").startswith("3")

    def follow(self) -> None:
        """Choose what the chosen captures lead to, and so on."""
        for _ in range(_ROUNDS):
            places, self._leading = self._leading, []
            needs = _Needs()
            for place in places:
                self._look(place, needs)
            self._take_needed(needs)
            self._take_by_digest(needs.digests)

    def _look(self, place: _Place, needs: _Needs) -> None:
        try:
            record = read_record(self._warcs[place.warc], place.offset)
        except RecordError:
            return
        if record.type == "revisit":
            _note_original(record, needs)
        if self._originals_only:
            return
        self._take_further(record.id, place.timestamp)
        if target := redirect_target(record.url, record.http):
            needs.near[url_key(target)].add(place.timestamp)
        for url in _requisites(record):
            needs.near[url_key(url)].add(place.timestamp)

    def _take_further(self, record_id: str, timestamp: str) -> None:
        """Choose the captures of further pages that the text of this record's article was made of."""
        known = self._find_text(record_id)
        for name, offset in known.further if known else ():
            if name in self._warcs and offset not in self.chosen[name]:
                self.chosen[name].add(offset)
                self._leading.append(_Place(name, offset, timestamp))

    def _take_needed(self, needs: _Needs) -> None:
        """Take the originals, and of each other key the capture that is nearest to each time it is wanted at."""
        if not (needs.near or needs.originals):
            return
        for key, group in groupby(_entries(self._index), key=lambda entry: entry.key):
            if key in needs.near or key in needs.originals:
                entries = list(group)
                for timestamp, digest in needs.originals.get(key, {}).items():
                    if found := _original(entries, timestamp, digest):
                        self.take(found)
                    else:
                        needs.digests.add(digest)
                for timestamp in needs.near.get(key, ()):
                    self.take(_nearest(entries, timestamp))
                needs.originals.pop(key, None)
        needs.digests.update(digest for lost in needs.originals.values() for digest in lost.values())

    def _take_by_digest(self, digests: set[str]) -> None:
        """One whole capture with each of the payload `digests`, as far as there is one."""
        missing = digests - {""}
        for entry in _entries(self._index) if missing else ():
            digest = entry.fields.get("digest", "")
            if digest in missing and entry.fields["mime"] != REVISIT_MIME:
                missing.discard(digest)
                self.take(entry)


def _note_original(revisit: Record, needs: _Needs) -> None:
    """Note the capture that a revisit refers to: by address and time, or by its payload alone."""
    digest = (revisit.get("WARC-Payload-Digest") or "").removeprefix("sha1:")
    referred = revisit.refers_to
    if referred.date:
        needs.originals[url_key(referred.url or revisit.url)][_timestamp(referred.date)] = digest
    else:
        needs.digests.add(digest)


def _original(entries: list[Entry], timestamp: str, digest: str) -> Entry | None:
    """The whole capture of that second; the one with that payload, where several are."""
    whole = [entry for entry in entries if entry.timestamp == timestamp and entry.fields["mime"] != REVISIT_MIME]
    return min(whole, key=lambda entry: entry.fields.get("digest", "") != digest, default=None)


def _nearest(entries: list[Entry], timestamp: str) -> Entry:
    """The capture nearest in time; one that is no error, if there is one."""
    wanted = _seconds(timestamp)
    return min(
        entries,
        key=lambda entry: (entry.fields.get("status", "200") >= "400", abs(_seconds(entry.timestamp) - wanted)),
    )


def _requisites(record: Record) -> list[str]:
    """The addresses that a page or a style sheet needs; nothing of other records."""
    if record.mime not in _LEADING or record.type not in ("response", "resource"):
        return []
    body = record.decoded_body(_MOST_BYTES).data
    text = decode_page(body, record.http.get("Content-Type") or record.mime or "").text
    found = style_requisites(text, record.url) if record.mime == _STYLES else page_requisites(text, record.url)
    return [requisite.url for requisite in found]


def _entries(index: Path) -> Iterator[Entry]:
    with index.open("rb") as lines:
        yield from map(parse_line, lines)


def _name(warc: Path) -> str:
    return warc.name.removesuffix(OPEN)


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_STAMP)


def _seconds(timestamp: str) -> float:
    try:
        return datetime.strptime(timestamp, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:  # a WARC-Date that is none
        return 0.0


def _without_body(key: str) -> str:
    """The key of an address whatever was posted to it."""
    path, _, query = key.partition("?")
    return path if query.startswith("__wb_method=") else key
