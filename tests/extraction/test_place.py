"""Where articles stand: named in the same way on every page of a site, read first, and never to an article's harm."""

from dataclasses import replace

import pytest

from crawler.extraction import body
from crawler.extraction.elements import Elements
from crawler.extraction.extract import extract
from crawler.extraction.parse import parse_page
from crawler.extraction.place import beside, elements_at, place_named, running_beside
from crawler.extraction.rules import Rules
from crawler.extraction.template import Period, Place, Template

URL = "https://paper.example/2024/05/06/bridge"
BODY = "main#main > article.post.post-0 > div.entry"


def page(*paragraphs, around="", article='class="post post-4711 category-world tag-bridges"'):
    """A page of a site whose articles stand at `BODY`, with other things `around`."""
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    entry = f"<main id=main><article {article}><div class='entry'>{text}</div></article></main>"
    return (
        f"<html><head><title>A bridge is opened</title></head><body><h1>A bridge is opened</h1>{entry}{around}</body>"
    )


@pytest.fixture
def story(sentences):
    """Enough paragraphs for an article that nobody doubts."""
    return [f"{one} That was on day {day} of the year." for day in (7, 8, 9) for one in sentences]


def template_of(*places):
    return Template(periods=(Period("", "", 3, tuple(Place(path, 3, 400) for path in places)),))


def extracted(html, template=None):
    return extract(html.encode(), "text/html", URL, Rules(), template=template)


@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ('class="post post-4711 category-world tag-bridges author-ada"', "article.post.post-0"),
        ('class="story" id="story-2024-17"', "article#story-0-0.story"),
        ('class="b  a"', "article.a.b"),
        ('class="Article_body__x7Yq2"', "article.Article_body"),
        ('class="css-1kab2 sc-9f0a kDOlXE prose"', "article.prose"),
        ("", "article"),
    ],
)
def test_a_place_has_no_part_that_differs_from_page_to_page(attributes, named):
    tree = parse_page(f"<body><article {attributes}>text</article></body>")
    assert place_named(tree.find(".//article")) == named


def test_a_place_is_found_on_another_page_of_the_site(story):
    first = extracted(page(*story))
    assert first["place"] == BODY
    other = parse_page(page("another text", article='class="post-12 post category-sport"'))
    assert [element.text_content() for element in elements_at(Elements(other), BODY)] == ["another text"]
    assert elements_at(Elements(other), "main > div.entry") == []


def test_of_boxes_in_each_other_the_outer_one_is_the_place():
    tree = parse_page("<body><div class=a><div class=a><p>text</p></div></div></body>")
    assert [element.get("class") for element in elements_at(Elements(tree), "div.a")] == ["a"]
    assert len(elements_at(Elements(tree), "div.a > div.a")) == 1


def test_what_is_beside_a_place_is_left_out_but_not_the_headline():
    tree = parse_page(page("text", around="<aside>other stories</aside><footer>the end</footer>"))
    assert {element.tag for element in beside(elements_at(Elements(tree), BODY))} == {"head", "aside", "footer"}


def test_running_text_beside_a_place_is_measured_without_its_links():
    long = "This is running text that stands outside of the place and is long enough to be taken for a paragraph. "
    tree = parse_page(page("text", around=f"<div><p>{long}<a href=x>{long}</a></p><p>short</p></div>"))
    assert running_beside(tree, elements_at(Elements(tree), BODY)) == len(long)


def test_with_the_place_known_the_text_is_the_same(story):
    html = page(*story, around="<aside><p>Read other stories of ours, of which there are many.</p></aside>")
    assert extracted(html, template_of(BODY))["text"] == extracted(html)["text"]
    assert extracted(html, template_of(BODY))["place"] == BODY


def test_comments_beside_the_place_are_not_taken_for_the_article(story):
    comment = "I remember well how the old one was built, and that nobody thought it would last for so long. "
    comments = "".join(f"<div class=entry-by-reader><p>{comment * 4}{number}.</p></div>" for number in range(30))
    html = page(*story, around=f"<div class=thread>{comments}</div>")
    assert "I remember well" not in extracted(html, template_of(BODY))["text"]


def test_a_place_that_holds_a_snippet_only_does_not_halve_the_article(sentences):
    rest = "".join(f"<p>{one} {number}</p>" for number in range(6) for one in sentences)
    html = page(sentences[0]).replace("</article>", f"</article><section class=story>{rest}</section>")
    assert len(extracted(html, template_of(BODY))["text"]) >= len(extracted(html)["text"]) / 2
    assert sentences[-1] in extracted(html, template_of(BODY))["text"]


@pytest.fixture
def asks_nobody(monkeypatch):
    """Where another extractor is asked, the test fails."""

    def fail(tree):
        raise AssertionError("another extractor was asked")

    monkeypatch.setattr(body, "_by_trafilatura", fail)


def test_nobody_else_is_asked_where_the_whole_page_leaves_no_doubt(sentences, asks_nobody):
    rest = "".join(f"<p>{one} {number}</p>" for number in range(6) for one in sentences)
    html = page(sentences[0]).replace("</article>", f"</article><section class=story>{rest}</section>")
    found = extracted(html, template_of(BODY))
    assert found["text"] == extracted(html)["text"]
    assert found["place"] != BODY


@pytest.mark.parametrize(("doubt", "asks"), [(0.1, 0), (0.9, 1)])
def test_nobody_else_is_asked_where_place_and_page_give_the_same_text(story, monkeypatch, doubt, asks):
    """Though the place holds less than is usual, and the whole page leaves doubt; unless the place does so too."""
    read, asked, readings = body._read, [], []

    def read_the_same(*arguments):
        readings.append(replace(readings[0], doubt=0.9) if readings else replace(read(*arguments), doubt=doubt))
        return readings[-1]

    monkeypatch.setattr(body, "_read", read_the_same)
    monkeypatch.setattr(body, "_by_trafilatura", lambda tree: asked.append(tree) or [])
    comment = "I remember well how the old one was built, and that nobody thought it would last for so long. "
    comments = f"<div class=comments><p>{comment * 80}</p></div>"
    long = Template(periods=(Period("", "", 3, (Place(BODY, 3, 9000),)),))
    assert extracted(page(*story, around=comments), long)["place"] == BODY
    assert len(asked) == asks


def test_a_page_with_little_beside_the_place_is_read_there_only(story, monkeypatch):
    surveys = []
    survey = body.survey
    monkeypatch.setattr(body, "survey", lambda *asked: surveys.append(asked) or survey(*asked))
    assert extracted(page(*story), template_of(BODY))["place"] == BODY
    assert len(surveys) == 1


@pytest.mark.parametrize("places", [("div.gone",), ("", "no selector at all >"), ()])
def test_a_place_that_is_not_on_the_page_does_no_harm(places, sentences):
    html = page(*sentences)
    assert extracted(html, template_of(*places))["text"] == extracted(html)["text"]
