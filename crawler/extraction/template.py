"""What the pages of one site have in common, learnt from those that its archive holds.

An extractor sees one page; a crawler sees many of a site. What stands in the "article" on several of them is
furniture: a request for donations, an app, a biography, the terms of comments. And what is an article stands at the
same place on all of them, until the site is redesigned: then a new period begins, with places of its own.

A template is data that can be read, says from which days it was learnt, and the same pages give the same template in
whatever order they come. It takes lines out of a text that was extracted, and never so many that less than half would
be left; it says where to look first, and what is found there is weighed against the rest of the page. A page does not
need one, and a template that is not of its time does no harm: its lines and its places are not there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from crawler.extraction.blocks import Block
from crawler.extraction.consensus import likeness, shingles
from crawler.extraction.folding import fold, size_of

FEWEST = 3
"""Different articles in which a line, or at a place of which one, has to stand at least."""

SHARE = 0.03
"""Share of the site's articles in which a line has to stand at least."""

STRANGERS = 5
"""Articles in a row that stand at none of a period's places, from which a new period has begun."""

MOST_PLACES = 6
"""Places that are looked for on a page."""

SAME = 0.6
"""Likeness of two texts (F1 of their shingles) from which they are one article twice: an edit, an AMP page, a copy."""

LEAST_LEFT = 0.5
"""Share of a text that has to be left; a template that would take more takes nothing."""

COUNTED = 100
"""Characters of a line up to which numbers in it do not count: "12 people read this", "Updated at 9.30"."""

LONGEST_KEPT = 400
"""Characters of a line that is written into a template; of a longer one its beginning and its digest."""

