"""Every file in feeds/, sitemaps/ and sections/ gives what NAME.expected.json beside it says.

A new pair of files is a new test. The expected file has `url` (where the document came from), `content_type` where it
matters, further arguments of the parser under `arguments`, and what comes out: `links` (without their empty fields),
`more`, `changed`, `warnings`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery.feeds import parse_feed
from crawler.discovery.links import Found
from crawler.discovery.sections import parse_section
from crawler.discovery.sitemaps import parse_sitemap

HERE = Path(__file__).parent
PARSERS: dict[str, Callable[..., Found]] = {"feeds": parse_feed, "sitemaps": parse_sitemap, "sections": parse_section}
DOCUMENTS = [
    path for folder in PARSERS for path in sorted((HERE / folder).iterdir()) if not path.name.endswith(".expected.json")
]


def as_json(found: Found) -> dict[str, Any]:
    """What was found, in the form of the expected files."""

    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    links = [{key: plain(value) for key, value in asdict(link).items() if value} for link in found.links]
    changed = {url: plain(moment) for url, moment in found.changed.items()}
    return {"links": links, "more": found.more, "changed": changed, "warnings": found.warnings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_document_gives_what_is_expected(path: Path) -> None:
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text("utf-8"))
    url = expected.pop("url")
    body = path.read_bytes()
    found = PARSERS[path.parent.name](body, url, expected.pop("content_type", None), **expected.pop("arguments", {}))
    assert as_json(found) == {"links": [], "more": [], "changed": {}, "warnings": []} | expected


def test_no_expected_file_is_left_without_its_document() -> None:
    orphans = [
        path
        for folder in PARSERS
        for path in (HERE / folder).glob("*.expected.json")
        if not path.with_name(path.name.removesuffix(".expected.json")).exists()
    ]
    assert orphans == []
