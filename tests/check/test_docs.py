"""docs/checking.md says what the checker does."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from crawler.archive.check import RULES, Finding, Summary
from crawler.commands.checkarchive import CLEAN, FOUND, SHOWN, UNCHECKED

TEXT = (Path(__file__).parents[2] / "docs" / "checking.md").read_text()


def test_the_json_in_the_docs_has_the_fields_that_are_printed() -> None:
    finding, summary = (json.loads(line) for line in re.findall(r"^\{.*\}$", TEXT, re.MULTILINE))
    assert list(finding) == [field.name for field in fields(Finding)]
    assert list(summary) == ["summary", *(field.name for field in fields(Summary))]
    rule = RULES[finding["rule"]]
    assert (finding["clause"], finding["severity"]) == (rule.clause_in("1.1"), rule.severity)


def test_the_finding_in_the_docs_is_of_a_rule() -> None:
    (found,) = re.findall(r"^  ([\w-]+): .* \[(WARC .*)\]$", TEXT, re.MULTILINE)
    assert RULES[found[0]].clause_in("1.1") == found[1]


def test_the_figures_in_the_docs_are_those_of_the_code() -> None:
    assert re.findall(r"^\| (\d) \|", TEXT, re.MULTILINE) == [str(code) for code in (CLEAN, FOUND, UNCHECKED)]
    assert f"People see {SHOWN}\nfindings" in TEXT
