"""CSS and XPath selectors as sources write them: told apart, compiled once, checked early."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from lxml import etree
from lxml.cssselect import CSSSelector

XPATH_STARTS = ("/", "./", "(")
"""What an XPath begins with; anything else is CSS. None of them can begin a CSS selector."""

NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
"""Prefixes that an XPath may use: `re:test(@class, "^ad-")`, as in Scrapy's selectors."""

FUNCTIONS = frozenset(
    re.findall(
        r"\S+",
        "last position count id local-name namespace-uri name string concat starts-with contains substring-before "
        "substring-after substring string-length normalize-space translate boolean not true false lang number sum "
        "floor ceiling round comment text processing-instruction node re:test re:match re:replace",
    )
)
"""The functions and node tests of XPath 1.0, sections 2.3 and 4, and those of EXSLT that lxml adds."""

_LITERALS = re.compile(r"""'[^']*'|"[^"]*\"""")
_CALLS = re.compile(r"([\w:-]+)\s*\(")
_PATTERNS = re.compile(r"""\bre:\w+\s*\([^,]*,\s*('[^']*'|"[^"]*")""")
_OPERATORS = frozenset({"and", "or", "div", "mod"})


def is_xpath(selector: str) -> bool:
    """Whether `selector` is XPath; otherwise it is CSS."""
    return selector.lstrip().startswith(XPATH_STARTS)


@lru_cache(maxsize=1024)
def compile_selector(selector: str) -> etree.XPath:
    """A callable that takes an lxml element and gives what `selector` finds there, in document order.

    CSS is read as for HTML (element names in any case). Raises ValueError, with a reason for people, where
    `selector` is empty, cannot be read, or uses a function or prefix that does not exist.
    """
    if not selector.strip():
        raise ValueError("it is empty")
    return _compile_xpath(selector) if is_xpath(selector) else _compile_css(selector)


def _compile_xpath(selector: str) -> etree.XPath:
    try:
        compiled = etree.XPath(selector.strip(), namespaces=NAMESPACES)
        _check_functions(selector)
        _check_patterns(selector)
        compiled(etree.Element("html"))  # an unknown prefix shows only when it is used
    except (etree.XPathError, re.error) as error:
        raise ValueError(f"as XPath: {error}") from None
    return compiled


def _check_patterns(xpath: str) -> None:
    """Raise re.error for a pattern of re:test() and its like, which lxml would meet only on a page that reaches it."""
    for literal in _PATTERNS.findall(xpath):
        re.compile(literal[1:-1])


def _check_functions(xpath: str) -> None:
    """Refuse functions that XPath 1.0 lacks; lxml finds them only on a page where they are reached."""
    for call in _CALLS.findall(_LITERALS.sub("", xpath)):
        name = call.rpartition("::")[2]  # an axis may stand in front, as in ancestor::node()
        if name and name not in FUNCTIONS | _OPERATORS:
            near = get_close_matches(name, FUNCTIONS, n=1)
            hint = f"; did you mean {near[0]}()?" if near else ""
            raise ValueError(f"as XPath: XPath 1.0 has no function {name}(){hint}")


def _compile_css(selector: str) -> etree.XPath:
    try:
        return CSSSelector(selector, translator="html")
    except (RuntimeError, SyntaxError, etree.XPathError) as error:  # the bases of cssselect's errors
        hint = '; for an attribute write XPath, such as //meta[@name="author"]/@content' if "::" in selector else ""
        raise ValueError(f"as CSS: {error}{hint}") from None
