"""`scrapy savefixture URL|RECORD`: make a test of an archived page."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from crawler.errors import BroadsheetError, ExtractionError
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.prospect.answers import Answer
from crawler.prospect.fixtures import SUFFIXES, fixture_files, fixture_name, write_files
from crawler.prospect.shelf import headers_of, open_shelf
from crawler.sources.catalogue import SHIPPED
from crawler.sources.model import Source
from crawler.spiders.loader import SourceLoader

FOLDER = "tests/pages"
MIB = 1024 * 1024


class Command(ScrapyCommand):
    """Write a test page and what it should give."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """How it is called."""
        return "[options] URL|RECORD-ID"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Make a test of an archived page: the page, its text, its metadata"

    def long_desc(self) -> str:
        """What `scrapy savefixture --help` says first."""
        return (
            "Take a page out of the archive, by its address (the newest capture) or its WARC-Record-ID, and write it "
            f"to {FOLDER}/ with the text and metadata that the source's rules give now. Read the text: from then on it "
            "is what a test expects. No test code is needed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--source", default="", help="whose page it is (found by the address)")
        parser.add_argument("--folder", default=FOLDER, help=f"where to write ({FOLDER})")
        parser.add_argument("--name", default="", help="the name of the test (made from the source and the title)")
        parser.add_argument("--yes", action="store_true", help="overwrite a test of that name")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the files; exit code 2 for bad usage and for what is not archived."""
        if len(args) != 1:
            raise UsageError("give one address, or one WARC-Record-ID", print_help=False)
        try:
            answer, source = self._page(args[0], opts.source)
            self._save(answer, source, opts)
        except BroadsheetError as error:
            raise UsageError(str(error), print_help=False) from error

    def _loader(self) -> SourceLoader:
        assert self.settings is not None
        loader: Any = get_spider_loader(self.settings)
        if not isinstance(loader, SourceLoader):
            raise UsageError("SPIDER_LOADER_CLASS is not crawler.spiders.loader.SourceLoader", print_help=False)
        return loader

    def _page(self, wanted: str, named: str) -> tuple[Answer, Source]:
        """The archived page, and the source whose rules it is extracted by."""
        assert self.settings is not None
        loader = self._loader()
        if named:
            loader.load(named)
        with open_shelf(Path(self.settings["ARCHIVES_DIR"]), named) as shelf:
            memento, record = shelf.find(wanted)
            name = named or memento.file.partition("/")[0]
            loader.load(name)
            source = loader.catalogue.load(name)
            body = record.decoded_body(int(source.politeness.max_size * MIB)).data
        kind = record.http.get("Content-Type") or ""
        return Answer(wanted, memento.url, record.status or 0, kind, body, headers_of(record)), source

    def _save(self, answer: Answer, source: Source, opts: argparse.Namespace) -> None:
        if answer.status != 200:
            raise UsageError(f"{answer.url} was archived with HTTP {answer.status}: it is no page", print_help=False)
        folder = Path(opts.folder)
        rules = Rules.of(source.extraction, source.timezone, source.language)
        extracted = _extracted(answer, rules)
        name = opts.name or fixture_name(source.name, extracted, answer.url)
        if re.search(r"[\x00/\\]", name):
            raise UsageError(f"--name {name}: a name without slashes is wanted", print_help=False)
        taken = [folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").exists()]
        if taken and not opts.yes:
            raise UsageError(
                f"{taken[0]} is there already. --yes overwrites it, --name names another.", print_help=False
            )
        shipped = self._loader().catalogue.path(source.name).parent.resolve() == SHIPPED.resolve()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = write_files(folder, fixture_files(name, answer, extracted, rules, source.name if shipped else ""))
        except OSError as error:
            raise UsageError(f"{folder} cannot be written: {error.strerror or error}", print_help=False) from error
        print("\n".join(f"Written: {os.path.relpath(path)}" for path in written))
        _advise(extracted, urlsplit(answer.url).hostname or "")


def _extracted(answer: Answer, rules: Rules) -> dict[str, Any]:
    try:
        return extract(answer.body, answer.content_type, answer.url, rules, answer.headers)
    except Exception as error:
        raise ExtractionError(f"{answer.url}: extraction failed with {type(error).__name__}: {error}") from error


def _advise(extracted: dict[str, Any], host: str) -> None:
    if "rejected" in extracted:
        print(f"The page gives no article: {extracted['rejected']}. The test expects that.")
    else:
        print("Read the .txt: the test expects exactly that. Where it is wrong, correct it by hand, and the test fails")
        print("until the source's rules (or the extractor) give it.")
    print(f"The page is {host}'s: keep it out of what you publish unless you may.")
