"""WACZ packages: layout, lists, hashes, pages, and the archive inside."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import pytest

from crawler.archive.check import RULES
from tests.check import test_indexes
from tests.check.conftest import Checker
from tests.check.test_indexes import GOOD, WARC

PAGES = (
    b'{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}\n'
    b'{"id": "1", "url": "https://news.example/story", "ts": "2026-11-22T10:15:00Z", "title": "A story"}\n'
)
Files = dict[str, bytes]


def files() -> Files:
    return {"archive/a.warc.gz": WARC, "indexes/index.cdxj": GOOD, "pages/pages.jsonl": PAGES}


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def described(held: Files, **changes: object) -> Files:
    """`held` with the two files that describe it."""
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": digest(data), "bytes": len(data)}
        for name, data in held.items()
    ]
    package = {"profile": "data-package", "wacz_version": "1.1.1", "resources": resources, **changes}
    text = json.dumps({name: value for name, value in package.items() if value is not None}).encode()
    return {**held, "datapackage.json": text, "datapackage-digest.json": signed(text)}


def signed(datapackage: bytes) -> bytes:
    return json.dumps({"path": "datapackage.json", "hash": digest(datapackage)}).encode()


def wacz(held: Files, deflate: tuple[str, ...] = ("pages/pages.jsonl",)) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in held.items():
            method = zipfile.ZIP_DEFLATED if name in deflate else zipfile.ZIP_STORED
            package.writestr(name, data, compress_type=method)
    return out.getvalue()


def without(name: str) -> Files:
    return described({kept: data for kept, data in files().items() if kept != name})


def replaced(name: str, data: bytes) -> Files:
    """A good package in which one file was changed after its hash was taken."""
    return {**described(files()), name: data}


def redescribed(change: Callable[[dict[str, object]], object]) -> Files:
    """A good package whose description was changed, and signed again."""
    package = json.loads(described(files())["datapackage.json"])
    change(package)
    text = json.dumps(package).encode()
    return {**files(), "datapackage.json": text, "datapackage-digest.json": signed(text)}


def page(text: str) -> Files:
    return described({**files(), "pages/pages.jsonl": PAGES + text.encode() + b"\n"})


class Damage(NamedTuple):
    defect: str
    rules: str
    data: bytes

    def __str__(self) -> str:
        return self.defect.replace(" ", "-")


BROKEN = wacz(described(files()))
CORRUPT = BROKEN.replace(WARC[-60:], bytes(60), 1)

DAMAGES = [
    Damage("not a ZIP", "wacz-zip", b"PK\x03\x04 but no more"),
    Damage("cut in the middle", "wacz-zip", BROKEN[: len(BROKEN) // 2]),
    Damage("a member that fails its CRC", "wacz-zip file-truncated cdxj-record", CORRUPT),
    Damage("no WARC", "wacz-layout cdxj-warc", wacz(without("archive/a.warc.gz"))),
    Damage("no index", "wacz-layout", wacz(without("indexes/index.cdxj"))),
    Damage("no pages", "wacz-layout", wacz(without("pages/pages.jsonl"))),
    Damage("a stranger in archive", "wacz-intruder", wacz(described({**files(), "archive/notes.txt": b"x"}))),
    Damage("a WARC deflated again", "wacz-stored", wacz(described(files()), ("archive/a.warc.gz",))),
    Damage("no datapackage.json", "wacz-datapackage", wacz({**files(), "datapackage-digest.json": signed(b"")})),
    Damage(
        "a datapackage.json that is no JSON", "wacz-datapackage wacz-digest", wacz(replaced("datapackage.json", b"{"))
    ),
    Damage("no wacz_version", "wacz-datapackage", wacz(described(files(), wacz_version=None))),
    Damage("another profile", "wacz-datapackage", wacz(described(files(), profile="other"))),
    Damage("resources that are no list", "wacz-datapackage", wacz(described(files(), resources={}))),
    Damage("a file that is not listed", "wacz-resources", wacz({**described(files()), "logs/a.log": b"x"})),
    Damage(
        "a file that is not there",
        "wacz-resources",
        wacz({n: d for n, d in described({**files(), "logs/a.log": b"x"}).items() if n != "logs/a.log"}),
    ),
    Damage(
        "an entry without size",
        "wacz-resources",
        wacz(redescribed(lambda p: p["resources"][0].pop("bytes"))),
    ),  # type: ignore[index]
    Damage(
        "a hash of no known algorithm", "wacz-hash", wacz(redescribed(lambda p: p["resources"][0].update(hash="crc:1")))
    ),  # type: ignore[index]
    Damage("a page list changed later", "wacz-hash wacz-bytes", wacz(replaced("pages/pages.jsonl", PAGES + b"\n"))),
    Damage("a wrong digest of the description", "wacz-digest", wacz(replaced("datapackage-digest.json", signed(b"")))),
    Damage(
        "no digest of the description",
        "wacz-digest-missing",
        wacz({n: d for n, d in described(files()).items() if n != "datapackage-digest.json"}),
    ),
    Damage("a page without url", "wacz-pages", wacz(page('{"ts": "2026-11-22T10:15:00Z"}'))),
    Damage(
        "a page without zone", "wacz-pages", wacz(page('{"url": "https://x.example/", "ts": "2026-11-22T10:15:00"}'))
    ),
    Damage("a page that is no JSON", "wacz-pages", wacz(page("{url}"))),
    Damage(
        "an index that misleads",
        "cdxj-record",
        wacz(described({**files(), "indexes/index.cdxj": test_indexes.line(1, length=7) + test_indexes.SECOND})),
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_damage_is_found_by_its_rule_and_no_other(damage: Damage, checked: Checker) -> None:
    findings = checked({"a.wacz": damage.data})
    assert {finding.rule for finding in findings} == set(damage.rules.split()), [str(found) for found in findings]


def test_a_good_package_raises_nothing(checked: Checker) -> None:
    assert checked({"a.wacz": wacz(described(files()))}) == []


def test_the_suffix_is_wacz(checked: Checker) -> None:
    """A package that is named by its bytes alone is checked, and told its name."""
    findings = checked({"a.zip": wacz(described(files()))}, alone=True)
    assert [finding.rule for finding in findings] == ["wacz-suffix"]


def test_a_package_beside_its_warc_is_an_archive_of_its_own(checked: Checker) -> None:
    """The records of an exported package have the ids of those it was made from; that is no breach."""
    assert checked({"a.warc.gz": WARC, "a.wacz": wacz(described(files()))}) == []


def test_each_rule_on_indexes_and_packages_has_a_damage_that_breaks_it() -> None:
    tried = {rule for damage in [*DAMAGES, *test_indexes.DAMAGES] for rule in damage.rules.split()}
    rules = {rule for rule in RULES if rule.startswith(("cdxj", "wacz"))}
    assert rules - tried == {"wacz-suffix"}
