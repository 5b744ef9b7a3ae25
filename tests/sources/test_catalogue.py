"""Folders of sources: listed without reading, read one by one, broken ones failing alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.errors import SourceError
from crawler.sources.catalogue import SHIPPED, SourceCatalogue, source_folders

VALID = 'title = "Gazette"\nhomepage = "https://www.example.org/"\nlanguage = "en"\n'


def write(folder: Path, *names: str, text: str = VALID) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.toml").write_text(text)
    return folder


def test_names_come_sorted_from_all_folders(tmp_path: Path) -> None:
    folders = [write(tmp_path / "a", "mirror", "echo"), write(tmp_path / "b", "herald")]
    assert SourceCatalogue(folders).names() == ["echo", "herald", "mirror"]


def test_names_are_listed_without_reading_the_files(tmp_path: Path) -> None:
    write(tmp_path / "a", "broken", text="not TOML at all")
    assert SourceCatalogue([tmp_path / "a"]).names() == ["broken"]


def test_hidden_files_other_files_and_inner_folders_are_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "echo", ".echo", "._echo")
    (folder / "notes.txt").write_text("x")
    write(folder / "inner", "deep")
    catalogue = SourceCatalogue([folder])
    assert catalogue.names() == ["echo"]
    assert catalogue.errors() == {}


def test_a_source_is_read_once(tmp_path: Path) -> None:
    catalogue = SourceCatalogue([write(tmp_path / "a", "echo")])
    first = catalogue.load("echo")
    (tmp_path / "a" / "echo.toml").unlink()
    assert catalogue.load("echo") is first


def test_a_broken_source_fails_alone(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "echo", "mirror")
    write(folder, "broken", text="title = 3")
    write(folder, "Bad-Name")
    catalogue = SourceCatalogue([folder])
    assert catalogue.load("echo").name == "echo"
    assert sorted(catalogue.errors()) == ["Bad-Name", "broken"]


def test_two_files_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    catalogue = SourceCatalogue([write(tmp_path / "a", "echo"), write(tmp_path / "b", "echo", "mirror")])
    with pytest.raises(SourceError) as caught:
        catalogue.load("echo")
    assert str(tmp_path / "a" / "echo.toml") in str(caught.value)
    assert str(tmp_path / "b" / "echo.toml") in str(caught.value)
    assert list(catalogue.errors()) == ["echo"]
    assert catalogue.load("mirror")


def test_an_unknown_name_brings_the_nearest_right_one(tmp_path: Path) -> None:
    catalogue = SourceCatalogue([write(tmp_path / "a", "aletho_news", "echo")])
    with pytest.raises(SourceError, match='no source "Aletho_New"; did you mean "aletho_news"'):
        catalogue.load("Aletho_New")
    with pytest.raises(SourceError, match=f'no source "zzz"; `scrapy list`.*{tmp_path / "a"}'):
        catalogue.load("zzz")


def test_a_missing_folder_is_an_error_that_names_it_and_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none cannot be listed: No such file.*SOURCES_DIR"):
        SourceCatalogue([tmp_path / "none"]).names()


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "echo")
    with pytest.raises(SourceError, match="Not a directory"):
        SourceCatalogue([tmp_path / "echo.toml"]).names()


def test_the_folders_are_the_shipped_one_the_settings_and_the_environments(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in "abc")
    environment = {"BROADSHEET_SOURCES": str(c)}
    assert source_folders(f"{a}{os.pathsep}{b}", environment) == [SHIPPED, a, b, c]
    assert source_folders([a, str(b)], {}) == [SHIPPED, a, b]
    assert source_folders(a, {}) == [SHIPPED, a]
    assert source_folders(None, {"BROADSHEET_SOURCES": ""}) == [SHIPPED]
    assert source_folders("", environment) == [SHIPPED, c]


def test_a_folder_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    again = tmp_path / "b" / ".." / "a"
    assert len(source_folders([tmp_path / "a", again, SHIPPED], {})) == 2


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert source_folders("~/mine", {})[1] == tmp_path / "mine"
