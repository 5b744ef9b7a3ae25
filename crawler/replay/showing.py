"""What the browser is being shown: the moment that is replayed, the pages it opened, and what they lacked."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.replay.mementos import Memento

REMEMBERED_PAGES = 20
REMEMBERED_MISSES = 200


@dataclass(slots=True)
class Visit:
    """A page that the browser opened; `memento` is None where the archive does not have it."""

    url: str
    memento: Memento | None
    opened: datetime = field(default_factory=lambda: datetime.now(UTC))
    missing: list[str] = field(default_factory=list)
    """Addresses that the browser asked for after it, and that the archive does not have."""


class Showing:
    """Shared by the proxy and the pages of the replay; safe to use from their threads."""

    def __init__(self, when: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._when = when
        self._visits: deque[Visit] = deque(maxlen=REMEMBERED_PAGES)

    @property
    def when(self) -> datetime | None:
        """The moment that is replayed; None for the newest captures."""
        return self._when

    def set_time(self, when: datetime | None) -> None:
        """Replay another moment from now on."""
        with self._lock:
            self._when = when

    def note_visit(self, url: str, memento: Memento | None) -> None:
        """The browser opened a page."""
        with self._lock:
            self._visits.appendleft(Visit(url, memento))

    def note_miss(self, url: str) -> None:
        """The archive lacks something that the page asked for."""
        with self._lock:
            if self._visits:
                missing = self._visits[0].missing
                if url not in missing and len(missing) < REMEMBERED_MISSES:
                    missing.append(url)

    def visits(self) -> list[Visit]:
        """The last pages, newest first."""
        with self._lock:
            return list(self._visits)
