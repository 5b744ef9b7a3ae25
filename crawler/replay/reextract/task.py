"""What one call of `scrapy reextract` has to do, made from what was typed."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crawler.extraction import EXTRACTOR
from crawler.replay.reextract.difference import Change, Comparison, StoredTexts
from crawler.replay.reextract.originals import Originals
from crawler.replay.reextract.outputs import Notes, find_units, open_output
from crawler.replay.reextract.run import Progress, Report, Run
from crawler.replay.reextract.selection import Asked
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.catalogue import SourceCatalogue, source_folders


class Task:
    """The WARCs in `paths`, extracted with what the command's `options` say; `archives` has the stored texts.

    `sources` is the setting SOURCES_DIR; `changed` is told how a stored text differs, where that is asked for. Raises
    UsageError, ArchiveError or SourceError where it cannot be done.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        sources: Any,
        archives: Path,
        options: argparse.Namespace,
        changed: Callable[[Change], None],
    ) -> None:
        asked = Asked(
            options.url, options.host, options.since, options.until, options.status, options.mime, options.every_page
        )
        selection = asked.selection()
        self._units = find_units(paths)
        known = Sources.of(SourceCatalogue(source_folders(sources, os.environ)))
        self.comparison = Comparison(StoredTexts(archives), changed) if options.diff else None
        """What differs from the stored texts, where that is asked for."""
        output = self.comparison or open_output(options.format, Path(options.output))
        fingerprint = [EXTRACTOR, options.format, *selection.fingerprint(), known.fingerprint()]
        notes = None if options.diff else Notes(Path(options.output), fingerprint)
        originals = Originals(paths)
        self._run = Run(selection, known, output, originals.resolve, originals.find_parts, notes)

    @property
    def size(self) -> int:
        """Bytes of all WARCs."""
        return sum(path.stat().st_size for path in self._units)

    async def run(self, jobs: int, seconds: float, progress: Progress) -> Report:
        """Do it in `jobs` processes; a page may take so many `seconds`."""
        return await self._run.extract(self._units, jobs, seconds, progress)
