"""`scrapy demo`: serve the sample newspaper on this machine, and crawl it twice with the ordinary spider."""

from __future__ import annotations

import argparse
import contextlib
import errno
import shutil
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.archive.layout import warc_folder
from crawler.demo.crawls import crawl, source_at, word_for_word
from crawler.demo.newspaper import Article
from crawler.demo.server import DEFAULT_PORT, NewspaperServer, serving

INTERRUPTED = 130
"""The exit code of a program that was stopped with Ctrl-C, as shells have it."""


class Command(ScrapyCommand):
    """Show what Broadsheet does, on a newspaper that needs no network."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return "Serve a sample newspaper on this machine and crawl it twice"

    def long_desc(self) -> str:
        """What `scrapy demo --help` says first."""
        return (
            "Serve a sample newspaper on this machine, crawl it into the archive with the ordinary spider, let its "
            "next edition come out, and crawl it again."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """The options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--serve", action="store_true", help="only serve the newspaper, until Ctrl-C")
        parser.add_argument(
            "--port", type=int, default=DEFAULT_PORT, help=f"where to serve it ({DEFAULT_PORT}; 0: any free port)"
        )
        parser.add_argument("--keep", action="store_true", help="go on serving after the crawls, until Ctrl-C")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve and crawl; exit code 1 where a crawl failed, 130 where it was stopped, 2 for bad usage."""
        if args:
            raise UsageError(f"scrapy demo takes no arguments, but was given: {' '.join(args)}")
        if not 0 <= opts.port <= 65535:
            raise UsageError(
                f"--port {opts.port}: give a port from 1 to 65535, or 0 for any free one", print_help=False
            )
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(serving(opts.port))
            except OSError as error:
                raise UsageError(_port_trouble(opts.port, error), print_help=False) from error
            try:
                self._run(server, opts)
            except KeyboardInterrupt:
                print("\nStopped.")
                self.exitcode = 0 if opts.serve else INTERRUPTED

    def _run(self, server: NewspaperServer, opts: argparse.Namespace) -> None:
        print(f"{server.paper.name} is served at {server.url}/ (a sample newspaper; nothing leaves this machine)")
        if not opts.serve:
            self._crawl_twice(server, opts.set)
        if opts.serve or (opts.keep and not self.exitcode):
            print(f"Serving {server.url}/ until Ctrl-C", flush=True)
            threading.Event().wait()

    def _crawl_twice(self, server: NewspaperServer, settings: Sequence[str]) -> None:
        assert self.settings is not None
        archives = Path(self.settings["ARCHIVES_DIR"]).absolute()
        with source_at(server.server_port) as (source, folder):
            if any(warc_folder(archives, source).glob("*.warc.gz")):
                print("An earlier demo archived this newspaper already: only what changed since then is fetched.")
            for heading, advance in (("First crawl", False), ("Second crawl", True)):
                if advance:
                    server.advance(_next_second())
                print(f"\n{heading}: {_news(server)}\n", flush=True)
                before = server.asked()
                self.exitcode = crawl(source, folder, [*settings, f"ARCHIVES_DIR={archives}"])
                if self.exitcode:
                    print(f"\nThe crawl ended with exit code {self.exitcode}: its messages are above.")
                    return
                print(f"\n{_asked(server, before)}", flush=True)
            print(_verdict(server, archives, source))


def _next_second() -> datetime:
    """The moment from which a listing's time, which has whole seconds, is later than all that was fetched."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)


def _news(server: NewspaperServer) -> str:
    """What the edition that is served has to offer."""
    articles = server.paper.articles(server.edition)
    if server.edition == 1:
        languages = len({article.language for article in articles})
        return f"{len(articles)} stories in {languages} languages, and some pages that are none"
    new = [article.title for article in articles if article.edition == server.edition]
    changed = [article.title for article in articles if article.modified == server.paper.clock(server.edition)]
    return f"the next edition is out. New: “{'”, “'.join(new)}”. Edited: “{'”, “'.join(changed)}”"


def _asked(server: NewspaperServer, before: dict[str, int]) -> str:
    """How many requests the newspaper has answered since `before`, and for how many of its stories."""
    now = server.asked()
    asked = {target for target, count in now.items() if count > before.get(target, 0)}
    stories = [article for article in server.paper.articles(server.edition) if article.url_path in asked]
    requests = sum(now.values()) - sum(before.values())
    return f"The newspaper answered {requests} requests, among them those for {len(stories)} of its stories."


def _verdict(server: NewspaperServer, archives: Path, source: str) -> str:
    """What the archive holds of the newspaper, where it is, and what to do next; the last lines of the demo."""
    versions: list[Article] = list({a.golden_text: a for n in (1, 2) for a in server.paper.articles(n)}.values())
    kept = word_for_word(archives, source, versions)
    shown = _near(archives / source)
    return (
        f"{len(kept)} of {len(versions)} texts (both versions of what was edited counted) are kept word for word.\n\n"
        f"Look at {shown}/text/ (clean texts and their metadata) and {shown}/warc/ (the pages as they were served).\n"
        f"Next: {_scrapy()} replay {_near(archives)}"
    )


def _scrapy() -> str:
    """How one starts Scrapy here: by its name where the shell finds it, else by its path, as after `make demo`."""
    program = Path(sys.argv[0])
    if program.name != "scrapy" or shutil.which("scrapy") == str(program):
        return program.name if program.name == "broadsheet" else "scrapy"
    return _near(program.absolute())


def _near(path: Path) -> str:
    """`path` as one would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _port_trouble(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use on this machine, perhaps by another `scrapy demo`. "
            "End that, or take any free port: scrapy demo --port 0"
        )
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by you: ports under 1024 mostly belong to the system. Try --port 0"
    return f"the newspaper cannot be served at port {port}: {error.strerror or error}"
