"""The keys of the model in words: for error messages, the documentation and `scrapy sources show`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from crawler.sources.kinds import Kind
from crawler.sources.model import Source, Table

PLAIN: dict[object, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    date: "day without quotes, such as 2026-11-22",
}
LIST_OF = "list of: "
LONGEST_VALUE = 80
"""Characters of a wrong value that an error message shows."""


@dataclass(frozen=True)
class KeyDescription:
    """One key: its table as a dotted path ("" at the top), and what may stand behind it."""

    table: str
    name: str
    kind: str
    limits: str
    unit: str
    default: str | None
    """As TOML writes it; None where the key must be given."""
    example: str
    description: str

    @property
    def path(self) -> str:
        """The dotted path of the key, such as "politeness.delay"."""
        return f"{self.table}.{self.name}" if self.table else self.name

    @property
    def allowed(self) -> str:
        """What may stand behind the key, such as "number, at least 0.001 (seconds)"."""
        words = f"{self.kind}, {self.limits}" if self.limits else self.kind
        return f"{words} ({self.unit})" if self.unit else words


def all_tables(model: type[Table] = Source, path: str = "") -> Iterator[tuple[str, type[Table]]]:
    """Each table of a source file as (dotted path, class), the top level first with the path ""."""
    yield path, model
    for name in model.model_fields:
        if inner := table_class(model, name):
            yield from all_tables(inner, f"{path}.{name}" if path else name)


def table_class(model: type[Table], name: str) -> type[Table] | None:
    """The class of the table (or of each table of the list) behind key `name`; None where a value stands there."""
    annotation = model.model_fields[name].annotation
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, Table):
            return candidate
    return None


def keys_of(model: type[Table], path: str = "") -> Iterator[KeyDescription]:
    """The keys of a table that hold values, in the order of the model; not its inner tables, not the name."""
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        if table_class(model, name) is None and not (model is Source and name == "name"):
            yield _describe(path, name, hints[name], field)


def find_key(path: str, name: str) -> KeyDescription:
    """The description of one key; raises KeyError where there is none."""
    model = dict(all_tables())[path]
    return {key.name: key for key in keys_of(model, path)}[name]


def _describe(path: str, name: str, hint: Any, field: FieldInfo) -> KeyDescription:
    extra = field.json_schema_extra
    return KeyDescription(
        table=path,
        name=name,
        kind=words_of(hint),
        limits=_limits(field),
        unit=str(extra.get("unit", "")) if isinstance(extra, dict) else "",
        default=None if field.is_required() else as_toml(field.default),
        example=as_toml(field.examples[0]) if field.examples else "",
        description=field.description or "",
    )


def words_of(hint: Any) -> str:
    """A type of the model in words: its Kind where it has one, else what Python's type means in TOML."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        kinds = [extra.words for extra in arguments[1:] if isinstance(extra, Kind)]
        return kinds[0] if kinds else words_of(arguments[0])
    if origin is tuple:
        return f"{LIST_OF}{words_of(arguments[0])}"
    if origin is Literal:
        return "one of " + ", ".join(as_toml(value) for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(words_of(argument) for argument in arguments)
    return PLAIN[hint]


def _limits(field: FieldInfo) -> str:
    words = []
    for limit in field.metadata:
        match limit:
            case Ge(ge=least):
                words.append(f"at least {least}")
            case Gt(gt=bound):
                words.append(f"more than {bound}")
            case Le(le=most):
                words.append(f"at most {most}")
            case Lt(lt=bound):
                words.append(f"less than {bound}")
    return ", ".join(words)


def as_toml(value: object) -> str:
    """A value as a source file would write it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            quoted = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
            return f"'{value}'" if "\\" in quoted and value.isprintable() and "'" not in value else quoted
        case date() | time():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(as_toml(item) for item in value)}]"
        case float():
            return f"{value:g}"
    return str(value)


def found(value: object) -> str:
    """A wrong value in words for an error message: the value, shortened, and what it is."""
    names = {bool: "", str: "", int: "a whole number", float: "a number", list: "a list", dict: "a table"}
    names |= {datetime: "a day with a time", date: "a day", time: "a time of day"}
    shown = "{...}" if isinstance(value, dict) else as_toml(value)
    shown = shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}..."
    name = names.get(type(value), "")
    return f"{shown} ({name})" if name else shown
