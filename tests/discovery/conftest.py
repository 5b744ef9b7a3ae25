"""What the tests of this room share."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def discovery_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in this room may open a connection: bytes in, links out."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("discovery tried to open a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
