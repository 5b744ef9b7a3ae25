"""Where on the page the article stands, and its blocks of text."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.readability_lxml import Document
from trafilatura.settings import Document as Extracted

from crawler.extraction.blocks import Block, clean_text
from crawler.extraction.consensus import as_on_page, most_agreed
from crawler.extraction.elements import Elements
from crawler.extraction.metadata import Metadata
from crawler.extraction.parse import parse_page, remove
from crawler.extraction.place import beside, elements_at, place_of, running_beside, size
from crawler.extraction.prune import prune
from crawler.extraction.reader import DOUBTFUL, SHORT, Reading, read_article
from crawler.extraction.rules import Rules, select
from crawler.extraction.scripted import scripted_blocks
from crawler.extraction.survey import Survey, blocks_of, survey
from crawler.extraction.template import Place

NO_BREAK_SPACE = "\xa0"
STAND_IN = "\U0001d332"
"""Stands for a no-break space while trafilatura, which would make it an ordinary one, works on the page."""

_WITH_NO_BREAK_SPACE = etree.XPath(".//text()[contains(., '\xa0') and normalize-space(translate(., '\xa0', ' '))]")

# What trafilatura logs of a page is for its own developers; a page without text has a reason of its own here.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("readability").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks of an article, and the place on its page that holds them (`crawler.extraction.place`), if one does."""

    blocks: list[Block]
    place: str | None = None
    page: Survey | None = None
    """What of the page was looked through to find them."""


def body_of(
    tree: HtmlElement,
    rules: Rules,
    metadata: Metadata,
    places: Sequence[Place] = (),
    elements: Elements | None = None,
) -> Body:
    """The article on the page `tree`; without blocks where there is no article.

    Containers that the source names (`keep`) are taken as they are, but for furniture; where none of them is on
    the page, or no rule names any, the reader finds the article, in the first of `places` that is on the page if it
    can, and where it is in doubt others are asked. `elements` are those of the page, where they have been gathered.
    """
    if rules.drop or rules.keep:
        tree, elements = copy.deepcopy(tree), None
    for element in select(tree, rules.drop):
        remove(element)
    kept = _kept_blocks(tree, rules)
    body = Body(kept) if kept else _found_body(tree, metadata, places, elements)
    for block in body.blocks:
        block.text = clean_text(block.text)
        if not rules.no_break_spaces:
            block.text = block.text.replace(NO_BREAK_SPACE, " ")
    return Body([block for block in body.blocks if block.text.strip()], body.place, body.page)


def _kept_blocks(tree: HtmlElement, rules: Rules) -> list[Block]:
    kept = _outermost(select(tree, rules.keep)) if rules.keep else []
    if not kept:
        return []
    prune(tree, kept)
    return [block for container in kept for block in blocks_of(container)]


def _found_body(tree: HtmlElement, metadata: Metadata, places: Sequence[Place], elements: Elements | None) -> Body:
    """The article as the reader finds it; where that is doubtful, what most of several extractors agree on."""
    placed = _placed_body(tree, metadata, places, elements or Elements(tree)) if places else None
    if placed and placed.settled:
        return placed.body
    page = survey(tree)
    reading = _read(page, metadata)
    if reading.doubt < DOUBTFUL:
        return Body(reading.blocks, place_of(reading.found), page)
    if placed and placed.doubt < DOUBTFUL and placed.body.blocks == reading.blocks:
        return placed.body
    pruned = copy.deepcopy(tree)
    _spell_out_quotes(pruned)
    prune(pruned)
    others = [blocks for blocks in (_by_trafilatura(pruned), _by_readability(pruned)) if blocks]
    on_page = [found.block for found in page.found]
    asked = [placed.body] if placed else []
    asked += [Body(blocks, None, page) for blocks in (reading.blocks, *(as_on_page(on_page, one) for one in others))]
    agreed = asked[most_agreed([body.blocks for body in asked])]
    return agreed if size(agreed.blocks) >= SHORT else max(agreed, Body(scripted_blocks(tree), None, page), key=_length)


class _Placed(NamedTuple):
    """What the reader found at a known place, with its doubt; `settled` where it is surely the article."""

    body: Body
    doubt: float
    settled: bool


def _placed_body(tree: HtmlElement, metadata: Metadata, places: Sequence[Place], elements: Elements) -> _Placed | None:
    """What the reader finds in the first of `places` that is on the page."""
    for place in places:
        if at := elements_at(elements, place.path):
            page = survey(tree, beside(at))
            reading = _read(page, metadata)
            read = size(reading.blocks)
            # Little text in the place and much beside it: the article may for once stand elsewhere.
            settled = reading.doubt < DOUBTFUL and (read >= place.size or read >= running_beside(tree, at))
            return _Placed(Body(reading.blocks, place.path, page), reading.doubt, settled)
    return None


def _length(body: Body) -> float:
    return size(body.blocks)


def _read(page: Survey, metadata: Metadata) -> Reading:
    return read_article(page, metadata.title, metadata.stated_body, metadata.description or "", metadata.authors)


def _outermost(elements: Sequence[HtmlElement]) -> list[HtmlElement]:
    """The elements that lie in no other of them, in the order of the page."""
    chosen = set(elements)
    outer = [element for element in elements if not any(above in chosen for above in element.iterancestors())]
    if len(outer) < 2:
        return outer
    wanted = set(outer)
    return [element for element in outer[0].getroottree().iter() if element in wanted]


def _spell_out_quotes(tree: HtmlElement) -> None:
    """Put quotation marks around each `<q>`, as browsers print them and `survey` reads them."""
    for quote in tree.iter("q"):
        quote.tag = "span"
        quote.text = "“" + (quote.text or "")
        if len(quote):
            quote[-1].tail = (quote[-1].tail or "") + "”"
        else:
            quote.text += "”"


def _by_readability(tree: HtmlElement) -> list[Block]:
    """What readability takes for the article; `tree` is spent."""
    try:
        summary = Document(tree, min_text_length=25).summary()
    except (etree.LxmlError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return []
    page = parse_page(summary)
    return blocks_of(page) if page is not None else []


def _by_trafilatura(tree: HtmlElement) -> list[Block]:
    page = copy.deepcopy(tree)
    for text in _WITH_NO_BREAK_SPACE(page):
        _replace(text, text.replace(NO_BREAK_SPACE, STAND_IN))
    try:
        # Its fallbacks are left out: they cost as much again, and readability is asked by itself.
        document = bare_extraction(page, fast=True, include_comments=False, with_metadata=False, deduplicate=False)
    except RecursionError:  # lists in lists, hundreds deep
        return []
    if not isinstance(document, Extracted) or document.body is None:
        return []
    blocks = blocks_of(document.body)
    for block in blocks:
        block.text = block.text.replace(STAND_IN, NO_BREAK_SPACE).strip()
    return blocks


def _replace(text: etree._ElementUnicodeResult, new: str) -> None:
    parent = text.getparent()
    if parent is None:
        return
    if text.is_tail:
        parent.tail = new
    else:
        parent.text = new
