"""`scrapy sources` lists what there is, and explains every setting of one source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crawler.sources.reading import read_source

ROOT = Path(__file__).parents[2]
GAZETTE = r"""
title = "Gazette"
homepage = "https://www.gazette.example/"
language = "el"
notes = '''
two lines with "quotes"
and a back\slash'''

[articles]
include = ['^https://www\.gazette\.example/\d+$', "it's"]

[politeness]
delay = 3.5

[extraction]
keep = ["#now"]

[[extraction.before]]
valid_until = 2015-01-01
keep = ["#first"]

[[extraction.before]]
valid_until = 2020-01-01
keep = ["#second"]
standfirst = true
"""
SETTINGS = """
from crawler.spiders import loader

loader.NEWS_SPIDER = "scrapy.Spider"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SourceLoader"
COMMANDS_MODULE = "crawler.commands"
DOWNLOAD_TIMEOUT = 33
SOURCES_DIR = "mine"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Scrapy project with one source of its own, "gazette"."""
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = project_settings\n")
    (tmp_path / "project_settings.py").write_text(SETTINGS)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "gazette.toml").write_text(GAZETTE)
    return tmp_path


def sources(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
    environment.pop("SCRAPY_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "scrapy", "sources", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_list_names_language_country_and_homepage(folder: Path) -> None:
    (folder / "mine" / "broken.toml").write_text("title = 3")
    done = sources(folder)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["NAME", "LANGUAGE", "COUNTRY", "VERIFIED", "LAST", "RUN", "HEALTH", "HOMEPAGE"]
    assert ["gazette", "el", "-", "no", "-", "-", "https://www.gazette.example/"] in rows
    assert "broken" not in done.stdout
    assert "warning: passed over: mine/broken.toml" in done.stderr


def test_the_list_as_json_is_a_source_a_line(folder: Path) -> None:
    listed = [json.loads(line) for line in sources(folder, "--json").stdout.splitlines()]
    assert [source["title"] for source in listed if source["name"] == "gazette"] == ["Gazette"]


def test_show_prints_toml_that_means_the_same_as_the_file(folder: Path, tmp_path: Path) -> None:
    shown = sources(folder, "show", "gazette").stdout
    again = tmp_path / "gazette.toml"
    again.write_text(shown)
    assert tomllib.loads(shown)["politeness"]["jitter"] == 0.5
    assert read_source(again) == read_source(folder / "mine" / "gazette.toml")


def test_show_says_where_each_value_comes_from(folder: Path) -> None:
    done = sources(folder, "show", "gazette", "-s", "DOWNLOAD_MAXSIZE=5")
    lines = dict(line.rsplit("  # ", 1) for line in done.stdout.splitlines() if "  # " in line)
    origins = {toml.strip(): origin for toml, origin in lines.items()}
    assert origins['title = "Gazette"'] == "line 2"
    assert origins["delay = 3.5"] == "line 13"
    assert origins['keep = ["#second"]'] == "line 24"
    assert origins["jitter = 0.5"] == "default"
    assert origins["# DOWNLOAD_DELAY = 3.5"] == "the source"
    assert origins["# DOWNLOAD_TIMEOUT = 33"] == "settings.py"
    assert origins["# DOWNLOAD_DELAY_JITTER = 0.5"] == "default of sources"
    assert origins['# DOWNLOAD_MAXSIZE = "5"'] == "-s on the command line"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "gazete"], 'there is no source "gazete"; did you mean "gazette"?'),
        (["show"], "scrapy sources show NAME"),
        (["gazette"], "scrapy sources show NAME"),
    ],
)
def test_a_wrong_call_says_what_is_allowed(folder: Path, arguments: list[str], message: str) -> None:
    done = sources(folder, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
