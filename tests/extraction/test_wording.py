"""What a text says by itself: the quick ways give what a look at each character gives."""

import re

import pytest

from crawler.extraction import clean
from crawler.extraction.folding import size_of
from crawler.extraction.wording import asking_in, is_posted, of_text

TEXTS = [
    "Am 3. Mai 2024 tagte der Rat in KÖLN – „ÜBER 300 kamen“.",
    "In 1987 THE bridge opened.",
    "Το 2021 η ΑΘΗΝΑ άλλαξε.",
    "٣ مايو ٢٠٢٤",
    "橋は2024年に開通した。",
    "no-break\u00a0spaces\u00a0only",
]


@pytest.mark.parametrize("text", TEXTS)
def test_digits_and_capitals_are_those_of_all_scripts(text: str) -> None:
    said = of_text(text, size_of(text))
    assert said[5] == sum(map(str.isdigit, text)) / len(text)
    assert said[6] == sum(map(str.isupper, text)) / len(text)


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("12.03.2024", True),
        ("٢٠٢٤", False),
        ("at 10:45", True),
        ("May 2024", True),
        ("in 1 of 2", False),
        ("May", False),
    ],
)
def test_a_date_or_time_in_a_short_line_is_seen(text: str, dated: bool) -> None:
    assert bool(of_text(text, size_of(text))[11]) is dated


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("by @ada", True),
        ("at ada @ home", False),
        ("#bridge", True),
        ("No. # 4", False),
        ("https://a.example", True),
        ("http is old", False),
        ("www.a.example", True),
        ("pic.twitter.com/1", True),
        ("plain", False),
    ],
)
def test_posts_have_addresses_and_names_with_a_sign(text: str, posted: bool) -> None:
    assert is_posted(text) is posted


def test_lines_that_ask_are_counted_up_to_three() -> None:
    lines = ["The bridge opened.", "", "Subscribe to our newsletter, follow us, contact us", "Read more"]
    assert asking_in(lines) == {2: 3, 3: 1}


@pytest.mark.parametrize(
    "text",
    [
        "Teilen Sie den Artikel – jetzt",
        "ΣΧΟΛΙΑ",
        "Σχόλια",
        "İLGİLİ HABERLER",
        "Kommentar schreiben…",
        "Дивіться також:",
    ],
)
def test_furniture_is_the_same_by_its_lower_case(text: str) -> None:
    assert clean.is_furniture(text) == bool(re.fullmatch(clean._FURNITURE, text.replace("\u00a0", " ")))
