"""The small markup of the newspaper's stories."""

import pytest

from crawler.demo.markup import Block, clean_text, inline, pages, parse, plain

STORY = """
A paragraph that goes on
over two lines, with a [link](/about) and *stress*.

## A crosshead

- one
- two

1. first
2. second

> Said so.
> Twice.

| Fish | Price |
| Cod | 4 |

!cod | A cod. | A. Nobody

+other-story

$newsletter

===

The end.
"""


def test_each_kind_of_block_is_told_by_its_start():
    kinds = [block.kind for block in parse(STORY)]
    assert kinds == [
        *("paragraph", "heading", "list", "ordered", "quote", "table"),
        *("figure", "teaser", "promotion", "container", "paragraph"),
    ]


def test_clean_text_holds_what_the_story_says_and_nothing_that_stands_around_it():
    assert clean_text("Title", "", parse(STORY)) == (
        "Title\n\n"
        "A paragraph that goes on over two lines, with a link and stress.\n\n"
        "A crosshead\n\n"
        "- one\n- two\n\n"
        "1. first\n2. second\n\n"
        "Said so.\n\nTwice.\n\n"
        "Fish | Price\nCod | 4\n\n"
        "The end.\n"
    )


def test_a_standfirst_leads_the_text():
    assert clean_text("Title", "First of all.", parse("Then.")) == "Title\n\nFirst of all.\n\nThen.\n"


def test_a_page_mark_begins_another_page():
    assert pages(parse("One.\n\n>>>\n\nTwo.")) == [(Block("paragraph", ("One.",)),), (Block("paragraph", ("Two.",)),)]


def test_a_figure_gives_its_picture_caption_and_credit():
    assert parse("!cod | A cod. | A. Nobody")[0].rows == [["cod", "A cod.", "A. Nobody"]]


@pytest.mark.parametrize(
    ("line", "html", "text"),
    [
        ("fish & chips < 5", "fish &amp; chips &lt; 5", "fish & chips < 5"),
        ("see [the *new* boat](/a)", 'see <a href="/a">the <em>new</em> boat</a>', "see the new boat"),
    ],
)
def test_a_line_is_escaped_for_html_and_bare_in_text(line, html, text):
    assert (str(inline(line)), plain(line)) == (html, text)
