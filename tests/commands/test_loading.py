"""Which of our commands Scrapy loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.commands import module_for

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("typed", "module"),
    [
        ("scrapy replay archives", "crawler.commands.replay"),
        ("scrapy -h crawl demo", "crawler.commands.crawl"),
        ("scrapy", "crawler.commands"),
        ("scrapy --help", "crawler.commands"),
        ("scrapy shell https://example.org/", "crawler.commands"),
        ("scrapy no_such_command", "crawler.commands"),
        ("scrapy __init__", "crawler.commands"),
        ("scrapy ../commands/replay", "crawler.commands"),
    ],
)
def test_the_command_that_was_typed_is_loaded_alone(typed: str, module: str) -> None:
    """All are loaded where it is none of ours, for the list of commands."""
    assert module_for(typed.split()) == module


@pytest.mark.parametrize("module", ["crawler.commands.replay", "crawler.commands.crawl", "crawler.pipelines"])
def test_the_extraction_is_loaded_where_pages_are_extracted(module: str) -> None:
    """Loading it takes longer than looking through a large archive, and workers have it loaded for a crawl."""
    script = f"import sys, {module}; sys.exit(bool({{'trafilatura', 'crawler.extraction.extract'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(
    ("typed", "loaded"),
    [
        ("replay --no-browser no-such-folder", False),
        ("replay no-such-folder --port 0 --at 2017", False),
        ("replay -s LOG_LEVEL=INFO no-such-folder", True),
        ("replay --port many no-such-folder", True),
        ("replay --help", True),
        ("sources", True),
    ],
)
def test_broadsheet_replay_loads_scrapy_for_what_only_scrapy_knows(typed: str, loaded: bool, tmp_path: Path) -> None:
    script = (
        "import atexit, sys; atexit.register(lambda: print('scrapy' in sys.modules))\n"
        "from crawler.__main__ import main; main()"
    )
    environment = {key: value for key, value in os.environ.items() if key != "SCRAPY_SETTINGS_MODULE"}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-c", script, *typed.split()]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.split()[-1] == str(loaded), done.stderr
    if not loaded:
        assert done.returncode == 1
        assert "no-such-folder: there is no such file or folder" in done.stderr


def test_broadsheet_replay_in_another_project_takes_the_settings_there(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = theirs\n")
    (tmp_path / "theirs.py").write_text(
        "from crawler.settings import *\nCOMMANDS_MODULE = 'crawler.commands.replay'\nARCHIVES_DIR = 'their-archive'\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "SCRAPY_SETTINGS_MODULE"}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "crawler", "replay", "--no-browser"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "their-archive: there is no such file or folder" in done.stderr
