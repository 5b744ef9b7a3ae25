"""`scrapy replay`: the archive in a browser, as it was."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand

from crawler.commands import _replaying


class Command(ScrapyCommand):
    """Shows a folder of WARCs in a browser: search, article texts, and every page as it was."""

    requires_project = False
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012

    def syntax(self) -> str:
        """How the command is called."""
        return "[options] [PATH]"

    def short_desc(self) -> str:
        """The line in `scrapy --help`."""
        return "Browse an archive: search it, read it, and see every page as it was"

    def long_desc(self) -> str:
        """The text in `scrapy replay --help`."""
        return (
            "Serves the WARCs in PATH (a folder or a file; by default the project's archives) on this machine alone, "
            "and opens a Chromium-family browser on a profile of its own whose only network is the archive. "
            "Files that a crawl is writing appear while it writes. Nothing is written to the archive."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of this command."""
        super().add_options(parser)
        _replaying.add_options(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until Ctrl-C, or until the browser is closed."""
        archives, sources = (
            (self.settings.get("ARCHIVES_DIR"), self.settings.get("SOURCES_DIR")) if self.settings else ("", None)
        )
        self.exitcode = _replaying.run(args, opts, archives or "", sources)
