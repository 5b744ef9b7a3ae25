"""What the tdmrep.json of a site reserves from text and data mining (TDMRep, "TDM File on the Origin Server")."""

from __future__ import annotations

import json
from typing import Any

from crawler.fetch.robots import Robots

PATH = "/.well-known/tdmrep.json"

MOST_RULES = 1000
"""Rules of a file that are read."""


class Reservations:
    """The rules of one site, in their order."""

    def __init__(self, rules: list[tuple[str, bool]]) -> None:
        # A location matches as a path of robots.txt does: the specification takes its wording from there.
        self._rules = [(Robots([("disallow", location)], None, []), reserved) for location, reserved in rules]

    @classmethod
    def parse(cls, body: bytes) -> Reservations:
        """The rules in the body of a tdmrep.json; what is no rule is left out, and a body that is no JSON has none."""
        try:
            entries = json.loads(body)
        except (ValueError, RecursionError):
            entries = []
        entries = entries if isinstance(entries, list) else [entries]
        return cls([rule for entry in entries[:MOST_RULES] if (rule := _rule(entry))])

    @classmethod
    def none(cls) -> Reservations:
        """For a site that has no such file."""
        return cls([])

    def hold(self, url: str) -> bool:
        """Whether `url` is reserved: the first rule that matches it says so."""
        return next((reserved for place, reserved in self._rules if not place.allowed(url)), False)


def _rule(entry: Any) -> tuple[str, bool] | None:
    location = entry.get("location") if isinstance(entry, dict) else None
    if not isinstance(location, str) or not location.startswith(("/", "*")):
        return None
    return location, str(entry.get("tdm-reservation")).strip() == "1"
