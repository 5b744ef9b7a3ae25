"""The pages that revisit records refer to, and further pages of articles."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.record import Record
from crawler.errors import ArchiveError
from crawler.parts import Find
from crawler.replay.parts import finder
from crawler.sources.model import Source

if TYPE_CHECKING:
    from crawler.replay.library import Library


class Originals:
    """Finds the originals of revisits, and further pages of articles; the archives are indexed where there is one."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = roots
        self._libraries: list[Library] | None = None
        self._lock = threading.Lock()

    def resolve(self, record: Record) -> Record:
        """A revisit with its original's payload; raises ArchiveError where no archive has it."""
        for library in self._opened():
            if memento := library.by_record(record.id):
                return library.read(memento)
        raise ArchiveError(f"{record.url}: the original of this revisit is not in these archives.")

    def find_parts(self, source: Source) -> Find:
        """What finds the further pages of the articles of a source."""
        return finder(self._opened, source)

    def _opened(self) -> list[Library]:
        """The libraries, opened (and loaded) for whoever asks first: most runs ask for none."""
        from crawler.replay.cache import open_cache
        from crawler.replay.library import Library

        with self._lock:
            if self._libraries is None:
                opened = [Library(root.resolve(), open_cache(root.resolve())) for root in self._roots]
                for library in opened:
                    library.refresh()
                self._libraries = opened
        return self._libraries
