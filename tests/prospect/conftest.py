"""What these tests share: the sample sites as a survey sees them, and the commands as a user runs them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.extraction.extract import extract
from crawler.prospect.answers import Answer
from crawler.prospect.survey import Survey
from crawler.prospect.surveyor import Surveyor

ROOT = Path(__file__).parents[2]
QUICK = ("DOWNLOAD_DELAY=0.001", "AUTOTHROTTLE_ENABLED=0", "EXTRACTION_WORKERS=1", "RETRY_ENABLED=0")


async def fetched(url: str, role: str) -> Answer:
    """What is at `url`, without Scrapy; for tests of what is made of answers."""
    return _get(url)


def _get(url: str) -> Answer:
    try:
        with urllib.request.urlopen(url) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            kind = headers.get("content-type", "")
            return Answer(url, response.geturl(), response.status, kind, response.read(), headers)
    except urllib.error.HTTPError as error:
        return Answer(url, error.geturl(), error.code, error.headers.get("Content-Type", ""), error.read())


async def extracted(body, content_type, url, rules, headers):
    """The extractor, in this process."""
    return extract(body, content_type, url, rules, headers)


@pytest.fixture
def surveyed() -> Callable[[str], Survey]:
    """A function that looks at the site at an address, without Scrapy and without an archive."""

    def look(url: str) -> Survey:
        return asyncio.run(Surveyor(fetched, extracted, lambda line: None).look(url))

    return look


@dataclass
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def broadsheet(tmp_path) -> Callable[..., Ran]:
    """A function that runs `scrapy ARGUMENTS` with a folder of sources and an archive of its own."""
    (tmp_path / "sources").mkdir()
    settings = [part for setting in (*QUICK, f"ARCHIVES_DIR={tmp_path}/archives") for part in ("-s", setting)]
    environment = {
        **os.environ,
        "BROADSHEET_SOURCES": str(tmp_path / "sources"),
        "COLUMNS": "200",
        "PYTHONPATH": str(ROOT),
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
    }

    def run(*arguments: str, typed: str | None = None) -> Ran:
        command = [sys.executable, "-m", "scrapy", *arguments, *settings]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, input=typed or ""
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
