"""Whatever strangers put into an archive: the checker says what it sees, and neither fails nor lets it act."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from crawler.archive.check import Finding, check
from tests.check.conftest import Checker
from tests.check.test_indexes import GOOD, WARC, line
from tests.check.test_packages import described, files, wacz
from tests.check.warcs import gz, record, response, revisit, warcinfo

DEEP = b"[" * 100_000
SURROGATE = '"\\ud800"'


def test_escape_codes_do_not_reach_the_terminal(checked: Checker) -> None:
    """What a terminal obeys is shown as text, in the record's id and in the message."""
    (finding, *_) = checked({"a.warc.gz": gz(record("resource", 1, b"x", {"WARC-Record-ID": "<urn:\x1b[31mred>"}))})
    assert "\x1b" not in str(finding)
    assert "\\x1b[31mred" in str(finding)
    assert "\x1b" not in finding.to_json()


def test_file_names_may_be_any_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9\x1b.warc.gz"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(gz(warcinfo(), response(fields={"WARC-IP-Address": "x"})))
    found: list[Finding] = []
    summary = check([tmp_path], found.append)
    assert ([finding.rule for finding in found], summary.unread) == (["ip-form"], [])
    assert "caf\\xe9" in found[0].file
    str(found[0]).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"filename": "\ud800.warc.gz"},
        {"offset": 1 << 70},
        {"offset": [1], "length": {"a": 1}},
        {"url": ["https://news.example/story"]},
        {"url": "http://[::1/story"},
        {"digest": 7, "status": True, "mime": None},
    ],
    ids=str,
)
def test_an_index_may_say_anything(changes: dict[str, object], checked: Checker) -> None:
    assert checked({"a.warc.gz": WARC, "index.cdxj": line(1, **changes) + GOOD})


@pytest.mark.parametrize(
    "data", [b"key 20261122101500 {" + b'"a":' + DEEP + b"}\n", b"\0" * 99, b"x" * (1 << 25), b"\xff\xfe\n"]
)
def test_an_index_may_be_anything(data: bytes, checked: Checker) -> None:
    findings = checked({"a.warc.gz": WARC, "index.cdxj": data})
    assert {finding.rule for finding in findings} == {"cdxj-line"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("datapackage.json", DEEP),
        ("datapackage.json", b'{"resources": [{"path": %s, "hash": 7, "bytes": "x"}]}' % SURROGATE.encode()),
        ("datapackage-digest.json", b'{"path": 1, "hash": ["sha256"]}'),
        ("pages/pages.jsonl", b'{"url": 7, "ts": {}}\n' + DEEP + b"\n[]\n"),
        ("indexes/index.idx", b'a {"offset": 1e999, "length": -1, "filename": []}\n\t\t\t\n' + b"k {" + DEEP),
        ("indexes/index.cdx.gz", b"\x1f\x8b\x08\x00 and no more"),
        ("archive/b.warc.gz", b""),
    ],
)
def test_a_package_may_hold_anything(name: str, data: bytes, checked: Checker) -> None:
    assert checked({"a.wacz": wacz({**described(files()), name: data})})


def test_an_encrypted_member_is_named(checked: Checker) -> None:
    data = bytearray(wacz(described(files())))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    findings = checked({"a.wacz": bytes(data)})
    assert {finding.rule for finding in findings} == {"wacz-zip"}


def test_two_files_of_one_name_are_told(checked: Checker) -> None:
    out = io.BytesIO(wacz(described(files())))
    with zipfile.ZipFile(out, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("pages/pages.jsonl", described(files())["pages/pages.jsonl"])
    assert [finding.rule for finding in checked({"a.wacz": out.getvalue()})] == ["wacz-zip"]


@pytest.mark.parametrize(
    "values",
    [
        [],
        {
            "source": "../..",
            "url": 7,
            "title": ["x"],
            "record": {"id": {}, "warc": [], "offset": "x", "date": 5, "digest": 1},
        },
        {
            "source": "/etc",
            "url": "x",
            "title": "x",
            "record": {"id": "\ud800", "warc": "\0", "offset": 1 << 70, "date": "", "digest": "x"},
        },
        {
            "source": "\0",
            "url": "x",
            "title": "\ud800",
            "published": 2026,
            "record": {"id": "x", "warc": "../../x", "offset": 1, "date": "2026", "digest": "x"},
        },
    ],
)
def test_a_sidecar_may_say_anything(values: object, checked: Checker) -> None:
    base = "demo/text/2026/11/22/x-00000000"
    assert checked(
        {f"{base}.txt": b"x\n\ny\n", f"{base}.json": json.dumps(values).encode(), "demo/warc/a.warc.gz": WARC}
    )


def test_a_revisit_of_itself_is_no_original(checked: Checker) -> None:
    """References in a circle end."""
    findings = checked({"a.warc.gz": gz(warcinfo(), revisit(5, of=6), revisit(6, of=5), revisit(7, of=7))})
    assert {finding.rule for finding in findings} == {"revisit-target-kind"}
    assert len(findings) == 3


def test_quotes_and_percents_in_ids_are_only_text(checked: Checker) -> None:
    """What looks like SQL is looked up as it is written."""
    ids = {"WARC-Record-ID": "<urn:x'\"%;--DROP/**/TABLE>", "WARC-Concurrent-To": "<urn:x'\"%;--DROP/**/TABLE>"}
    assert checked({"a.warc.gz": gz(warcinfo(), response(fields=ids))}) == []
