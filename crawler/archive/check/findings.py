"""A finding: which rule was broken, where exactly, and what is wrong there, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import NamedTuple

from crawler.archive.check.rules import RULES, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach. `offset` is in bytes of the file as it lies on disk: of a compressed WARC, where the gzip member
    of the record starts; of an index, where the line does. `clause` names what the rule rests on."""

    file: str
    offset: int | None
    record_id: str | None
    rule: str
    severity: Severity
    message: str
    clause: str

    def to_json(self) -> str:
        """One line of JSON with all fields."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def __str__(self) -> str:
        place = "" if self.offset is None else f" at {self.offset}"
        record = f" {self.record_id}" if self.record_id else ""
        return f"{self.severity}: {self.file}{place}{record}\n  {self.rule}: {self.message} [{self.clause}]"


class Place(NamedTuple):
    """Where in a file something is wrong; `version` is that of the WARC record, which numbers the clauses."""

    offset: int | None = None
    record_id: str | None = None
    version: str = "1.1"


NOWHERE = Place()
"""Of a finding on a whole file."""


class Report:
    """Takes the findings of one file, and weighs each by whether the file is one of ours.

    `growing` says that the file is being written while it is checked: that it ends inside a record is no breach.
    """

    def __init__(
        self, file: str, take: Callable[[Finding], None], *, ours: bool = False, growing: bool = False
    ) -> None:
        self.file = file
        self.ours = ours
        self.growing = growing
        self._take = take

    def add(self, rule: str, message: str, place: Place = NOWHERE) -> None:
        """Report a breach of `rule`; nothing happens where the rule does not bind this file."""
        law = RULES[rule]
        if self.growing and rule == "file-truncated":
            return
        if severity := law.severity_in(self.ours):
            clause = law.clause_in(place.version)
            self._take(Finding(self.file, place.offset, place.record_id, rule, severity, message, clause))
