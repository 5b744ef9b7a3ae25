"""One page, from bytes to the fields of an article, and the reason where it is none: a pure function."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lxml.html import HtmlElement

from crawler.extraction import EXTRACTOR
from crawler.extraction.blocks import Block, text_file
from crawler.extraction.body import NO_BREAK_SPACE, body_of
from crawler.extraction.choice import provenance_of
from crawler.extraction.ciphered import without_ciphered
from crawler.extraction.clean import clean_blocks
from crawler.extraction.dateline import credit_of
from crawler.extraction.decode import decode_page
from crawler.extraction.elements import Elements
from crawler.extraction.folding import fold
from crawler.extraction.language import language_choice
from crawler.extraction.metadata import Metadata, read_metadata
from crawler.extraction.page_links import page_links
from crawler.extraction.parse import parse_page
from crawler.extraction.rules import Rules
from crawler.extraction.template import Template
from crawler.extraction.verdict import Rejection, judge, refuse_bytes, refuse_page

Extracted = dict[str, Any]

HEAD_BLOCKS = 3
"""The standfirst is looked for among this many first blocks before it is put in front of them."""


@contextmanager
def _without_collections() -> Iterator[None]:
    """No collection of cycles meanwhile: what is made of a page is thousands of objects, none of them in a cycle, and
    each collection would walk over all of them; they go when the page is done."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collections()
def extract(
    body: bytes,
    content_type: str,
    url: str,
    rules: Rules,
    headers: Mapping[str, str] | None = None,
    template: Template | None = None,
) -> Extracted:
    """The fields of the article on a page; `rejected` (the reason) and `detail` (what showed it) where it is none.

    A page that has no text to look at (another type, a challenge, a consent wall) gives nothing but these two. Of any
    other the text is there beside the verdict: whoever asks for this one page knows better what it is.

    `body` has its content-encoding removed, `content_type` is the HTTP header, `url` the address that answered,
    `headers` those of the response (for reservations of rights), `template` what was learnt of the site. The fields
    are those of `crawler.items.Article` that come from the page, all of them primitives: dates in ISO 8601, the image
    a dictionary. `links` is what the page says of further pages and other forms of its article
    (`crawler.extraction.page_links`). The same arguments give the same result, in any process and at any time.
    """
    if refused := refuse_bytes(body, content_type or ""):
        return _rejected(refused)
    tree = page_tree(body, content_type)
    if tree is None:
        return _rejected(Rejection("not-html", "there is no markup that could be read"))
    if refused := refuse_page(tree, url):
        return _rejected(refused)
    elements = Elements(tree)
    metadata = read_metadata(tree, url, rules, headers, elements)
    found = body_of(tree, rules, metadata, template.places if template else (), elements)
    said = without_ciphered(found.blocks, metadata.stated_language) if metadata.paywalled else found.blocks
    cleaned = clean_blocks(said, metadata.title, rules.drop_lines, metadata.authors, metadata.headlines)
    blocks = template.without_furniture(cleaned) if template else cleaned
    left = set(map(id, blocks))
    removed = [block.text for block in cleaned if id(block) not in left]
    links = page_links(elements, url, metadata.canonical_url)
    # What is an article is not for the template to say: it could only make one too short.
    verdict = None if rules.part else judge(tree, url, metadata, _led(rules, metadata, cleaned), rules, found.page)
    fields = _fields(url, metadata, _led(rules, metadata, blocks), rules)
    fields |= {"place": found.place, "removed": removed, "links": links}
    return fields | _rejected(verdict) if verdict else fields


def _rejected(rejection: Rejection) -> Extracted:
    return {"rejected": rejection.reason, "detail": rejection.detail}


def _led(rules: Rules, metadata: Metadata, blocks: list[Block]) -> list[Block]:
    """`blocks` with the standfirst first where the source wants it, unless it stands at their head already."""
    standfirst = metadata.standfirst if rules.standfirst else None
    if not standfirst or any(fold(standfirst) in fold(block.text) for block in blocks[:HEAD_BLOCKS]):
        return blocks
    return [Block(standfirst), *blocks]


def _fields(url: str, metadata: Metadata, blocks: list[Block], rules: Rules) -> Extracted:
    title = metadata.title if rules.no_break_spaces else metadata.title.replace(NO_BREAK_SPACE, " ")
    text = text_file(title, blocks)
    credit = credit_of(blocks, metadata.agency, metadata.site_name)
    language = language_choice(text, metadata.stated_language, rules.language)
    return {
        "url": url,
        "title": title,
        "text": text,
        "language": language.value,
        "authors": metadata.authors,
        "agency": credit.agency,
        "dateline": credit.dateline,
        "published": metadata.published.iso if metadata.published else None,
        "published_precision": metadata.published.precision if metadata.published else None,
        "modified": metadata.modified.iso if metadata.modified else None,
        "section": metadata.section,
        "tags": metadata.tags,
        "site_name": metadata.site_name,
        "description": metadata.description,
        "standfirst": metadata.standfirst,
        "image": metadata.image,
        "canonical_url": metadata.canonical_url,
        "paywalled": metadata.paywalled,
        "rights": metadata.rights,
        "provenance": metadata.provenance | credit.provenance | provenance_of([("language", language)]),
        "extractor": EXTRACTOR,
    }


def page_tree(body: bytes, content_type: str) -> HtmlElement | None:
    """The tree of a page as `extract` sees it, or None where there is none."""
    decoded = decode_page(body, content_type)
    return parse_page(decoded.utf8 or decoded.text)
