"""A finding: which rule was broken, where exactly, and what is wrong there, for people and for machines."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from crawler.archive.check.rules import RULES, Severity

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""What a terminal takes for orders: an archive holds text of strangers."""


def _escaped(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def shown(path: Path) -> str:
    """`path` as text that can be printed and stored, whatever bytes are in its name."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


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
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        place = "" if self.offset is None else f" at {self.offset}"
        record = f" {self.record_id}" if self.record_id else ""
        where, what = (_CONTROL.sub(_escaped, text) for text in (f"{self.file}{place}{record}", self.message))
        return f"{self.severity}: {where}\n  {self.rule}: {what} [{self.clause}]"


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

    def add(self, rule: str, message: str, place: Place = NOWHERE, field: str = "") -> None:
        """Report a breach of `rule`, of the WARC field `field` if of one; nothing happens where it does not bind."""
        law = RULES[rule]
        if self.growing and rule == "file-truncated":
            return
        if severity := law.severity_in(self.ours):
            clause = law.clause_in(place.version, field)
            self._take(Finding(self.file, place.offset, place.record_id, rule, severity, message, clause))
