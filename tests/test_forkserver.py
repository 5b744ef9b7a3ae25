"""The process from which worker processes are forked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from crawler.extraction.boot import without_scrapy

PROGRAM = """
import known_to_the_parent
from crawler import forkserver

if __name__ == "__main__":
    forkserver.begin()
    names = ["crawler.extraction.extract", "known_to_the_parent"]
    with forkserver.context().Pool(1) as pool:
        print(pool.apply(eval, [f"[name in __import__('sys').modules for name in {names}]"]))
"""


def test_workers_load_the_extraction_and_not_the_program_that_was_typed(tmp_path: Path) -> None:
    """What the program `scrapy` loads is in none of them, what they work with in all."""
    (tmp_path / "known_to_the_parent.py").touch()
    program = tmp_path / "scrapy"
    program.write_text(PROGRAM)
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(tmp_path)])}
    done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[True, False]"


def test_any_other_program_is_loaded_in_the_workers() -> None:
    """A script of one's own may have given them a function of its own."""
    loaded: list[str] = []
    load = without_scrapy(loaded.append)
    for path in ("/usr/bin/scrapy", "/home/me/mine.py"):
        load(path)
    assert loaded == ["/home/me/mine.py"]
