"""Takes records out of a WARC, byte for byte, with all that was captured along with them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.members import GZIP, WARC
from crawler.archive.reader import Damage, Record, iterate, read_record

Placed = dict[int, tuple[int, int]]
"""Offset of a record in its old file to its offset and length in the new one."""

_RECORD_END = b"\r\n\r\n"
_DESCRIBING = frozenset({"conversion", "metadata"})
"""Records that belong to the one that they refer to. A revisit refers to another capture."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record lies, and which other records of its capture it names."""

    offset: int
    length: int
    kind: str
    record_id: str
    ties: frozenset[str]


def excerpt(path: Path, offsets: set[int] | None, placed: Placed) -> Iterator[bytes]:
    """A WARC, gzip member by member, of the records of `path` at `offsets` and those tied to them; None: of all.

    Warcinfo records always come along. Where each record went is put into `placed`. gzip members are copied as
    they are; records of plain and zstd files are packed anew. Raises OSError where the file cannot be read.
    """
    places = [_place(record) for record in iterate(path, keep=0) if not isinstance(record, Damage) and record.length]
    at = 0
    with path.open("rb") as file:
        magic = file.read(len(WARC))
        for place in places if offsets is None else _chosen(places, offsets):
            file.seek(place.offset)
            if magic.startswith(GZIP[:2]):
                member = file.read(place.length)
            elif magic == WARC:
                member = gzip.compress(file.read(place.length), mtime=0)
            else:
                member = gzip.compress(_whole(read_record(path, place.offset)), mtime=0)
            placed[place.offset] = at, len(member)
            at += len(member)
            yield member


def _place(record: Record) -> _Place:
    ties = {value for name, value in record.fields if name.lower() == "warc-concurrent-to"}
    if record.type in _DESCRIBING:
        ties.add(record.get("WARC-Refers-To") or "")
    return _Place(record.offset, record.length, record.type, record.id, frozenset(ties - {""}))


def _chosen(places: list[_Place], offsets: set[int]) -> Iterator[_Place]:
    """The places at `offsets`, those that they name, and those that name them."""
    centres = [place for place in places if place.offset in offsets]
    wanted = {place.record_id for place in centres}
    named = wanted.union(*(place.ties for place in centres))
    for place in places:
        if place.kind == "warcinfo" or place.record_id in named or place.ties & wanted:
            yield place


def _whole(record: Record) -> bytes:
    return record.raw_fields + _RECORD_END + record.block + _RECORD_END
