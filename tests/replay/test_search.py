"""Full-text search in any script: what is found, what is not, and what the snippet marks."""

from __future__ import annotations

import sqlite3

import pytest

from crawler.replay.search import Term, expression, fold, parse, searchable, snippet

TEXTS = {
    "russian": "Выборы президента прошли в Москве. Ёлка и йод.",
    "greek": "Οι εκλογές στην Ελλάδα: ο Πρωθυπουργός μίλησε",
    "arabic": "قال الرئيسُ إن الانتخابات ستجرى في القاهرة",
    "chinese": "中国国家主席习近平星期一在北京会见了记者",
    "japanese": "東京でガソリン価格が上昇",
    "korean": "서울에서 대통령이 선거를",
    "thai": "นายกรัฐมนตรีกล่าวเมื่อวันจันทร์",
    "english": "The café’s owner said elections_2020 were held",
    "german": "Straße und Bürgermeister",
}


@pytest.fixture(scope="module")
def word_table() -> sqlite3.Connection:
    """An FTS5 table as the replay's, with all the texts."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5 (text, content='', tokenize='ascii')")
    for number, text in enumerate(TEXTS.values()):
        db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, searchable(text)))
    return db


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("выборы", "russian"),
        ("выборов", "russian"),
        ("ПРЕЗИДЕНТОМ", "russian"),
        ("елка", "russian"),
        ("εκλογων", "greek"),
        ("ΕΛΛΆΔΑ", "greek"),
        ("πρωθυπουργού", "greek"),
        ("انتخابات", "arabic"),
        ("والرئيس", "arabic"),
        ("الإنتخابات القاهره", "arabic"),
        ("北京", "chinese"),
        ("习近平 记者", "chinese"),
        ("国家主席", "chinese"),
        ("ガソリン", "japanese"),
        ("선거", "korean"),
        ("대통령은", "korean"),
        ("서울", "korean"),
        ("انتخابية", "arabic"),
        ("الرئيسين", "arabic"),
        ("รัฐมนตรี", "thai"),
        ("CAFE", "english"),
        ("elect*", "english"),
        ('"were held"', "english"),
        ("held -german", "english"),
        ("strasse", "german"),
        ("burgermeister", "german"),
    ],
)
def test_a_query_finds_its_text(word_table: sqlite3.Connection, query: str, found: str) -> None:
    """Case, accents, inflection and scripts without spaces are no hindrance."""
    rows = word_table.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression(parse(query)),))
    assert [list(TEXTS)[number] for (number,) in rows] == [found]


@pytest.mark.parametrize(
    "query",
    ["北国", "京北", "held cafe выборы", '"held were"', "elect", "cafe -held", "東北", "울에", "رئاسة", "대통합"],
)
def test_a_query_does_not_find_what_is_not_there(word_table: sqlite3.Connection, query: str) -> None:
    """Characters of a run must stand in that order; all words must be there; excluded ones must not."""
    assert word_table.execute("SELECT count(*) FROM words WHERE words MATCH ?", (expression(parse(query)),)) is not None
    rows = word_table.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression(parse(query)),)).fetchall()
    assert rows == []


@pytest.mark.parametrize("query", ["", "  ", '"', '""', "***", "-", "-only", "!?", "🙂"])
def test_a_query_that_asks_for_nothing_has_no_expression(query: str) -> None:
    """Punctuation, emptiness and mere exclusion are not handed to SQLite."""
    assert expression(parse(query)) is None


@pytest.mark.parametrize("query", ['"open phrase', "a AND OR NOT", "NEAR(x y)", "title:x", "x^2 {y} (z", "a'b\"c"])
def test_the_language_of_fts5_cannot_be_spoken(word_table: sqlite3.Connection, query: str) -> None:
    """Operators of SQLite in a query are words or nothing, never a syntax error."""
    word_table.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression(parse(query)),)).fetchall()


def test_the_snippet_marks_every_form_of_a_word() -> None:
    """Hits are marked in the text's own spelling."""
    pieces = snippet("Ρώτησαν τον πρωθυπουργό. Ο Πρωθυπουργός απάντησε.", parse("πρωθυπουργού"))
    assert [piece.text for piece in pieces if piece.hit] == ["πρωθυπουργό", "Πρωθυπουργός"]
    assert "".join(piece.text for piece in pieces) == "Ρώτησαν τον πρωθυπουργό. Ο Πρωθυπουργός απάντησε."


def test_the_snippet_is_where_most_terms_are() -> None:
    """Of two places the one with both words is shown, cut off with marks of omission."""
    text = "budget " + "word " * 200 + "the budget and the harbour " + "word " * 200
    pieces = snippet(text, parse("harbour budget"))
    assert [piece.text for piece in pieces if piece.hit] == ["budget", "harbour"]
    assert pieces[0].text == "…\N{NO-BREAK SPACE}"
    assert pieces[-1].text.endswith("\N{NO-BREAK SPACE}…")


def test_the_snippet_of_an_empty_text_is_empty() -> None:
    """Nothing to show is no error."""
    assert snippet("", parse("word")) == []


def test_a_text_without_hits_shows_its_beginning() -> None:
    """A hit in the title alone leaves the snippet to the beginning of the text."""
    assert "".join(piece.text for piece in snippet("one two three", parse("other"))) == "one two three"


def test_folding_keeps_letters_that_are_letters() -> None:
    """Marks that make another letter in Japanese and Korean stay."""
    assert fold("が") != fold("か")
    assert fold("한국") == "한국"
    assert fold("Й") == fold("й")


def test_a_term_of_many_words_matches_in_order_only() -> None:
    """A phrase is its words in a row."""
    term = Term(("a", "b"))
    assert term.matches(["x", "a", "b"], 1)
    assert not term.matches(["x", "a"], 1)
    assert not term.matches(["b", "a"], 0)
