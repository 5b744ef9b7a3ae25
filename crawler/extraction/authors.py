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
_CREDIT = re.compile(rf"{alternatives('authors', 'credit')}\s*[:：]\s*", re.IGNORECASE)
_ROLE = re.compile(rf"\b{alternatives('authors', 'role')}\b", re.IGNORECASE)
_SPLIT = re.compile(
    r"\s*(?:,|;|\||/|•|·|\n|\s&\s|\s+(?:and|und|et|y|och|og|en|with|mit|avec|και|и|та|oraz)\s+)\s*", re.IGNORECASE
)
_TAIL = re.compile(
    r"\s*(?:\(.*?\)|\[.*?\]|\s[-–—|@]\s.*|,.*|\bfor (?:the )?[A-Z].*|\bin [A-Z]\w+(?: [A-Z]\w+)?$|\bfrom [A-Z].*|"
    r"\b(?:is|was) (?:a|an|the) .*|\s(?:Twitter|Facebook|Instagram|LinkedIn|E-?mail|Follow|Bio|RSS)\b.*|<.*)$"
)
_ASIDE = re.compile(r"\([^()]*\)?|\[[^\[\]]*\]?")
"""What stands in brackets, also where the bracket is not closed."""

_CJK_ROLE = re.compile(r"\s*(?:기자|특파원|논설위원|記者|记者|特派員)(?:\s*외\s*\d+\s*명)?$")
_UNCASED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE = re.compile("[가-힣](?:니다|어요|아요|해요|예요)$")
"""The end of a Korean sentence; its letters know no capitals that would tell it from a name."""

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f'’.-]+")
_SECTION = re.compile(r",\s+in\s+[A-Z].*", re.DOTALL)
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|@\w+")
_ADDRESS = re.compile(r"\w\w\.\w")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}")
IDEOGRAPHS = 12
"""Ideographs and kana of a name at most; a line of them without spaces is a sentence rather."""

BODY_LENGTH = 60
"""Characters of the name of an organisation that signs."""

_NOT_WORD = re.compile(r"[\W_]+")


def fold_name(name: str) -> str:
    """`name` for comparison: lower case, letters and digits, one space between words."""
    return _NOT_WORD.sub(" ", name.casefold()).strip()


def people(stated: Iterable[str], publishers: Iterable[str] = ()) -> list[str]:
    """The people that bylines name, in order, each once; `publishers` are names of the site, which are no authors."""
    houses = {fold_name(name) for name in publishers if name}
    found: dict[str, str] = {}
    for byline in stated:
        full = False
        for name in _names(byline):
            key = fold_name(name)
            if not _is_person(name, key) or key in houses or (full and _LATIN.fullmatch(name)):
                continue
            full = full or " " in name
            found.setdefault(key, name)
    return list(found.values())


def bodies(stated: Iterable[str], publishers: Iterable[str] = ()) -> list[str]:
    """The organisations that sign, as they are written: what bylines name that is neither a person nor nobody."""
    houses = {fold_name(name) for name in publishers if name}
    found: dict[str, str] = {}
    for byline in stated:
        name = _CONTACT.sub("", _ASIDE.sub("", " ".join(byline.split()))).split(" | ")[0]
        name = _LEAD.sub("", name.strip()).strip(" .,:;-–—|*/")
        key = fold_name(name)
        if 1 < len(name) <= BODY_LENGTH and (key in houses or _is_named(name, key)) and not _NOBODY.fullmatch(key):
            found.setdefault(key, name)
    return list(found.values())


def _is_named(name: str, key: str) -> bool:
    """Whether a name is written as one, without numbers as in dates, or is that of an agency or a site."""
    if _AGENCY.fullmatch(key) or _HOST.fullmatch(name):
        return True
    return not name[0].islower() and not any(character.isdigit() for character in name)


def agency_in(text: str) -> str | None:
    """The news agency that a byline or credit names, as it is written there."""
    for part in _SPLIT.split(_LEAD.sub("", _CREDIT.sub("", text.strip()))):
        part = part.strip(" ()[].")
        if _AGENCY.fullmatch(fold_name(part)):
            return part
    return None


def is_house(agency: str, publishers: Iterable[str]) -> bool:
    """Whether an agency is the publisher of the page itself, which credits nobody by its own name."""
    return any(f"{fold_name(name)} ".startswith(fold_name(agency) + " ") for name in publishers)


def _names(byline: str) -> list[str]:
    text = _SECTION.sub("", _ASIDE.sub(" ", _CONTACT.sub(" ", byline.replace("(", " ("))))
    text = "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
    for _ in range(2):
        text = _LEAD.sub("", text)
    return [_tidy(part) for part in _SPLIT.split(text) if part]


def _tidy(name: str) -> str:
    name = _CJK_ROLE.sub("", _TAIL.sub("", _LEAD.sub("", name.strip()))).strip(" .,:;-–—|*\"'«»“”")
    if name.isupper() and " " in name and name.isascii():
        name = name.title()
    return name


def _is_person(name: str, key: str) -> bool:
    words = key.split()
    if not 2 <= len(name) <= 60 or not 1 <= len(words) <= 6 or any(character.isdigit() for character in name):
        return False
    if _SENTENCE.search(name) or len(_UNCASED.findall(name)) > IDEOGRAPHS:
        return False
    if _AGENCY.fullmatch(key) or _NOBODY.fullmatch(key) or _ROLE.search(name) or ":" in name or _ADDRESS.search(name):
        return False
    return not _MOMENT.fullmatch(key) and all(map(_begins_high, name.split()))


def _begins_high(word: str) -> bool:
    """Whether a word is written as one of a name: with a capital, in a script without them, or a small particle."""
    first = word.lstrip("\"'‘“(")[:1]
    return not first.islower() or _PARTICLE.fullmatch(word.strip(".,")) is not None
