"""What the README and the docs say can be typed and opened."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
from scrapy.cmdline import _get_commands_dict
from scrapy.utils.project import get_project_settings

from crawler.demo.newspaper import Newspaper
from crawler.spiders.arguments import NAMES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def typed(name: str) -> list[tuple[str, str]]:
    """Every `$ NAME ...` line of a console block, with the page that it stands on."""
    lines = [
        (page.name, line[2:])
        for page in PAGES
        for block in CONSOLE.findall(page.read_text())
        for line in block.splitlines()
        if line.startswith("$ ")
    ]
    return [(page, line) for page, line in lines if line.startswith(f"{name} ")]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


@pytest.mark.parametrize(("page", "line"), typed("scrapy"))
def test_a_command_that_is_shown_can_be_typed(page: str, line: str) -> None:
    name, *words = shlex.split(line, comments=True)[1:]
    settings = get_project_settings()
    commands = _get_commands_dict(settings, inproject=True)
    assert name in commands
    command = commands[name]
    command.settings = settings
    parser = argparse.ArgumentParser(conflict_handler="resolve", exit_on_error=False)
    command.add_options(parser)
    options, rest = parser.parse_known_args(words)
    assert not [word for word in rest if word.startswith("-")]
    assert {given.partition("=")[0] for given in getattr(options, "spargs", [])} <= set(NAMES)


@pytest.mark.parametrize(("page", "line"), typed("make"))
def test_a_make_target_that_is_shown_is_there(page: str, line: str) -> None:
    assert re.search(rf"^{line.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "target"), [(page, target) for page in PAGES for target in LINK.findall(page.read_text())]
)
def test_a_file_that_is_linked_is_there(page: Path, target: str) -> None:
    assert (page.parent / target).exists()


def test_the_figures_of_the_readmes_session_are_those_of_the_newspaper() -> None:
    paper, readme = Newspaper(), (ROOT / "README.md").read_text()
    stories = paper.articles(1)
    assert f"{len(stories)} stories in {len({story.language for story in stories})} languages" in readme
    assert f"articles kept: {len(stories)}" in readme
    versions = {story.golden_text for edition in (1, 2) for story in paper.articles(edition)}
    assert f"{len(versions)} of {len(versions)} texts" in readme
