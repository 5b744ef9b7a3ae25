"""The pages that revisit records refer to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crawler.archive.record import Record
from crawler.errors import ArchiveError
from crawler.replay.cache import open_cache
from crawler.replay.library import Library


class Originals:
    """Finds the originals of revisit records in the archives, which are only indexed where there is a revisit."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = roots
        self._libraries: list[Library] | None = None

    def resolve(self, record: Record) -> Record:
        """A revisit with its original's payload; raises ArchiveError where no archive has it."""
        if self._libraries is None:
            self._libraries = [Library(root.resolve(), open_cache(root.resolve())) for root in self._roots]
            for library in self._libraries:
                library.refresh()
        for library in self._libraries:
            if memento := library.by_record(record.id):
                return library.read(memento)
        raise ArchiveError(f"{record.url}: the original of this revisit is not in these archives.")
