"""The dateline of an article ("MOSCOW (Sputnik) —"), which stays in its text, and the news agency that it or the end
of the text credits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from crawler.extraction.authors import agency_in, is_house
from crawler.extraction.blocks import Block
from crawler.extraction.choice import Choice, Provenance
from crawler.extraction.vocabulary import alternatives

FIRST_BLOCKS = 3
"""Blocks among which the one with a dateline is; a standfirst or a caption may stand before it."""

LAST_BLOCKS = 2
CREDIT_LENGTH = 40
"""Characters of a line at the end that only credits an agency."""

_DATELINE = re.compile(
    r"(?P<line>(?P<place>[^\W\d_][^\n()—–:]{1,50}?)\s*(?:\((?P<agency>[^()\n]{2,40})\)|/(?P<slashed>[^/\n]{2,20})/)?)"
    r"\s*(?:—|–|--|\s-)"
)
_LABEL = re.compile(alternatives("dates", "labels"), re.IGNORECASE)
_AGENCY_ALONE = re.compile(r"(?P<line>\((?P<agency>[^()\n]{2,40})\))\s*(?:—|–|--|-)")
_BRACKETED = re.compile(r"(?P<line>[［\[【](?P<place>[^\]］】\n]{2,60})[\]］】])")


class Credit(NamedTuple):
    """Where an article was written and whose it is."""

    dateline: str | None
    agency: str | None
    provenance: Provenance


def credit_of(blocks: Sequence[Block], stated: str | None, house: str | None) -> Credit:
    """Dateline and agency of an article; `stated` is the agency that its page credits, `house` the name of its site."""
    line, agency = dateline(blocks)
    places = [("dateline", agency), ("end of the text", agency_at_end(blocks))]
    provenance = {"dateline": {"from": "text", "why": "the text begins with it", "confidence": "high"}} if line else {}
    for place, found in places if stated is None else ():
        if found and not is_house(found, [house or ""]):
            said = Choice(found, place, "the text credits it", "high")
            return Credit(line, found, provenance | {"agency": said.provenance()})
    return Credit(line, stated, provenance)


def dateline(blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """The dateline at the head of the text without its dash, and the agency in it."""
    for block in blocks[:FIRST_BLOCKS]:
        for pattern in (_DATELINE, _AGENCY_ALONE, _BRACKETED):
            if match := pattern.match(block.text.replace("\xa0", " ")):
                said = match.groupdict()
                agency = _agency(said.get("agency") or said.get("slashed") or "")
                if pattern is _BRACKETED:
                    agency = next(filter(None, map(agency_in, said["place"].split())), None)
                if agency or (pattern is _DATELINE and _is_place(said["place"])):
                    return said["line"].strip(), agency
    return None, None


def agency_at_end(blocks: Sequence[Block]) -> str | None:
    """The agency that a short line at the end of the text credits: "(dpa)", "Source: AFP"."""
    for block in reversed(blocks[-LAST_BLOCKS:]):
        if len(block.text) <= CREDIT_LENGTH and (agency := agency_in(block.text)):
            return agency
    return None


def _agency(text: str) -> str | None:
    return agency_in(text) if text else None


def _is_place(text: str) -> bool:
    """Whether the name of a place is written as datelines write it: in capitals, up to a comma."""
    name = text.split(",")[0].strip()
    letters = [character for character in name if character.isalpha()]
    if _LABEL.fullmatch(name):
        return False
    return len(letters) >= 3 and len(name.split()) <= 4 and all(map(str.isupper, letters))
