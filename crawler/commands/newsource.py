"""`scrapy newsource URL`: look at a site, and write a source file for it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError
from rich.console import Console
from scrapy.exceptions import UsageError

from crawler.errors import BroadsheetError
from crawler.extraction.workers import ExtractionPool
from crawler.prospect import report
from crawler.prospect.answers import Fetch
from crawler.prospect.command import ErrandCommand, say
from crawler.prospect.draft import name_for
from crawler.prospect.errand import MOST_REQUESTS
from crawler.prospect.findings import Findings, find_out, head_of
from crawler.sources.catalogue import SETTING, SHIPPED, source_folders
from crawler.sources.model import Source
from crawler.sources.reading import NAME, SUFFIX
from crawler.storage.atomic import write_atomically

NOT_WRITTEN = 1
INTERRUPTED = 130
REASON = "newsource"
"""The reason that its crawl ends with, so that no one takes the run for a crawl that found nothing."""


class Command(ErrandCommand):
    """Look at a site and write a source file."""

    def syntax(self) -> str:
        """How it is called."""
        return "[options] URL"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Look at a site and write a source file for it"

    def long_desc(self) -> str:
        """What `scrapy newsource --help` says first."""
        return (
            f"Look at the site whose front page is at URL, with at most {MOST_REQUESTS} requests: find its feeds, "
            "sitemaps and sections, learn the addresses of its articles, extract some of them, and write NAME.toml."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--name", default="", help="the source's name (made from the host)")
        parser.add_argument("--folder", default="", help="where to write it (your folder of sources)")
        parser.add_argument("--dry-run", action="store_true", help="show the file, and do not write it")
        parser.add_argument("--yes", action="store_true", help="overwrite a source of that name without asking")
        parser.add_argument(
            "--allow-private", action="store_true", help="the site is on this machine or on a network of your own"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look, show, and write; the exit codes are in docs/newsource.md."""
        try:
            url = _checked_url(args)
            name = opts.name or name_for(url)
            path = self._place(name, opts)
            self._look(url, name, opts)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error
        if self._found is None:
            self.exitcode = 1 if self.failed else INTERRUPTED
            print("Stopped before the site was looked at; nothing was written.", file=sys.stderr)
        else:
            self._conclude(self._found, path, opts)

    _found: Findings | None = None

    def _place(self, name: str, opts: argparse.Namespace) -> Path:
        """The file to write; raises UsageError where the name cannot be used."""
        assert self.settings is not None
        if not NAME.fullmatch(name):
            raise UsageError(
                f"--name {name}: cannot name a source. Allowed: lower case letters a-z, digits and _, a letter first.",
                print_help=False,
            )
        folders = source_folders(self.settings.get(SETTING), os.environ)
        folder = Path(opts.folder).expanduser() if opts.folder else (folders[1:] or [SHIPPED])[0]
        path = folder / f"{name}{SUFFIX}"
        taken = [one / path.name for one in folders if one.is_dir() and (one / path.name).exists()]
        elsewhere = [other for other in taken if other.resolve() != path.resolve()]
        if elsewhere:
            raise UsageError(f"there is a source {name} already: {elsewhere[0]}. Choose a --name.", print_help=False)
        if path.exists() and not (opts.yes or opts.dry_run or sys.stdin.isatty()):
            raise UsageError(f"{path} is there already. --yes overwrites it.", print_help=False)
        return path

    def _look(self, url: str, name: str, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        source = _provisional(url, name, opts.allow_private)
        say(f"Looking at {url}: at most {MOST_REQUESTS} requests, archived in {self.settings['ARCHIVES_DIR']}/{name}")

        async def errand(fetch: Fetch) -> None:
            async with ExtractionPool(1) as pool:
                self._found = await find_out(source, fetch, pool.extract, say)

        self.run_errand(source, errand, REASON)

    def _conclude(self, found: Findings, path: Path, opts: argparse.Namespace) -> None:
        console, survey = Console(), found.survey
        if survey.trouble is not None or found.draft is None:
            assert survey.trouble is not None
            report.show_verdict(console, survey.trouble, survey)
            self.exitcode = survey.trouble.exit_code
            return
        console.print()
        report.show_findings(console, survey, found.draft)
        report.show_articles(console, found.samples)
        text = found.draft.toml(head_of(survey))
        if opts.dry_run:
            print(f"\n{path} would be:\n\n{text}")
        elif path.exists() and not opts.yes and not _agreed(f"\n{path} is there already. Overwrite it? [y/N] "):
            print("Not written.")
            self.exitcode = NOT_WRITTEN
        else:
            self._write(path, text, opts)

    def _write(self, path: Path, text: str, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text.encode())
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written: {error.strerror or error}. Choose a --folder.", print_help=False
            ) from error
        print(f"\nWritten: {path}")
        known = {folder.resolve() for folder in source_folders(self.settings.get(SETTING), os.environ)}
        if path.parent.resolve() not in known:
            print(f"That folder is not among your folders of sources: export BROADSHEET_SOURCES={path.parent}")
        print(f"Next: scrapy checksource {path.stem}; scrapy crawl {path.stem}")


def _checked_url(args: Sequence[str]) -> str:
    if len(args) != 1:
        raise UsageError("give one address, that of the site's front page", print_help=False)
    url = args[0] if "://" in args[0] else f"https://{args[0]}"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{args[0]}: not an address ({error})", print_help=False) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{args[0]}: not a web address; give one that starts http:// or https://", print_help=False)
    return url if parts.path else f"{url}/"


def _provisional(url: str, name: str, allow_private: bool) -> Source:
    """The source as far as it is known before the site was looked at: for its politeness, and for the archive."""
    title = urlsplit(url).hostname or name
    known = {"name": name, "title": title, "homepage": url, "language": "en"}
    try:
        return Source.model_validate(known | {"politeness": {"allow_private": allow_private}})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"{url}: this cannot be a homepage: {reason}", print_help=False) from error


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False
