from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from crawler.archive.check import Finding, check

Checker = Callable[..., list[Finding]]


@pytest.fixture
def checked(tmp_path: Path) -> Checker:
    """Writes the files below a folder, checks the folder (or with `alone`, the one file), and gives the findings."""

    def run(files: Mapping[str, bytes], *, alone: bool = False, jobs: int = 1) -> list[Finding]:
        for name, data in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        findings: list[Finding] = []
        check([tmp_path / next(iter(files)) if alone else tmp_path], findings.append, jobs=jobs)
        return findings

    return run
