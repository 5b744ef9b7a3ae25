"""Where each field of an article came from, and what its text credits."""

import json

import pytest

from crawler.extraction.blocks import Block
from crawler.extraction.dateline import credit_of
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules

URL = "https://paper.example/2026/11/22/a-bridge"
CONFIDENCES = {"high", "medium", "low"}
LD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A bridge is opened", "author": [{"name":'
    ' "Ada Nowak"}, {"name": "AFP"}], "datePublished": "2026-11-22T10:00:00Z", "articleSection": "Local"}</script>'
    '<meta property="og:title" content="The bridge that took nine years"><meta name="author" content="Ian Row">'
    '<meta property="article:published_time" content="2026-11-22T10:00:00Z">'
)


@pytest.fixture
def result(article_page, sentences):
    return extract(
        article_page("ARDEN, Nov. 22 (Reuters) — It rained.", *sentences, head=LD), "text/html", URL, Rules()
    )


def test_each_field_says_where_it_is_from_and_what_others_state(result):
    said = result["provenance"]
    assert said["title"] == {
        "from": "h1",
        "why": "the heading that another place states too",
        "confidence": "high",
        "same": ["json-ld", "title"],
        "others": {"og:title": "The bridge that took nine years"},
    }
    assert (said["authors"]["from"], said["authors"]["others"]) == ("json-ld", {"author": ["Ian Row"]})
    assert said["published"]["same"] == ["article:published_time"]
    assert said["published"]["others"] == {"url": "2026-11-22"}
    assert said["section"]["from"] == "json-ld"
    assert said["language"]["from"] == "text"


def test_provenance_is_of_fields_only_and_is_plain_json(result):
    assert set(result["provenance"]) <= set(result)
    assert json.loads(json.dumps(result["provenance"])) == result["provenance"]
    assert {said.get("confidence", "high") for said in result["provenance"].values()} <= CONFIDENCES


def test_what_the_page_credits_counts_before_the_dateline(result):
    assert (result["agency"], result["dateline"]) == ("AFP", "ARDEN, Nov. 22 (Reuters)")
    assert "ARDEN, Nov. 22 (Reuters) — It rained." in result["text"]


def test_a_date_that_was_searched_for_has_low_confidence(article_page, sentences):
    shown = b'<div class="date">March 3, 2015</div></body>'
    page = article_page(" ".join(sentences), *sentences).replace(b"</body>", shown)
    result = extract(page, "text/html", "https://paper.example/a-bridge", Rules())
    assert result["published"] == "2015-03-03"
    assert result["provenance"]["published"]["confidence"] == "low"


@pytest.mark.parametrize(
    ("text", "dateline", "agency"),
    [
        ("MOSCOW (Sputnik) — The bridge was opened.", "MOSCOW (Sputnik)", "Sputnik"),
        ("WASHINGTON, Nov 22 (Reuters) - The bridge was opened.", "WASHINGTON, Nov 22 (Reuters)", "Reuters"),
        ("KYIV, Ukraine (AP) -- The bridge was opened.", "KYIV, Ukraine (AP)", "AP"),
        ("Berlin (dpa) - Die Brücke ist offen.", "Berlin (dpa)", "dpa"),
        ("(Reuters) - The bridge was opened.", "(Reuters)", "Reuters"),
        ("ARDEN — The bridge was opened.", "ARDEN", None),
        ("The bridge - nine years late - was opened.", None, None),
        ("WATCH – The bridge is opened.", None, None),
        ("Ada Nowak (left) — at the bridge.", None, None),
    ],
)
def test_the_dateline_of_a_text(text, dateline, agency):
    credit = credit_of([Block(text)], None, None)
    assert (credit.dateline, credit.agency) == (dateline, agency)


def test_a_line_at_the_end_credits_an_agency_and_the_house_itself_is_none():
    blocks = [Block("The bridge was opened on Monday."), Block("Quelle: dpa")]
    assert credit_of(blocks, None, None).agency == "dpa"
    assert credit_of(blocks, "AFP", None).agency == "AFP"
    assert credit_of([Block("MOSCOW (Sputnik) — It rained.")], None, "Sputnik International").agency is None
