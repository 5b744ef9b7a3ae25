"""Each page in tests/pages gives exactly the text and the metadata that stand beside it: a new triple is a new test."""

import json
from pathlib import Path

import pytest

from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules

PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*.html"))


def run(page: Path) -> tuple[dict, dict]:
    """The result of a page, and what its JSON says of it: url, content_type, rules, expected (or rejected)."""
    said = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    rules = Rules(**{key: tuple(value) if isinstance(value, list) else value for key, value in said["rules"].items()})
    return extract(page.read_bytes(), said["content_type"], said["url"], rules, said.get("headers")), said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_gives_the_text_beside_it(page):
    result, said = run(page)
    if "rejected" in said:
        assert result.get("rejected") == said["rejected"], result
    else:
        assert result.get("text") == page.with_suffix(".txt").read_text(encoding="utf-8"), result


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_gives_the_metadata_beside_it(page):
    result, said = run(page)
    assert {key: result.get(key) for key in said.get("expected", {})} == said.get("expected", {})
