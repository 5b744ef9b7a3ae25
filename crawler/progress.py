"""What a crawl shows while it runs and when it ends: a live table on a terminal, plain lines elsewhere.

Everything shown comes from the crawl's statistics (`KEPT`, `SKIPPED` ... name the figures), so that the log, the
catalogue's `runs` and the display say the same.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.archive.layout import text_folder, warc_folder
from crawler.sources.model import Source

FOUND = "articles/found"
KEPT = "articles/kept"
UNCHANGED = "articles/unchanged"
PENDING = "articles/pending"
"""Pages that an earlier run archived and did not extract: one that was cut, or one that only looked."""

PARTS = "articles/parts"
"""Further pages that were fetched."""

INCOMPLETE = "articles/incomplete"
"""Articles that lack a page."""

SKIPPED = "articles/skipped/"
FAILED = "articles/failed/"
PASSED_OVER = "links/"
DOCUMENTS = "discovery/documents"
WARNINGS = "discovery/warnings"
LISTINGS = "discovery/listings"
"""What each listing of the source held, by its address (`crawler.health.listings`)."""

EXAMPLES = "examples/"
"""Below it, by the reason of a failure, the address of the first article that failed for it."""

ASKED = "crawl/asked"
"""What the run was confined to ("addresses", "dates", "a number", "an archive"), or the command that only looked
("newsource", "checksource"): such a run says nothing of the source's health."""

REQUISITES = "requisites/fetched"
REQUISITES_FAILED = "requisites/failed"

logger = logging.getLogger(__name__)

Stats = Mapping[str, Any]


