"""`scrapy template` shows what was learnt of a site, as a table or as JSON."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.commands.template import Command
from crawler.sources.model import Source
from crawler.storage.rebuild import rebuild
from tests.storage.test_templates import PLACE, InProcess, _crawl

TOML = """
title = "The Gazette"
homepage = "http://a/"
language = "en"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crawls of a site, the second with what the first showed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "gazette.toml").write_text(TOML)
    source = Source(name="gazette", title="The Gazette", homepage="http://a/", language="en")
    for run, numbers in enumerate((range(5), range(5, 8))):
        _crawl(folder, numbers, run)
        asyncio.run(rebuild(folder, source, InProcess(), 1))  # type: ignore[arg-type]
    return folder


def shown(project: Path, capsys: pytest.CaptureFixture[str], name: str = "gazette", **options: Any) -> str:
    command = Command()
    command.settings = Settings({"ARCHIVES_DIR": str(project), "SOURCES_DIR": str(project)})
    command.run([name] if name else [], SimpleNamespace(**{"learn": False, "json": False} | options))  # type: ignore[arg-type]
    return capsys.readouterr().out


def test_lines_places_and_records_are_shown_with_counts_and_days(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(project, capsys)
    assert text.startswith("gazette: learnt from 8 different articles, captured 2026-11-22\n")
    assert f"      8  {PLACE}\n" in text
    assert "8         2026-11-22  2026-11-22  our newspaper lives from its readers" in text
    assert "Templates in its WARCs: 1\n" in text


def test_json_holds_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(shown(project, capsys, json=True))
    assert [line["articles"] for line in data["lines"]] == [8]
    assert [place["path"] for place in data["periods"][0]["places"]] == [PLACE]
    assert [recorded["articles"] for recorded in data["recorded"]] == [5]


def test_learnt_from_the_warcs_it_is_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(project, capsys, learn=True) == shown(project, capsys)


@pytest.mark.parametrize(("name", "said"), [("gazete", "gazette"), ("", "NAME of one source")])
def test_what_cannot_be_shown_is_said(project: Path, capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        shown(project, capsys, name)


def test_a_source_that_was_never_crawled_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gazette.toml").write_text(TOML)
    with pytest.raises(UsageError, match="nothing of gazette"):
        shown(tmp_path, capsys)
