"""From a file to a source or to an error: each file in broken/ states in its first lines what is said of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from crawler.errors import SourceError
from crawler.sources.catalogue import SHIPPED
from crawler.sources.reading import read_source

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))
VALID = 'title = "Gazette"\nhomepage = "https://www.example.org/"\nlanguage = "en"\n'


def message_of(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(path)
    return str(caught.value)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_gives_the_problems_that_it_announces_and_no_other(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
    message = message_of(path)
    assert message.startswith(f"{path}: ")
    assert [part for part in expected if part not in message] == []
    assert len(message.splitlines()) == (1 if len(expected) == 1 else 1 + len(expected))


def test_a_source_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "gazette_2.toml"
    path.write_text(VALID)
    assert read_source(path).name == "gazette_2"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "gazette.toml"
    path.write_bytes(b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode())
    assert read_source(path).title == "Gazette"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_wide_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "gazette.toml"
    path.write_text(VALID, encoding=encoding)
    assert f"it is written in {encoding.upper()}; allowed: UTF-8" in message_of(path)


def test_another_encoding_is_refused_with_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "gazette.toml"
    path.write_bytes(b'# first\ntitle = "Gaz\xe9tte"\n')
    assert "line 2: the byte 0xE9 is not UTF-8" in message_of(path)


@pytest.mark.parametrize(
    ("name", "better"),
    [("My-Site", "my_site"), ("2news", "news"), ("Éspaña", "spa_a"), ("news.old", "news_old"), ("___", "my_source")],
)
def test_a_bad_file_name_is_refused_with_a_better_one(tmp_path: Path, name: str, better: str) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(VALID)
    assert f'such as "{better}.toml"' in message_of(path)


def test_a_suffix_in_capitals_is_a_bad_file_name(tmp_path: Path) -> None:
    path = tmp_path / "gazette.TOML"
    path.write_text(VALID)
    assert 'found "gazette.TOML"' in message_of(path)
    assert 'such as "gazette.toml"' in message_of(path)


def test_a_folder_or_a_missing_file_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    assert "it cannot be read: Is a directory" in message_of(tmp_path / "folder.toml")
    assert "it cannot be read: No such file" in message_of(tmp_path / "none.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_forbidden_file_is_an_error_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "gazette.toml"
    path.write_text(VALID)
    path.chmod(0)
    assert "it cannot be read: Permission denied" in message_of(path)


def test_deep_nesting_is_an_error_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "gazette.toml"
    path.write_text(f"title = {'[' * 20_000}{']' * 20_000}")
    assert "nested too deeply" in message_of(path)


def test_an_empty_file_lacks_what_must_be_given(tmp_path: Path) -> None:
    path = tmp_path / "gazette.toml"
    path.write_text("")
    message = message_of(path)
    assert [key for key in ("title", "homepage", "language") if f"{key}: missing" not in message] == []


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_a_file_cut_anywhere_or_with_a_stray_quote_is_a_source_or_a_source_error(path: Path, tmp_path: Path) -> None:
    """A half-saved file never ends in another exception, which would take the other sources with it."""
    content = path.read_bytes()
    broken = tmp_path / "broken.toml"
    for end in range(0, len(content), 61):
        for variant in (content[:end], content[:end] + b"'" + content[end:], content[:end] + b"[" + content[end:]):
            broken.write_bytes(variant)
            with suppress(SourceError):
                assert read_source(broken).name == "broken"
