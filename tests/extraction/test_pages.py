"""Each page in tests/pages gives exactly the text and the metadata that stand beside it: a new triple is a new test."""

import json
from pathlib import Path

import pytest

import crawler.sources
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.sources.catalogue import SourceCatalogue

SHIPPED = SourceCatalogue([Path(crawler.sources.__file__).parent])
PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*.html"))


def rules_of(said: dict) -> Rules:
    """The rules that a page's JSON names: those of a source that is shipped, or its own, or none."""
    if "source" in said:
        source = SHIPPED.load(said["source"])
        return Rules.of(source.extraction, source.timezone, source.language)
    return Rules(**{key: tuple(value) if isinstance(value, list) else value for key, value in said["rules"].items()})


def run(page: Path) -> tuple[dict, dict]:
    """The result of a page, and its JSON: url, content_type, source or rules, expected fields or the rejection."""
    said = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    return extract(page.read_bytes(), said["content_type"], said["url"], rules_of(said), said.get("headers")), said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_gives_the_text_beside_it(page):
    result, said = run(page)
    if "rejected" in said:
        assert result.get("rejected") == said["rejected"], result
    else:
        assert "rejected" not in result, result
        assert result.get("text") == page.with_suffix(".txt").read_text(encoding="utf-8"), result


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_gives_the_metadata_beside_it(page):
    result, said = run(page)
    assert {key: result.get(key) for key in said.get("expected", {})} == said.get("expected", {})


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem.startswith(("aletho", "sputnik"))], ids=str)
def test_the_sources_rules_are_a_help_and_no_condition(page):
    """Without any rule of a source the text is the same, but for what only the source can say: spaces, standfirst."""
    said = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    rules = Rules(standfirst=rules_of(said).standfirst)
    text = extract(page.read_bytes(), said["content_type"], said["url"], rules)["text"]
    assert text.replace("\xa0", " ") == page.with_suffix(".txt").read_text(encoding="utf-8").replace("\xa0", " ")
