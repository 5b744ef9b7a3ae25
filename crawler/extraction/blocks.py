"""An article's body as blocks of text, and the blocks as the text file: one form for every article.

::

    Title

    A paragraph, however its source was broken into lines, on one line.

    A heading

    - an item of a list
    - another

    A cell | of a table | in its row
    the next row | of it | follows
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from crawler.extraction.parse import squeeze

Kind = Literal["paragraph", "heading", "item", "quote", "row"]

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "head"})
ITEMS = frozenset({"li", "item", "dt", "dd"})
QUOTES = frozenset({"blockquote", "quote"})
CELLS = frozenset({"td", "th", "cell"})
ROWS = frozenset({"tr", "row"})
BREAKS = frozenset({"br", "lb"})
OTHER_BLOCKS = frozenset(
    (
        *(
            "html",
            "body",
            "main",
            "article",
            "section",
            "aside",
            "header",
            "footer",
            "nav",
            "div",
            "p",
        ),
        *(
            "ab",
            "address",
            "center",
            "details",
            "summary",
            "dialog",
            "dl",
            "ol",
            "ul",
            "list",
            "figure",
        ),
        *(
            "figcaption",
            "form",
            "fieldset",
            "hr",
            "pre",
            "code",
            "table",
            "thead",
            "tbody",
            "tfoot",
            "caption",
        ),
        *(
            "hgroup",
            "noscript",
        ),
    )
)
BLOCK_TAGS = HEADINGS | ITEMS | QUOTES | CELLS | ROWS | OTHER_BLOCKS
SKIPPED = frozenset(
    (
        *(
            "script",
            "style",
            "template",
            "title",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "applet",
        ),
        *(
            "audio",
            "video",
            "canvas",
            "map",
            "select",
            "option",
            "button",
            "input",
            "textarea",
            "noscript",
            "img",
        ),
        *(
            "graphic",
            "rp",
            "rt",
            "meta",
            "link",
        ),
    )
)
UNCLOSED = frozenset({"button", "select", "object"})
"""Of those, the ones that hold the rest of the page where their end tag is missing or stands at a wrong place."""

VERSE_LINE = 80
"""Lines between single breaks that are all shorter than this, in characters, are verse or an address, and stay."""

CELL_LENGTH = 200
"""A table with a longer cell is a layout, not a table of data."""

_SENTENCE_END = re.compile(r"[.!?…:。！？][\"'”’»)\]」]*$")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u2060\ufeff\ufffe\uffff\u00ad\ue000-\uf8ff]")


@dataclass(slots=True)
class Block:
    """A paragraph or its like: its text on one line (verse and rows on several), and what it is.

    `marker` leads an item in the text file ("- ", "1. "); it is no part of `text`.
    """

    text: str
    kind: Kind = "paragraph"
    marker: str = ""


_BLANK_LINE = re.compile(r"\n\s*\n")


def paragraphs(text: str) -> Iterator[str]:
    """`text` with line breaks as paragraphs: blank lines divide, and so do breaks after whole sentences."""
    if "\n" not in text:
        if line := squeeze(text):
            yield line
        return
    for part in _BLANK_LINE.split(text):
        lines = [line for line in map(squeeze, part.split("\n")) if line]
        if len(lines) > 1 and all(len(line) < VERSE_LINE for line in lines):
            yield "\n".join(lines)
            continue
        kept = ""
        for line in lines:
            if kept and _SENTENCE_END.search(kept):
                yield kept
                kept = line
            else:
                kept = f"{kept} {line}" if kept else line
        if kept:
            yield kept


def marker_of(item: HtmlElement) -> str:
    """What leads an item of a list in the text file: a hyphen, or its number in an ordered list."""
    parent = item.getparent()
    ordered = parent is not None and (parent.tag == "ol" or parent.get("rend") == "ol")
    if not ordered or parent is None:
        return "- "
    before = sum(1 for sibling in item.itersiblings(preceding=True) if sibling.tag == item.tag)
    return f"{before + 1}. "


def holds_data(table: HtmlElement) -> bool:
    """Whether `table` is one of data: several short cells a row. Old pages lay out whole articles in tables."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    cells = list(table.iterdescendants(*CELLS))
    return len(cells) >= 2 and all(len("".join(cell.itertext())) < CELL_LENGTH for cell in cells)


def clean_text(text: str) -> str:
    """`text` in Unicode's composed form (NFC), without control, zero-width and private-use characters."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():
        return text
    return _CONTROL.sub("", text) if _CONTROL.search(text) else text


def text_file(title: str, blocks: Iterable[Block]) -> str:
    """The whole text of an article: title, blank line, blocks with blank lines between, one final newline."""
    parts = [title]
    previous: Kind = "paragraph"
    for block in blocks:
        close = block.kind == previous and block.kind in ("item", "row")
        parts.append(("\n" if close else "\n\n") + block.marker + block.text)
        previous = block.kind
    return "".join(parts).strip() + "\n"
