"""`scrapy reextract`: new text from old WARCs, without the spider and without the network."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from scrapy.commands import ScrapyCommand

from crawler.archive.record import Record
from crawler.errors import ArchiveError, BroadsheetError, UsageError
from crawler.extraction import EXTRACTOR
from crawler.replay.cache import open_cache
from crawler.replay.library import Library
from crawler.replay.reextract.difference import Change, Comparison, StoredTexts
from crawler.replay.reextract.outputs import FORMATS, Notes, find_units, open_output
from crawler.replay.reextract.run import ARTICLES, DAMAGED, FAILED, REJECTED, Report, Run
from crawler.replay.reextract.selection import Asked
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.catalogue import SourceCatalogue, source_folders

SHOWN_PROBLEMS = 20
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
        selection = Asked(
            opts.url, opts.host, opts.since, opts.until, opts.status, opts.mime, opts.every_page
        ).selection()
        units = find_units(paths)
        setting = self.settings.get("SOURCES_DIR") if self.settings else None
        sources = Sources.of(SourceCatalogue(source_folders(setting, os.environ)))
        comparison = Comparison(StoredTexts(self._archives()), show_change) if opts.diff else None
        output = comparison or open_output(opts.format, Path(opts.output))
        fingerprint = [EXTRACTOR, opts.format, *selection.fingerprint(), sources.fingerprint()]
        notes = None if opts.diff else Notes(Path(opts.output), fingerprint)
        run = Run(selection, sources, output, Originals(paths).resolve, notes)
        with _progress(sum(path.stat().st_size for path in units)) as progress:
            report = asyncio.run(run.extract(units, opts.jobs or os.cpu_count() or 1, opts.timeout, progress))
        _print_report(report, comparison)


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


def _check(opts: argparse.Namespace) -> None:
    if not opts.output and not opts.diff:
        raise UsageError("Where to? Give --output FOLDER, or --diff to see what would change.")
    if opts.jobs < 0:
        raise UsageError(f"--jobs {opts.jobs}: give 1 or more, or 0 for one process on each core.")
    if opts.timeout <= 0:
        raise UsageError(f"--timeout {opts.timeout:g}: give a number of seconds above 0.")


def show_change(change: Change) -> None:
    """Print a change for people."""
    by = f", {100 * change.share:.1f} % of the words" if change.kind == "text" else ""
    why = f" ({change.reason})" if change.reason else ""
    print(f"{change.kind}{by}{why}: {change.url}")
    for line in change.lines:
        print(f"    {line}")


def _print_report(report: Report, comparison: Comparison | None) -> None:
    for problem in report.problems[:SHOWN_PROBLEMS]:
        print(f"Cannot be read: {problem}", file=sys.stderr)
    if len(report.problems) > SHOWN_PROBLEMS:
        print(f"... and {len(report.problems) - SHOWN_PROBLEMS} more", file=sys.stderr)
    counts = report.counts
    skipped = f" and {report.skipped} done before" if report.skipped else ""
    print(f"{report.warcs} WARCs{skipped}: {counts[ARTICLES]:,} articles, {counts[REJECTED]:,} pages that hold none")
    if report.reasons:
        print("  none: " + ", ".join(f"{reason} {number:,}" for reason, number in report.reasons.most_common()))
    if counts[FAILED] or counts[DAMAGED]:
        print(f"  {counts[FAILED]:,} pages failed, {counts[DAMAGED]:,} places could not be read")
    if comparison:
        print_comparison(comparison)


def print_comparison(comparison: Comparison) -> None:
    """Print how many articles change, and in what."""
    named = (
        ("same", "the same"),
        ("text", "other text"),
        ("metadata", "other metadata only"),
        ("new", "new"),
        ("gone", "gone"),
    )
    print("  stored texts: " + ", ".join(f"{comparison.counts[kind]:,} {name}" for kind, name in named))
    if comparison.shares:
        print(f"  where the text changes: {100 * median(comparison.shares):.1f} % of the words (median)")
    if comparison.fields:
        print("  fields: " + ", ".join(f"{name} {number:,}" for name, number in comparison.fields.most_common()))


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar over `total` bytes on standard error, where that is a terminal; what to call with bytes read."""
    console = Console(stderr=True)
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Extracting", total=total)
        yield lambda size: bar.advance(task, size)
