"""One WARC, re-extracted in this process."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.replay.reextract.outputs import JsonLines
from crawler.replay.reextract.run import Job, Report, process_warc
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from tests.replay.reextract.stories import extract_here, no_parts, unresolved


@pytest.fixture
def run_unit(tmp_path: Path) -> Callable[..., tuple[Counter[str], Report, list[dict[str, Any]]]]:
    """Extracts one WARC into JSON lines and reads them back."""

    def run(
        path: Path, selection: Selection | None = None, sources: Sources | None = None, find: Any = no_parts
    ) -> Any:
        report = Report()
        output = JsonLines(tmp_path / "out")
        job = Job(selection or Selection(), sources or Sources([]), output, unresolved, extract_here, find)
        counts = asyncio.run(process_warc(path, "unit", job, report, lambda size: None))
        lines = (tmp_path / "out" / "unit.jsonl").read_text(encoding="utf-8").splitlines()
        return counts, report, [json.loads(line) for line in lines]

    return run
