"""Of several extractions the one that is most like the others, in the blocks of the page."""

from crawler.extraction.blocks import Block
from crawler.extraction.consensus import as_on_page, most_agreed

PARAGRAPH = "The mill on the lower canal was sold on Tuesday to a cooperative of forty families."
OTHER = "Its wheel last turned in 1962, when the lock above it was closed by the county."
MENU = "News Sport Culture Weather Traffic Markets Letters"


def blocks(*texts):
    return [Block(text) for text in texts]


def test_a_paragraph_that_an_extractor_cut_at_a_link_is_whole_again():
    cut = blocks("The mill on the lower canal was sold on Tuesday", "to a cooperative of forty families.", OTHER)
    assert as_on_page(blocks(MENU, PARAGRAPH, OTHER), cut) == blocks(PARAGRAPH, OTHER)


def test_short_lines_are_taken_where_they_are_the_same():
    page = blocks("Sport", PARAGRAPH, "A bridge", OTHER)
    assert as_on_page(page, blocks(f"{PARAGRAPH}\nA bridge", OTHER)) == blocks(PARAGRAPH, "A bridge", OTHER)


def test_of_two_copies_the_one_beside_the_article_is_taken():
    page = blocks(PARAGRAPH, MENU, "Sport", PARAGRAPH, OTHER)
    assert as_on_page(page, blocks(PARAGRAPH, OTHER)) == blocks(PARAGRAPH, OTHER)


def test_an_extraction_that_is_not_on_the_page_stays_as_it_is():
    made = blocks("From the data of a script: the mill was sold.", "And the wheel will turn again.")
    assert as_on_page(blocks(MENU), made) is made


def test_what_goes_wrong_alone_is_outvoted():
    right, wrong = blocks(PARAGRAPH, OTHER), blocks(MENU)
    assert most_agreed([wrong, right, [*right]]) == 1
