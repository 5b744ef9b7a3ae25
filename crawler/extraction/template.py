"""What the pages of one site have in common, learnt from those that its archive holds.

An extractor sees one page; a crawler sees many of a site, and what stands in the "article" on several of them is
furniture: a request for donations, an app, a biography, the terms of comments. A template keeps the lines that
recur. It is data that can be read, says from which days of capture it was learnt, and the same pages give the same
template in whatever order they come.

A template takes lines out of a text that was extracted, and never so many that less than half would be left; a page
does not need one, and a template that is not of its time does no harm: its lines are not there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from crawler.extraction.blocks import Block
from crawler.extraction.clean import fold
from crawler.extraction.consensus import likeness, shingles

FEWEST = 3
"""Different articles in which a line has to stand at least."""

SHARE = 0.03
"""Share of the site's articles in which it has to stand at least."""

SAME = 0.6
"""Likeness of two texts (F1 of their shingles) from which they are one article twice: an edit, an AMP page, a copy."""

LEAST_LEFT = 0.5
"""Share of a text that has to be left; a template that would take more takes nothing."""

LONGEST_KEPT = 400
"""Characters of a line that is written into a template; of a longer one its beginning and its digest."""

_MARKER = re.compile(r"^(?:- |\d+\. )")
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a template learns from one page: its lines of text as extracted without a template, its day of capture."""

    lines: tuple[str, ...]
    day: str = ""

    @classmethod
    def of(cls, text: str, day: str = "") -> Seen:
        """The lines of a text file, without its title and the marks of lists."""
        lines = (_MARKER.sub("", line) for line in text.split("\n")[1:])
        return cls(tuple(line for line in lines if line), day)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that recurs: its folded text (see `key_of`) and in how many articles it was seen."""

    key: str
    articles: int


@dataclass(frozen=True, slots=True)
class Template:
    """The furniture of a site between two days of capture, the commonest first."""

    articles: int = 0
    first_day: str = ""
    last_day: str = ""
    lines: tuple[Line, ...] = ()

    def to_json(self) -> str:
        """The template as text, for people and `from_json`; the same template gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Template:
        """The template that `to_json` wrote. Raises ValueError where `text` is not one."""
        try:
            data = json.loads(text)
            return cls(**{**data, "lines": tuple(Line(**line) for line in data["lines"])})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a template of a site: {error}") from error

    def without_furniture(self, blocks: Sequence[Block]) -> list[Block]:
        """`blocks` without the lines that recur, or all of them where less than half of the text would be left."""
        known = {line.key for line in self.lines}
        kept = [block for block in blocks if key_of(block.text) not in known]
        total = sum(len(block.text) for block in blocks)
        return kept if sum(len(block.text) for block in kept) >= LEAST_LEFT * total else list(blocks)


def key_of(text: str) -> str:
    """What makes two lines the same: their words, whatever their case, spaces and signs, and any number as one sign."""
    folded = _DIGITS.sub("0", fold(text))
    if len(folded) <= LONGEST_KEPT:
        return folded
    return f"{folded[:LONGEST_KEPT]}… {hashlib.sha256(folded.encode()).hexdigest()[:16]}"


def learn(pages: Iterable[Seen]) -> Template:
    """The template of a site from pages of it; that of fewer than three different articles is empty of lines."""
    ordered = sorted(pages, key=lambda page: (page.day, page.lines))
    articles = _different(ordered)
    least = max(FEWEST, SHARE * len(articles))
    lines = Counter(key for page in articles for key in {key_of(text) for text in page.lines} if _LETTER.search(key))
    days = [page.day for page in ordered if page.day]
    return Template(
        articles=len(articles),
        first_day=min(days, default=""),
        last_day=max(days, default=""),
        lines=_ranked(lines, least),
    )


def _ranked(counts: Counter[str], least: float) -> tuple[Line, ...]:
    """Those counted at least `least` times, the commonest first, and by text where they are as common."""
    often = [(key, count) for key, count in counts.items() if count >= least]
    return tuple(Line(key, count) for key, count in sorted(often, key=lambda pair: (-pair[1], pair[0])))


def _different(pages: Sequence[Seen]) -> list[Seen]:
    """The pages without those that are another's article again: it would make its own text recur.

    Candidates for a comparison are pages that share one of their three longest lines, so that the work grows
    with the pages and not with their square; the shortest lines are what furniture is made of.
    """
    kept: list[Seen] = []
    by_line: dict[str, list[int]] = {}
    bags: list[Counter[tuple[str, ...]]] = []
    for page in pages:
        longest = sorted(page.lines, key=lambda text: (-len(text), text))[:3]
        bag = shingles(" ".join(page.lines))
        near = {place for text in longest for place in by_line.get(key_of(text), ())}
        if any(likeness(bag, bags[place]) >= SAME for place in near):
            continue
        for text in longest:
            by_line.setdefault(key_of(text), []).append(len(kept))
        kept.append(page)
        bags.append(bag)
    return kept
