"""What a tree says: visible text, and whether there is much of it."""

import pytest
from lxml.html import HtmlElement

from crawler.extraction.parse import has_paragraphs, parse_page, says_more_than, visible_text


def tree_of(html: str) -> HtmlElement:
    tree = parse_page(html)
    assert tree is not None
    return tree


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>plain  and\n<i>slanted</i></p>", "plain and slanted"),
        ("<p>before<script>code()</script> after</p>", "before after"),
        ("<p>before<style>p{}</style><noscript>none</noscript><template>t</template> after</p>", "before after"),
        ("<noscript><p>within a paragraph it is seen</p></noscript>", "within a paragraph it is seen"),
        ("<p>no\u00a0break  stays “so”</p>", "no\u00a0break stays “so”"),
    ],
)
def test_visible_text_is_on_one_line_without_scripts(html: str, text: str) -> None:
    assert visible_text(tree_of(f"<body>{html}</body>").find("body")) == text


@pytest.mark.parametrize("tag", ["p", "div", "td", "font"])
@pytest.mark.parametrize("length", [19, 20, 21])
def test_a_page_says_more_than_so_much_whatever_its_tags(tag: str, length: int) -> None:
    cell = f"<{tag}>{'x' * (length - 10)}</{tag}>" if tag != "td" else f"<table><tr><td>{'x' * (length - 10)}</table>"
    page = tree_of(f"<body>{'y' * 9} {cell}<script>{'code' * 99}</script></body>")
    assert len(visible_text(page)) in (length, length - 1)
    assert says_more_than(page, 19) is (len(visible_text(page)) > 19)


def test_a_page_of_many_short_paragraphs_says_as_much_as_one_long_one() -> None:
    page = tree_of("<body>" + "<p>word</p>" * 400 + "</body>")
    assert says_more_than(page, 1500)
    assert not says_more_than(page, 2000)


def test_an_element_that_was_never_closed_holds_paragraphs() -> None:
    body = tree_of("<body><div><p>1<p>2<p>3</div></body>").find("body")
    assert body is not None
    assert has_paragraphs(body)
    assert not has_paragraphs(tree_of("<body><h1>A <b>title</b></h1></body>").find(".//h1"))


@pytest.mark.parametrize(
    "heading",
    [
        "<h1>Storm on<br>the coast</h1>",
        "<h1>Storm on <br/> the coast</h1>",
        "<h1><div>Storm on</div><div>the coast</div></h1>",
        "<div>Storm on<p>the coast</p></div>",
        "<ul><li>Storm on</li><li>the coast</li></ul>",
        "<h1>Storm on<script>track()</script><br>the coast</h1>",
    ],
)
def test_what_browsers_show_on_two_lines_is_two_words(heading: str) -> None:
    assert visible_text(tree_of(f"<body>{heading}</body>")) == "Storm on the coast"


def test_what_browsers_show_in_one_word_is_one() -> None:
    assert visible_text(tree_of("<body><h1><span>S</span>torm <b>on</b></h1></body>")) == "Storm on"
