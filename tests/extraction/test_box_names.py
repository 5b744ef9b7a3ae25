"""What the names of a box mean, whichever way a site writes them."""

import pytest

from crawler.extraction.box_names import NAMES, is_unseen, name_bits
from crawler.extraction.vocabulary import box_words


def groups(name: str) -> set[str]:
    return {group for place, group in enumerate(NAMES) if name_bits(name) >> place & 1}


@pytest.mark.parametrize(
    "name", ["comment", "comments", "post-comment", "post_comments", "postComments", "Comments-12"]
)
def test_a_word_says_the_same_however_it_is_joined_to_others(name: str) -> None:
    assert "comment" in groups(name)


@pytest.mark.parametrize("name", ["commentary", "c0mment", "58comment", "sc-58ad1d2", "12", "-", "_", "été"])
def test_a_part_of_a_word_or_number_is_no_word(name: str) -> None:
    assert "comment" not in groups(name) or name == "58comment", "a long word behind a number is one"


def test_a_few_letters_behind_a_digit_are_part_of_the_number() -> None:
    assert groups("ad") == {"advert"}
    assert groups("58ad1d2") == groups("x-58ad1d2") == groups("X58ad1") == set()


def test_words_that_say_something_together_say_it_in_one_name_alone() -> None:
    group, together = next((g, e) for g, all_of in box_words().items() for e in all_of if len(e) > 1)
    assert group in groups("-".join(together))
    assert group in groups("_".join(reversed(together)))
    assert all(group not in groups(word) or (word,) in box_words()[group] for word in together)


@pytest.mark.parametrize("names", ["sr-only", "big SR-Only", "screen-reader-text", "screenreader"])
def test_text_for_screen_readers_is_unseen(names: str) -> None:
    assert is_unseen(names)
    assert not is_unseen(names.lower().replace("r", "rr"))
