"""`scrapy health`: which sources still work, which are broken, at what stage and since when."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from crawler.archive.layout import catalogue_path
from crawler.errors import BroadsheetError
from crawler.health.facts import read_histories
from crawler.health.judge import Verdict, judge
from crawler.health.report import report
from crawler.spiders.loader import SourceLoader

HEALTHY, BROKEN = 0, 1


class Command(ScrapyCommand):
    """The command; its logic is in `crawler.health`."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """How it is called."""
        return "[options] [NAME...]"

    def short_desc(self) -> str:
        """A line for the list of commands."""
        return "Say which sources still work, and what is wrong with the others"

    def long_desc(self) -> str:
        """What it goes by, and the exit codes."""
        return (
            "Compare the last crawl of each source (or of those named) with the healthy ones before it, and name the "
            "stage that fails: discovery, fetch, extraction or metadata. Nothing is fetched. "
            "Exit code: 0 all work, 1 something is broken, 2 wrong usage, or the catalogue cannot be read."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        """Add --json."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print JSON, one source a line")

    def run(self, args: list[str], opts: Namespace) -> None:
        """Judge, and print."""
        assert self.settings is not None
        loader = get_spider_loader(self.settings)
        if not isinstance(loader, SourceLoader):
            raise UsageError("SPIDER_LOADER_CLASS is not crawler.spiders.loader.SourceLoader", print_help=False)
        try:
            verdicts = judge_sources(loader, Path(self.settings.get("ARCHIVES_DIR") or "archives"), args)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        if opts.json:
            sys.stdout.write("".join(json.dumps(verdict.as_json()) + "\n" for verdict in verdicts))
        else:
            sys.stdout.write(report(verdicts))
        self.exitcode = BROKEN if any(verdict.state == "broken" for verdict in verdicts) else HEALTHY


def judge_sources(loader: SourceLoader, archives: Path, names: list[str]) -> list[Verdict]:
    """The verdicts on the sources of these names, or on all that can be read, in order of name.

    Raises SourceError where a name is none of a source, ArchiveError where the catalogue cannot be read.
    """
    sources = [loader.catalogue.load(name) for name in names or loader.list()]
    history = read_histories(catalogue_path(archives))
    return [judge(source, history(source.name)) for source in sources]
