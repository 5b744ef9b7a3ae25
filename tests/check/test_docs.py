"""docs/checking.md says what the checker does, docs/archive.md what it finds.

`UPDATE_DOCS=1 pytest tests/check/test_docs.py` writes the table of damages anew.
"""

from __future__ import annotations

import json
import os
import re
from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path

from scrapy.settings import Settings

from crawler.archive.check import RULES, Finding, Summary
from crawler.commands.archive import Command
from crawler.commands.checkarchive import CLEAN, FOUND, SHOWN, UNCHECKED
from tests.check.damages import DAMAGES

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "checking.md").read_text()
TABLE = re.compile(r"(?<=test_docs.py` -->\n).*?(?=<!-- end -->)", re.DOTALL)


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


def test_the_table_of_damages_is_that_of_the_tests() -> None:
    rows = ["| what is broken | rule | severity | clause |", "| --- | --- | --- | --- |"]
    for damage in DAMAGES:
        for name in damage.rules.split():
            rule = RULES[name]
            rows.append(f"| {damage.defect} | `{name}` | {rule.severity} | {rule.clause_in('1.1')} |")
    table, path = "\n".join(rows) + "\n", DOCS / "archive.md"
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(TABLE.sub(lambda _: table, path.read_text()))
    (written,) = TABLE.findall(path.read_text())
    assert written == table
    assert len(DAMAGES) > 100


def test_every_option_in_the_docs_is_one() -> None:
    parser, command = ArgumentParser(), Command()
    command.settings = Settings()
    command.add_options(parser)
    named = re.findall(r"^\$ scrapy archive \w+.*$", (DOCS / "archive.md").read_text(), re.MULTILINE)
    options = {option for line in named for option in re.findall(r"(?<=\s)--?[a-z]+", line)}
    assert options
    assert options <= parser._option_string_actions.keys()
