"""`scrapy reextract`: new text from old WARCs, without the spider and without the network."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand

from crawler import forkserver
from crawler.errors import BroadsheetError, UsageError
from crawler.replay.reextract import FORMATS

INTERRUPTED = 130


class Command(ScrapyCommand):
    """Extracts the pages of WARCs again: with new rules, or from archives of others."""

    requires_project = False
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012

    def syntax(self) -> str:
        """How the command is called."""
        return "[options] [PATH ...]"

    def short_desc(self) -> str:
        """The line in `scrapy --help`."""
        return "Extract texts from WARCs again, ours or anybody's"

    def long_desc(self) -> str:
        """The text in `scrapy reextract --help`."""
        return (
            "Reads the WARCs in PATH (files or folders; by default the project's archives) and extracts their pages "
            "with the rules of the source whose host matches; unknown hosts get the generic rules. With --diff nothing "
            "is written: what would change in the stored texts is shown. A run that was stopped goes on where it was."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of this command."""
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FOLDER", help="where the texts go; needed without --diff")
        parser.add_argument("--format", choices=FORMATS, default="text", help="what is written (default: text files)")
        parser.add_argument("--diff", action="store_true", help="show what would change in the stored texts")
        parser.add_argument("--url", metavar="REGEX", default="", help="only addresses in which this is found")
        parser.add_argument("--host", action="append", default=[], help="only this host, or *.host; repeatable")
        parser.add_argument("--since", metavar="TIME", default="", help="only captures from then on")
        parser.add_argument("--until", metavar="TIME", default="", help="only captures to then, its day included")
        parser.add_argument("--status", action="append", default=[], help="HTTP status (default: 200); repeatable")
        parser.add_argument("--mime", action="append", default=[], help="media type (default: HTML); repeatable")
        parser.add_argument("--every-page", action="store_true", help="not only what was crawled as an article")
        parser.add_argument("-j", "--jobs", type=int, default=0, help="processes (default: one for each core)")
        parser.add_argument("--timeout", type=float, default=30.0, help="seconds that a page may take (default: 30)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Extract, report, and set the exit code."""
        try:
            self._reextract([Path(path).expanduser() for path in args] or [self._archives()], opts)
        except BroadsheetError as error:
            print(f"Error: {error}", file=sys.stderr)
            self.exitcode = 1
        except OSError as error:
            print(f"Error: {error.filename or 'the output'}: {error.strerror}.", file=sys.stderr)
            self.exitcode = 1
        except KeyboardInterrupt:
            print("\nStopped. The same command goes on from here.", file=sys.stderr)
            self.exitcode = INTERRUPTED

    def _archives(self) -> Path:
        return Path((self.settings.get("ARCHIVES_DIR") if self.settings else None) or "archives")

    def _reextract(self, paths: Sequence[Path], opts: argparse.Namespace) -> None:
        _check(opts)
        forkserver.begin()  # it loads the extraction while all else is loaded here
        from crawler.commands._telling import print_report, show_change
        from crawler.replay.reextract.task import Task

        sources = self.settings.get("SOURCES_DIR") if self.settings else None
        task = Task(paths, sources, self._archives(), opts, show_change)
        with _progress(task.size) as progress:
            report = asyncio.run(task.run(opts.jobs or os.cpu_count() or 1, opts.timeout, progress))
        print_report(report, task.comparison)


def _check(opts: argparse.Namespace) -> None:
    if not opts.output and not opts.diff:
        raise UsageError("Where to? Give --output FOLDER, or --diff to see what would change.")
    if opts.jobs < 0:
        raise UsageError(f"--jobs {opts.jobs}: give 1 or more, or 0 for one process on each core.")
    if not opts.timeout > 0:  # nan, too
        raise UsageError(f"--timeout {opts.timeout:g}: give a number of seconds above 0.")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar over `total` bytes on standard error, where that is a terminal; what to call with bytes read."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Extracting", total=total)
        yield lambda size: bar.advance(task, size)
