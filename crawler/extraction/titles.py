"""The headline, out of all the places where a page states it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from crawler.extraction.choice import Candidate, Choice, Confidence
from crawler.extraction.elements import Elements
from crawler.extraction.folding import fold, size_of
from crawler.extraction.parse import squeeze

LONGEST = 300
"""Characters; what is longer is no headline."""

MOST_HEADINGS = 20
"""Headings of a level that are looked at; a page with more of them lists articles."""

ALIKE = 0.4
"""Share of the words of the shorter from which two headlines are of one article."""

SPELT = 5
"""Letters of a name at least that a host spells out."""

SECTION_WORDS = 2
"""A part of a page's title with more words is rather a part of the headline than the name of a section."""

_SEPARATOR = re.compile(
    r"\s+[|–—·•»«›:/_]+\s+|\s+-+\s+|\s*[|ㅣ│｜]\s*|(?<=[\u3040-\u9fff！？”》」])[_\-](?=[\u3040-\u9fff])"
)
"""What stands between a headline and the name of a site; Chinese and Japanese ones need no spaces."""

_UNSPACED = re.compile("[-_](?=[\u3040-\u9fff\uac00-\ud7af]+$)")
"""What may stand before a name where words have no spaces between them; within words too, so that it takes a name."""

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]+);")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")

_ARTICLES = frozenset(("the", "der", "die", "das", "le", "la", "el"))
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def visible_headings(elements: Elements) -> list[tuple[str, str]]:
    """The page's headings of the first two levels, as (tag, text), first level first, each in the page's order."""
    found = []
    for tag in ("h1", "h2"):
        for element in elements.tagged(tag)[:MOST_HEADINGS]:
            text = elements.text_of(element)
            if text and len(text) <= LONGEST:
                found.append((tag, text))
    return found


def choose_title(
    stated: Sequence[tuple[str, str]],
    headings: Sequence[tuple[str, str]],
    page_title: str,
    site_names: Iterable[str],
    sections: Iterable[str] = (),
) -> Choice:
    """The headline: what most places agree on, as the page shows it to its reader; empty where there is none.

    `stated` are the titles of JSON-LD, OpenGraph and the like with their places, the most trustworthy first;
    `page_title` is that of `<title>`, which often carries the name of the site, as `stated` ones do at times.
    """
    return _Vote(stated, headings, page_title, SiteNames(site_names, sections)).choose()


class SiteNames:
    """The names of a site and its host, what its host spells out, and the names of sections; all of them folded."""

    def __init__(self, names: Iterable[str], sections: Iterable[str] = ()) -> None:
        known = [name for name in names if name]
        self._names = set(map(fold, known))
        self._sections = {key for key in map(fold, sections) if len(_TOKEN.findall(key)) <= SECTION_WORDS}
        self._hosts = [fold(name).replace(" ", "") for name in known if "." in name and " " not in name]

    def may_end(self, part: str) -> bool:
        """Whether the last part of a title is a name of the site or the section, and none of the headline."""
        return (key := fold(part)) in self or key in self._sections

    def __contains__(self, key: str) -> bool:
        """Whether folded text is a name, or its words are all in the host: "Bridge Times" of bridgetimes.example."""
        if key in self._names:
            return True
        words = [word for word in key.split() if word not in _ARTICLES]
        return sum(map(len, words)) >= SPELT and any(all(word in host for word in words) for host in self._hosts)


