"""`scrapy crawl SOURCE`: Scrapy's command, with what is asked for checked before anything is fetched."""

from __future__ import annotations

import argparse
import logging
import tempfile
from pathlib import Path

from scrapy import Spider
from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawler.archive.layout import find_warcs
from crawler.commands._telling import print_comparison, show_change
from crawler.errors import BroadsheetError
from crawler.handlers import ARCHIVE_FAILED
from crawler.replay.comparing import COMPARING_SETTINGS, ComparingPipeline, compared_folder
from crawler.replay.folder import why_empty
from crawler.replay.offline import OFFLINE_SETTINGS, replayed_archive
from crawler.spiders.arguments import check_settings, parse_arguments
from crawler.storage.ready import make_ready

logger = logging.getLogger(__name__)

CHATTY = ("scrapy.addons", "scrapy.core.engine", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log")

CHANGED = 3
"""The exit code of a comparison that found a difference; 1 and 2 mean that there was none."""


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


class Command(crawl.Command):
    """Crawl a news source into the archive."""

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Crawl a source: article texts and WARCs go to archives/"

    def long_desc(self) -> str:
        """What `scrapy crawl --help` says first."""
        return (
            "Crawl the source of that name. -a limit=N: at most N articles; -a since=2026-11-01 and -a until=...: "
            "a time span; -a url=ADDRESS[,ADDRESS]: only these articles."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument(
            "--replay", metavar="PATH", default="", help="fetch from these WARCs and not from the network (REPLAY)"
        )
        parser.add_argument(
            "--compare",
            action="store_true",
            help="with --replay: write nothing, show what would change in the stored texts; exit code 3 if any would",
        )
        parser.add_argument("--at", metavar="TIME", default="", help="replay the captures nearest to then (REPLAY_AT)")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the options; then keep Scrapy from listing its own parts, unless the log level asks for all there is."""
        assert self.settings is not None
        try:
            check_settings(opts.set, self.settings)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        super().process_options(args, opts)
        if opts.replay:
            self.settings.set("REPLAY", opts.replay, priority="cmdline")
        if opts.at:
            self.settings.set("REPLAY_AT", opts.at, priority="cmdline")
        if opts.compare and not self.settings["REPLAY"]:
            raise UsageError("--compare needs --replay PATH: the archive to crawl in.", print_help=False)
        if self.settings["REPLAY"]:
            self._go_offline(self.settings)
        if opts.compare:
            self._only_compare(self.settings, args)
        if str(self.settings["LOG_LEVEL"]).upper() == "INFO":
            for name in CHATTY:
                # A filter, since Scrapy sets the levels of its loggers anew when the crawl begins.
                logging.getLogger(name).addFilter(_is_warning)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl; exit code 1 where the crawl could not start or its archive could not be written, 2 for bad usage."""
        try:
            parse_arguments(**opts.spargs)
            if args and self.crawler_process is not None:
                self.crawler_process.spider_loader.load(args[0])
                for warning in make_ready(Path(self.crawler_process.settings["ARCHIVES_DIR"]), args[0]):
                    logger.warning("%s", warning)
            super().run(args, opts)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        finally:
            if self._aside is not None:
                self._aside.cleanup()
        stats = self._started.stats if self._started is not None and self._started._stats is not None else None
        if stats is not None and stats.get_value("finish_reason") == ARCHIVE_FAILED:
            self.exitcode = 1
        elif opts.compare:
            self._show_comparison()

    _aside: tempfile.TemporaryDirectory[str] | None = None
    """Where a crawl that only compares keeps its catalogue."""

    _archives = Path("archives")
    """Where the texts of the project are, also while a crawl out of an archive writes elsewhere."""

    _started: Crawler | None = None

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self._started = super()._create_crawler(spidercls)
        return self._started

    def _only_compare(self, settings: BaseSettings, args: list[str]) -> None:
        """Compare articles instead of storing them; what a crawl needs to remember goes to a folder that is removed."""
        if len(args) == 1:
            compared = compared_folder(args[0], replayed_archive(settings)[0], self._archives)
            settings.set("REPLAY_COMPARED", str(compared), priority="cmdline")
        self._aside = tempfile.TemporaryDirectory(prefix="broadsheet-compare-", ignore_cleanup_errors=True)
        settings.setdict(COMPARING_SETTINGS | {"ARCHIVES_DIR": self._aside.name}, priority="cmdline")

    def _show_comparison(self) -> None:
        """Print what changes; exit code 3 where anything does."""
        pipeline = self._started.get_item_pipeline(ComparingPipeline) if self._started else None
        if pipeline is None:
            self.exitcode = 1
            return
        for change in sorted(pipeline.changes, key=lambda change: (change.kind, change.url)):
            show_change(change)
        print_comparison(pipeline.comparison)
        self.exitcode = CHANGED if pipeline.comparison.changed else 0

    def _go_offline(self, settings: BaseSettings) -> None:
        """Make the archive that REPLAY names the network; what is made of it goes to a folder of its own."""
        try:
            root, _ = replayed_archive(settings)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        if not root.exists():
            raise UsageError(f"--replay {settings['REPLAY']}: there is no such file or folder.", print_help=False)
        if next(find_warcs(root), None) is None:
            raise UsageError(f"--replay {settings['REPLAY']}: {why_empty(root)}", print_help=False)
        self._archives = Path(settings["ARCHIVES_DIR"])
        handlers = settings.getdict("DOWNLOAD_HANDLERS") | OFFLINE_SETTINGS["DOWNLOAD_HANDLERS"]
        offline = OFFLINE_SETTINGS | {"DOWNLOAD_HANDLERS": handlers, "ARCHIVES_DIR": settings["REPLAY_OUTPUT"]}
        settings.setdict(offline, priority="cmdline")
