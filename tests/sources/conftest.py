"""What the tests of sources share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crawler.sources.model import Source


@pytest.fixture
def make_source() -> Callable[..., Source]:
    """A valid source with the given keys on top of the required ones."""

    def make(**keys: Any) -> Source:
        required = {"name": "gazette", "title": "Gazette", "homepage": "https://www.example.org/", "language": "en"}
        return Source.model_validate(required | keys)

    return make
