"""What several articles have in common, and what is named to be dropped from them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discovery.links import Link
from crawler.discovery.urls import canonical_url
from crawler.extraction.extract import page_tree
from crawler.prospect.answers import Answer
from crawler.prospect.furniture import Drop, drop_for, drop_line, eats, labels, suggest_drops
from crawler.prospect.samples import (
    Sample,
    is_habit,
    language,
    moments,
    repeated_lines,
    shared_title,
    standfirst,
)

HOME = "https://example.org/"


def sample(*paragraphs, **fields):
    text = "A title\n\n" + "\n\n".join(paragraphs) + "\n"
    extracted = {"title": "A title", "text": text, "language": "en", "standfirst": None, **fields}
    return Sample(Answer("https://example.org/a", "https://example.org/a", 200), extracted)


def trees(*bodies):
    pages = (
        f"<html><body><h1>T</h1><div class='text'><p>{'word ' * 200}</p></div>{body}</body></html>" for body in bodies
    )
    return [page_tree(page.encode(), "text/html; charset=utf-8") for page in pages]


def test_a_habit_needs_most_of_the_articles_and_more_than_chance():
    """Two of ten is chance, six of ten is not; of two articles both must agree."""
    assert [is_habit(count, 10) for count in (2, 5, 6, 10)] == [False, False, True, True]
    assert [is_habit(1, 2), is_habit(2, 2), is_habit(0, 0)] == [False, True, False]


@pytest.mark.parametrize(
    ("found", "marked", "country", "tag"),
    [
        (["en"] * 3, "en-GB", "GB", "en-GB"),
        (["en"] * 3, "en-US", "GB", "en"),
        (["ar"] * 3, "en-US", "", "ar"),
        (["pt"] * 3, "pt_BR", "", "pt-BR"),
        (["zh"] * 3, "zh-TW", "", "zh-TW"),
        (["fr", "fr", "en"], "", "", "fr"),
        ([], "de", "", "de"),
        ([], "", "", ""),
    ],
)
def test_the_language_is_that_of_the_texts(found, marked, country, tag):
    """What a page is marked with counts for its region alone, and only where it agrees."""
    assert language([sample("x", language=code) for code in found], marked, country)[0] == tag


def test_lines_of_most_articles_belong_to_none():
    """Also where a number in them differs; lines of two articles are theirs."""
    pages = [
        sample(f"Text of {'abcde'[n]}.", "Write to us.", f"Source: Gazette, 1{n} May", "Twice" if n < 2 else "")
        for n in range(5)
    ]
    assert sorted(repeated_lines(pages)) == ["Source: Gazette, 10 May", "Write to us."]


def test_a_line_is_dropped_whatever_numbers_it_has():
    """The regular expression is anchored, and reads as the line does."""
    pattern = drop_line("Source: Gazette (p. 3), 10 May")
    assert pattern == r"^Source: Gazette \(p\. \d+\), \d+ May$"
    assert re.search(pattern, "Source: Gazette (p. 12), 9 May")
    assert not re.search(pattern, "He read: Source: Gazette (p. 12), 9 May")


def test_a_standfirst_counts_where_the_text_lacks_it():
    """Where the extractor has it already nothing needs to be said."""
    missing = [sample("Body.", standfirst="It is what it is about.") for _ in range(4)]
    there = [sample("It is what it is about.", standfirst="It is what it is about.") for _ in range(4)]
    assert (standfirst(missing)[0], standfirst(there)[0], standfirst([])[0]) == (True, False, False)


@pytest.mark.parametrize(
    ("titles", "name"),
    [
        ([f"Title {n} | The Gazette" for n in range(4)], "The Gazette"),
        ([f"The Gazette - Title {n}" for n in range(4)], "The Gazette"),
        ([f"标题{n}--河口日报" for n in range(4)], "河口日报"),
        ([f"Title {n} - Section {n} - The Gazette" for n in range(4)], "The Gazette"),
        ([f"Title {n}" for n in range(4)], ""),
        ([], ""),
    ],
)
def test_what_titles_share_is_the_name_of_the_site(titles, name):
    """At their end or at their beginning, behind the usual separators."""
    assert shared_title(titles) == name


def test_what_stands_on_most_articles_is_named_by_its_outermost_element():
    """A form inside the comments needs no selector of its own; what one article has alone gets none."""
    comments = "<div id='comments'><ol><li>Nice.</li></ol><form class='comment-form'>Reply</form></div>"
    body = f"{comments}<ul class='share'>Tweet</ul>"
    drops = suggest_drops(trees(body, body, body, body + "<div class='promo-box'>Once</div>"))
    assert [(drop.selector, drop.seen) for drop in drops] == [("#comments", 4), (".share", 4)]


def test_an_element_that_holds_the_article_is_never_named():
    """Whatever its class says."""
    page = f"<div class='related-content'><h1>T</h1><p>{'word ' * 900}</p></div>"
    assert suggest_drops(trees(page, page, page)) == []


def test_names_with_numbers_of_the_article_are_no_selectors():
    """`#comments-48213` is on one page only, and would be on another one tomorrow."""
    pages = trees(*(f"<div id='comments-4821{n}' class='comments'>Nice.</div>" for n in range(4)))
    assert [drop.selector for drop in suggest_drops(pages)] == [".comments"]


def test_a_line_is_named_by_the_element_that_holds_little_else():
    """Where it has no name of its own there is no selector, and the line itself is named instead."""
    pages = trees(*(f"<p class='source'>Source: Gazette, 1{n} May</p>" for n in range(4)))
    assert drop_for("Source: Gazette, 10 May", pages).selector == ".source"
    assert drop_for("Source: Gazette, 10 May", trees(*["<p>Source: Gazette, 10 May</p>"] * 4)) is None


def test_a_label_that_leads_the_text_is_named_whatever_it_says():
    """The name of a section above the text differs from page to page, and stands in one element on all of them."""
    sections = ["Town", "Sport", "Science", "Town"]
    pages = trees(*(f"<p class='kicker'>{section}</p>" for section in sections))
    texts = [[section, "A sentence that goes on."] for section in sections]
    assert [drop.selector for drop in labels(list(zip(pages, texts, strict=True)), [])] == [".kicker"]
    sentences = [["It began.", "It ended."]] * 4
    assert labels(list(zip(pages, sentences, strict=True)), []) == []


@pytest.mark.parametrize("name", ["promo-text", "line"])
def test_a_selector_that_takes_the_articles_own_text_is_told(name):
    """The class of furniture, or of a label, may stand on each paragraph of an article."""
    texts = [
        ["LONDON", *(f"Sentence {n} of article {page}, which goes on for a while." * 3 for n in range(6))]
        for page in range(4)
    ]
    pages = trees(*("".join(f"<p class='{name}'>{line}</p>" for line in lines) for lines in texts))
    both = list(zip(pages, texts, strict=True))
    found = [*suggest_drops(pages), *labels(both, [])]
    assert {drop.selector for drop in found} == {f".{name}"}
    assert eats(found[0], both)


def test_what_articles_have_in_common_and_short_labels_are_not_their_own_text():
    """So furniture that the extractor left in the text is named all the same."""
    notice = "This is a reader-supported paper; buy us a coffee if you like what we do for the town."
    texts = [[f"Town {page}", f"Sentence of article {page}. " * 20, notice] for page in range(4)]
    pages = trees(*(f"<b class='kicker'>{a}</b><p>{b}</p><p class='promo'>{c}</p>" for a, b, c in texts))
    both = list(zip(pages, texts, strict=True))
    assert not eats(Drop(".kicker", "", 4), both)
    assert not eats(Drop(".promo", "", 4), both)


def local(hour, minute=0):
    """A page of which the text says 22 November at that time, and no zone."""
    fields = {"published": f"2026-11-22T{hour:02}:{minute:02}:00", "title": "T", "text": "T"}
    return Sample(Answer(f"{HOME}{hour}", f"{HOME}{hour}", 200), fields)


@pytest.mark.parametrize(
    ("hour", "minute", "offset"), [(10, 0, 2), (10, 1, 2), (13, 30, 5.5), (8, 0, 0), (10, 7, None), (23, 0, None)]
)
def test_a_local_time_gets_its_offset_from_the_feed(hour, minute, offset):
    """The same article is in a feed at 8:00 UTC; what no zone has is an accident."""
    listed = {canonical_url(f"{HOME}{hour}"): Link(f"{HOME}{hour}", published=datetime(2026, 11, 22, 8, tzinfo=UTC))}
    [moment] = moments([local(hour, minute)], listed)
    assert moment.utcoffset() == (None if offset is None else timedelta(hours=offset))
    assert moments([local(hour, minute)], {})[0].tzinfo is None
