"""The reference of all keys in docs/sources.md, and the JSON Schema beside it, both made from the model.

After a change of the model: `python -m crawler.sources.reference`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from crawler.sources.describe import KeyDescription, all_tables, keys_of
from crawler.sources.model import DatedRules, Table
from crawler.sources.schema import schema_text

PAGE = "sources.md"
SCHEMA = "source.schema.json"
BEGIN, END = "<!-- keys: made by `python -m crawler.sources.reference` -->", "<!-- end of keys -->"


def reference_text() -> str:
    """The reference in Markdown: a section for each table, a row for each key."""
    return "\n".join(_section(path, model) for path, model in all_tables())


def with_reference(page: str) -> str:
    """The text of docs/sources.md with its reference made anew; the rest of it as it is."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{reference_text()}\n{END}{after}"


def update(docs: Path) -> None:
    """Make the reference and the schema in the folder `docs` anew."""
    page = docs / PAGE
    page.write_text(with_reference(page.read_text(encoding="utf-8")), encoding="utf-8")
    (docs / SCHEMA).write_text(schema_text(), encoding="utf-8")


def _section(path: str, model: type[Table]) -> str:
    inherited = {key.name for key in keys_of(model.__bases__[0])} if model is DatedRules else set()
    rows = [_row(key) for key in keys_of(model, path) if key.name not in inherited]
    also = ["The keys of `[extraction]`, and:", ""] if inherited else []
    header = ["| key | what it means | what may stand there | default | example |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"### {_heading(path, model)}", "", *_intro(model, path), *also, *header, *rows, ""])


def _heading(path: str, model: type[Table]) -> str:
    if not path:
        return "At the top of the file"
    return f"`[[{path}]]`" if model is DatedRules else f"`[{path}]`"


def _intro(model: type[Table], path: str) -> list[str]:
    return [model.__doc__ or "", ""] if path else []


def _row(key: KeyDescription) -> str:
    default = _code(key.default) if key.default is not None else "**must be given**"
    return f"| `{key.name}` | {_cell(key.description)} | {_cell(key.allowed)} | {default} | {_code(key.example)} |"


def _cell(text: str) -> str:
    return re.sub(r"([|*_\[\]])", r"\\\1", text) if "`" not in text else text.replace("|", r"\|")


def _code(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


if __name__ == "__main__":
    update(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
