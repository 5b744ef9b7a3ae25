"""How pages get onto the wire: every mislabelling is a real one, and no character is lost."""

import html

import pytest

from crawler.demo.newspaper import Newspaper
from crawler.demo.site import Site
from crawler.demo.wire import WIRES

PAPER = Newspaper()
FOREIGN = [article for article in PAPER.articles() if article.section.key == "neighbours"]


@pytest.mark.parametrize("article", FOREIGN, ids=lambda article: article.slug)
def test_the_bytes_of_a_page_decode_to_the_golden_text(article):
    body = Site(PAPER, 1, "http://127.0.0.1:1").resource(article.url_path).body
    assert body.startswith(article.wire.bom)
    page = html.unescape(body.removeprefix(article.wire.bom).decode(article.wire.codec))
    assert [line for line in article.golden_text.splitlines() if line.removeprefix("- ") not in page] == []


@pytest.mark.parametrize("article", FOREIGN, ids=lambda article: article.slug)
def test_every_character_of_a_foreign_story_is_one_of_its_charset(article):
    if article.wire.codec != "ascii":
        assert article.golden_text.encode(article.wire.codec).decode(article.wire.codec) == article.golden_text


def test_french_latin_1_under_the_name_of_utf_8_is_no_utf_8():
    wire = WIRES["latin-1-as-utf-8"]
    with pytest.raises(UnicodeDecodeError):
        wire.encode("huîtres").decode(wire.header)


def test_chinese_under_the_name_of_gb2312_needs_more_than_gb2312():
    article = PAPER.article("long-zhou")
    with pytest.raises(UnicodeEncodeError):
        article.golden_text.encode(article.wire.meta)


def test_japanese_under_the_name_of_shift_jis_needs_what_browsers_take_it_for():
    article = PAPER.article("minato-no-shokudo")
    with pytest.raises(UnicodeEncodeError):
        article.golden_text.encode("shift_jis")


def test_curly_quotes_under_the_name_of_latin_1_lie_where_windows_has_them():
    assert b"\x93" in WIRES["windows-1252-as-latin-1"].encode(PAPER.article("vientos").golden_text)


def test_every_wire_of_the_content_is_used():
    assert {id(article.wire) for article in PAPER.articles()} == {id(wire) for wire in WIRES.values()}
