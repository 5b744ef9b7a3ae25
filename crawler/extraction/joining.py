"""The text of an article out of the texts of its pages: each paragraph once, in order, and no line about the pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extraction.folding import fold, size_of

EDGE = 5
"""Blocks at the head and at the end of a page that are looked at: standfirst, byline, corrections, "Page 2 of 3"."""

COVERED = 0.9
"""Share of the first page's text that the article on one page holds at least."""

_PAGER = re.compile(
    r"\W*(?:(?:page|seite|p[aá]gina|pagina|strona|strana|sida|side|sayfa|trang|halaman|страница|стр\.?|σελίδα|第)\s*\d{1,3}"
    r"(?:\s*(?:of|/|von|de|di|van|z|ze|av|af|из|από|sur|공|頁|页|ページ)\s*\d{0,3})?"
    r"|\d{1,3}\s*(?:/|of|von|de|di|van|из)\s*\d{1,3}"
    r"|(?:\d{1,3}[\s|·,]+)+\d{1,3}"
    r"|(?:continued|continues) (?:on|from)(?: the)? (?:next |previous )?page(?: \d{1,3})?"
    r"|(?:next|previous) page|(?:weiter|fortsetzung) auf (?:der nächsten seite|seite \d{1,3})|nächste seite)\W*",
    re.IGNORECASE,
)


def blocks_of(text: str, title: str) -> list[str]:
    """The blocks of a text file below its title."""
    blocks = text.strip().split("\n\n")
    return blocks[1:] if title and blocks[0] == title else blocks


def adds(block_sets: Sequence[list[str]], blocks: list[str]) -> bool:
    """Whether a further page has text that none of the earlier ones has; a page without any text may be a picture's."""
    seen = {fold(block) for blocks in block_sets for block in blocks}
    return not blocks or any(fold(block) not in seen for block in blocks)


def covers(whole: list[str], first: list[str]) -> bool:
    """Whether a text holds what the first page of its article has, and more."""
    seen = {fold(block) for block in whole}
    held = sum(size_of(block) for block in first if fold(block) in seen)
    size = sum(map(size_of, first))
    return held >= COVERED * size and sum(map(size_of, whole)) > size


def joined(title: str, pages: Sequence[list[str]]) -> str:
    """The text file of an article whose pages have these blocks."""
    kept: list[list[str]] = []
    for blocks in pages:
        own = _without_pager(blocks)
        end = _common_end(kept[-1], own) if kept else 0
        if end:
            del kept[-1][-end:]
        kept.append(_without_head(own[: len(own) - end], kept) + own[len(own) - end :])
    return "\n\n".join([title, *(block for blocks in kept for block in blocks)]).strip() + "\n"


def _without_pager(blocks: list[str]) -> list[str]:
    """The blocks of a page without lines that say which of the pages it is."""
    last = len(blocks) - EDGE
    return [b for at, b in enumerate(blocks) if EDGE <= at < last or not _PAGER.fullmatch(b)]


def _without_head(blocks: list[str], before: Sequence[list[str]]) -> list[str]:
    """A further page without what its head repeats of the pages before it."""
    seen = {fold(block) for page in before for block in page}
    return [block for block in blocks[:EDGE] if fold(block) not in seen] + blocks[EDGE:]


def _common_end(blocks: list[str], following: list[str]) -> int:
    """How many blocks stand at the end of a page and of the next one alike: there they end the article."""
    count = 0
    for one, other in zip(reversed(blocks), reversed(following), strict=False):
        if count == EDGE or fold(one) != fold(other):
            break
        count += 1
    return count
