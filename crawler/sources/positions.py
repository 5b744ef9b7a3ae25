"""On which line of a TOML text a key stands, which the standard library's parser does not tell."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""Names of tables and keys, and the index of an item in a list: ("articles", "include", 1)."""

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r]+|\#[^\n]*)
      | (?P<newline>\n)
      | (?P<string>"{3}(?:\\.|[^\\])*?"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
      | (?P<mark>[\[\]{},=.])
      | (?P<bare>[^\s\[\]{},=.\#"']+)""",
    re.VERBOSE | re.DOTALL,
)
_Token = tuple[str, str, int]
"""Kind, text and line."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line (from 1) of each table header, key and list item in `text`, which must be valid TOML."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    seen: Counter[KeyPath] = Counter()
    for statement in _statements(text):
        if statement[0][1] != "[":
            _note_key(lines, table, statement)
            continue
        table = _names(statement)
        if statement[1][1] == "[":
            seen[table] += 1
            table = (*table, seen[table] - 1)
        lines[table] = statement[0][2]
        lines.setdefault(table[:1], statement[0][2])
    return lines


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """The line of `path`, else of the innermost table or list around it; None where that is the whole file."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _note_key(lines: dict[KeyPath, int], table: KeyPath, statement: list[_Token]) -> None:
    """Note the lines of a `key = value` statement: the key's, and those of its items where the value is a list."""
    equals = next(at for at, token in enumerate(statement) if token[1] == "=" and token[0] == "mark")
    path = (*table, *_names(statement[:equals]))
    lines[path] = statement[0][2]
    depth, index, waiting = 0, 0, True
    for kind, token, line in statement[equals + 1 :]:
        if depth == 1 and waiting and token != "]":
            lines[(*path, index)], waiting = line, False
        if kind == "mark" and token in "[{":
            depth += 1
        elif kind == "mark" and token in "]}":
            depth -= 1
        elif token == "," and depth == 1:
            index, waiting = index + 1, True


def _statements(text: str) -> Iterator[list[_Token]]:
    """The statements of `text` (headers and assignments), which end with a line outside brackets."""
    statement: list[_Token] = []
    depth = 0
    for kind, token, line in _tokens(text):
        if kind == "newline":
            if depth == 0 and statement:
                yield statement
                statement = []
            continue
        statement.append((kind, token, line))
        if kind == "mark":
            depth += (token in "[{") - (token in "]}")
    if statement:
        yield statement


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            yield str(match.lastgroup), match[0], line
        line += match[0].count("\n")


def _names(statement: list[_Token]) -> KeyPath:
    """The names of a dotted key, unquoted by the TOML parser itself."""
    return tuple(_unquote(token) for kind, token, _ in statement if kind in ("bare", "string"))


def _unquote(token: str) -> str:
    return str(tomllib.loads(f"name = {token}")["name"]) if token[0] in "\"'" else token
