"""An archive is looked through before the command that shows it has been loaded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.commands import begin_early
from crawler.replay import early

ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty archive, and a cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "archive").mkdir()
    yield tmp_path / "archive"
    early.end()


@pytest.mark.parametrize("words", ["scrapy replay {}", "scrapy replay {} --port 0", "scrapy replay"])
def test_the_archive_that_was_named_is_looked_through(archive: Path, words: str) -> None:
    """It goes on when the command asks for it, and a second time it is begun anew."""
    begin_early(words.format(archive).split(), str(archive))
    (begun,) = early._begun
    assert begun.looked.wait(30)
    assert early.take(archive) is begun
    begun.stop()
    assert early.take(archive) is not begun


@pytest.mark.parametrize(
    "words", ["scrapy crawl {}", "scrapy replay --port {}", "scrapy replay --at 2017 {}", "scrapy replay {}/nothing"]
)
def test_nothing_is_begun_that_is_not_certain_to_be_wanted(archive: Path, words: str) -> None:
    """What stands behind an option may be its value."""
    begin_early(words.format(archive).split(), str(archive))
    assert early._begun == []


def test_what_another_archive_was_begun_for_is_ended(archive: Path, tmp_path: Path) -> None:
    """The command shows the archive that it takes from its options."""
    begin_early(["scrapy", "replay"], str(archive))
    (begun,) = early._begun
    upkeep = early.take(tmp_path)
    assert upkeep.root == tmp_path.resolve()
    early.end()
    assert begun.stopping.is_set()


def test_settings_begin_it(archive: Path) -> None:
    """Before Scrapy has loaded its own commands."""
    script = (
        "import sys; sys.argv[:] = ['scrapy', 'replay', sys.argv[1]]\n"
        "import crawler.settings, crawler.replay.early as early\n"
        "assert early._begun[0].looked.wait(30)\n"
        "sys.exit('scrapy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, archive], cwd=ROOT).returncode == 0
