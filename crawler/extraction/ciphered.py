"""Paragraphs behind a paywall whose letters are shifted by one, so that only subscribers' browsers can read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extraction.blocks import Block
from crawler.extraction.language import language_of
from crawler.extraction.vocabulary import common_words

SHIFTS = (-1, 1)
WORDS = 3
"""Common words of the language that a paragraph has when it is shifted back, and not as it stands."""

_WORD = re.compile(r"[^\W\d_]+")


def without_ciphered(blocks: Sequence[Block], stated_language: str | None = None) -> list[Block]:
    """`blocks` without those that make sense only with each letter shifted by one; all of an unknown language."""
    language = language_of("\n".join(block.text for block in blocks), stated_language or "")
    common = frozenset(common_words().get(language or "", ()))
    return [block for block in blocks if not common or not _is_ciphered(block.text, common)]


def _is_ciphered(text: str, common: frozenset[str]) -> bool:
    known = max(_known(_shifted(text, by), common) for by in SHIFTS)
    return known >= WORDS and known > _known(text, common)


def _shifted(text: str, by: int) -> str:
    return "".join(chr(ord(one) + by) if " " < one < "\uffff" else one for one in text)


def _known(text: str, common: frozenset[str]) -> int:
    return sum(word in common for word in _WORD.findall(text.lower()))
