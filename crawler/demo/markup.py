"""The small markup that the newspaper's stories are written in, and the clean text that a story should give.

Blocks are set apart by blank lines; the start of a block says what it is::

    ## A crosshead                     - a list                 1. a numbered list
    > a quotation                      | a | table | row |      !picture | caption | credit
    +slug  a "read also" teaser        $newsletter  a promotion
    ===  the text goes on in another container                  >>>  the text goes on on another page

Within a line, `[words](/address)` is a link and `*words*` are stressed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

Kind = Literal[
    "paragraph", "heading", "list", "ordered", "quote", "table", "figure", "teaser", "promotion", "container", "page"
]

MARKS: tuple[tuple[str, Kind], ...] = (
    ("## ", "heading"),
    ("- ", "list"),
    ("1. ", "ordered"),
    (">>>", "page"),
    ("> ", "quote"),
    ("| ", "table"),
    ("!", "figure"),
    ("+", "teaser"),
    ("$", "promotion"),
    ("===", "container"),
)

LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
STRESS = re.compile(r"\*([^*]+)\*")
NUMBER = re.compile(r"\d+\. ")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a story; `lines` are without the mark that made the block what it is."""

    kind: Kind
    lines: tuple[str, ...]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a table, or the fields of a figure: picture, caption, credit."""
        return [[cell.strip() for cell in line.strip("| ").split("|")] for line in self.lines]


def parse(body: str) -> tuple[Block, ...]:
    """The blocks of a story, in order."""
    return tuple(_block(piece.splitlines()) for piece in re.split(r"\n\s*\n", body.strip()) if piece.strip())


def pages(blocks: Iterable[Block]) -> list[tuple[Block, ...]]:
    """The blocks of each page of a story; most stories have one page."""
    whole: list[list[Block]] = [[]]
    for block in blocks:
        if block.kind == "page":
            whole.append([])
        else:
            whole[-1].append(block)
    return [tuple(page) for page in whole]


def inline(text: str) -> Markup:
    """A line as HTML, with its links and stress."""
    linked = LINK.sub(r'<a href="\2">\1</a>', str(escape(text)))
    return Markup(STRESS.sub(r"<em>\1</em>", linked))


def plain(text: str) -> str:
    """A line as the clean text has it."""
    return STRESS.sub(r"\1", LINK.sub(r"\1", text))


def clean_text(title: str, standfirst: str, blocks: Iterable[Block]) -> str:
    """The whole text file of a story: title, blank line, blocks with blank lines between, one final newline."""
    paragraphs = [title, *([standfirst] if standfirst else []), *filter(None, map(_clean, blocks))]
    return "\n\n".join(paragraphs) + "\n"


def _block(lines: list[str]) -> Block:
    for mark, kind in MARKS:
        if lines[0].startswith(mark):
            return Block(kind, tuple(_unmark(line, mark, kind) for line in lines))
    return Block("paragraph", (" ".join(line.strip() for line in lines),))


def _unmark(line: str, mark: str, kind: Kind) -> str:
    return NUMBER.sub("", line, count=1) if kind == "ordered" else line.removeprefix(mark).strip()


def _clean(block: Block) -> str:
    lines = [plain(line) for line in block.lines]
    match block.kind:
        case "paragraph" | "heading":
            return lines[0]
        case "quote":
            return "\n\n".join(lines)
        case "list":
            return "\n".join(f"- {line}" for line in lines)
        case "ordered":
            return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
        case "table":
            return "\n".join(" | ".join(row) for row in block.rows)
        case _:
            return ""
