"""The newspaper of `crawler.demo` for every room's tests, served on a free port of loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.demo.server import NewspaperServer, serving


@pytest.fixture(scope="session")
def newspaper() -> Iterator[NewspaperServer]:
    """The first edition, shared by all tests of a process: do not advance it."""
    with serving() as server:
        yield server


@pytest.fixture
def fresh_newspaper() -> Iterator[NewspaperServer]:
    """A server of the test's own, which may be advanced and whose counts start at nothing."""
    with serving() as server:
        yield server
