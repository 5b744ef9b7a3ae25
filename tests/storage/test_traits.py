"""The traits of a text: paragraphs, garbled characters, and a sketch that shows what texts share."""

import random

import pytest

from crawler.storage.traits import SKETCH_SIZE, digests_in, traits_of

PLAIN = {
    "English": "The bridge – closed since “March” – is open…",
    "French": "À Évreux, le café « Chez Noël » reste ouvert : 25 °C, c’est l’été.",
    "German": "Größe, Öl, Übermaß – „schön“ ist’s.",
    "Portuguese": "A situação não é fácil; ações e limões à venda.",
    "Greek": "Η γέφυρα άνοιξε ξανά — «επιτέλους».",
    "Russian": "Мост снова открыт — «наконец-то».",
    "Arabic": "فُتح الجسر من جديد، أخيرًا.",
    "Chinese": "大桥重新开放，“终于等到了”。",
    "Vietnamese": "Cầu đã mở lại sau nhiều tháng sửa chữa.",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_nothing_is_garbled_in_any_language(text: str) -> None:
    assert traits_of(f"{text}\n\n{text}\n").garbled == 0


@pytest.mark.parametrize("language", [name for name in PLAIN if name != "English"])
def test_utf8_read_as_windows_1252_is_garbled(language: str) -> None:
    misread = PLAIN[language].encode().decode("cp1252", "replace")
    assert traits_of(f"A title\n\n{misread}\n").garbled >= 6


@pytest.mark.parametrize(("language", "charset"), [("Russian", "cp1251"), ("Greek", "cp1253")])
def test_a_code_page_read_as_latin_1_is_garbled(language: str, charset: str) -> None:
    misread = PLAIN[language].encode(charset, "ignore").decode("latin-1")
    assert traits_of(f"A title\n\n{misread}\n").garbled >= 6


def test_characters_that_were_replaced_are_garbled() -> None:
    assert traits_of("A title\n\nCaf\ufffd au lait \ufffd\n").garbled == 2


def test_the_title_is_no_paragraph() -> None:
    assert (
        traits_of("A title that is long enough\n\nOne paragraph of the text.\n\nAnother one of it.\n").paragraphs == 2
    )
    assert traits_of("A title that is long enough\n").sketch == b""


def test_texts_share_the_digests_of_the_paragraphs_that_they_share() -> None:
    one = traits_of("A\n\nThe same paragraph in both.\n\nThis is in the first alone.\n")
    two = traits_of("B\n\nThis is in the second alone.\n\nThe same  paragraph in both.\n")
    assert len(digests_in(one.sketch) & digests_in(two.sketch)) == 1


def test_of_a_long_text_a_few_digests_are_kept_and_always_the_same() -> None:
    lines = [f"This is the paragraph of number {number}." for number in range(100)]
    first = traits_of("A\n\n" + "\n\n".join(lines))
    random.Random(1).shuffle(lines)
    assert len(digests_in(first.sketch)) == SKETCH_SIZE
    assert traits_of("A\n\n" + "\n\n".join(lines)).sketch == first.sketch


def test_a_short_line_is_not_in_the_sketch() -> None:
    assert traits_of("A title\n\nBy our reporter\n").sketch == b""
