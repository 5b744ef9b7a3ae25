"""What is out of the question for the article whatever the weights say, and what is not: the weights say yes to all."""

import pytest

from crawler.extraction import reader
from crawler.extraction.parse import parse_page
from crawler.extraction.survey import survey

TITLE = "The cape has its light again"
ARTICLE = (
    "The lighthouse on the northern cape will be lit on the first of May, eleven years after its lamp was sold. " * 3
)
OTHER = (
    "My father steered by that light for thirty winters, and when it went out he said that they had put out an eye. "
)


@pytest.fixture
def read(monkeypatch):
    """A function that gives the texts that the reader takes from the body of a page, with every block likely."""
    monkeypatch.setattr(reader, "scorer", lambda: lambda row: 5.0)

    def texts(body: str) -> set[str]:
        page = survey(parse_page(f"<html><body>{body}</body></html>"))
        return {block.text for block in reader.read_article(page, TITLE).blocks}

    return texts


def paragraphs(text: str, count: int) -> str:
    return "".join(f"<p>{place}. {text}</p>" for place in range(count))


@pytest.mark.parametrize(
    "around",
    ['<div class="comments">{}</div>', '<section id="disqus">{}</section>', "<footer>{}</footer>", "<form>{}</form>"],
)
def test_long_texts_in_comments_footers_and_forms_are_none_of_the_article(read, around):
    found = read(f"<h1>{TITLE}</h1><div>{paragraphs(ARTICLE, 6)}</div>{around.format(paragraphs(OTHER, 6))}")
    assert len(found) == 7
    assert not any(OTHER.strip() in text for text in found)


OFFER = "Unlimited access to all that is written in the harbour office, and a print of it on the first of each month."


@pytest.mark.parametrize("name", ["article-content__sign-in-group", "registration-wall", "newsletter"])
def test_what_an_account_offers_is_none_of_the_article_in_a_box_that_asks_for_one(read, name):
    items = "".join(f"<li>{place}. {OFFER}</li>" for place in range(9))
    found = read(f'<h1>{TITLE}</h1><div>{paragraphs(ARTICLE, 6)}<div class="{name}"><ul>{items}</ul></div></div>')
    assert len(found) == 7


@pytest.mark.parametrize("name", ["visually-hidden", "sr-only"])
def test_what_only_screen_readers_say_is_none_of_the_article(read, name):
    found = read(f'<h1>{TITLE}</h1><div><h2 class="{name}">Article content</h2>{paragraphs(ARTICLE, 6)}</div>')
    assert "Article content" not in found
    assert len(found) == 7


@pytest.mark.parametrize("around", ['<div id="comments_page">{}</div>', "<footer>{}</footer>", "<form>{}</form>"])
def test_a_box_with_the_headline_is_none_of_them_whatever_its_name(read, around):
    """A page that shows one article with its comments is named after those at times; its frame is short of text."""
    body = around.format(f"<h1>{TITLE}</h1>{paragraphs(ARTICLE, 4)}")
    assert len(read(f"<div>{paragraphs(OTHER, 40)}</div>{body}")) == 45


def test_the_footer_of_a_page_with_a_headline_is_none_of_it_however_long(read):
    found = read(f"<main><h1>{TITLE}</h1>{paragraphs(ARTICLE, 3)}</main><footer>{paragraphs(OTHER, 30)}</footer>")
    assert len(found) == 4


def test_the_footer_of_an_article_is_judged_as_any_other_box(read):
    found = read(f"<article><h1>{TITLE}</h1><footer>{paragraphs(ARTICLE, 6)}</footer></article>")
    assert len(found) == 7


@pytest.mark.parametrize(
    "around", ['<div class="comment">{}</div>', "<article><footer>{}</footer></article>", "<form>{}</form>"]
)
def test_a_box_with_much_of_the_pages_text_is_none_of_them_either(read, around):
    """Sections are called Comment, forms are around whole pages, and footers are not closed."""
    found = read(f"<h1>{TITLE}</h1><div>{paragraphs(OTHER, 2)}</div>{around.format(paragraphs(ARTICLE, 6))}")
    assert len(found) == 9