_MARKER = re.compile(r"^(?:- |\d+\. )")
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
_DAY = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a template learns from one page: its lines of text before a template took any, when it was captured, where
    its article stands (`crawler.extraction.place`)."""

    lines: tuple[str, ...]
    captured: str = ""
    """A day, or a moment, in ISO 8601 and UTC."""
    place: str | None = None

    @classmethod
    def of(cls, text: str, captured: str = "", place: str | None = None, removed: Sequence[str] = ()) -> Seen:
        """The lines of a text file, without its title and the marks of lists, and those that were `removed` from it."""
        lines = (_MARKER.sub("", line) for line in text.split("\n")[1:])
        return cls((*(line for line in lines if line), *removed), captured, place)

    @property
    def day(self) -> str:
        """The day of the capture, "" where it is not known."""
        return self.captured[:_DAY]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that recurs: its folded text (see `key_of`), in how many articles it was seen, and when."""

    key: str
    articles: int
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where articles of a site stand: the path of the box around them, how many stood there, how long they are."""

    path: str
    articles: int
    size: int
    """Size of its articles that a quarter of them do not reach."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time between two redesigns, and the places of its articles, the commonest first."""

    first_day: str
    last_day: str
    articles: int
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Template:
    """The furniture and the places of a site between two days of capture, the commonest line first, the last period
    last."""

    articles: int = 0
    first_day: str = ""
    last_day: str = ""
    lines: tuple[Line, ...] = ()
    periods: tuple[Period, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was learnt."""
        return bool(self.lines or self.places)

    def to_json(self) -> str:
        """The template as text, for people and `from_json`; the same template gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Template:
        """The template that `to_json` wrote. Raises ValueError where `text` is not one."""
        try:
            data = json.loads(text)
            lines = tuple(Line(**line) for line in data.pop("lines"))
            return cls(lines=lines, periods=tuple(map(_period, data.pop("periods"))), **data)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a template of a site: {error}") from error

    @property
    def places(self) -> tuple[Place, ...]:
        """Where articles stand, those of the last period first, and the commonest of each first."""
        places: dict[str, Place] = {}
        for period in reversed(self.periods):
            for place in period.places:
                places.setdefault(place.path, place)
        return tuple(places.values())[:MOST_PLACES]

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(line.key for line in self.lines)

    def without_furniture(self, blocks: Sequence[Block]) -> list[Block]:
        """`blocks` without the lines that recur, or all of them where less than half of the text would be left.

        A heading that recurs stays where text follows it that does: many articles have the same headings.
        """
        kept: list[Block] = []
        for block in reversed(blocks):
            heads = block.kind == "heading" and bool(kept) and kept[-1].kind != "heading"
            if key_of(block.text) not in self._keys or heads:
                kept.append(block)
        total = sum(len(block.text) for block in blocks)
        return kept[::-1] if sum(len(block.text) for block in kept) >= LEAST_LEFT * total else list(blocks)


def _period(data: dict[str, Any]) -> Period:
    return Period(**data | {"places": tuple(Place(**place) for place in data["places"])})


def key_of(text: str) -> str:
    """What makes two lines the same: their words, whatever their case, spaces and signs; in short lines any number is
    one sign, in long ones it may be what a report is about."""
    folded = fold(text) if len(text) > COUNTED else _DIGITS.sub("0", fold(text))
    if len(folded) <= LONGEST_KEPT:
        return folded
    return f"{folded[:LONGEST_KEPT]}… {hashlib.sha256(folded.encode()).hexdigest()[:16]}"


def learn(pages: Iterable[Seen]) -> Template:
    """The template of a site from pages of it; that of fewer than three different articles is empty of lines."""
    articles = _different(sorted(pages, key=lambda page: (page.captured, page.lines, page.place or "")))
    days = [page.day for page in articles if page.day]
    return Template(
        articles=len(articles),
        first_day=min(days, default=""),
        last_day=max(days, default=""),
        lines=_recurring(articles),
        periods=_periods(articles),
    )


def _recurring(articles: Sequence[Seen]) -> tuple[Line, ...]:
    """The lines of enough articles, the commonest first, and by text where they are as common."""
    days: dict[str, list[str]] = {}
    for page in articles:
        for key in {key_of(text) for text in page.lines}:
            days.setdefault(key, []).append(page.day)
    least = max(FEWEST, SHARE * len(articles))
    lines = [Line(key, len(on), on[0], on[-1]) for key, on in days.items() if len(on) >= least and _LETTER.search(key)]
    return tuple(sorted(lines, key=lambda line: (-line.articles, line.key)))


def _periods(articles: Sequence[Seen]) -> tuple[Period, ...]:
    """The periods of a site, from its articles in the order of their captures."""
    placed = [page for page in articles if page.place]
    periods: list[list[Seen]] = []
    known: set[str | None] = set()
    strangers: list[Seen] = []
    for page in placed:
        if page.place in known or not periods:
            periods = periods or [[]]
            known.add(page.place)
            periods[-1] += [*strangers, page]
            strangers = []
            continue
        strangers.append(page)
        if len(strangers) >= STRANGERS and _commonest(strangers) >= FEWEST:
            periods.append(strangers)
            known, strangers = {one.place for one in strangers}, []
    if periods:
        periods[-1] += strangers
    return tuple(map(_summed, periods))


def _commonest(pages: Sequence[Seen]) -> int:
    return max(Counter(page.place for page in pages).values())


def _summed(pages: Sequence[Seen]) -> Period:
    sizes: dict[str, list[float]] = {}
    for page in pages:
        sizes.setdefault(page.place or "", []).append(sum(map(size_of, page.lines)))
    places = [Place(path, len(of), round(sorted(of)[len(of) // 4])) for path, of in sizes.items() if len(of) >= FEWEST]
    ranked = sorted(places, key=lambda place: (-place.articles, place.path))
    return Period(pages[0].day, pages[-1].day, len(pages), tuple(ranked))


def _different(pages: Sequence[Seen]) -> list[Seen]:
    """The pages without those that are another's article again: it would make its own text recur.

    Candidates for a comparison are pages that share one of their three longest lines, so that the work grows
    with the pages and not with their square; the shortest lines are what furniture is made of.
    """
    kept: list[Seen] = []
    by_line: dict[str, list[Seen]] = {}
    for page in pages:
        longest = [key_of(text) for text in sorted(page.lines, key=lambda text: (-len(text), text))[:3]]
        near = {id(other): other for key in longest for other in by_line.get(key, ())}
        if any(_is_same(page, other) for other in near.values()):
            continue
        for key in longest:
            by_line.setdefault(key, []).append(page)
        kept.append(page)
    return kept


def _is_same(one: Seen, other: Seen) -> bool:
    return likeness(shingles(" ".join(one.lines)), shingles(" ".join(other.lines))) >= SAME
