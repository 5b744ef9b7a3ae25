"""A page surveyed: every block of text on it, with the boxes that it stands in.

One walk over the tree, whatever is asked of it later: which blocks are the article's (`reader`), which recur on the
pages of a site (`template`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.blocks import (
    BLOCK_TAGS,
    BREAKS,
    CELLS,
    HEADINGS,
    ITEMS,
    QUOTES,
    ROWS,
    SKIPPED,
    UNCLOSED,
    Block,
    Kind,
    holds_data,
    marker_of,
    paragraphs,
)
from crawler.extraction.box_names import TAG_BITS, bits_of, is_unseen
from crawler.extraction.parse import has_paragraphs, single_spaced, squeeze

INLINE = frozenset(("span", "small", "label", "font"))
"""Elements within a line that may hold what is not seen in it."""

FURNITURE = frozenset(("nav", "footer"))
"""Elements for what every page of a site has. Of 37,000 lines in them, 151 were also in an article as people label it:
nearly all of them headings that a table of contents names."""

_MAYBE_SKIPPED = SKIPPED | UNCLOSED | INLINE | FURNITURE | {"head"}
_SURELY_READ = (BLOCK_TAGS | {"a", "b", "em", "i", "strong"}) - _MAYBE_SKIPPED
STRESSED = frozenset(("b", "strong", "em", "i", "u"))
HOLDERS = frozenset(("p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dd", "dt", "center"))
"""Tags that hold a block or two: the box that gathers an article's paragraphs is around them."""


@dataclass(slots=True, eq=False)
class Box:
    """An element that holds blocks: its tag, what its class and id say (`bits`), and the box around it.

    `path` names it in a way that is the same on other pages of the site: tags and classes from the root.
    """

    element: HtmlElement
    parent: Box | None
    depth: int
    tag: str
    bits: int
    above: int
    """The bits of all boxes around this one."""
    holder: Box = field(init=False)
    """The box that gathers paragraphs, from the one that is a paragraph; this one, where it is none."""
    good: float = 0.0
    """Characters of running text within; filled in by who needs it."""
    text: float = 0.0
    """Characters of any text within."""
    own: float = 0.0
    """Characters of running text in blocks that are directly in this box, or in paragraphs that are."""


@dataclass(slots=True)
class Found:
    """A block as it stands on its page: the box it is in, bits of inline elements, characters in links and stressed."""

    block: Block
    box: Box
    linked: int = 0
    bits: int = 0
    stressed: int = 0


@dataclass(slots=True)
class Survey:
    """All blocks of a page in order, and the boxes that hold them, outer before inner."""

    found: list[Found] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    alternatives: set[str] = field(default_factory=set)
    """What the pictures' `alt` and `title` say."""


def survey(root: HtmlElement, without: Collection[HtmlElement] = ()) -> Survey:
    """The blocks of the page below `root`, but for those in elements of `without`; the tree stays as it is."""
    walk = _Walk()
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped = None
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if (tag not in _SURELY_READ and element is not root and _is_skipped(element, tag)) or (
                without and element in without
            ):
                skipped = element
                walker.skip_subtree()
                if tag == "img":
                    walk.picture(element)
            else:
                walk.open(element, tag)
        else:
            if element is skipped:
                skipped = None
            else:
                walk.close(tag)
            if (tail := element.tail) and element is not root:
                walk.text(tail)
    walk.flush()
    return Survey(walk.found, walk.boxes, walk.alternatives)


def blocks_of(root: HtmlElement) -> list[Block]:
    """The blocks below `root`, in order: an element of an HTML page, or the body that trafilatura returns."""
    return [found.block for found in survey(root).found]


def _is_skipped(element: HtmlElement, tag: object) -> bool:
    """Whether an element holds no text to read; a `head` that has a rendition is a heading of trafilatura's.

    A button or the like with paragraphs in it was never closed in the page's source, and holds the rest of the page;
    so may a menu or a footer.
    """
    if tag not in _MAYBE_SKIPPED:
        return not isinstance(tag, str)
    if tag in UNCLOSED or tag in FURNITURE:
        return not has_paragraphs(element)
    if tag in INLINE:
        return bool(names := element.get("class")) and is_unseen(names)
    return tag in SKIPPED or element.get("rend") is None


