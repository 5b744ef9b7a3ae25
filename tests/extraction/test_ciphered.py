"""Paragraphs that only subscribers' browsers can read are none of the text."""

import pytest

from crawler.extraction.blocks import Block
from crawler.extraction.ciphered import without_ciphered

PLAIN = "Im Bauamt hat man seither alle Ordner durchgesehen, und der Plan darin zeigt genau diese Brücke."
SECRET = "Der Eine fragt die Bauleute nach der Brücke, und das Amt war nicht in der Stadt."


def shifted(text: str, by: int) -> str:
    return "".join(one if one == " " else chr(ord(one) + by) for one in text)


@pytest.mark.parametrize("by", [1, -1])
def test_a_paragraph_whose_letters_are_shifted_by_one_is_left_out(by):
    blocks = [Block(PLAIN), Block(shifted(SECRET, by)), Block(PLAIN)]
    assert [block.text for block in without_ciphered(blocks, "de")] == [PLAIN, PLAIN]


@pytest.mark.parametrize("text", ["Ojdiu", "XKCD 1:0 FCB, HSV 2:2 BVB", "\U0010ffff\uffff \x00", "Брюкке"])
def test_names_numbers_and_odd_characters_are_no_cipher(text):
    assert [block.text for block in without_ciphered([Block(PLAIN), Block(text)], "de")] == [PLAIN, text]


def test_a_text_of_unknown_language_stays_whole():
    blocks = [Block("Qwzx kjhg"), Block("mnbv lkjh")]
    assert without_ciphered(blocks) == blocks
