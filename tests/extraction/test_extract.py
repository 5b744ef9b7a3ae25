"""From bytes to an article or a reason: what the extraction promises to the rest of the project."""

import gc
import json
import os
import pickle
import subprocess
import sys
import unicodedata
from dataclasses import fields

import pytest

from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.items import Article

URL = "https://paper.example/2024/05/06/bridge"
NO_RULES = Rules()
FROM_ELSEWHERE = {"source", "template", "record_id", "warc", "offset", "captured", "payload_digest", "path", "parts"}


def text_of(body, rules=NO_RULES, url=URL):
    """The text of a page, whose result has to be an article."""
    result = extract(body, "text/html", url, rules)
    assert "rejected" not in result, result
    return result["text"]


def test_a_result_has_every_field_of_an_article_but_those_of_its_record(article_page, sentences):
    result = extract(article_page(*sentences), "text/html", URL, Rules())
    assert set(result) - {"links"} == {field.name for field in fields(Article)} - FROM_ELSEWHERE
    assert json.loads(json.dumps(result)) == result


def test_the_text_is_title_and_paragraphs_with_blank_lines_between(article_page, sentences):
    assert text_of(article_page(*sentences)) == "\n\n".join(("A bridge is opened", *sentences)) + "\n"


def test_text_is_composed_and_free_of_control_characters(article_page, sentences):
    odd = "Cafe\u0301 \u200bowners\u00ad said\x85 they\x00 were\x0b glad\ufeff of the new bridge and the people there."
    text = text_of(article_page(sentences[0], odd, sentences[1]))
    assert "Café owners said they were glad of the new bridge and the people there." in text
    assert unicodedata.is_normalized("NFC", text)
    assert not [
        character for character in text if unicodedata.category(character) in ("Cc", "Cf") and character != "\n"
    ]


def test_no_break_spaces_stay_inside_a_line_and_go_at_its_ends(article_page, sentences):
    text = text_of(article_page("&nbsp;" + sentences[0].replace("the river", "the&nbsp;river") + "\xa0", sentences[1]))
    assert sentences[0].replace("the river", "the\xa0river") in text.split("\n")


def test_a_source_can_have_ordinary_spaces_instead(article_page, sentences):
    body = article_page(sentences[0].replace(" ", "&nbsp;"), sentences[1], title="A&nbsp;bridge")
    assert "\xa0" not in text_of(body, Rules(no_break_spaces=False))


def test_lists_headings_and_tables_stay_readable(article_page, sentences):
    body = article_page(
        *sentences,
        "What changes</p><h2>The timetable</h2><p>" + sentences[0],
        "</p><ul><li>Line 4 will cross the bridge every ten minutes</li><li>Line 7 ends at the old mill</li></ul><p>",
        "</p><ol><li>The first stage is to take the roadway down</li><li>The second is to lift the arches</li></ol><p>",
        "</p><table><tr><th>Year</th><th>Cost</th></tr><tr><td>1931</td><td>2 million</td></tr></table><p>"
        + sentences[1],
    )
    text = text_of(body, Rules(keep=("article",)))
    assert "\n\nThe timetable\n\n" in text
    assert "- Line 4 will cross the bridge every ten minutes\n- Line 7 ends at the old mill\n" in text
    assert "1. The first stage is to take the roadway down\n2. The second is to lift the arches\n" in text
    assert "Year | Cost\n1931 | 2 million\n" in text


def test_breaks_divide_paragraphs_and_keep_verse(article_page, sentences):
    verse = "Under the bridge<br>the water goes<br>and no one knows"
    text = text_of(article_page("<br><br>".join(sentences[:2]), verse, sentences[2]))
    assert "\n\n".join(sentences[:2]) in text
    assert "\n\nUnder the bridge\nthe water goes\nand no one knows\n\n" in text


