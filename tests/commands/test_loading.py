"""Which of our commands Scrapy loads."""

from __future__ import annotations

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


def test_replay_is_shown_before_the_extraction_is_loaded() -> None:
    """Loading it takes longer than looking through a large archive; pages do not wait for that."""
    script = "import sys, crawler.commands.replay; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0
