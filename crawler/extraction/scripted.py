"""The article in a page's scripts, for pages that a browser builds from data (`__NEXT_DATA__`, `self.__next_f.push`).

No script is run. Of all string literals the one with most running text is taken: markup as the editor's system keeps
it, or plain text as JSON-LD's `articleBody`. Literals within literals are looked at too: data are often quoted twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block, paragraphs
from crawler.extraction.folding import size_of
from crawler.extraction.parse import parse_page
from crawler.extraction.prune import prune
from crawler.extraction.survey import blocks_of

LONG = 300
"""Characters of a literal that may be an article's text."""

AT_MOST = 5_000_000
"""Characters of scripts that are looked at."""

DEPTH = 3
"""Literals within literals that are opened."""

RUNNING = 60
"""Size of a paragraph that tells prose from names and addresses."""

_LITERAL = re.compile(r'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"')
_MARKUP = re.compile(r"<(?:p|div|br|h\d|li)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?。！？…][\"'”’»)\]」]*(?:\s|$|<)|[。！？]")
_CODE = re.compile(r"[{};]\s|function\s*\(|=>|https?://\S+\s*,")


def scripted_blocks(tree: HtmlElement) -> list[Block]:
    """The blocks of the longest text in the scripts of the page `tree`; none where there is no prose in them."""
    best: list[Block] = []
    most = 0.0
    left = AT_MOST
    for script in tree.iter("script"):
        text = script.text or ""
        left -= len(text)
        if left < 0:
            break
        for literal in _literals(text, DEPTH):
            blocks = _blocks(literal)
            size = sum(size for block in blocks if (size := size_of(block.text)) >= RUNNING)
            if size > most:
                best, most = blocks, size
    return best


def _literals(text: str, depth: int) -> Iterator[str]:
    """The long strings in `text`, and those within them."""
    for match in _LITERAL.finditer(text):
        if match.end() - match.start() < LONG:
            continue
        try:
            literal = json.loads(f'"{match.group(1)}"')
        except ValueError:
            continue
        if len(literal) < LONG:
            continue
        if depth > 1 and '":' in literal:
            yield from _literals(literal, depth - 1)
        elif _SENTENCE.search(literal) and not _CODE.search(literal[:LONG]):
            yield literal


def _blocks(literal: str) -> list[Block]:
    if not _MARKUP.search(literal):
        return [Block(part) for part in paragraphs(literal)]
    tree = parse_page(f"<html><body>{literal}</body></html>")
    if tree is None:
        return []
    prune(tree)
    return blocks_of(tree)
