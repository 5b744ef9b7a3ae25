"""A field's value with its provenance: which places of a page state it, which was taken, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

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
        others: dict[str, Any] = {}
        for one in self.candidates:
            if _kept(one.value) != kept:
                others.setdefault(one.place, _kept(one.value))
        return said | ({"others": others} if others else {})


def provenance_of(choices: Iterable[tuple[str, Choice]]) -> Provenance:
    """The provenance of the fields that have a value or candidates."""
    return {name: said for name, choice in choices if (said := choice.provenance())}


def _kept(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value
