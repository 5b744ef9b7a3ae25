"""`scrapy sources`: what sources there are, and what each of their settings is and why."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.spiderloader import get_spider_loader

from crawler.archive.layout import catalogue_path
from crawler.errors import ArchiveError
from crawler.health.facts import read_histories
from crawler.health.judge import Verdict, judge
from crawler.health.report import columns, minute
from crawler.sources.describe import as_toml
from crawler.sources.explain import Explained, aligned, explain_source
from crawler.sources.model import Source
from crawler.spiders.loader import SourceLoader
from crawler.spiders.politeness import DEFAULT, GIVEN, settings_of

ORIGINS = {
    SETTINGS_PRIORITIES["default"]: "Scrapy's default",
    SETTINGS_PRIORITIES["command"]: "this command",
    SETTINGS_PRIORITIES["addon"]: "an add-on",
    SETTINGS_PRIORITIES["project"]: "settings.py",
    DEFAULT: "default of sources",
    GIVEN: "the source",
    SETTINGS_PRIORITIES["cmdline"]: "-s on the command line",
}


class Command(ScrapyCommand):
    """The command; its logic is in `crawler.sources`."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """How it is called."""
        return "[options] [show NAME]"

    def short_desc(self) -> str:
        """A line for the list of commands."""
        return "List the sources with their health, or explain every setting of one"

    def add_options(self, parser: ArgumentParser) -> None:
        """Add --json."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print the list as JSON, one source a line")

    def run(self, args: list[str], opts: Namespace) -> None:
        """List, or show one source."""
        assert self.settings is not None
        loader = get_spider_loader(self.settings)
        if not isinstance(loader, SourceLoader):
            raise UsageError("SPIDER_LOADER_CLASS is not crawler.spiders.loader.SourceLoader", print_help=False)
        if not args:
            self._list(loader, opts)
        elif args[0] == "show" and len(args) == 2:
            sys.stdout.write(_explanation(loader, args[1], self.settings))
        else:
            told = "Give `scrapy sources` alone for the list, or `scrapy sources show NAME` for one of them."
            raise UsageError(f"{' '.join(args)}: not understood. {told}", print_help=False)

    def _list(self, loader: SourceLoader, opts: Namespace) -> None:
        assert self.settings is not None
        archives = Path(self.settings.get("ARCHIVES_DIR") or "archives")
        sources = [loader.catalogue.load(name) for name in loader.list()]
        try:
            history = read_histories(catalogue_path(archives))
            judged = [(source, judge(source, history(source.name))) for source in sources]
        except ArchiveError as error:
            sys.stderr.write(f"warning: no last runs and no health: {error}\n")
            judged = [(source, Verdict(source.name, "never crawled")) for source in sources]
        sys.stdout.write("".join(_json_line(*one) for one in judged) if opts.json else _table(judged))


def _json_line(source: Source, verdict: Verdict) -> str:
    listed = source.model_dump(mode="json", include={"name", "title", "homepage", "language", "country", "verified"})
    health = {"last_run": verdict.last_run and verdict.last_run.isoformat(), "health": verdict.state}
    return json.dumps(listed | health, ensure_ascii=False) + "\n"


def _table(judged: list[tuple[Source, Verdict]]) -> str:
    """The sources as a table in plain text."""
    rows = [("NAME", "LANGUAGE", "COUNTRY", "VERIFIED", "LAST RUN", "HEALTH", "HOMEPAGE")]
    for source, verdict in judged:
        health = f"{verdict.state}: {verdict.stage}" if verdict.stage else verdict.state
        run = (minute(verdict.last_run), health if verdict.last_run else "-")
        rows.append((source.name, source.language, source.country or "-", _verified(source), *run, source.homepage))
    return columns(rows)


def _verified(source: Source) -> str:
    return source.verified.isoformat() if source.verified else "no"


def _explanation(loader: SourceLoader, name: str, settings: BaseSettings) -> str:
    spider = loader.load(name)
    path = loader.catalogue.path(name)
    effective = settings.copy()
    spider.update_settings(effective)
    source = loader.catalogue.load(name)
    keys, made = aligned(explain_source(source, path)), aligned(_settings(source, effective))
    return f"# {path}\n{keys}\n# What Scrapy makes of it, for `scrapy crawl {name}`:\n{made}"


def _settings(source: Source, effective: BaseSettings) -> Iterator[Explained]:
    for name in settings_of(source) | {"USER_AGENT": ""}:
        priority = effective.getpriority(name)
        origin = ORIGINS.get(priority if priority is not None else -1, "elsewhere")
        value = effective[name]
        shown = as_toml(value) if isinstance(value, (bool, int, float, str)) else json.dumps(value, default=str)
        yield Explained(f"# {name} = {shown}", origin)
