"""A crawl out of the archive: the same spider, no network, and the same articles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import serving
from tests.crawl.conftest import DEMO, Crawls


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    """The newspaper, crawled; and nobody serves it any more."""
    crawls = Crawls(tmp_path_factory.mktemp("archived"))
    with serving() as server:
        crawls.add_source(DEMO.replace("http://127.0.0.1:8765", server.url))
        assert crawls.run("crawl", "gazette").returncode == 0
    return crawls


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in (folder / "text").rglob("*.*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_replayed_crawl_gives_the_same_files(archived: Crawls) -> None:
    output = archived.folder / "again"
    done = archived.run("crawl", "gazette", "--replay", str(archived.archives), REPLAY_OUTPUT=output)
    assert done.returncode == 0, done.stderr
    assert files(output / "gazette") == files(archived.archives / "gazette")


def test_a_replayed_crawl_leaves_the_archive_as_it_was(archived: Crawls) -> None:
    before = {path: path.read_bytes() for path in archived.warcs()}
    output = archived.folder / "elsewhere"
    archived.run("crawl", "gazette", "--replay", str(archived.archives), "-a", "limit=3", REPLAY_OUTPUT=output)
    assert {path: path.read_bytes() for path in archived.warcs()} == before
    assert not list(output.rglob("*.warc*"))


def test_new_rules_show_in_the_new_texts(archived: Crawls) -> None:
    source = archived.folder / "sources" / "gazette.toml"
    text = source.read_text()
    try:
        source.write_text(text.replace("[extraction]", "[extraction]\ndrop_lines = ['^“']"))
        output = archived.folder / "with_new_rules"
        archived.run("crawl", "gazette", "--replay", str(archived.archives), REPLAY_OUTPUT=output)
    finally:
        source.write_text(text)
    old, new = files(archived.archives / "gazette"), files(output / "gazette")
    assert len(new) == len(old)
    assert not [name for name, content in new.items() if name.endswith(".txt") and "\n“".encode() in content]
    assert {name for name in new if name.endswith(".txt")} ^ {name for name in old if name.endswith(".txt")}


def test_a_comparison_of_what_did_not_change_ends_with_0(archived: Crawls) -> None:
    """And it leaves nothing behind."""
    before = {path: path.stat().st_mtime_ns for path in archived.folder.rglob("*") if path.is_file()}
    done = archived.run("crawl", "gazette", "--replay", str(archived.archives), "--compare")
    assert done.returncode == 0, done.stderr
    texts = len(list((archived.archives / "gazette" / "text").rglob("*.txt")))
    assert f"stored texts: {texts} the same, 0 other text, 0 other metadata only, 0 new, 0 gone" in done.stdout
    after = {path: path.stat().st_mtime_ns for path in archived.folder.rglob("*") if path.is_file()}
    assert {path for path in before if before[path] != after[path]} | (after.keys() - before.keys()) == set()


def test_a_comparison_says_what_changes_and_what_is_gone(archived: Crawls) -> None:
    """By which words, and why; scripts see it by the exit code."""
    source = archived.folder / "sources" / "gazette.toml"
    text = source.read_text()
    stored = {path: path.read_bytes() for path in archived.archives.rglob("*.txt")}
    try:
        fewer = text.replace("exclude = [", "exclude = ['/2024/03/01/', ")
        source.write_text(fewer.replace("[extraction]", "[extraction]\ndrop_lines = ['^“']"))
        done = archived.run("crawl", "gazette", "--replay", str(archived.archives), "--compare")
    finally:
        source.write_text(text)
    assert done.returncode == 3, done.stderr
    assert "[-“" in done.stdout
    assert "gone (the crawl did not find it): " in done.stdout
    assert {path: path.read_bytes() for path in archived.archives.rglob("*.txt")} == stored


def test_sitemaps_of_an_old_archive_are_read_whole(archived: Crawls) -> None:
    """The days that a source wants of its sitemaps are counted from today, and an archive may be from long ago."""
    source = archived.folder / "sources" / "gazette.toml"
    text = source.read_text()
    try:
        source.write_text(text.replace("sitemap_days = 0", "sitemap_days = 1"))
        done = archived.run("crawl", "gazette", "--replay", str(archived.archives), "--compare")
    finally:
        source.write_text(text)
    assert " 0 gone" in done.stdout
    assert done.returncode == 0, done.stdout


def test_a_narrowed_comparison_calls_nothing_gone(archived: Crawls) -> None:
    """What was not asked for was not looked for."""
    done = archived.run("crawl", "gazette", "--replay", str(archived.archives), "--compare", "-a", "limit=2")
    assert done.returncode == 0, done.stderr
    assert re.search(r"stored texts: [12] the same, .* 0 gone", done.stdout)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (["--compare"], "--compare needs --replay"),
        (["--replay", "/nowhere/at/all"], "there is no such file or folder"),
        (["--replay", str(Path(__file__).parent)], "holds no WARC"),
        (["--replay", "{archives}", "--at", "last summer"], "YYYYMMDDhhmmss"),
    ],
)
def test_what_cannot_be_replayed_is_said(archived: Crawls, options: list[str], hint: str) -> None:
    given: list[Any] = [option.format(archives=archived.archives) for option in options]
    done = archived.run("crawl", "gazette", *given)
    assert done.returncode == 2
    assert hint in done.stderr
