"""What is wrong with a source file, as lines for people: where, what was found, what is allowed, the nearest key."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.sources.describe import LIST_OF, KeyDescription, all_tables, found, keys_of, table_class
from crawler.sources.model import Extraction, Source, Table
from crawler.sources.positions import KeyPath, key_lines, line_of

NAME_IS_NO_KEY = "a source is named by its file; remove this key (the name for people is `title`)"


def describe_problems(error: ValidationError, text: str) -> list[str]:
    """A line for each problem that the model found with the TOML `text`, in the order of the file."""
    lines = key_lines(text)
    located = [(line_of(lines, details["loc"]), _problem(details)) for details in error.errors()]
    located.sort(key=lambda item: item[0] or 0)
    return [f"line {line}, {problem}" if line else problem for line, problem in located]


def _problem(details: ErrorDetails) -> str:
    where, model = dotted(details["loc"]), _table_at(details["loc"])
    name = next((str(part) for part in reversed(details["loc"]) if isinstance(part, str)), "")
    if details["type"] == "extra_forbidden":
        return f"{where}: {unknown_key(model, name)}"
    described = _key(model, name)
    allowed = f"allowed: {described.allowed if described else _table_words(model, name)}"
    if details["type"] == "missing":
        example = f"; for example: {name} = {described.example}" if described else ""
        return f"{where}: missing, and it must be given{example}"
    if isinstance(details["loc"][-1], int):
        allowed = allowed.replace(LIST_OF, "")
    return f"{where}: found {found(details['input'])}{_reason(details, name)}; {allowed}"


def _reason(details: ErrorDetails, name: str) -> str:
    """Why a value was refused, where "allowed" alone does not say it."""
    if details["type"] == "value_error":
        return f": {details['ctx']['error']}"
    if details["type"] == "tuple_type" and isinstance(details["input"], str):
        return f": a list is written {name} = [{found(details['input'])}]"
    return ""


def unknown_key(model: type[Table], name: str) -> str:
    """What to say of a key that the table `model` does not have."""
    here = [key for key in model.model_fields if model is not Source or key != "name"]
    if model is Source and name == "name":
        return NAME_IS_NO_KEY
    if near := get_close_matches(name.lower(), here, n=1, cutoff=0.7):
        hint = f'; did you mean "{near[0]}"?'
    else:
        hint = _where_it_belongs(name)
    return (
        f"unknown key{hint} Allowed here: {', '.join(here)}"
        if hint
        else f"unknown key; allowed here: {', '.join(here)}"
    )


def _where_it_belongs(name: str) -> str:
    """The hint for a key that another table has: most often a key of the top that was written below a table."""
    for path, model in all_tables():
        if name in model.model_fields and not (model is Source and name == "name"):
            return (
                f'; "{name}" belongs in the table [{path}].' if path else f'; "{name}" belongs above the first [table].'
            )
    return ""


def dotted(loc: KeyPath) -> str:
    """The place of a value: articles.include[1]."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _table_at(loc: KeyPath) -> type[Table]:
    """The table that the last key of `loc` is in."""
    model: type[Table] = Source
    names = [part for part in loc if isinstance(part, str)]
    for name in names[:-1]:
        model = table_class(model, name) or model
    return model


def _table_words(model: type[Table], name: str) -> str:
    if model is Extraction:
        return f"one or more tables, each headed [[extraction.{name}]]"
    return f"the keys of the table [{name}]"


def _key(model: type[Table], name: str) -> KeyDescription | None:
    described: dict[str, Any] = {key.name: key for key in keys_of(model)}
    return described.get(name)
