"""Begins to look through the archive that `scrapy replay` was given while Scrapy still loads its commands.

That takes Scrapy a fifth of a second, in which a processor would have nothing to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from crawler.errors import ArchiveError
from crawler.replay.upkeep import Upkeep

_begun: list[Upkeep] = []  # at most one: the settings, which begin it, are loaded once


def begin(words: Sequence[str], archives: str) -> None:
    """Begin with what the words behind the command name, or with `archives`. What is wrong the command will say."""
    with suppress(ArchiveError, OSError, sqlite3.Error):
        if (root := _root(words, archives)) and root.exists():
            upkeep = Upkeep(root)
            _begun.append(upkeep)
            upkeep.begin()


def take(root: Path) -> Upkeep:
    """The upkeep of `root`, begun before or not. Raises ArchiveError as `Upkeep` does."""
    if _begun and _begun[0].root == root.resolve():
        return _begun.pop()
    return Upkeep(root)


def end() -> None:
    """End what was begun and not taken."""
    while _begun:
        _begun.pop().stop()


def _root(words: Sequence[str], archives: str) -> Path | None:
    """The archive; None where the path may stand behind options, whose values a parser alone can tell from it."""
    first = words[0] if words else archives
    return None if first.startswith("-") else Path(first).expanduser()
