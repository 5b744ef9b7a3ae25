"""Keeps what the replay knows of an archive level with the disk, in a thread of its own.

It imports little, so that it can begin while the rest of the replay is still being loaded.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import ArchiveError
from crawler.replay.cache import open_cache
from crawler.replay.looking import Looking

if TYPE_CHECKING:
    from crawler.replay.articles import Articles
    from crawler.replay.library import Library

log = logging.getLogger(__name__)

POLL_SECONDS = 0.3
"""How often the disk is looked at; where that takes long, a fifth of the time at most is spent on it."""

ANSWER_SECONDS = 0.05
"""How long those who waited for the look have to be answered before the reading takes all time."""

FAILED_SECONDS = 5
"""How long is waited after the disk was full, or the like."""

SWITCH_SECONDS = 0.0005
"""How long a thread that loads modules or reads WARCs may keep others waiting. Usual are 5 ms; those who hand out work
or answer a page would wait for them again and again, since they give the interpreter up in every call of SQLite."""

END_SECONDS = 10
"""How long the end of a thread is waited for; none of them holds anything that would be lost."""


class Upkeep:
    """The captures and articles below `root`, which are read once it is started.

    Raises ArchiveError where `root` is not there, or nothing can be written anywhere.
    """

    def __init__(self, root: Path, cache_folder: Path | None = None) -> None:
        self.root = root.resolve()
        self.cache = open_cache(self.root, cache_folder)
        self._looking = Looking(self.root, self.cache)
        self._captures: Library | None = None
        self._articles: Articles | None = None
        self._making = threading.Lock()
        self.looked = threading.Event()
        """Set once it is known which WARCs there are."""
        self.stopping = threading.Event()
        self._read_all = threading.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._keep_reading, daemon=True)

    @property
    def captures(self) -> Library:
        """The captures of the archive. What reads WARCs is loaded for it."""
        with self._making:
            if self._captures is None:
                from crawler.replay.library import Library

                self._captures = Library(self.root, self.cache, self._looking)
            return self._captures

    @property
    def articles(self) -> Articles:
        """The articles of the archive."""
        with self._making:
            if self._articles is None:
                from crawler.replay.articles import Articles

                self._articles = Articles(self.root if self.root.is_dir() else self.root.parent, self.cache)
            return self._articles

    def begin(self) -> None:
        """Look what there is, where that has not been begun. Nothing is read before `start`: that takes all time."""
        if not self._thread.ident:
            sys.setswitchinterval(SWITCH_SECONDS)
            self._thread.start()

    def start(self) -> None:
        """Begin, and read what there is."""
        self.begin()
        self._started.set()

    def read_once(self) -> None:
        """Read what is new: where captures are, then articles, then every record."""
        self._looking.look(closely=True)
        self.looked.set()
        self._started.wait()
        self.stopping.wait(ANSWER_SECONDS)
        for folder, mtime in self._looking.watch.changed:
            if self.stopping.is_set():
                return
            self.articles.read_folder(folder, mtime)
        if not self.stopping.is_set():
            self.captures.read_on()
            self._read_all.set()

    def pause(self, seconds: float) -> bool:
        """Wait so long; whether all that was there at the start has been read."""
        if self._read_all.is_set():
            self.stopping.wait(seconds)
            return True
        return self._read_all.wait(seconds)

    def stop(self) -> None:
        """End the reading, and close the index."""
        self.stopping.set()
        self._started.set()
        self._looking.end()
        if self._thread.ident:
            self._thread.join(END_SECONDS)
        self.cache.close()

    def _keep_reading(self) -> None:
        """Bring the index level with the disk, again and again."""
        told = ""
        while not self.stopping.is_set():
            try:
                self.read_once()
                told = ""
            except ArchiveError as error:
                if str(error) != told:
                    log.warning("%s", error)
                told = str(error)
                self.stopping.wait(FAILED_SECONDS)
            except Exception:
                log.exception("reading the archive failed; it is tried again")
                self.stopping.wait(FAILED_SECONDS)
            self.stopping.wait(POLL_SECONDS)
