"""How the texts of an article's pages become one."""

from __future__ import annotations

import pytest

from crawler.extraction.joining import adds, blocks_of, covers, joined

A, B, C, D = ("The mayor opened the bridge.", "Forty people came.", "It cost a million crowns.", "Boats passed by.")


def test_the_blocks_stand_in_order_below_the_title() -> None:
    assert joined("Bridge", [[A, B], [C], [D]]) == f"Bridge\n\n{A}\n\n{B}\n\n{C}\n\n{D}\n"


def test_what_the_head_of_a_page_repeats_is_not_repeated() -> None:
    assert (
        joined("Bridge", [["Standfirst of it.", A], ["Standfirst of it.", B]])
        == f"Bridge\n\nStandfirst of it.\n\n{A}\n\n{B}\n"
    )


def test_what_ends_every_page_ends_the_article() -> None:
    """A correction, or who contributed: it would stand in the middle."""
    assert joined("Bridge", [[A, "Contributions by B."], [C, "Contributions by B."]]).endswith(
        f"{A}\n\n{C}\n\nContributions by B.\n"
    )


def test_a_line_that_comes_back_in_the_middle_stays() -> None:
    long = [A, B, C, D, "One more.", "* * *", "And more.", A + " Twice.", B + " Twice.", C + " Twice.", D + " Twice."]
    other = [f"{block} Later." for block in long[:5]] + ["* * *"] + [f"{block} Later." for block in long[:5]]
    assert joined("Bridge", [long, other]).count("* * *") == 2


@pytest.mark.parametrize(
    "line",
    [
        "Page 2 of 3",
        "Seite 2 von 3",
        "Página 2 de 3",
        "2/3",
        "2 of 3",
        "1 2 3",
        "1 | 2 | 3",
        "第2页",
        "Continued from page 1",
    ],
)
def test_lines_about_the_pages_are_no_text(line: str) -> None:
    assert joined("Bridge", [[A, line], [line, B]]) == f"Bridge\n\n{A}\n\n{B}\n"


@pytest.mark.parametrize("line", ["2026", "Page 2 of the report was torn out.", "1. The bridge", "Seiten"])
def test_what_only_looks_like_it_stays(line: str) -> None:
    assert line in joined("Bridge", [[A, line], [B]])


def test_a_page_adds_something_unless_all_of_it_was_there() -> None:
    assert adds([[A, B]], [A, C])
    assert adds([[A]], [])
    assert not adds([[A], [B]], [B, A.upper()])


def test_one_page_covers_the_first_where_it_holds_it_and_more() -> None:
    assert covers([A, B, C], [A, B])
    assert not covers([A, B], [A, B])
    assert not covers([C, D, B + B], [A, B])


def test_blocks_are_those_below_the_title() -> None:
    assert blocks_of(f"Bridge\n\n{A}\n\n{B}\n", "Bridge") == [A, B]
    assert blocks_of(f"{A}\n", "") == [A]
    assert blocks_of("Bridge\n", "Bridge") == []