def test_rules_keep_drop_and_drop_lines(article_page, sentences):
    body = article_page(
        *sentences,
        '<b class="tip">Do you know more? Write to us.</b>',
        "From our archive of 1931, first of a series",
        '</p><div class="extra"><p>Kept as well, although it stands in a box of its own.</p></div><p>',
    )
    rules = Rules(
        keep=("article p:not(:last-child)", "//div[@class='extra']"), drop=(".tip",), drop_lines=("^From our archive",)
    )
    text = text_of(body, rules)
    assert "Write to us" not in text
    assert "archive of 1931" not in text
    assert "Kept as well" in text


def test_a_keep_that_is_not_on_the_page_gives_way_to_the_generic_search(article_page, sentences):
    assert sentences[0] in text_of(article_page(*sentences), Rules(keep=("#gone", "][")))


def test_the_standfirst_leads_where_the_source_says_so(article_page, sentences):
    standfirst = "After nine years of work, the town has its crossing."
    body = article_page(*sentences).replace(b"</h1>", f'</h1><p class="standfirst">{standfirst}</p>'.encode())
    rules = Rules(keep=("article p:not(.standfirst)",))
    assert standfirst not in text_of(body, rules)
    text = text_of(body, Rules(keep=rules.keep, standfirst=True))
    assert text.startswith(f"A bridge is opened\n\n{standfirst}\n\n{sentences[0]}")


def test_several_paragraphs_that_lead_are_the_article_and_no_standfirst(article_page, sentences):
    """Their box is called "lead"; a source that wants the standfirst first would have them twice."""
    lead = f'</h1><div class="lead"><p>{sentences[0]}</p><p>{sentences[1]}</p></div>'
    body = article_page(*sentences[2:]).replace(b"</h1>", lead.encode())
    assert extract(body, "text/html", URL, Rules())["standfirst"] is None
    assert text_of(body, Rules(standfirst=True)).count(sentences[0]) == 1


SHELL = b"<html><title>%s</title><h1>%s</h1><p>%s</p></html>"
VIDEO = (
    b'<html><head><title>The bridge</title><meta property="og:type" content="video.other"></head><h1>The bridge</h1>'
)
LINKS = b"<p><a href=/a>A line that leads somewhere</a></p>" * 40


