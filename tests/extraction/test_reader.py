"""What is out of the question for the article whatever the weights say, and what is not: the weights say yes to all."""

import pytest

from crawler.extraction import reader
from crawler.extraction.features import FEATURES
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


@pytest.fixture
def read_doubting_the_end(monkeypatch):
    """As `read`, but what stands behind a part of a page (most of it, or `likely`) is rather unlikely by itself."""
    place = FEATURES.index("place")

    def texts(body: str, likely: float = 0.65) -> list[str]:
        monkeypatch.setattr(reader, "scorer", lambda: lambda row: 5.0 if row[place] < likely else -0.5)
        page = survey(parse_page(f"<html><body>{body}</body></html>"))
        return [block.text for block in reader.read_article(page, TITLE).blocks]

    return texts


def test_an_article_that_is_split_over_boxes_that_look_alike_is_read_whole(read_doubting_the_end):
    parts = [f'<div class="part">{paragraphs(f"Part {number}. {ARTICLE}", 2)}</div>' for number in range(3)]
    found = read_doubting_the_end(f"<h1>{TITLE}</h1>" + '<div class="offer"><p>Get our letter</p></div>'.join(parts))
    assert [text for text in found if "Part 2" in text] == [f"{number}. Part 2. {ARTICLE}".strip() for number in (0, 1)]


@pytest.mark.parametrize(
    "last", ['<div class="other">{}</div>', "<div>{}</div>", '<section class="part">{}</section>'], ids=str
)
def test_a_box_that_looks_otherwise_is_judged_by_itself(read_doubting_the_end, last):
    parts = "".join(f'<div class="part">{paragraphs(f"Part {number}. {ARTICLE}", 2)}</div>' for number in range(2))
    found = read_doubting_the_end(f"<h1>{TITLE}</h1>{parts}{last.format(paragraphs(OTHER, 2))}")
    assert len([text for text in found if "Part" in text]) == 4
    assert not any(OTHER.strip() in text for text in found)


def test_of_boxes_that_look_alike_and_are_mostly_none_of_the_article_none_comes_along(read_doubting_the_end):
    """Each comment, or the beginning of each other article, stands in a box like that of the first."""
    boxes = "".join(f'<div class="post">{paragraphs(f"Post {number}. {ARTICLE}", 1)}</div>' for number in range(9))
    found = read_doubting_the_end(
        f'<h1>{TITLE}</h1><div class="post">{paragraphs(ARTICLE, 1)}</div>{boxes}', likely=0.3
    )
    assert not any("Post 8" in text for text in found)


def test_what_looks_as_the_article_and_is_no_sentence_is_judged_by_itself(read_doubting_the_end):
    last = f"<p>{OTHER}</p><p>A. Nowak, Picture Desk</p>"
    found = read_doubting_the_end(f'<h1>{TITLE}</h1><div class="text">{paragraphs(ARTICLE, 6)}{last}</div>')
    assert OTHER.strip() in found
    assert "A. Nowak, Picture Desk" not in found


def test_what_looks_as_much_that_is_unlikely_is_less_likely(monkeypatch):
    """Of nine teasers of other articles one is praised by the weights, for what it says."""
    monkeypatch.setattr(reader, "scorer", lambda: lambda row: 0.6 if row[FEATURES.index("starts_low")] else -3.0)
    teasers = "".join(f'<p class="teaser">{number}. {OTHER}</p>' for number in range(9))
    body = f'<p class="text">as the lamp said: {ARTICLE}</p><div>{teasers}<p class="teaser">as {OTHER}</p></div>'
    blocks = reader.read_article(survey(parse_page(f"<html><body>{body}</body></html>")), TITLE).blocks
    assert [block.text for block in blocks] == [f"as the lamp said: {ARTICLE}".strip()]


FOLLOWING = {
    "a channel": '<p>Subscribe to our <a href="https://t.me/a">channel</a>: the news is there first.</p>',
    "a channel, in Russian": '<p>Подписывайтесь на <a href="https://t.me/a">канал</a>, там новости раньше.</p>',
    "a writer": '<p>Follow Ada on <a href="https://x.com/a">X</a>. Email her at <a href="mailto:a@b.c">a@b.c</a>.</p>',
    "a newsletter": '<p>More of this each Friday: <a href="/newsletters/friday">sign up</a> for the letter.</p>',
}
TOLD = {
    "a link to an article": '<p>Subscribe to our <a href="https://t.me/a">channel</a> or read <a href="/a">on</a>.</p>',
    "words that ask for nothing": '<p>The keeper showed the lamp <a href="https://youtube.com/x">in a film</a>.</p>',
    "a post that is quoted": '<blockquote><p>Follow the <a href="https://x.com/lamp">lamp</a>.</p></blockquote>',
    "no link": "<p>Follow the coast on Sunday, and write to us on Monday what you saw.</p>",
}


@pytest.mark.parametrize("case", FOLLOWING)
def test_a_line_that_asks_to_be_followed_and_leads_to_nothing_else_is_out(read, case):
    assert len(read(f"<h1>{TITLE}</h1><div>{paragraphs(ARTICLE, 3)}{FOLLOWING[case]}{paragraphs(OTHER, 3)}</div>")) == 7


@pytest.mark.parametrize("case", TOLD)
def test_a_line_that_tells_something_stays(read, case):
    assert len(read(f"<h1>{TITLE}</h1><div>{paragraphs(ARTICLE, 3)}{TOLD[case]}{paragraphs(OTHER, 3)}</div>")) == 8
