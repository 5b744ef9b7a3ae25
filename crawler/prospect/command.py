"""What the commands have in common that ask a site some questions: `newsource` and `checksource`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.discovery.urls import readable
from crawler.errors import BroadsheetError
from crawler.prospect.answers import Fetch
from crawler.prospect.errand import Errand, errand_spider
from crawler.sources.model import Source
from crawler.spiders.arguments import check_settings
from crawler.storage.ready import make_ready

LOUD = 40
"""The priority of a setting that a person gave."""


class ErrandCommand(ScrapyCommand):
    """A command that runs an errand in place of a crawl, and tells by itself how it goes."""

    requires_project = True

    failed = False
    """Whether the errand could not be run to its end, for another reason than Ctrl-C."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """As Scrapy does; what the network does is told by the command itself, so the log is kept for crashes."""
        assert self.settings is not None
        try:
            check_settings(opts.set, self.settings)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        super().process_options(args, opts)
        if not opts.loglevel and (self.settings.getpriority("LOG_LEVEL") or 0) < LOUD:
            self.settings.set("LOG_LEVEL", "CRITICAL", priority="cmdline")

    def run_errand(self, source: Source, errand: Errand, reason: str) -> None:
        """Run it for `source`, into the archive of that name, and note whether it failed.

        Raises BroadsheetError where the archive cannot be written.
        """
        assert self.settings is not None
        assert self.crawler_process is not None
        for warning in make_ready(Path(self.settings["ARCHIVES_DIR"]), source.name):
            say(warning)

        async def guarded(fetch: Fetch) -> None:
            try:
                await errand(fetch)
            except BroadsheetError as error:
                self.failed = True
                say(str(error))

        self.crawler_process.crawl(errand_spider(source, guarded, reason))
        self.crawler_process.start()
        self.failed = self.failed or self.crawler_process.bootstrap_failed


def say(line: str) -> None:
    """A line of what goes on, beside the results."""
    sys.stderr.write(f"{readable(line)}\n")
    sys.stderr.flush()