@pytest.mark.parametrize(
    ("reason", "content_type", "url", "body"),
    [
        ("not-html", "application/pdf", URL, b"%PDF-1.7"),
        ("not-html", "text/html", URL, b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
        ("not-html", "text/html", URL, b""),
        ("not-html", "application/json", URL, b'{"a": 1}'),
        ("not-html", "text/xml", URL, b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>'),
        ("bot-challenge", "text/html", URL, SHELL % (b"Just a moment...", b"Paper", b"Checking your browser")),
        ("consent-wall", "text/html", URL, SHELL % (b"We value your privacy", b"Paper", b"Accept all cookies")),
        ("consent-wall", "text/html", "https://consent.paper.example/x", SHELL % (b"Hello", b"Paper", b"Go on")),
        ("error-page", "text/html", URL, SHELL % (b"404 Not Found", b"Not Found", b"There is no such page.")),
        ("error-page", "text/html", URL, SHELL % (b"Page not found - Paper", b"Sorry", b"Try the search.")),
        (
            "empty-shell",
            "text/html",
            URL,
            b'<html><title>Paper</title><div id="root"></div><script>go()</script></html>',
        ),
        ("video", "text/html", URL, VIDEO + b"<p>The bridge in two minutes.</p></html>"),
        (
            "too-short",
            "text/html",
            URL,
            SHELL % (b"Bridge", b"Bridge", b"Short.") + b"<footer>Our terms. </footer>" * 30,
        ),
        ("listing", "text/html", "https://paper.example/", SHELL % (b"Paper", b"Paper", LINKS)),
        ("listing", "text/html", "https://paper.example/tag/bridges/", SHELL % (b"Bridges", b"Bridges", LINKS)),
    ],
)
def test_a_page_that_is_no_article_is_rejected_with_its_reason(reason, content_type, url, body):
    result = extract(body, content_type, url, Rules())
    assert result["rejected"] == reason, result
    assert result["detail"]


def test_what_a_page_that_is_no_article_says_is_there_beside_the_verdict(article_page, sentences):
    """A person who asks for this page, or a labelled set, knows better what it is; the crawl goes by the verdict."""
    result = extract(article_page(*sentences), "text/html", "https://paper.example/tag/bridges", Rules())
    assert result["rejected"] == "listing"
    assert result["text"] == "\n\n".join(("A bridge is opened", *sentences)) + "\n"


def test_a_page_that_stands_in_for_another_has_no_text(article_page):
    body = article_page("Checking your browser before you go on.", title="Just a moment...")
    assert set(extract(body, "text/html", URL, Rules())) == {"rejected", "detail"}


def test_a_long_article_about_cookies_and_captchas_is_an_article(article_page, sentences):
    said = (
        "Before you continue, we value your privacy: that is what the banner says when it asks to accept all cookies. "
    )
    body = article_page(*sentences * 4, said * 3, title="Are you a robot? What the captcha knows")
    assert "Before you continue" in text_of(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<", b"<html", b"<html/>", b"<!DOCTYPE html>", b"\xff\xfe<", b"<p>" * 20000, b"<div>" * 3000 + b"x",
        b"<html><head><script type='application/ld+json'>" + b"[" * 5000,
        b"<a href='http://[::1'>x</a>",
        b"&#0;&#x110000;&", b"<table>" * 500,
        b"<html xmlns:x='y'><x:p>text</x:p></html>", b"<svg><title>x</title></svg>" * 10,
    ],
)  # fmt: skip
def test_broken_markup_gives_a_reason_and_no_error(body):
    assert "rejected" in extract(body, "text/html; charset=utf-8", URL, Rules())


def test_the_same_page_gives_the_same_result_in_any_process_and_at_any_time(article_page, sentences):
    """Hash seeds differ between the processes, and the second has worked on other pages before."""
    page = article_page(
        *sentences,
        sentences[0],
        head='<meta name="keywords" content="b, a, c"><meta name=robots content="noai,noarchive">',
    )
    program = (
        "import sys, json; from crawler.extraction.extract import extract; from crawler.extraction.rules import Rules\n"
        "page = sys.stdin.buffer.read()\n"
        "other = page.replace(b'bridge', b'tower')\n"
        "for _ in range(int(sys.argv[1])): extract(other, 'text/html', 'https://a.example/', Rules())\n"
        f"print(json.dumps(extract(page, 'text/html', {URL!r}, Rules())))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, before],
            input=page,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for before, seed in (("0", "1"), ("30", "2"))
    }
    assert len(outputs) == 1
    assert json.loads(outputs.pop()) == extract(page, "text/html", URL, Rules())


def test_rules_cross_to_another_process():
    rules = Rules(keep=("article",), timezone="Europe/Athens")
    assert pickle.loads(pickle.dumps(rules)) == rules


@pytest.mark.parametrize("nested", ["<ol><li><p>x</p>", "<ul><li>", "<div>", "<b>", "<blockquote>", "<table><tr><td>"])
def test_elements_a_thousand_deep_cost_no_more_than_themselves(article_page, sentences, nested):
    """As of pages whose end tags were forgotten; trafilatura goes through lists by recursion."""
    page = article_page(*sentences[:2], nested * 1000, *sentences[2:])
    assert sentences[0] in text_of(page)


@pytest.mark.parametrize("enabled", [True, False])
def test_collections_are_on_or_off_after_a_page_as_they_were_before(article_page, sentences, enabled):
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        text_of(article_page(*sentences))
        assert gc.isenabled() is enabled
        with pytest.raises(AttributeError):
            extract(None, "text/html", URL, Rules())
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
