"""What is written about source files: the manual and the JSON Schema say what the model says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.sources.describe import KeyDescription, all_tables, as_toml, found, keys_of
from crawler.sources.model import Source
from crawler.sources.reference import PAGE, SCHEMA, update, with_reference
from crawler.sources.schema import schema_text, source_schema

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / PAGE).read_text(encoding="utf-8")
KEYS = [key for path, model in all_tables() for key in keys_of(model, path)]
REMEDY = "run: python -m crawler.sources.reference"


def test_the_manual_holds_the_reference_of_the_model() -> None:
    assert with_reference(MANUAL) == MANUAL, REMEDY


def test_the_schema_beside_it_is_that_of_the_model() -> None:
    assert (DOCS / SCHEMA).read_text(encoding="utf-8") == schema_text(), REMEDY


def test_update_makes_both_anew_and_leaves_the_rest_of_the_manual(tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text(re.sub(r"\| `delay`.*\n", "", MANUAL), encoding="utf-8")
    update(tmp_path)
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == MANUAL
    assert (tmp_path / SCHEMA).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_every_key_has_a_meaning_a_kind_and_an_example(key: KeyDescription) -> None:
    assert key.description
    assert key.kind
    assert key.example


@pytest.mark.parametrize("key", [key for key in KEYS if key.table != "extraction.before"], ids=lambda key: key.path)
def test_every_example_is_accepted_and_is_not_the_default(key: KeyDescription) -> None:
    data: dict[str, Any] = {"name": "x", "title": "x", "homepage": "https://example.org/", "language": "en"}
    table = data.setdefault(key.table, {}) if key.table else data
    table[key.name] = tomllib.loads(f"value = {key.example}")["value"]
    assert Source.model_validate(data)
    assert key.example != key.default


def test_examples_of_the_manual_are_valid_sources() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    whole = [tomllib.loads(block) for block in blocks if "homepage" in block]
    assert whole
    for data in whole:
        assert Source.model_validate({"name": "x", **data})


def test_the_messages_that_the_manual_shows_are_those_that_are_given() -> None:
    shown = re.findall(r"^  line \d+, (.*?)(?: \.\.\.)?$", MANUAL, re.MULTILINE)
    given = (Path(__file__).parent / "broken" / "mistakes_of_the_manual.toml").read_text(encoding="utf-8")
    assert len(shown) == 3
    assert [line for line in shown if line not in given] == []


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    schema = source_schema()
    for table in (schema, *schema["$defs"].values()):
        yield from table["properties"].items()


def test_the_schema_has_every_key_but_not_the_name_of_the_file() -> None:
    names = [name for name, _ in properties()]
    tables = {path.rpartition(".")[2] for path, _ in all_tables() if path}
    assert set(names) == {key.name for key in KEYS} | tables
    assert source_schema()["required"] == ["title", "homepage", "language"]
    assert source_schema()["additionalProperties"] is False


def test_patterns_of_the_schema_accept_examples_and_defaults() -> None:
    for name, described in properties():
        pattern = described.get("pattern") or described.get("items", {}).get("pattern") or ""
        given = [*described.get("examples", []), described.get("default", [])]
        values = [item for value in given for item in (value if isinstance(value, list) else [value])]
        assert [value for value in values if pattern and not re.search(pattern, value)] == [], name


def test_the_schema_says_units() -> None:
    described = dict(properties())
    assert described["delay"]["description"].endswith("Unit: seconds.")
    assert "unit" not in json.dumps(described["delay"])


@pytest.mark.parametrize(
    ("value", "toml"),
    [
        ("plain", '"plain"'),
        (r"a\d", r"'a\d'"),
        ("it's \\d", '"it\'s \\\\d"'),
        ("two\nlines", r'"two\nlines"'),
        ("del\x7f", r'"del\u007f"'),
        (True, "true"),
        (20.0, "20"),
        (0.001, "0.001"),
        (("a", 1), '["a", 1]'),
    ],
)
def test_values_are_written_as_toml_reads_them(value: object, toml: str) -> None:
    assert as_toml(value) == toml
    read = tomllib.loads(f"value = {toml}")["value"]
    assert read == (list(value) if isinstance(value, tuple) else value)


def test_a_long_wrong_value_is_shown_shortened() -> None:
    assert found("x" * 200) == f'"{"x" * 79}...'
