"""Every kind of damage is found, by the rule that names it, and by no other."""

from __future__ import annotations

import re

import pytest

from crawler.archive.check import RULES
from tests.check.conftest import Checker
from tests.check.damages import DAMAGES, Damage
from tests.check.warcs import (
    HEAD,
    HEAD_REQUEST,
    gz,
    record,
    request,
    response,
    revisit,
    uid,
    warcinfo,
)


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_is_found_by_its_rule_and_no_other(damage: Damage, checked: Checker) -> None:
    """And each finding says file, severity, what is wrong, and the clause that it rests on."""
    findings = checked(damage.files)
    for finding in findings:
        assert any(name in finding.file for name in damage.files)
        assert finding.severity in ("error", "warning")
        assert finding.message
        assert re.match(r"WARC 1\.[01] (§|Annex)|Broadsheet|WARC zstd|CDXJ", finding.clause)
    assert {finding.rule for finding in findings} == set(damage.rules.split()), [str(found) for found in findings]


def test_each_rule_on_warcs_has_a_damage_that_breaks_it() -> None:
    tried = {rule for damage in DAMAGES for rule in damage.rules.split()}
    on_warcs = {rule for rule in RULES if not re.match("cdxj|idx|wacz|text|sidecar|catalogue", rule)}
    assert on_warcs - tried == set()


def test_offsets_and_ids_are_those_of_the_record(checked: Checker) -> None:
    """The offset of a finding is where the gzip member of its record starts."""
    (finding,) = checked({"a.warc.gz": gz(warcinfo()) + gz(response(fields={"WARC-IP-Address": "x"}))})
    assert (finding.offset, finding.record_id) == (len(gz(warcinfo())), uid(2))


def test_a_head_request_explains_a_missing_body(checked: Checker) -> None:
    head = response(block=HEAD)
    assert checked({"a.warc.gz": gz(warcinfo(), head, request(block=HEAD_REQUEST))}) == []


def test_what_a_single_file_refers_to_may_be_elsewhere(checked: Checker) -> None:
    """A revisit whose original is in another file is no breach where that file was not asked for."""
    assert checked({"a.warc.gz": gz(warcinfo(), revisit())}, alone=True) == []


@pytest.mark.parametrize(
    ("fields", "version", "clause"),
    [
        ({"WARC-Date": None}, b"WARC/1.1", "WARC 1.1 §5.4"),
        ({"WARC-Type": None}, b"WARC/1.0", "WARC 1.0 §5.5"),
        ({"WARC-Filename": "a"}, b"WARC/1.1", "WARC 1.1 §5.17"),
        ({"WARC-Filename": "a"}, b"WARC/1.0", "WARC 1.0 §5.15"),
        ({"WARC-Payload-Digest": "sha1:x"}, b"WARC/1.1", "WARC 1.1 §5.9"),
        ({"WARC-Target-URI": "x"}, b"WARC/1.0", "WARC 1.0 §5.12"),
    ],
)
def test_the_clause_is_that_of_the_field_in_the_records_version(
    fields: dict[str, str | None], version: bytes, clause: str, checked: Checker
) -> None:
    (finding,) = checked({"a.warc.gz": gz(record("resource", 1, b"text", fields, version=version))})
    assert finding.clause == clause
