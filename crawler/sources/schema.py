"""The JSON Schema of a source file, with which editors complete and check it."""

from __future__ import annotations

import json
from typing import Any

from crawler.sources.model import Source

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the TOML extensions of the usual editors understand."""


def source_schema() -> dict[str, Any]:
    """The schema as a JSON value; TOML days are texts in it, as JSON has none."""
    schema = Source.model_json_schema()
    _tidy(schema)
    for properties in (schema["properties"], *(table["properties"] for table in schema["$defs"].values())):
        for described in properties.values():
            _tidy(described)
    return {"$schema": DIALECT, **schema, "title": "A news source of Broadsheet"}


def schema_text() -> str:
    """The schema as it stands in docs/source.schema.json."""
    return json.dumps(source_schema(), ensure_ascii=False, indent=2) + "\n"


def _tidy(described: dict[str, Any]) -> None:
    """Drop titles that only repeat names and defaults that repeat whole tables; say the unit where editors show it."""
    described.pop("title", None)
    if "$ref" in described:
        described.pop("default", None)
    if unit := described.pop("unit", None):
        described["description"] += f" Unit: {unit}."
