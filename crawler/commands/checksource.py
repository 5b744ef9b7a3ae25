"""`scrapy checksource NAME`: hold a source to what its site says today, or to what is archived of it."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from rich.console import Console
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from crawler.errors import BroadsheetError
from crawler.extraction.workers import ExtractionPool
from crawler.prospect import report
from crawler.prospect.answers import Fetch
from crawler.prospect.checking import ARTICLES, Check, Checker
from crawler.prospect.command import ErrandCommand, say
from crawler.prospect.shelf import open_shelf
from crawler.sources.model import Source
from crawler.spiders.loader import SourceLoader

REASON = "checksource"
FAILED = 1
INTERRUPTED = 130


class Command(ErrandCommand):
    """Check a source stage by stage."""

    def syntax(self) -> str:
        """How it is called."""
        return "[options] NAME"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Check a source: its file, its listings, ten of its articles"

    def long_desc(self) -> str:
        """What `scrapy checksource --help` says first."""
        return (
            f"Check the source of that name: read its file and its listings, fetch {ARTICLES} articles, "
            "and show what is extracted from them, with a verdict for each stage. Exit code 1 where a stage failed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--offline", action="store_true", help="out of the archive, without a request")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check and show; 0 where no stage failed, 1 where one did, 2 for bad usage and a file that is wrong."""
        if len(args) != 1:
            raise UsageError("give the name of one source; `scrapy list` shows all of them", print_help=False)
        try:
            source = self._source(args[0])
            if opts.offline:
                self._check_offline(source)
            else:
                self._check_live(source)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        if self._check is None:
            self.exitcode = FAILED if self.failed else INTERRUPTED
            return
        report.show_check(Console(), self._check)
        self.exitcode = 0 if self._check.passed else FAILED

    _check: Check | None = None

    def _source(self, name: str) -> Source:
        assert self.settings is not None
        loader: Any = get_spider_loader(self.settings)
        if not isinstance(loader, SourceLoader):
            raise UsageError("SPIDER_LOADER_CLASS is not crawler.spiders.loader.SourceLoader", print_help=False)
        loader.load(name)
        source = loader.catalogue.load(name)
        say(f"{loader.catalogue.path(name)}: the file is in order")
        if source.spider:
            say(f"{source.spider} may find more than what is checked here: the listings that the file names")
        return source

    def _check_live(self, source: Source) -> None:
        async def errand(fetch: Fetch) -> None:
            async with ExtractionPool(1) as pool:
                self._check = await Checker(source, fetch, pool.extract, say).check()

        self.run_errand(source, errand, REASON)

    def _check_offline(self, source: Source) -> None:
        assert self.settings is not None

        async def check() -> Check:
            async with ExtractionPool(1) as pool:
                archived = shelf.newest_articles(source, ARTICLES)
                return await Checker(source, shelf.fetch, pool.extract, say).check(archived)

        with open_shelf(Path(self.settings["ARCHIVES_DIR"]), source.name, source.politeness.max_size) as shelf:
            self._check = asyncio.run(check())