class _Walk:
    """The state of a walk: open boxes, and the text since the last boundary of a block."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.boxes: list[Box] = []
        self._open: list[Box] = []
        self._buffer: list[str] = []
        self.alternatives: set[str] = set()
        self._linked = self._stressed = 0
        self._in_link = self._in_stress = 0
        self._bits = 0
        self._kinds: list[Kind] = []
        self._marker = ""
        self._tables: list[bool] = []
        self._cells: list[str] = []
        self._row_linked = 0

    def open(self, element: HtmlElement, tag: str) -> None:
        if tag in BLOCK_TAGS:
            self._open_block(element, tag)
        elif tag in BREAKS:
            self._buffer.append("\n")
        else:
            if tag == "a":
                self._in_link += 1
            elif tag in STRESSED:
                self._in_stress += 1
            elif tag == "q":
                self._buffer.append("“")
            self._bits |= bits_of(element, tag)
        if text := element.text:
            if tag == "pre":
                self._buffer.append(text)
            else:
                self.text(text)

    def _open_block(self, element: HtmlElement, tag: str) -> None:
        if self._tables and self._tables[-1]:
            return
        self.flush()
        parent = self._open[-1] if self._open else None
        bits = bits_of(element, tag) | TAG_BITS.get(tag, 0)
        if parent is None:
            box = Box(element, None, 0, tag, bits, 0)
        else:
            box = Box(element, parent, parent.depth + 1, tag, bits, parent.above | parent.bits)
        box.holder = parent.holder if parent is not None and tag in HOLDERS else box
        self._open.append(box)
        self.boxes.append(box)
        if tag == "table":
            self._tables.append(holds_data(element))
        elif tag in HEADINGS:
            self._kinds.append("paragraph" if has_paragraphs(element) else "heading")
        elif tag in ITEMS:
            self._kinds.append("item")
            self._marker = marker_of(element)
        elif tag in QUOTES:
            self._kinds.append("quote")

    def close(self, tag: str) -> None:
        if tag not in BLOCK_TAGS:
            if tag == "a":
                self._in_link -= 1
            elif tag in STRESSED:
                self._in_stress -= 1
            elif tag == "q":
                self._buffer.append("”")
            return
        if self._tables and self._tables[-1] and tag != "table":
            self._close_in_table(tag)
            return
        self.flush()
        self._open.pop()
        if tag == "table" and self._tables:
            self._tables.pop()
        elif (tag in HEADINGS or tag in ITEMS or tag in QUOTES) and self._kinds:
            self._kinds.pop()

    def _close_in_table(self, tag: str) -> None:
        if tag in CELLS:
            self._cells.append(squeeze("".join(self._buffer).replace("\n", " ")))
            self._buffer.clear()
        elif tag in ROWS:
            cells = [cell for cell in self._cells if cell]
            if cells:
                self.found.append(Found(Block(" | ".join(cells), "row"), self._open[-1], self._linked, self._bits))
            self._cells.clear()
            self._linked = self._bits = self._stressed = 0
        else:
            self._buffer.append(" ")

    def picture(self, element: HtmlElement) -> None:
        for said in (element.get("alt"), element.get("title")):
            if said and len(said) > 15:
                self.alternatives.add(squeeze(said))

    def text(self, text: str) -> None:
        if text.isspace() and text.isascii():
            # The line breaks of the source, between most elements; at the beginning of a block they are nothing.
            if self._buffer:
                self._buffer.append(" ")
            return
        text = single_spaced(text)
        self._buffer.append(text)
        if self._in_link > 0:
            self._linked += len(text.strip())
        if self._in_stress > 0:
            self._stressed += len(text.strip())

    def flush(self) -> None:
        """End the block that is being read."""
        if self._buffer:
            text = "".join(self._buffer)
            self._buffer.clear()
            if self._open and not text.isspace():
                self._add(text)
        self._linked = self._bits = self._stressed = 0

    def _add(self, text: str) -> None:
        kind = self._kinds[-1] if self._kinds else "paragraph"
        parts = list(paragraphs(text))
        total = sum(map(len, parts)) or 1
        for part in parts:
            block = Block(part, kind, self._marker if kind == "item" else "")
            linked, stressed = self._linked * len(part) // total, self._stressed * len(part) // total
            self.found.append(Found(block, self._open[-1], linked, self._bits, stressed))
            self._marker = ""