class _Vote:
    """The candidates for one page's headline, without the names of the site."""

    def __init__(
        self, stated: Sequence[tuple[str, str]], headings: Sequence[tuple[str, str]], page_title: str, names: SiteNames
    ) -> None:
        cleaned = [Candidate(place, without_site(_plain(text), names)) for place, text in stated]
        in_data = [one.value for one in cleaned if one.place == "json-ld"]
        cleaned = [Candidate(place, without_site(_plain(text), names, in_data)) for place, text in stated]
        sections = set(map(fold, _sections(_plain(page_title))))
        self.stated = _worded(cleaned, names)
        shown = [(tag, without_site(text, names)) for tag, text in headings if fold(text) not in sections]
        self.shown = _worded([Candidate(tag, text) for tag, text in shown], names)
        known = [one.value for one in (*self.stated, *self.shown)]
        self.page = _worded([Candidate("title", without_site(_plain(page_title), names, known))], names)
        self.places = [*self.stated, *self.page]
        self.votes = [fold(one.value) for one in self.places]

    def choose(self) -> Choice:
        for rule in (
            self._under_a_search_title,
            self._agreed,
            self._heading,
            self._labelled,
            self._rewritten,
            self._longer,
        ):
            if found := rule():
                chosen, why = found
                return self._choice(chosen, why)
        if self.places:
            best = max(self.places, key=lambda one: (self.votes.count(fold(one.value)), -self.places.index(one)))
            if best.place == "title":
                best = Candidate("title", max(_SEPARATOR.split(best.value), key=size_of))
            return self._choice(best, "no heading of the page is like it")
        if self.shown:
            return self._choice(self.shown[0], "the first heading; nothing else states a title")
        return Choice()

    def _choice(self, chosen: Candidate, why: str) -> Choice:
        support = {one.place for one in (*self.places, *self.shown) if fold(one.value) == fold(chosen.value)}
        headings = [one for one in self.shown if one.place == "h1"][:2]
        confidence: Confidence = "high" if len(support) > 1 else "medium" if self.places else "low"
        return Choice(chosen.value, chosen.place, why, confidence, [*self.places, *headings])

    def _under_a_search_title(self) -> tuple[Candidate, str] | None:
        """A stated title that a second heading shows, where the first heading only repeats the search engine's."""
        main = next((fold(one.value) for one in self.shown if one.place == "h1"), None)
        if main is None or not self.page or fold(self.page[0].value) != main:
            return None
        seconds = [fold(one.value) for one in self.shown if one.place == "h2"]
        for one in self.stated:
            key = fold(one.value)
            if key != main and " " in key and any(_ends(second, key) for second in seconds):
                return one, "a heading shows it; the first heading is the title for search engines"
        return None

    def _agreed(self) -> tuple[Candidate, str] | None:
        """What the first two places that state a title agree on, where none of the others is the heading."""
        votes = self.votes[: len(self.stated)]
        if len({one.place for one in self.stated}) < 2 or votes.count(votes[0]) < 2:
            return None
        heads = {fold(one.value) for one in self.shown if one.place == "h1"}
        if votes[0] in heads or (votes.count(votes[0]) < 3 and heads & set(votes)):
            return None
        first_two = {one.place for one, vote in zip(self.stated, votes, strict=True) if vote == votes[0]}
        return (self.stated[0], "the page's data agree on it") if "json-ld" in first_two else None

    def _heading(self) -> tuple[Candidate, str] | None:
        """The first heading that another place states too."""
        for one in self.shown:
            if fold(one.value) in self.votes:
                return one, "the heading that another place states too"
        return None

    def _labelled(self) -> tuple[Candidate, str] | None:
        """What the page's title says without the label ("Sponsored by", a date) that is before it in the heading."""
        for part in map(str.strip, _SEPARATOR.split(self.page[0].value) if self.page else ()):
            for one in self.shown:
                label = one.value.removesuffix(part).strip()
                if len(label) < len(one.value) and _same(fold(one.value), fold(part)) and _is_label(label):
                    return Candidate("title", part), "the heading has it behind a label"
        return None

    def _rewritten(self) -> tuple[Candidate, str] | None:
        """The first heading, where what is stated is the same headline in other words; not one of a word or two."""
        main = [one for one in self.shown if one.place == "h1" and len(_TOKEN.findall(one.value)) > SECTION_WORDS]
        likeness = [max((_likeness(one.value, other.value) for other in self.places), default=0.0) for one in main]
        if likeness and max(likeness) >= ALIKE:
            return main[likeness.index(max(likeness))], "the heading; other places state it in other words"
        return None

    def _longer(self) -> tuple[Candidate, str] | None:
        """A heading that is a stated title with a little more, or less."""
        for one in self.shown:
            if any(_same(fold(one.value), vote) for vote in self.votes):
                return one, "the heading that is most like what other places state"
        return None


def _plain(text: str) -> str:
    """`text` on one line; entities that were escaped twice are resolved."""
    return squeeze(html.unescape(text) if _ENTITY.search(text) else text)


def _worded(candidates: Iterable[Candidate], names: SiteNames) -> list[Candidate]:
    """The candidates that say something, and not only the name of the site."""
    return [one for one in candidates if (key := fold(one.value)) and key not in names]


def _sections(page_title: str) -> list[str]:
    """The short names behind the headline in a page's title: those of its section and site."""
    return [part for part in _SEPARATOR.split(page_title)[1:] if len(_TOKEN.findall(part)) <= SECTION_WORDS]


def _ends(text: str, end: str) -> bool:
    return text == end or text.endswith(" " + end)


def _likeness(one: str, other: str) -> float:
    """Share of the words of the shorter that are in the other."""
    words, others = (set(_TOKEN.findall(text.casefold())) for text in (one, other))
    return len(words & others) / (min(len(words), len(others)) or 1)


def _same(heading: str, vote: str) -> bool:
    """Whether one is the other with a little more (a kicker before it, a site's name behind it)."""
    shorter, longer = sorted((heading, vote), key=len)
    return len(shorter) > 20 and len(shorter) > 0.6 * len(longer) and shorter in longer


def without_site(title: str, names: SiteNames, known: Iterable[str] = ()) -> str:
    """`title` without the site's name before or behind it: one of `names`, or all that `known` titles lack."""
    held = [other for other in known if _is_long(other) and other != title and _is_edge(other, title)]
    if held and _SEPARATOR.search(title):
        return max(held, key=len)
    parts = list(_SEPARATOR.finditer(title)) or list(_UNSPACED.finditer(title))
    if parts and names.may_end(title[parts[-1].end() :]):
        return without_site(title[: parts[-1].start()].strip(), names)
    if parts and fold(title[: parts[0].start()]) in names:
        return without_site(title[parts[0].end() :].strip(), names)
    return title


def _is_edge(part: str, title: str) -> bool:
    return title.startswith(part) or title.endswith(part)


def _is_label(text: str) -> bool:
    """Whether text before a headline may be no part of it, as a sentence and "The" are."""
    return not text.endswith(("?", "!", ".")) and (text.endswith(":") or " " in text)


def _is_long(title: str) -> bool:
    """Whether a title is long enough to be a headline and no label; a Chinese character is a word, or half of one."""
    return len(title) > 10 or len(_IDEOGRAPHS.findall(title)) >= 5


def site_in_title(page_title: str, title: str) -> str | None:
    """The site's name, where `<title>` is the headline with a name behind it."""
    rest = squeeze(page_title).removeprefix(title) if title else ""
    match = _SEPARATOR.match(" " + rest.lstrip())
    name = rest.lstrip()[match.end() - 1 :].strip() if match and rest != squeeze(page_title) else ""
    return name if 2 <= len(name) <= 40 and not _SEPARATOR.search(name) else None
