"""A gazette with four healthy weeks behind it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.health.gazette import Gazette

WEEKS = 4


@pytest.fixture(scope="session")
def four_weeks(tmp_path_factory: pytest.TempPathFactory) -> Gazette:
    """A gazette that was crawled on each of 28 days, the last of them a Monday; not to be changed."""
    gazette = Gazette(tmp_path_factory.mktemp("gazette") / "catalogue.sqlite")
    gazette.publish(7 * WEEKS)
    return gazette


@pytest.fixture
def gazette(four_weeks: Gazette, tmp_path: Path) -> Gazette:
    """A copy of it that a test may go on with."""
    own = copy.deepcopy(four_weeks)
    own.path = tmp_path / "catalogue.sqlite"
    shutil.copy(four_weeks.path, own.path)
    return own


@pytest.fixture
def new_gazette(tmp_path: Path) -> Callable[[], Gazette]:
    """Makes gazettes that were never crawled."""
    return lambda: Gazette(tmp_path / "catalogue.sqlite")
