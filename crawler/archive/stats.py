"""What an archive holds, counted from its indexes: by source, day, type, status, and what revisits save."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from crawler.archive.cdxj import REVISIT_MIME, Entry, parse_line
from crawler.archive.layout import OPEN

NOT_STATED = "not stated"


@dataclass(slots=True)
class Tally:
    """Captures of one kind. `bytes` are those of their records in the (compressed) files."""

    captures: int = 0
    revisits: int = 0
    bytes: int = 0
    saved: int = 0
    """Bytes that the revisits would take as whole records, as far as their originals are in the archive."""

    def add(self, entry: Entry, original: int | None) -> None:
        """Count one capture; `original` is the length of the record that a revisit refers to."""
        length = int(entry.fields.get("length", 0))
        self.captures += 1
        self.bytes += length
        if entry.fields.get("mime") == REVISIT_MIME:
            self.revisits += 1
            self.saved += max(0, original - length) if original is not None else 0


@dataclass(slots=True)
class Stats:
    """What an archive holds. Days are those of the capture, in UTC, as `2026-11-22`."""

    files: int = 0
    open_files: int = 0
    file_bytes: int = 0
    addresses: int = 0
    """Canonical keys: addresses that differ in nothing that matters count once in each source."""
    first: str | None = None
    last: str | None = None
    total: Tally = field(default_factory=Tally)
    others: Tally = field(default_factory=Tally)
    """Records that are no answer of a server: texts and metadata of pages, files that were added. Counted nowhere else;
    their `captures` are their number."""
    sources: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    days: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    types: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    statuses: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values, every table in order of its keys."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        tables = {name: value for name, value in plain.items() if isinstance(value, dict)}
        rows = {name: {key: asdict(table[key]) for key in sorted(table)} for name, table in tables.items()}
        return plain | {"total": asdict(self.total), "others": asdict(self.others)} | rows


def collect(warcs: Iterable[Path], indexes: dict[str, Path]) -> Stats:
    """The statistics of `warcs`, whose captures stand in `indexes`: source name to CDXJ file.

    Reads each index twice and holds none of it in memory but the digests that revisits refer to.
    """
    stats = Stats()
    for warc in warcs:
        stats.files += 1
        stats.open_files += warc.name.endswith(OPEN)
        stats.file_bytes += warc.stat().st_size
    originals = _originals(indexes.values())
    for source, index in indexes.items():
        last = ""
        for entry in _entries(index):
            if not _is_capture(entry):
                stats.others.add(entry, None)
                continue
            _count(stats, source, entry, originals.get(_revisited(entry)))
            stats.addresses += entry.key != last
            last = entry.key
    return stats


def _count(stats: Stats, source: str, entry: Entry, original: int | None) -> None:
    day = f"{entry.timestamp[:4]}-{entry.timestamp[4:6]}-{entry.timestamp[6:8]}"
    for tally in (
        stats.total,
        stats.sources[source],
        stats.days[day],
        stats.types[entry.fields.get("mime", NOT_STATED).lower()],
        stats.statuses[entry.fields.get("status", NOT_STATED)],
    ):
        tally.add(entry, original)
    stats.first = min(stats.first or entry.timestamp, entry.timestamp)
    stats.last = max(stats.last or entry.timestamp, entry.timestamp)


def _is_capture(entry: Entry) -> bool:
    """Whether a server answered. Only its answers have a status in an index, and revisits a type of their own."""
    return "status" in entry.fields or entry.fields.get("mime") == REVISIT_MIME


def _entries(index: Path) -> Iterator[Entry]:
    with index.open("rb") as lines:
        yield from map(parse_line, lines)


def _revisited(entry: Entry) -> str:
    """The digest of what a revisit refers to; empty for other captures."""
    return entry.fields.get("digest", "") if entry.fields.get("mime") == REVISIT_MIME else ""


def _originals(indexes: Iterable[Path]) -> dict[str, int]:
    """Digests that revisits refer to, with the length of the first record that has that payload."""
    indexes = list(indexes)
    wanted = {digest for index in indexes for entry in _entries(index) if (digest := _revisited(entry))}
    lengths: dict[str, int] = {}
    for index in indexes if wanted else []:
        for entry in _entries(index):
            digest = entry.fields.get("digest", "")
            if digest in wanted and not _revisited(entry):
                lengths.setdefault(digest, int(entry.fields.get("length", 0)))
    return lengths


def busiest(table: dict[str, Tally], count: int) -> list[tuple[str, Tally]]:
    """The `count` rows with the most captures."""
    return heapq.nlargest(count, table.items(), key=lambda row: (row[1].captures, row[1].bytes))
