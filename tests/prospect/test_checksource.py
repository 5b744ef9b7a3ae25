"""`scrapy checksource`: a verdict for each stage, from the site and from the archive."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.links import Link
from crawler.prospect.answers import Answer
from crawler.prospect.checking import Checker, choose_articles
from crawler.prospect.samples import Sample
from crawler.prospect.stages import (
    Checked,
    Listed,
    judge_discovery,
    judge_extraction,
    judge_fetch,
    judge_metadata,
)
from crawler.sources.model import Source
from tests.prospect.conftest import extracted, fetched
from tests.prospect.sites import wordpress
from tests.prospect.sites.served import served

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME = "https://example.org/"


def source(**tables):
    said = {"name": "sample", "title": "Sample", "homepage": HOME, "language": "en"}
    return Source.model_validate(said | tables)


def page(number=0, status=200, trouble=None, body=b"<html><body><p class='kept'>x</p></body></html>", **fields):
    url = f"{HOME}{number}"
    answer = Answer(url, url, status, "text/html", body, trouble=trouble)
    usual = {"title": f"Title {number}", "text": f"T\n\nText of {number}.\n", "language": "en", "authors": ["A"]}
    return Sample(
        answer, fields if "rejected" in fields else {**usual, "published": f"2026-11-{number + 1:02}", **fields}
    )


def levels(check):
    return {stage.name: stage.level for stage in check.stages}


def check_at(url, **tables):
    """A source for the sample blog at `url`, checked without Scrapy."""
    discovery = {"feeds": [f"{url}/feed/"]} | tables.pop("discovery", {})
    made = source(homepage=f"{url}/", discovery=discovery, **tables)
    return asyncio.run(Checker(made, fetched, extracted, lambda line: None).check())


def test_a_sound_source_passes_every_stage():
    """Ten articles are fetched, and what the rules take away is told."""
    with served(wordpress.build) as site:
        check = check_at(site.url, extraction={"drop": [".wpcnt", "#comments"]})
        assert sum(path.startswith("/20") for path in site.asked) == 10
    assert set(levels(check).values()) == {"ok"}, check.stages
    assert check.passed
    assert all("reader-supported" in page.dropped[0] for page in check.pages)


def test_what_a_source_does_not_name_is_found_as_a_crawl_would():
    """Feeds of the front page and sitemaps of robots.txt, where the source lists nothing."""
    with served(wordpress.build) as site:
        check = check_at(site.url, discovery={"feeds": []})
    assert [one.kind for one in check.listed] == ["feed", "sitemap"]
    assert check.passed


@pytest.mark.parametrize(
    ("tables", "stage", "level", "told"),
    [
        ({"discovery": {"feeds": ["{url}/gone.xml"]}}, "discovery", "failed", "HTTP 404"),
        ({"discovery": {"feeds": ["{url}/feed/", "{url}/gone.xml"]}}, "discovery", "warning", "HTTP 404"),
        ({"articles": {"include": ["/stories/"]}}, "discovery", "failed", "none of its 10 links is an article"),
        ({"extraction": {"drop": [".old-name"]}}, "extraction", "warning", ".old-name matches on none of the 10"),
        ({"extraction": {"keep": ["#comments"]}}, "extraction", "failed", "too-short"),
        ({"extraction": {"min_length": 90000}}, "extraction", "failed", "too-short"),
        ({"extraction": {"title": ".site-title"}}, "metadata", "warning", "have the same title"),
        ({"language": "de"}, "metadata", "warning", "most texts are in en"),
        ({"health": {"min_text_length": 5000}}, "extraction", "warning", "health.min_text_length"),
    ],
    ids=["no feed", "one feed gone", "patterns", "idle drop", "wrong keep", "too short", "title", "language", "length"],
)
def test_what_is_wrong_shows_in_the_stage_it_is_in(tables, stage, level, told):
    """Each fault is named in its own stage, with what to look at."""
    with served(wordpress.build) as site:
        tables = json.loads(json.dumps(tables).replace("{url}", site.url))
        check = check_at(site.url, **tables)
    found = {one.name: one for one in check.stages}[stage]
    assert found.level == level, check.stages
    assert told in " ".join(found.told)


def test_articles_are_chosen_from_each_listing_in_turn():
    """The newest of each first, and none twice."""
    links = [Link(f"{HOME}a/{n}", published=NOW - timedelta(days=n)) for n in (3, 1, 2)]
    other = [Link(f"{HOME}b/1"), links[1]]
    listed = [Listed(HOME, "feed", 3, tuple(links)), Listed(HOME, "section", 2, tuple(other))]
    assert choose_articles(listed) == [f"{HOME}a/1", f"{HOME}a/2", f"{HOME}b/1", f"{HOME}a/3"]


@pytest.mark.parametrize(("age", "level"), [(1, "ok"), (30, "warning")])
def test_a_listing_that_went_stale_is_worth_a_look(age, level):
    """A week without an article is a warning, and no failure: it may be a quiet site."""
    link = Link(f"{HOME}a", published=NOW - timedelta(days=age))
    assert judge_discovery([Listed(HOME, "feed", 1, (link,), link.published)], NOW).level == level


@pytest.mark.parametrize(("came", "level"), [(10, "ok"), (9, "ok"), (7, "warning"), (4, "failed"), (0, "failed")])
def test_pages_that_do_not_come_count_by_their_share(came, level):
    """Under nine in ten a warning, under a half a failure, with the reasons counted."""
    pages = [page(n) for n in range(came)] + [page(n, status=503, rejected="HTTP 503") for n in range(came, 10)]
    stage = judge_fetch(pages)
    assert stage.level == level
    assert came == 10 or f"{10 - came} times: HTTP 503" in stage.told


def test_the_same_text_on_several_pages_is_no_article():
    """A notice that stands in the place of the articles is told, also where it is long enough."""
    pages = [Checked(page(n, text="T\n\nThis site is being rebuilt.\n")) for n in range(4)]
    assert "4 pages gave the same text" in judge_extraction(pages, source()).told


@pytest.mark.parametrize(
    ("fields", "level", "told"),
    [
        ({"published": None}, "failed", "dates are missing"),
        ({"published": "2026-11-01"}, "warning", "same date"),
        ({"published": "2031-01-01T10:00:00+00:00"}, "warning", "in the future"),
        ({"authors": []}, "ok", "0% an author"),
    ],
)
def test_metadata_that_cannot_be_right_is_told(fields, level, told):
    """Dates that are missing, all equal or to come; authors may be missing."""
    stage = judge_metadata([page(n, **fields) for n in range(5)], source(), NOW)
    assert stage.level == level
    assert told in " ".join(stage.told)


def test_the_command_checks_the_site_and_the_archive(broadsheet, tmp_path):
    """With --offline the same verdicts come out of the archive, and the site is not asked."""
    with served(wordpress.build) as site:
        toml = f'title = "S"\nhomepage = "{site.url}/"\nlanguage = "en"\n[politeness]\nallow_private = true\n'
        (tmp_path / "sources/sample.toml").write_text(toml + f'[discovery]\nfeeds = ["{site.url}/feed/"]\n')
        live = broadsheet("checksource", "sample")
        asked = len(site.asked)
        offline = broadsheet("checksource", "sample", "--offline")
        assert len(site.asked) == asked
    assert (live.code, offline.code) == (0, 0), live.err + offline.err
    for ran in (live, offline):
        assert [ran.out.count(f"{stage} ") > 0 for stage in ("discovery", "fetch", "extraction", "metadata")] == [
            True
        ] * 4
        assert ran.out.count("Anna Reed") == 10


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "the name of one source"),
        (("no_such",), "there is no source"),
        (("broken",), "unknown key"),
        (("demo", "--offline"), "nothing is archived"),
    ],
)
def test_what_cannot_be_checked_is_explained(arguments, told, broadsheet, tmp_path):
    """Exit code 2 and the reason, without a traceback."""
    (tmp_path / "sources/broken.toml").write_text('title = "x"\nhomepag = "y"\n')
    ran = broadsheet("checksource", *arguments)
    assert (ran.code, told in ran.err) == (2, True), ran.err
    assert "Traceback" not in ran.err
