"""The elements of a page: gathered once, by tag and by mark, in the order of the page."""

from crawler.extraction.elements import Elements, marks_of
from crawler.extraction.parse import parse_page
from crawler.extraction.vocabulary import entries

PAGE = """<html><head><meta name=author content=Ada></head><body><h1>A bridge</h1>
<p class="meta post-byline">By <a rel=author href=/ada>Ada</a></p><p class=standfirst itemprop=description>It opens.</p>
<p class="x fn" rel=author>Ada</p><h1>Another</h1></body></html>"""


def elements_of(html: str) -> Elements:
    tree = parse_page(html)
    assert tree is not None
    return Elements(tree)


def test_elements_of_a_tag_come_in_the_order_of_the_page_and_none_where_there_is_none() -> None:
    elements = elements_of(PAGE)
    assert [heading.text for heading in elements.tagged("h1")] == ["A bridge", "Another"]
    assert list(elements.tagged("video")) == []


def test_marks_are_read_from_class_itemprop_and_rel() -> None:
    elements = elements_of(PAGE)
    assert [one.get("class") for one in elements.marked("byline")] == ["meta post-byline"]
    assert [one.text for one in elements.marked("standfirst")] == ["It opens."]
    assert [one.get("itemprop") for one in elements.marked("itemprop")] == ["description"]
    assert [one.tag for one in elements.marked("author")] == ["a", "p", "p"], "one that is marked twice is there twice"


def test_marks_are_words_of_a_name_and_not_parts_of_words() -> None:
    assert marks_of("post-Byline big lead") == ("byline", "standfirst")
    assert marks_of("bylines-of-all authority misleading") == ("byline",)
    assert marks_of("fn") == ("author",)
    assert marks_of("name-fn") == ()


def test_the_text_of_an_element_is_what_is_visible_of_it() -> None:
    elements = elements_of("<body><p>One <b>two</b><script>three()</script>\n four</p></body>")
    paragraph = elements.tagged("p")[0]
    assert elements.text_of(paragraph) == elements.text_of(paragraph) == "One two four"


def test_a_list_of_words_for_names_is_in_lower_case() -> None:
    """Names are lowered before they are looked through."""
    for name in ("byline", "standfirst", "unseen", "caption", "furniture"):
        assert entries("names", name) == [entry.lower() for entry in entries("names", name)]
