"""The open connections of a server: so many, and no more.

A client that opens connections and sends nothing, or a byte now and then, costs a thread each. Where there are too
many, the one goes that has waited longest for a request; where all are being answered, the new one goes.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Protocol

MOST = 256
"""A browser opens six to each host, and 32 to a proxy."""


class Connected(Protocol):
    """What has a connection."""

    connection: socket.socket


class Connections:
    """The connections of one server. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Connected, None] = {}
        self._working: set[Connected] = set()

    def waits(self, client: Connected) -> bool:
        """A connection is open and has no request; whether there is room for it."""
        with self._lock:
            known = client in self._waiting or client in self._working
            self._forget(client)
            if not known and len(self._waiting) + len(self._working) >= MOST and not self._close_one():
                return False
            self._waiting[client] = None
            return True

    def works(self, client: Connected) -> None:
        """A request has been received whole."""
        with self._lock:
            self._forget(client)
            self._working.add(client)

    def left(self, client: Connected) -> None:
        """A connection ends."""
        with self._lock:
            self._forget(client)

    def _forget(self, client: Connected) -> None:
        self._waiting.pop(client, None)
        self._working.discard(client)

    def _close_one(self) -> bool:
        """Close the connection that has waited longest; its thread then ends of itself."""
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            return False
        self._forget(oldest)
        with suppress(OSError, ValueError):  # it may be closing already
            oldest.connection.shutdown(socket.SHUT_RDWR)
        return True
