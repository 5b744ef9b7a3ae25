"""The pages of one WARC that are to be extracted, with the sources that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.captures import capture_of, read_answers
from crawler.archive.exchange import Via
from crawler.archive.reader import Damage
from crawler.archive.record import Record
from crawler.articles import page_of
from crawler.errors import ArchiveError
from crawler.items import Page
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.model import Source

OWN_FOLDER = "warc"
"""The folder in which a source's own WARCs lie (crawler/archive/layout.py)."""

Resolve = Callable[[Record], Record]
"""A revisit record to itself with its original's payload; raises ArchiveError where that is not there."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page and its source."""

    source: Source
    page: Page
    ours: bool
    """Whether a crawl of ours archived it, for that source."""


def candidates(path: Path, selection: Selection, sources: Sources, resolve: Resolve) -> Iterator[Candidate | Damage]:
    """The pages in the WARC at `path` that are wanted, and what could not be read.

    A WARC of ours says why each page was fetched, and only articles are taken from it.
    """
    says_roles = False
    own = sources.named(path.parent.parent.name) if path.parent.name == OWN_FOLDER else None
    for item in read_answers(path):
        if isinstance(item, Damage):
            yield item
            continue
        record, via = item
        says_roles = says_roles or via.role != "other"
        if record.get("WARC-Truncated") and record.type == "response":
            continue
        if selection.takes(record) and selection.takes_role(via, says_roles):
            yield _candidate(record, via, own or sources.of_url(record.url), own is not None, resolve)


def _candidate(record: Record, via: Via, source: Source, ours: bool, resolve: Resolve) -> Candidate | Damage:
    """A revisit that cannot be resolved is as good as damaged."""
    capture = capture_of(record, via)
    try:
        whole = resolve(record) if record.type == "revisit" else record
    except ArchiveError as error:
        return Damage(record.path, record.offset, str(error))
    return Candidate(source, page_of(source, capture, whole), ours)
