"""Lines that are furniture wherever they stand, taken out of an article's blocks.

Only whole lines go, only short ones, and only those that say what no article says: "Leave a comment", "Share this:",
"Posted by NAME | categories |". The headline repeated at the head of the body goes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from crawler.extraction.blocks import Block
from crawler.extraction.folding import fold
from crawler.extraction.rules import compile_line
from crawler.extraction.vocabulary import alternatives

FURNITURE_LENGTH = 200
"""Characters of a line that may be furniture by what it says; a longer one is text."""

BYLINE_LENGTH = 160
"""Characters of a line that may be a byline."""

HEAD_BLOCKS = 4
"""Headline and byline are looked for among this many first blocks at least."""

LEAD_LENGTH = 160
"""A paragraph of this many characters ends the head of an article, where headline and date are repeated."""

_DATE = alternatives("pieces", "date")
_FURNITURE = re.compile(alternatives("lines"), re.IGNORECASE)
_LOWER_FURNITURE = re.compile(alternatives("lines"))
"""For lines in lower case: alternatives that begin with another letter are passed over at once."""

_ODD_CASE = re.compile("[İıſΣσςµ\u0345ϐ-ϖϰ-ϵ\u1c80-\u1c88ẛ\u1fbe\u1fd3\u1fe3\u212a\ufb05\ufb06]")
"""Letters that are another's upper or lower case than Python's `lower` says."""

_DATES = re.compile(_DATE, re.IGNORECASE)
_AROUND = re.compile(alternatives("authors", "around"))
_COMMENT_FORM = re.compile(alternatives("lines", "comments"), re.IGNORECASE)
_TIME = r"\d{1,2}:\d\d(?: ?[ap]m)?(?: [A-Z]{2,4})?"
_HEAD_ONLY = re.compile(rf"(?:{_DATE}|{_TIME})(?:[ ,|·-]+{_TIME})?", re.IGNORECASE)


def clean_blocks(
    blocks: Iterable[Block],
    title: str,
    drop_lines: Sequence[str] = (),
    authors: Sequence[str] = (),
    headlines: Sequence[str] = (),
) -> list[Block]:
    """`blocks` without furniture, without headline and byline at their head, without lines of the source's rules."""
    kept = [block for block in _drop_lines(blocks, drop_lines) if not is_furniture(block.text)]
    return _without_dangling_headings(_without_head(_before_comments(kept), title, authors, headlines))


@lru_cache(maxsize=8192)
def is_furniture(text: str) -> bool:
    """Whether a line says only what belongs to the page around an article."""
    if len(text) >= FURNITURE_LENGTH:
        return False
    if text.isascii():
        return _LOWER_FURNITURE.fullmatch(text.lower()) is not None
    text = text.replace("\xa0", " ")
    if _ODD_CASE.search(text):
        return _FURNITURE.fullmatch(text) is not None
    return _LOWER_FURNITURE.fullmatch(text.lower()) is not None


def _drop_lines(blocks: Iterable[Block], patterns: Sequence[str]) -> list[Block]:
    """Blocks without the lines in which one of `patterns` is found, and without those that are then empty."""
    compiled = [pattern for pattern in map(compile_line, patterns) if pattern]
    kept = []
    for block in blocks:
        lines = [line for line in block.text.split("\n") if not any(pattern.search(line) for pattern in compiled)]
        if any(map(str.strip, lines)):
            kept.append(replace(block, text="\n".join(lines)))
    return kept


def _before_comments(blocks: list[Block]) -> list[Block]:
    """Blocks up to a comment form that stands in the last half of the text."""
    total, seen = sum(len(block.text) for block in blocks), 0
    for index, block in enumerate(blocks):
        if seen * 2 > total and len(block.text) < 80 and _COMMENT_FORM.fullmatch(block.text):
            return blocks[:index]
        seen += len(block.text)
    return blocks


def _without_head(
    blocks: list[Block], title: str, authors: Sequence[str], headlines: Sequence[str] = ()
) -> list[Block]:
    """Blocks without headline, byline and bare dates before the first paragraph of some length.

    `headlines` are other forms of the headline, such as the one for search engines.
    """
    headline, others = fold(title), set(map(fold, headlines))
    long = max(LEAD_LENGTH, len(title) + 20)
    end = next((index for index, block in enumerate(blocks) if len(block.text) >= long), len(blocks))
    head = [
        block
        for block in blocks[: max(end, HEAD_BLOCKS)]
        if fold(block.text) not in (headline, *others)
        and not (block in blocks[:end] and _HEAD_ONLY.fullmatch(block.text))
        and not is_byline(block.text, authors)
    ]
    return head + blocks[max(end, HEAD_BLOCKS) :]


def is_byline(text: str, authors: Sequence[str]) -> bool:
    """Whether a line says nothing but who wrote the article (one of `authors` at least), and when."""
    if not authors or len(text) > BYLINE_LENGTH:
        return False
    rest = f" {fold(_DATES.sub(' ', text))} "
    whole = len(rest)
    for author in sorted(authors, key=len, reverse=True):
        rest = rest.replace(f" {fold(author)} ", " ")
    return len(rest) < whole and all(word.isdigit() or _AROUND.fullmatch(word) for word in rest.split())


def _without_dangling_headings(blocks: list[Block]) -> list[Block]:
    """Blocks without headings at the end: what they announced was taken out as furniture."""
    end = len(blocks)
    while end and blocks[end - 1].kind == "heading":
        end -= 1
    return blocks[:end] or blocks
