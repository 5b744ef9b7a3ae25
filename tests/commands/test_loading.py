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


@pytest.mark.parametrize("module", ["crawler.commands.replay", "crawler.commands.crawl", "crawler.pipelines"])
def test_the_extraction_is_loaded_where_pages_are_extracted(module: str) -> None:
    """Loading it takes longer than looking through a large archive, and workers have it loaded for a crawl."""
    script = f"import sys, {module}; sys.exit(bool({{'trafilatura', 'crawler.extraction.extract'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0
