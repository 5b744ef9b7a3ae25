"""What the names of a box mean: the words of its class and id, its tag, and whether it is seen at all; each a bit."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.blocks import HEADINGS
from crawler.extraction.vocabulary import alternatives, box_words

NAMES = tuple(box_words())
"""What the words of a class or id may say of a box, by the group's name; a box has a bit for each."""

TAGS = (
    *("article", "main", "aside", "nav", "footer", "header", "form", "figure", "table", "ul", "ol", "li"),
    *("blockquote", "section", "dl", "td", "figcaption", "p", "h1", "h2", "h3"),
)
"""Elements that say as much by their tag; their bits come after those of the names."""

TAG_BITS = {tag: 1 << (len(NAMES) + place) for place, tag in enumerate(TAGS)}
_HIDDEN = 1 << NAMES.index("hidden")
_WORD = re.compile(r"(?<!\d)[A-Z]?[a-z]{1,3}(?![a-z])|[A-Z]?[a-z]{4,}|(?<!\d)[A-Z]+(?![a-z])")
"""Words of a name; a few letters behind a digit are part of a number such as 58ad1d2."""

_UNSEEN = re.compile(rf"(?<![^\s_-]){alternatives('names', 'unseen')}(?![^\s_-])")
"""For names in lower case: without a look at case, alternatives are passed over by their first letter."""

_SINGLE: dict[str, int] = {}
"""The bits of a word that says something by itself; its plural says the same."""

_TOGETHER: dict[str, list[tuple[frozenset[str], int]]] = {}
"""By their first word, the words that have to be there together to say something, and the bit of that."""

for _place, _entries in enumerate(box_words().values()):
    for _entry in _entries:
        if len(_entry) == 1:
            _SINGLE[_entry[0]] = _SINGLE.get(_entry[0], 0) | 1 << _place
        else:
            _TOGETHER.setdefault(_entry[0], []).append((frozenset(_entry), 1 << _place))
_SINGLE = {f"{_word}s": _bits for _word, _bits in _SINGLE.items()} | _SINGLE
_KNOWN = frozenset(_SINGLE) | frozenset(_TOGETHER)


@lru_cache(maxsize=8192)
def name_bits(name: str) -> int:
    """The groups of `NAMES` that the words of one class or id belong to, as bits."""
    words = _words(name)
    bits = 0
    for word in words & _KNOWN:
        bits |= _SINGLE.get(word, 0)
        for together, bit in _TOGETHER.get(word, ()):
            if together <= words:
                bits |= bit
    return bits


def _words(name: str) -> set[str]:
    if not (name.isascii() and name.islower()):
        return {word.lower() for word in _WORD.findall(name)}
    # Most names are words and numbers with hyphens between, and need no expression.
    parts = set(name.replace("_", "-").split("-"))
    for part in [part for part in parts if not part.isalpha()]:
        parts.remove(part)
        if not part.isdigit():
            parts.update(_WORD.findall(part))
    return parts


@lru_cache(maxsize=8192)
def is_unseen(names: str) -> bool:
    """Whether a class says that its element is not seen in the line: text for screen readers, what pops up over it."""
    return _UNSEEN.search(names.lower()) is not None


@lru_cache(maxsize=8192)
def _names_bits(names: str) -> int:
    """The bits of all names in a class, an id or an `itemprop`."""
    bits = 0
    for name in names.split():
        bits |= name_bits(name)
    return bits


def bits_of(element: HtmlElement, tag: str) -> int:
    """The groups of `NAMES` that the class, the id and the `itemprop` of an element belong to, and "hidden"."""
    get = element.get
    bits = _names_bits(names) if (names := get("class")) else 0
    # The id of a heading is what it says, as an address.
    if (names := get("id")) and tag not in HEADINGS:
        bits |= _names_bits(names)
    if names := get("itemprop"):
        bits |= _names_bits(names)
    if (style := get("style")) and "display" in style and "none" in style:
        bits |= _HIDDEN
    return bits
