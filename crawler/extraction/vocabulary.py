"""The words and phrases that the extraction goes by, read from `vocabulary.toml` beside this module."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))


def alternatives(table: str, *lists: str) -> str:
    """One regular expression for any entry of `lists` in `table`, or of all its lists where none is named."""
    entries = [entry for name in lists or _file()[table] for entry in _file()[table][name]]
    return "(?:" + "|".join(map(_filled, entries)) + ")"


def _filled(entry: str) -> str:
    """`entry` with `{piece}` replaced by what the piece stands for."""
    return re.sub(r"\{([a-z]+)\}", lambda match: alternatives("pieces", match.group(1)), entry)


@cache
def common_words() -> dict[str, list[str]]:
    """The commonest words of each language, by its ISO 639-1 code."""
    return {language: words.split() for language, words in _file()["languages"].items()}


def entries(table: str, name: str) -> list[str]:
    """The entries of one list, as they stand."""
    return list(_file()[table][name])


def name_pattern(*lists: str) -> str:
    """A regular expression for the words of `lists` as parts of a class or id."""
    return f"(?:^|[\\s_-]){alternatives('names', *lists)}(?:[\\s_-]|$)"


@cache
def box_words() -> dict[str, list[tuple[str, ...]]]:
    """For each group of words in classes and ids, its entries: one word, or several that have to be there together."""
    return {name: [tuple(entry.split("+")) for entry in words.split()] for name, words in _file()["boxes"].items()}


@cache
def month_names() -> tuple[tuple[str, int], ...]:
    """Beginnings of the names of months in many languages, each with the number of its month."""
    return tuple(
        (beginning, number)
        for number, beginnings in enumerate(_file()["months"]["beginnings"], 1)
        for beginning in beginnings.split()
    )
