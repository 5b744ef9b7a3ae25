"""`scrapy checksource NAME`: hold a source to what its site says today, or to what is archived of it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from crawler.errors import BroadsheetError
from crawler.extraction.workers import ExtractionPool
from crawler.prospect import report
from crawler.prospect.answers import Fetch
from crawler.prospect.checking import ARTICLES, Check, Checker
from crawler.prospect.errand import errand_spider
from crawler.prospect.shelf import open_shelf
from crawler.sources.model import Source
from crawler.spiders.loader import SourceLoader
from crawler.storage.ready import make_ready

REASON = "checksource"
FAILED = 1
INTERRUPTED = 130


class Command(ScrapyCommand):
    """Check a source stage by stage."""

    requires_project = True

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

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """As Scrapy does; what the network does is told by the command itself, so the log is kept for crashes."""
        super().process_options(args, opts)
        assert self.settings is not None
        if not opts.loglevel and (self.settings.getpriority("LOG_LEVEL") or 0) < 40:
            self.settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")

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
            self.exitcode = FAILED if self._crashed else INTERRUPTED
            return
        report.show_check(Console(), self._check)
        self.exitcode = 0 if self._check.passed else FAILED

    _check: Check | None = None
    _crashed = False

    def _source(self, name: str) -> Source:
        assert self.settings is not None
        loader: Any = get_spider_loader(self.settings)
        if not isinstance(loader, SourceLoader):
            raise UsageError("SPIDER_LOADER_CLASS is not crawler.spiders.loader.SourceLoader", print_help=False)
        loader.load(name)
        source = loader.catalogue.load(name)
        _say(f"{loader.catalogue.path(name)}: the file is in order")
        if source.spider:
            _say(f"{source.spider} may find more than what is checked here: the listings that the file names")
        return source

    def _check_live(self, source: Source) -> None:
        assert self.settings is not None
        assert self.crawler_process is not None
        make_ready(Path(self.settings["ARCHIVES_DIR"]), source.name)

        async def errand(fetch: Fetch) -> None:
            try:
                async with ExtractionPool(1) as pool:
                    self._check = await Checker(source, fetch, pool.extract, _say).check()
            except BroadsheetError as error:
                self._crashed = True
                _say(str(error))

        self.crawler_process.crawl(errand_spider(source, errand, REASON))
        self.crawler_process.start()
        self._crashed = self._crashed or self.crawler_process.bootstrap_failed

    def _check_offline(self, source: Source) -> None:
        assert self.settings is not None

        async def check() -> Check:
            async with ExtractionPool(1) as pool:
                archived = shelf.newest_articles(source, ARTICLES)
                return await Checker(source, shelf.fetch, pool.extract, _say).check(archived)

        with open_shelf(Path(self.settings["ARCHIVES_DIR"]), source.name, source.politeness.max_size) as shelf:
            self._check = asyncio.run(check())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
