"""`scrapy template`: what the archive shows of a site: the lines that recur, and where its articles stand."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.archive.layout import catalogue_path, find_warcs, warc_folder
from crawler.errors import ArchiveError, BroadsheetError
from crawler.extraction.template import Template
from crawler.extraction.workers import ExtractionPool
from crawler.health.report import columns
from crawler.sources.catalogue import SourceCatalogue, source_folders
from crawler.sources.model import Source
from crawler.storage.catalogue import Catalogue
from crawler.storage.relearn import relearn
from crawler.storage.templates import KnownTemplate, known_in, learnt

LINE_WIDTH = 100


class Command(ScrapyCommand):
    """The command; its logic is in `crawler.storage.templates` and `crawler.extraction.template`."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """How it is called."""
        return "[options] NAME"

    def short_desc(self) -> str:
        """A line for the list of commands."""
        return "Show what was learnt of a site from its archived pages"

    def long_desc(self) -> str:
        """What it shows, and what it is for."""
        return (
            "Show the lines that recur on a source's articles, with how many and when, where on the page its "
            "articles stand, period by period, and the templates that its WARCs carry. A crawl learns this from the "
            "last texts when it begins, writes it into its WARCs, and leaves such lines out of its texts. "
            "`template = false` in [extraction] turns that off. Nothing is written."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        """Add --learn and --json."""
        super().add_options(parser)
        parser.add_argument("--learn", action="store_true", help="learn from the WARCs instead of from the texts")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, args: list[str], opts: Namespace) -> None:
        """Learn, and print."""
        if len(args) != 1:
            raise UsageError(f"found: {' '.join(args) or 'nothing'}; allowed: the NAME of one source", print_help=False)
        assert self.settings is not None
        archives = Path(self.settings.get("ARCHIVES_DIR") or "archives")
        try:
            source = SourceCatalogue(source_folders(self.settings.get("SOURCES_DIR"), os.environ)).load(args[0])
            if not warc_folder(archives, source.name).exists():
                raise ArchiveError(f"There is nothing of {source.name} in {archives}. Crawl it first.")
            template = asyncio.run(_relearnt(archives, source)) if opts.learn else _learnt(archives, source)
            recorded = list(_recorded(archives, source.name))
        except (BroadsheetError, OSError) as error:
            raise UsageError(str(error), print_help=False) from error
        shown = _as_json(template, recorded) if opts.json else "".join(_shown(source, template, recorded))
        sys.stdout.write(shown)


def _learnt(archives: Path, source: Source) -> Template:
    catalogue = Catalogue(catalogue_path(archives))
    try:
        return learnt(archives, source.name, catalogue)
    finally:
        catalogue.close()


async def _relearnt(archives: Path, source: Source) -> Template:
    async with ExtractionPool(os.cpu_count() or 1) as pool:
        return await relearn(archives, source, pool)


def _recorded(archives: Path, source: str) -> Iterator[tuple[str, KnownTemplate]]:
    for path in find_warcs(warc_folder(archives, source)):
        if known := known_in(path, source):
            yield path.name, known


def _as_json(template: Template, recorded: list[tuple[str, KnownTemplate]]) -> str:
    listed = [{"warc": warc, "record": known.record_id} | asdict(known.template) for warc, known in recorded]
    return json.dumps(asdict(template) | {"recorded": listed}, ensure_ascii=False, indent=1) + "\n"


def _shown(source: Source, template: Template, recorded: list[tuple[str, KnownTemplate]]) -> Iterator[str]:
    days = f", captured {_days(template.first_day, template.last_day)}" if template.first_day else ""
    yield f"{source.name}: learnt from {template.articles} different articles{days}\n"
    if not source.extraction.template:
        yield "Its source file has template = false: no crawl uses this.\n"
    yield "\nWhere its articles stand:\n"
    for period in template.periods:
        yield f"  {_days(period.first_day, period.last_day)}, {period.articles} articles\n"
        yield "".join(f"    {place.articles:>5}  {place.path}\n" for place in period.places) or "    no one place\n"
    yield "" if template.periods else "  not known\n"
    yield f"\nLines that recur: {len(template.lines) or 'none'}\n"
    if template.lines:
        rows = [(str(line.articles), line.first_day, line.last_day, _short(line.key)) for line in template.lines]
        yield columns([("ARTICLES", "FIRST", "LAST", "LINE"), *rows])
    yield f"\nTemplates in its WARCs: {len(recorded) or 'none'}\n"
    for warc, known in recorded:
        what = known.template
        yield f"  {warc}  {known.record_id}  {len(what.lines)} lines of {what.articles} articles\n"


def _days(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _short(line: str) -> str:
    return line if len(line) <= LINE_WIDTH else f"{line[:LINE_WIDTH]}…"
