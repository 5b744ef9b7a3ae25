"""`scrapy checkarchive`: check WARCs, indexes, packages and texts against the standards, strictly."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.archive.check import RULES, Finding, Summary
from crawler.archive.check.plan import Plan, plan
from crawler.archive.check.runner import Check
from crawler.errors import BroadsheetError

CLEAN, FOUND, UNCHECKED = 0, 1, 2
SHOWN = 20
"""Findings of one rule in one file that are shown to people; the rest are counted."""

_EXIT_CODES = """\
exit codes: 0 no error was found, 1 errors were found (with --strict, warnings too), 2 something could not be checked"""


class Command(ScrapyCommand):
    """Checks an archive, or any WARC, CDXJ or WACZ file, and says what is wrong, where, and by which clause."""

    requires_project = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012

    def syntax(self) -> str:
        """How the command is called."""
        return "[options] [PATH ...]"

    def short_desc(self) -> str:
        """The line in `scrapy --help`."""
        return "Check an archive against the standards, record by record"

    def long_desc(self) -> str:
        """The text in `scrapy checkarchive --help`."""
        return (
            "Checks WARC 1.0 and 1.1 files (plain, gzip, zstd), CDXJ indexes and WACZ packages, byte by byte, with "
            "all digests recomputed. PATH is a file or a folder; without one, it is the project's archives folder. "
            f"In a folder, files are also checked against each other. {_EXIT_CODES}."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of this command."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object a line: the findings, then a summary")
        parser.add_argument("--rules", action="store_true", help="list all rules, and check nothing")
        parser.add_argument("--strict", action="store_true", help="exit with 1 on warnings too")
        parser.add_argument("--all", action="store_true", help=f"show every finding, not {SHOWN} of a rule in a file")
        parser.add_argument("-j", "--jobs", type=int, help="processes that read (default: one for each core)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check, report, and set the exit code."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        if opts.rules:
            print_rules(as_json=opts.json)
            return
        if opts.jobs is not None and opts.jobs < 1:
            raise UsageError(f"--jobs is {opts.jobs}; it must be 1 or more", print_help=False)
        try:
            made = plan([Path(path) for path in args] or [self._archives()])
            summary = self._check(made, opts)
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read us has seen enough, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.exitcode = FOUND
            return
        except KeyboardInterrupt:
            print("Stopped before the end; what was found until then is above.", file=sys.stderr)
            self.exitcode = UNCHECKED
            return
        except (BroadsheetError, OSError) as error:
            print(f"Error: {error}", file=sys.stderr)
            self.exitcode = UNCHECKED
            return
        self.exitcode = exit_code(summary, strict=opts.strict)

    def _archives(self) -> Path:
        return Path(self.settings.get("ARCHIVES_DIR") or "archives") if self.settings else Path("archives")

    def _check(self, made: Plan, opts: argparse.Namespace) -> Summary:
        """Check what is in the plan, printing findings as they are made."""
        printer = JsonPrinter() if opts.json else TextPrinter(None if opts.all else SHOWN)
        with progress_of(made.size) as progress:
            summary = Check(made, printer.take, jobs=opts.jobs or os.cpu_count() or 1, progress=progress).run()
        printer.close(summary)
        return summary


def exit_code(summary: Summary, *, strict: bool) -> int:
    """The exit code that a summary calls for."""
    if summary.unread or not summary.files:
        return UNCHECKED
    return FOUND if summary.errors or (strict and summary.warnings) else CLEAN


class JsonPrinter:
    """Each finding as a line of JSON, and last the summary (`"summary": true`)."""

    def take(self, finding: Finding) -> None:
        """Print one finding."""
        print(finding.to_json())

    def close(self, summary: Summary) -> None:
        """Print the summary."""
        print(json.dumps({"summary": True, **asdict(summary)}))


class TextPrinter:
    """Findings for people: at most `limit` of a rule in a file, then a summary by rule."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._seen: Counter[tuple[str, str]] = Counter()

    def take(self, finding: Finding) -> None:
        """Print one finding, or say once that there are more."""
        key = finding.file, finding.rule
        self._seen[key] += 1
        if self._limit is None or self._seen[key] <= self._limit:
            print(finding)
        elif self._seen[key] == self._limit + 1:
            print(f"{finding.severity}: {finding.file}\n  {finding.rule}: more of these; --all shows them")

    def close(self, summary: Summary) -> None:
        """Print what the check came to."""
        if summary.rules:
            print()
        for rule, count in sorted(summary.rules.items(), key=lambda item: (-item[1], item[0])):
            print(f"{count:8}  {rule:24} {RULES[rule].demands}")
        for problem in summary.unread:
            print(f"not checked: {problem}")
        if summary.outside:
            print(
                f"{_plural(summary.outside, 'reference')} to records outside the checked files could not be followed."
            )
        errors, warnings = _plural(summary.errors, "error"), _plural(summary.warnings, "warning")
        clean = "nothing to complain about" if summary.files else "nothing was checked"
        found = f"{errors}, {warnings}" if summary.rules else clean
        print(f"{_plural(summary.files, 'file')}, {_plural(summary.records, 'record')}: {found}")


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def print_rules(*, as_json: bool) -> None:
    """Print every rule: for people as columns, for machines as JSON."""
    for rule in RULES.values():
        if as_json:
            print(json.dumps(asdict(rule), ensure_ascii=False))
        else:
            severity = rule.severity or f"{rule.ours} (our own files)"
            print(f"{rule.id}: {rule.demands}\n    {severity}; {rule.clause_in('1.1')}")


@contextmanager
def progress_of(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar over `total` bytes on standard error, where that is a terminal; what to call with bytes read."""
    console = Console(stderr=True)
    columns = (TextColumn("checking"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("checking", total=total)
        yield lambda size: bar.advance(task, size)
