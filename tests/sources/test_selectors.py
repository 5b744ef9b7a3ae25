"""Selectors: which are CSS and which XPath, and what compiled ones find."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.sources.selectors import compile_selector, is_xpath

PAGE = html.fromstring(
    "<html><head><meta name='author' content='Ann'></head>"
    "<body><div class='post a'><p>One</p><p>Two</p></div></body></html>"
)


@pytest.mark.parametrize("selector", ["//p", "/html/body", "./body/p", "(//p)[1]", " //p"])
def test_slashes_and_brackets_begin_xpath(selector: str) -> None:
    assert is_xpath(selector)


@pytest.mark.parametrize("selector", ["p", ".post", "#a", "[href]", "*", ":is(p)"])
def test_all_else_is_css(selector: str) -> None:
    assert not is_xpath(selector)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (".post p", ["One", "Two"]),
        ("P", ["One", "Two"]),
        ("p, meta", ["", "One", "Two"]),
        ("(//p)[2]", ["Two"]),
        ("./body//p", ["One", "Two"]),
        ("//div[re:test(@class, '(^| )post')]/p[1]", ["One"]),
        ("//p[not(text() and position() > 1)]", ["One"]),
        ("//p[contains(., 'no(such(')]", []),
        ("//p[1]/following-sibling::node()", ["Two"]),
    ],
)
def test_a_compiled_selector_finds_elements_in_the_order_of_the_page(selector: str, found: list[str]) -> None:
    assert [element.text or "" for element in compile_selector(selector)(PAGE)] == found


def test_xpath_reaches_attributes() -> None:
    assert compile_selector('//meta[@name="author"]/@content')(PAGE) == ["Ann"]


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("div > ", "as CSS"),
        ("a:nosuch", "nosuch"),
        ("a::text", "for an attribute write XPath"),
        ("//a[", "as XPath"),
        ("//svg:a", "prefix"),
        ("//a[lower-case(.) = 'b']", "no function lower-case"),
        ("//a[start-with(., 'b')]", r"did you mean starts-with\(\)"),
        ('//p/a[re:test(@class, "(^| ")]', "unterminated subpattern"),
        ("//p/a[re:test(@class, 'a') and re:replace(string(.), '[', '', '')]", "unterminated character set"),
        ("re:test(//a, 'x')", "as CSS"),
        ("//a[ends-with(., 'b')]", "no function ends-with"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(selector: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        compile_selector(selector)
