"""`scrapy health` prints a table or JSON, and its exit code says whether something is broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.health.gazette import SITE, Gazette, pages

ROOT = Path(__file__).parents[2]
TOML = f"""
title = "The Gazette"
homepage = "{SITE}/"
language = "en"
[discovery]
feeds = ["{SITE}/feed.xml"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Archives with two weeks of the gazette, and its source file."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "gazette.toml").write_text(TOML)
    (tmp_path / "archives").mkdir()
    return tmp_path


def publish(folder: Path, broken: bool) -> None:
    gazette = Gazette(folder / "archives" / "catalogue.sqlite")
    gazette.publish(14)
    if broken:
        gazette.publish(1, pages(published=None))


def health(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = ["-s", f"ARCHIVES_DIR={folder}/archives", "-s", f"SOURCES_DIR={folder}/sources"]
    command = [sys.executable, "-m", "scrapy", "health", *arguments, *settings]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_broken_source_is_a_row_with_its_stage_and_a_sentence_below_and_exit_code_1(folder: Path) -> None:
    publish(folder, broken=True)
    done = health(folder)
    rows = {line.split()[0]: line.split() for line in done.stdout.partition("\n\n")[0].splitlines()}
    assert rows["gazette"][1:4] == ["broken", "metadata", "2026-03-17"]
    assert rows["gazette"][-1].startswith(f"{SITE}/news/")
    assert set(rows) == {"NAME", "gazette"}
    assert "demo" in done.stdout.partition("Never crawled: ")[2]
    assert "gazette: metadata fails since 2026-03-17: 0 % of the articles have a time" in done.stdout
    assert done.returncode == 1


def test_json_is_an_object_a_line_and_a_healthy_source_exit_code_0(folder: Path) -> None:
    publish(folder, broken=False)
    done = health(folder, "--json", "gazette")
    [verdict] = map(json.loads, done.stdout.splitlines())
    assert (verdict["source"], verdict["state"], verdict["signs"]) == ("gazette", "healthy", [])
    assert done.returncode == 0


def test_a_name_that_is_no_source_is_wrong_usage(folder: Path) -> None:
    done = health(folder, "gazete")
    assert done.returncode == 2
    assert 'did you mean "gazette"?' in done.stderr


def test_a_catalogue_that_cannot_be_read_is_told_from_a_broken_source(folder: Path) -> None:
    (folder / "archives" / "catalogue.sqlite").write_text("no database")
    done = health(folder)
    assert done.returncode == 2
    assert "the catalogue cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
