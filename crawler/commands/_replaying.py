"""What `scrapy replay` and `broadsheet replay` do, without Scrapy: to load that takes longer than all the rest."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import webbrowser
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.archive.layout import find_warcs
from crawler.errors import ArchiveError, BroadsheetError, UsageError
from crawler.replay import early
from crawler.replay.browser import Browser, find_browser
from crawler.replay.folder import why_empty
from crawler.replay.mementos import parse_stamp

if TYPE_CHECKING:
    from crawler.replay.reextract.sourcing import Sources
    from crawler.replay.service import Replay

DEFAULT_PORT = 8480
LOOK_SECONDS = 0.2
"""How often it is looked whether the browser was closed."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"port of the pages (default: {DEFAULT_PORT}; 0: any that is free)",
    )
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--at", metavar="TIME", help="show the web as it was then: 4 to 14 digits, such as 20170712")
    parser.add_argument("--no-articles", action="store_true", help="do not read pages of foreign WARCs as articles")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")


def run(args: Sequence[str], opts: argparse.Namespace, archives: str, sources: str | None) -> int:
    """Serve until Ctrl-C, or until the browser is closed; the exit code.

    `archives` and `sources` are the settings ARCHIVES_DIR, where `args` name no path, and SOURCES_DIR.
    """
    told = logging.StreamHandler()
    told.setLevel(logging.WARNING)
    logging.getLogger("crawler.replay").addHandler(told)
    try:
        _replay(_root(args, archives), opts, sources)
    except BroadsheetError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    finally:
        early.end()
    return 0


def _root(args: Sequence[str], archives: str) -> Path:
    if len(args) > 1:
        raise UsageError(f"scrapy replay takes one PATH, and was given {len(args)}.")
    root = Path(args[0] if args else archives or "archives").expanduser()
    if not root.exists():
        raise ArchiveError(f"{root}: there is no such file or folder. Give the folder that holds the WARCs.")
    if next(find_warcs(root), None) is None:
        raise ArchiveError(why_empty(root))
    return root


def _sources(setting: str | None) -> Sources:
    from crawler.replay.reextract.sourcing import Sources  # what they load is not needed for the first page
    from crawler.sources.catalogue import SourceCatalogue, source_folders

    return Sources.of(SourceCatalogue(source_folders(setting, os.environ)))


def _replay(root: Path, opts: argparse.Namespace, sources: str | None) -> None:
    when = _moment(opts.at)
    program = None if opts.no_browser else find_browser()
    upkeep = early.take(root)
    upkeep.begin()  # in processes of its own it looks through the archive while the rest is loaded
    try:
        from crawler.replay.service import Replay

        workers = 0 if opts.no_articles else max(1, (os.cpu_count() or 1) - 1)
        replay = Replay(
            root,
            bind=opts.bind,
            port=opts.port,
            when=when,
            sources=partial(_sources, sources),
            workers=workers,
            upkeep=upkeep,
        )
        _serve(replay, root, program, opts)
    except KeyboardInterrupt:
        print()
    finally:
        upkeep.stop()


def _serve(replay: Replay, root: Path, program: Path | None, opts: argparse.Namespace) -> None:
    replay.start()
    try:
        _announce(replay, root, opts.bind)
        browser = None if opts.no_browser else _open_browser(replay, program)
        try:
            _wait(replay, browser)
        finally:
            if browser:
                browser.close()
    finally:
        replay.stop()


def _moment(stamp: str | None) -> datetime | None:
    moment = parse_stamp(stamp) if stamp else None
    if stamp and moment is None:
        raise UsageError(f"--at {stamp} is no time: give 4 to 14 digits of YYYYMMDDhhmmss, such as 20170712.")
    return moment


def _announce(replay: Replay, root: Path, bind: str) -> None:
    print(f"The archive {root} is at {replay.url}")
    print(f"Memento and the static view are at {replay.content_url}/web/")
    if bind not in ("127.0.0.1", "::1", "localhost"):
        print(f"Anyone who can reach {bind} can read this archive.")
    if replay.cache.temporary:
        print("The cache folder cannot be written: the index lasts for this run only.")
    print("Ctrl-C ends the replay.", flush=True)


def _open_browser(replay: Replay, program: Path | None) -> Browser | None:
    """The browser on the archive; where that cannot be, the user's own on the static view, or none."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        print("No display was found, so no browser is opened.", flush=True)
        return None
    if program is None:
        print(
            "No Chromium-family browser was found: pages can be read in the static view only. To see them as they "
            "were, install Chromium, Chrome, Edge or Brave, or name one in BROADSHEET_BROWSER.",
            flush=True,
        )
        webbrowser.open(replay.url)
        return None
    return Browser(program, replay.url, replay.proxy_port, replay.identity.spki)


def _wait(replay: Replay, browser: Browser | None) -> None:
    """Stay until the browser is closed, and say what was read and what could not be."""
    told: set[str] = set()
    ready = False
    while browser is None or not browser.closed():
        if replay.pause(LOOK_SECONDS) and not ready:
            ready = True
            print(f"The archive has been read: {replay.summary()}", flush=True)
        for problem in replay.captures.problems():
            if problem not in told:
                told.add(problem)
                print(f"Cannot be read: {problem}", file=sys.stderr, flush=True)
    print("The browser was closed.")
