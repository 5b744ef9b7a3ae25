"""Every key of a source with its value and where that comes from: the file, and on which line, or the default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.sources.describe import as_toml, keys_of, table_class
from crawler.sources.model import Source, Table
from crawler.sources.positions import KeyPath, key_lines
from crawler.sources.reading import read_text

DEFAULT = "default"


@dataclass(frozen=True)
class Explained:
    """A header or a key of a source, as a line of TOML, and where it comes from ("" for a header)."""

    toml: str
    origin: str = ""


def explain_source(source: Source, path: Path) -> Iterator[Explained]:
    """The whole source as lines of TOML that mean the same as its file at `path`. Raises SourceError."""
    return _explain_table(source, (), key_lines(read_text(path)))


def _explain_table(table: Table, path: KeyPath, lines: dict[KeyPath, int]) -> Iterator[Explained]:
    names = [part for part in path if isinstance(part, str)]
    if names:
        dotted = ".".join(names)
        yield Explained("")
        yield Explained(f"[[{dotted}]]" if isinstance(path[-1], int) else f"[{dotted}]")
    for key in keys_of(type(table)):
        line = lines.get((*path, key.name))
        yield Explained(f"{key.name} = {as_toml(getattr(table, key.name))}", f"line {line}" if line else DEFAULT)
    for name in type(table).model_fields:
        if table_class(type(table), name):
            inner = getattr(table, name)
            for index, item in enumerate(inner if isinstance(inner, tuple) else ()):
                yield from _explain_table(item, (*path, name, index), lines)
            if isinstance(inner, Table):
                yield from _explain_table(inner, (*path, name), lines)


def aligned(lines: Iterator[Explained], width: int = 60) -> str:
    """The lines with their origins as comments, in one column where `width` characters suffice."""
    return "".join(f"{line.toml:{width}}  # {line.origin}\n" if line.origin else f"{line.toml}\n" for line in lines)
