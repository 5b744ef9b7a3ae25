"""Crawls of the sample newspaper with the ordinary `scrapy` command, in processes of their own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRAPY = [sys.executable, "-m", "scrapy.cmdline"]
DEMO = (ROOT / "crawler" / "sources" / "demo.toml").read_text()


@dataclass
class Crawls:
    """A project of a user's own: a folder of sources and a folder of archives, and what is found in it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def add_source(self, text: str, name: str = "gazette") -> None:
        (self.folder / "sources").mkdir(exist_ok=True)
        (self.folder / "sources" / f"{name}.toml").write_text(text)

    def command(self, *arguments: str, **settings: Any) -> list[str]:
        given = {"ARCHIVES_DIR": str(self.archives), "AUTOTHROTTLE_ENABLED": "0", **self.settings, **settings}
        return [*SCRAPY, *arguments, *(part for name, value in given.items() for part in ("-s", f"{name}={value}"))]

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"BROADSHEET_SOURCES": str(self.folder / "sources")}

    def run(self, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of `scrapy`; the test fails with its output where there is a traceback."""
        done = subprocess.run(
            self.command(*arguments, **settings),
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self, *arguments: str, **settings: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments, **settings),
            cwd=ROOT, env=self.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    @property
    def archives(self) -> Path:
        return self.folder / "archives"

    def warcs(self) -> list[Path]:
        return sorted(self.archives.rglob("*.warc.gz"))

    def texts(self) -> list[Path]:
        return sorted(self.archives.rglob("text/**/*.txt"))

    def sidecars(self) -> list[dict[str, Any]]:
        return [json.loads(path.with_suffix(".json").read_text()) for path in self.texts()]

    def rows(self, query: str, *values: object) -> list[Any]:
        with sqlite3.connect(self.archives / "catalogue.sqlite") as db:
            return db.execute(query, values).fetchall()

    def stats(self) -> dict[str, Any]:
        """The figures of the last run."""
        return dict(json.loads(self.rows("SELECT stats FROM runs ORDER BY id DESC LIMIT 1")[0][0]))


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    """An empty project."""
    return Crawls(tmp_path)


@pytest.fixture
def gazette() -> Callable[[str], str]:
    """The source file of the newspaper that is served at an address."""
    return lambda site: DEMO.replace("http://127.0.0.1:8765", site)
