"""People out of bylines: names without "By", roles, agencies and publishers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.extraction.vocabulary import alternatives

_AGENCY = re.compile(alternatives("authors", "agencies"))
_NOBODY = re.compile(alternatives("authors", "nobody"))
_LEAD = re.compile(rf"^{alternatives('authors', 'lead')}\s*[:：]?\s*", re.IGNORECASE)
_PARTICLE = re.compile(alternatives("authors", "particles"), re.IGNORECASE)
_MOMENT = re.compile(alternatives("authors", "moments"))
_ROLE = re.compile(rf"\b{alternatives('authors', 'role')}\b", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s*(?:,|;|\||/|•|·|\n|\s&\s|\s+(?:and|und|et|y|och|og|en|with|mit|avec|και|и|та|oraz)\s+)\s*", re.IGNORECASE
)
_TAIL = re.compile(
    r"\s*(?:\(.*?\)|\[.*?\]|\s[-–—|@]\s.*|,.*|\bfor (?:the )?[A-Z].*|\bin [A-Z]\w+(?: [A-Z]\w+)?$|\bfrom [A-Z].*|"
    r"\b(?:is|was) (?:a|an|the) .*|<.*)$"
)
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|@\w+")
_NOT_WORD = re.compile(r"[\W_]+")


def fold_name(name: str) -> str:
    """`name` for comparison: lower case, letters and digits, one space between words."""
    return _NOT_WORD.sub(" ", name.casefold()).strip()


def people(stated: Iterable[str], publishers: Iterable[str] = ()) -> list[str]:
    """The people that bylines name, in order, each once; `publishers` are names of the site, which are no authors."""
    houses = {fold_name(name) for name in publishers if name}
    found: dict[str, str] = {}
    for byline in stated:
        for name in _names(byline):
            key = fold_name(name)
            if _is_person(name, key) and key not in houses and key not in found:
                found[key] = name
    return list(found.values())


def agency_in(text: str) -> str | None:
    """The news agency that a byline or credit names, as it is written there."""
    for part in _SPLIT.split(text):
        if _AGENCY.fullmatch(fold_name(part)):
            return part.strip()
    return None


def _names(byline: str) -> list[str]:
    text = " ".join(_CONTACT.sub(" ", byline).split())
    for _ in range(2):
        text = _LEAD.sub("", text)
    return [_tidy(part) for part in _SPLIT.split(text) if part]


def _tidy(name: str) -> str:
    name = _TAIL.sub("", _LEAD.sub("", name.strip())).strip(" .,:;-–—|*\"'«»“”")
    if name.isupper() and " " in name and name.isascii():
        name = name.title()
    return name


def _is_person(name: str, key: str) -> bool:
    words = key.split()
    if not 2 <= len(name) <= 60 or not 1 <= len(words) <= 6 or any(character.isdigit() for character in name):
        return False
    if _AGENCY.fullmatch(key) or _NOBODY.fullmatch(key) or _ROLE.search(name) or "." in name[2:-1].replace(". ", ""):
        return False
    return not _MOMENT.fullmatch(key) and all(map(_begins_high, name.split()))


def _begins_high(word: str) -> bool:
    """Whether a word is written as one of a name: with a capital, in a script without them, or a small particle."""
    first = word.lstrip("\"'‘“(")[:1]
    return not first.islower() or _PARTICLE.fullmatch(word.strip(".,")) is not None