def reasons(stats: Stats, prefix: str) -> dict[str, int]:
    """The figures below `prefix` by their reason, the most frequent first."""
    found = {name.removeprefix(prefix): int(count) for name, count in stats.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def human_bytes(count: float) -> str:
    """A number of bytes for people: "412 kB", "1.3 GB" (powers of 1,000)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit in ("B", "kB") else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("the loop returns at GB")


def summary_rows(stats: Stats) -> list[tuple[str, str]]:
    """What happened, as pairs of a label and a value."""
    rows = [("articles found", str(stats.get(FOUND, 0)))]
    if stats.get(PENDING):
        rows.append(("pages archived earlier, read only now", str(stats[PENDING])))
    rows.append(("articles kept", str(stats.get(KEPT, 0))))
    named = (
        ("further pages of them fetched", PARTS),
        ("of these articles lack a page", INCOMPLETE),
        ("the same as before", UNCHANGED),
    )
    rows += [(label, str(stats[name])) for label, name in named if stats.get(name)]
    rows += [(f"no article: {why}", str(count)) for why, count in reasons(stats, SKIPPED).items()]
    rows += [(f"failed: {why}", str(count)) for why, count in reasons(stats, FAILED).items()]
    rows += [(f"links {why}", str(count)) for why, count in reasons(stats, PASSED_OVER).items()]
    rows.append(("feeds, sitemaps and sections read", str(stats.get(DOCUMENTS, 0))))
    if stats.get(WARNINGS):
        rows.append(("warnings about them", str(stats[WARNINGS])))
    for label, name in (("images, styles and the like", REQUISITES), ("of these failed", REQUISITES_FAILED)):
        if stats.get(name):
            rows.append((label, str(stats[name])))
    captures = f"{stats.get('archive/captures', 0)}, {human_bytes(stats.get('archive/bytes', 0))} on disk"
    if stats.get("archive/revisit"):
        captures += f", {stats['archive/revisit']} of them revisits"
    rows.append(("exchanges archived", captures))
    return rows


def advice(stats: Stats, reason: str) -> str | None:
    """What to look at when a crawl that ended by itself kept nothing; None where all is well."""
    if reason != "finished" or stats.get(KEPT) or stats.get(UNCHANGED):
        return None
    passed = reasons(stats, PASSED_OVER)
    if stats.get(FOUND):
        return "No article was kept although some were found: the reasons are above; see `[extraction]` of the source."
    if "archived before" in passed:
        return "Nothing new: every article that the source lists was archived before."
    if passed:
        return "Links were found, but none to fetch: see `[articles]` of the source, and since/until if given."
    return "Discovery found no links: see `[discovery]` of the source, and the warnings above."


class Display(Protocol):
    """How the progress of a crawl is shown; `interval` is the seconds between two calls of `show`."""

    interval: float

    def start(self) -> None:
        """Called once, when the crawl starts."""

    def show(self, stats: Stats) -> None:
        """Called each `interval`."""

    def finish(self, stats: Stats, reason: str) -> None:
        """Called once, when all is written."""


class PlainDisplay:
    """A log line every ten seconds, and the summary as log lines."""

    interval = 10.0

    def __init__(self, source: Source, archives: Path) -> None:
        self._source = source
        self._archives = archives
        self._started = time.monotonic()

    def start(self) -> None:
        """Say what is crawled and where it goes."""
        logger.info("Crawling %s (%s) into %s", self._source.name, self._source.homepage, self._archives)

    def show(self, stats: Stats) -> None:
        """One line with the figures so far."""
        logger.info("%s", one_line(stats, time.monotonic() - self._started))

    def finish(self, stats: Stats, reason: str) -> None:
        """The summary, a line each."""
        seconds = time.monotonic() - self._started
        logger.info("%s: %s after %.1f s", self._source.name, reason, seconds)
        for label, value in summary_rows(stats):
            logger.info("  %s: %s", label, value)
        for label, path in places(self._source, self._archives):
            logger.info("  %s: %s", label, path)
        if hint := advice(stats, reason):
            logger.warning("%s", hint)


class LiveDisplay:
    """A table that is redrawn in place, with log lines passing above it; for a terminal."""

    interval = 0.25

    def __init__(self, source: Source, archives: Path, console: Console) -> None:
        self._source = source
        self._archives = archives
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)
        self._handlers: list[tuple[logging.StreamHandler[Any], Any]] = []
        self._started = time.monotonic()

    def start(self) -> None:
        """Begin to draw, and let log lines pass above the table (rich redirects `sys.stderr` while it draws)."""
        self._live.start()
        for handler in logging.getLogger().handlers:
            if type(handler) is logging.StreamHandler and handler.stream is sys.__stderr__:
                self._handlers.append((handler, handler.stream))
                handler.setStream(sys.stderr)

    def show(self, stats: Stats) -> None:
        """Draw the figures so far."""
        head = Text.assemble((self._source.title, "bold"), f"  {self._source.homepage}", style="")
        line = Text(one_line(stats, time.monotonic() - self._started))
        self._live.update(Group(head, line, *_reason_lines(stats)), refresh=True)

    def finish(self, stats: Stats, reason: str) -> None:
        """Take the table away and print the summary."""
        self._live.stop()
        for handler, stream in self._handlers:
            handler.setStream(stream)
        seconds = time.monotonic() - self._started
        table = Table(title=f"{self._source.title}: {reason} after {seconds:.1f} s", title_justify="left", box=None)
        table.add_column(style="dim")
        table.add_column(overflow="fold")
        for label, value in [*summary_rows(stats), *places(self._source, self._archives)]:
            table.add_row(label, value)
        self._console.print(table)
        if hint := advice(stats, reason):
            self._console.print(hint, style="yellow")


def display_for(mode: str, source: Source, archives: Path) -> Display:
    """The display that the setting PROGRESS asks for; `auto` looks whether stderr is a terminal."""
    console = Console(stderr=True)
    if mode == "auto" and console.is_terminal and not console.is_dumb_terminal:
        return LiveDisplay(source, archives, console)
    return PlainDisplay(source, archives)


def one_line(stats: Stats, seconds: float) -> str:
    """The figures of a running crawl in one line."""
    fetched = int(stats.get("downloader/response_count", 0))
    skipped = sum(reasons(stats, SKIPPED).values()) + sum(reasons(stats, FAILED).values())
    return (
        f"found {stats.get(FOUND, 0)}, fetched {fetched}, kept {stats.get(KEPT, 0)}, skipped {skipped}, "
        f"{human_bytes(stats.get('archive/bytes', 0))} archived, {fetched / max(seconds, 0.001):.1f} pages/s"
    )


def _reason_lines(stats: Stats) -> list[RenderableType]:
    shown = reasons(stats, SKIPPED) | reasons(stats, FAILED)
    return [Text(f"  {count:>6}  {why}", style="dim") for why, count in list(shown.items())[:6]]


def places(source: Source, archives: Path) -> list[tuple[str, str]]:
    """Where to look, as pairs of a label and a path; only what is there."""
    found = [("texts", text_folder(archives, source.name)), ("WARCs", warc_folder(archives, source.name))]
    return [(label, str(path)) for label, path in found if path.is_dir()]
