"""A field's value with its provenance: which places of a page state it, which was taken, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from crawler.extraction.dates import Stated

Confidence = Literal["high", "medium", "low"]
"""high: stated for machines, or by several places; medium: by one place that is at times wrong; low: a guess."""

Provenance = dict[str, Any]
"""For each field that has a value or a candidate: see `Choice.provenance`."""

LONGEST = 300
"""Characters of a candidate that are kept; the places of a page hold whole articles at times."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one place of a page states a field to be."""

    place: str
    value: Any


@dataclass(slots=True)
class Choice:
    """The value that was taken for a field, and what it was taken from."""

    value: Any = None
    place: str = ""
    why: str = ""
    confidence: Confidence = "medium"
    candidates: list[Candidate] = field(default_factory=list)

    def provenance(self) -> dict[str, Any]:
        """`from`, `why` and `confidence` of the value, the other places that say the `same`, and what `others` say."""
        said: dict[str, Any] = {}
        if self.value:
            said = {"from": self.place, "why": self.why, "confidence": self.confidence}
        kept = _kept(self.value)
        same = list(dict.fromkeys(one.place for one in self.candidates if _kept(one.value) == kept))
        if same := [place for place in same if place != self.place]:
            said["same"] = same
        return said | ({"others": others} if (others := self._others(kept)) else {})

    def _others(self, kept: Any) -> dict[str, Any]:
        """What the other places state, by their names; places that state the same stand together."""
        stated: list[tuple[list[str], Any]] = []
        for one in self.candidates:
            value = _kept(one.value)
            places = next((places for places, said in stated if said == value), None)
            if value != kept and places is None:
                stated.append(([one.place], value))
            elif places is not None and one.place not in places:
                places.append(one.place)
        return {", ".join(places): value for places, value in stated}


def provenance_of(choices: Iterable[tuple[str, Choice]]) -> Provenance:
    """The provenance of the fields that have a value or candidates."""
    return {name: said for name, choice in choices if (said := choice.provenance())}


def _kept(value: Any) -> Any:
    if isinstance(value, Stated):
        return value.iso
    return value[:LONGEST] if isinstance(value, str) else value
