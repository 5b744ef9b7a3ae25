"""What the pages of a site have in common: learnt from several, taken out of each, never harmful."""

import random
import string
from dataclasses import replace

import pytest

from crawler.extraction.blocks import Block
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.extraction.template import Line, Seen, Template, key_of, learn

URL = "https://paper.example/2024/05/06/bridge"
PLEA = "Our newspaper lives from its readers: please become a member, for the price of a cup of tea a month."
APP = "Download our app and read 25 stories a day"


def story(number, *furniture):
    """A page whose paragraphs are its own, with furniture between them."""
    random.seed(number)
    vocabulary = ["".join(random.choices(string.ascii_lowercase, k=6)) for _ in range(300)]
    own = tuple(" ".join(random.choices(vocabulary, k=40)) for _ in range(6))
    return Seen((own[0], *furniture, *own[1:]), f"2024-03-{number % 28 + 1:02}")


def blocks(page):
    return [Block(text) for text in page.lines]


def test_lines_on_several_articles_are_furniture():
    pages = [story(number, PLEA, APP) for number in range(5)]
    template = learn(pages)
    assert [line.key for line in template.lines] == sorted(map(key_of, (PLEA, APP)))
    left = [block.text for block in template.without_furniture(blocks(pages[0]))]
    assert left == [text for text in pages[0].lines if text not in (PLEA, APP)]


def test_a_line_on_two_articles_stays():
    template = learn([story(1, PLEA), story(2, PLEA), story(3), story(4)])
    assert template.lines == ()


def test_an_article_that_is_archived_many_times_is_not_its_own_furniture():
    page = story(1)
    edited = Seen((*page.lines[:-1], page.lines[-1] + " and one thing more"), "2024-04-01")
    template = learn([page, page, edited, page, story(2), story(3), story(4)])
    assert template.lines == ()
    assert template.articles == 4


def test_on_a_large_site_a_line_has_to_stand_on_a_share_of_the_articles():
    rare = [story(number, PLEA if number < 4 else APP) for number in range(200)]
    assert [line.key for line in learn(rare).lines] == [key_of(APP)]


def test_numbers_signs_and_case_make_no_difference():
    pages = [
        story(1, "12 people READ this now!"),
        story(2, "5 people read this now"),
        story(3, "7 people read this now."),
    ]
    assert [line.key for line in learn(pages).lines] == ["0 people read this now"]


def test_reports_that_differ_in_their_numbers_are_not_furniture():
    report = "The index closed {} points higher, at {}, after trade in some {} papers; the dollar stood at {} yen. " * 2
    pages = [story(number, report.format(*range(number, number + 8))) for number in range(9)]
    assert learn(pages).lines == ()


def test_a_text_is_never_emptied_or_halved():
    short = [Block("A short report of its own that says what there is to say."), Block(PLEA), Block(PLEA)]
    template = learn([story(number, PLEA) for number in range(4)])
    assert template.without_furniture(short) == short
    assert template.without_furniture([]) == []


def test_the_same_pages_give_the_same_bytes_in_any_order():
    pages = [story(number, PLEA, APP) for number in range(9)]
    texts = set()
    for seed in range(4):
        random.Random(seed).shuffle(pages)
        texts.add(learn(pages).to_json())
    assert len(texts) == 1


def test_a_template_is_written_and_read_back_with_its_days():
    template = learn([story(number, PLEA) for number in range(5)])
    assert (template.first_day, template.last_day) == ("2024-03-01", "2024-03-05")
    assert Template.from_json(template.to_json()) == template


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"lines": 1}', "no json", '{"lines": [{"x": 1}]}', '{"lines": [], "y": 1}']
)
def test_what_is_no_template_is_refused(text):
    with pytest.raises(ValueError, match=r"not a template|Expecting value"):
        Template.from_json(text)


def test_long_lines_are_told_apart_by_their_ends():
    long = "the same beginning " * 40
    assert key_of(long + "one end") != key_of(long + "another end")
    assert len(key_of(long + "one end")) < 500


def test_a_text_file_is_seen_without_its_title_and_marks():
    assert Seen.of("Title\n\nA paragraph.\n\n- an item\n- another\n\n1. first\n").lines == (
        "A paragraph.",
        "an item",
        "another",
        "first",
    )


def test_extraction_takes_out_what_the_template_knows(article_page, sentences):
    template = learn([story(number, PLEA) for number in range(4)])
    page = article_page(sentences[0], sentences[1], PLEA, sentences[2])
    with_it = extract(page, "text/html", URL, Rules(), template=template)["text"]
    assert with_it == "\n\n".join(("A bridge is opened", *sentences)) + "\n"
    assert PLEA in extract(page, "text/html", URL, Rules())["text"]


def test_a_template_never_makes_an_article_too_short(article_page):
    page = article_page(PLEA, "The bridge is open again, says the town.")
    template = learn([story(number, PLEA) for number in range(4)])
    assert "rejected" not in extract(page, "text/html", URL, Rules(), template=template)


def test_a_heading_that_recurs_stays_where_its_text_does():
    template = Template(lines=(Line("ingredients", 9), Line("more recipes", 9)))
    page = [
        Block("A soup for cold days is what we cook today, with what the garden still has to give."),
        Block("Ingredients", "heading"),
        Block("Two carrots, an onion, a little salt."),
        Block("More recipes", "heading"),
    ]
    assert template.without_furniture(page) == page[:3]


def placed(numbers, place):
    """Stories that stand at a place, captured day after day."""
    return [replace(story(number), place=place, captured=f"2024-03-{number + 1:02}") for number in numbers]


def test_a_redesign_begins_a_new_period_whose_places_come_first():
    template = learn([*placed(range(10), "div.old"), *placed(range(10, 20), "div.new")])
    assert [(period.first_day, period.last_day) for period in template.periods] == [
        ("2024-03-01", "2024-03-10"),
        ("2024-03-11", "2024-03-20"),
    ]
    assert [place.path for place in template.places] == ["div.new", "div.old"]


def test_articles_of_another_layout_begin_no_period():
    pages = placed(range(20), "div.story")
    for number in (3, 4, 9, 15):
        pages[number] = replace(pages[number], place="div.live")
    template = learn(pages)
    assert len(template.periods) == 1
    assert [(place.path, place.articles) for place in template.places] == [("div.story", 16), ("div.live", 4)]


def test_a_place_of_two_articles_is_not_learnt():
    template = learn([*placed(range(8), "div.story"), *placed(range(8, 10), "div.other")])
    assert [place.path for place in template.places] == ["div.story"]


def test_pages_whose_place_is_not_known_teach_lines_only():
    template = learn([story(number, PLEA) for number in range(4)])
    assert template.periods == ()
    assert template.lines


def test_what_a_template_took_out_is_seen_again_by_the_next(article_page, sentences):
    """Otherwise furniture would be forgotten as soon as it is known, and be back after that."""
    template = learn([story(number, PLEA) for number in range(4)])
    result = extract(article_page(*sentences, PLEA), "text/html", URL, Rules(), template=template)
    assert result["removed"] == [PLEA]
    assert PLEA in Seen.of(result["text"], "2024-03-09", result["place"], result["removed"]).lines
