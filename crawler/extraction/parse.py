"""A page's text to a tree that every part of the extraction shares.

The parser is libxml2's, made to take what the web serves: control characters, a self-closed `<html/>`, XHTML
declarations, fragments, nesting without end.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

MAX_CHARACTERS = 20_000_000
"""What is read of a page at most; an article is never longer, and a parser's memory is some ten times this."""

MOST_PARAGRAPHS = 40
"""Paragraphs that show whether a page says much; where so many do not, its texts are looked at one by one."""

_CONTROLS = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_END_OF_BODY = re.compile(rb"</(?:[Bb][Oo][Dd][Yy]|[Hh][Tt][Mm][Ll])\s*>")
"""libxml2 drops what follows these; browsers show it. Bytes, with case spelt out, are looked through fastest."""

_SELF_CLOSED_ROOT = re.compile(rb"(<html[^<>]*?)\s*/>", re.IGNORECASE)


def parse_page(page: str | bytes) -> HtmlElement | None:
    """The tree of an HTML page without comments, its root `html`; None where there is no markup or text at all.

    `page` is its text, or that in UTF-8.
    """
    data = _as_xml_allows(page if isinstance(page, bytes) else page[:MAX_CHARACTERS].encode("utf-8", "replace"))
    head = data[:4096]
    if b"/>" in head:
        data = _SELF_CLOSED_ROOT.sub(rb"\1>", head, count=1) + data[4096:]
    data = _END_OF_BODY.sub(b"", data)
    if b"<" not in data and not data.decode("utf-8", "replace").strip():
        return None
    try:
        # Bytes, since lxml refuses a string that carries an XML declaration. The parser is new each time: a
        # shared one keeps its errors and, with them, memory.
        tree = document_fromstring(data, parser=_parser())
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return tree if tree.tag == "html" else None


def _as_xml_allows(data: bytes) -> bytes:
    """UTF-8 without the characters that no XML document may have, of `MAX_CHARACTERS` at most."""
    if len(data) > MAX_CHARACTERS:
        data = data.decode("utf-8", "replace")[:MAX_CHARACTERS].encode()
    for character in _NO_CHARACTERS:
        data = data.replace(character, b"")
    # To look for one character after the other is faster than to translate, and few pages have any of them.
    controls = bytes(control for control in _CONTROLS if control in data)
    return data.translate(None, controls) if controls else data


_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)


def _parser() -> HTMLParser:
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        collect_ids=False,
        default_doctype=False,
    )
    # lxml.html asks Python for the class of every element that is touched, for the sake of forms.
    parser.set_element_class_lookup(_ONE_CLASS)
    return parser


def remove(element: HtmlElement) -> None:
    """Take `element` out of its tree; the text behind it stays where it is."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def has_paragraphs(element: HtmlElement) -> bool:
    """Whether an element that should hold a line or two holds paragraphs: its end tag was lost."""
    return len(element) > 0 and next(islice(element.iterdescendants("p"), 2, None), None) is not None


def visible_text(element: HtmlElement) -> str:
    """The text of `element` and all below it on one line; scripts and styles are not text.

    Ordinary white space runs become one space, and so do line breaks and the beginnings of boxes; no-break spaces stay.
    """
    if element.tag not in _UNREAD and next(element.iterdescendants(*_UNREAD, *_BREAKING), None) is None:
        return squeeze(_STRING(element))
    return squeeze("".join(part if isinstance(part, str) else " " for part in _PARTS(element)))


def says_more_than(element: HtmlElement, characters: int) -> bool:
    """Whether `visible_text` of `element` is surely longer than this; most pages show it long before their end."""
    said = 0
    for paragraph in islice(element.iter("p"), MOST_PARAGRAPHS):
        said += len(visible_text(paragraph))
        if said > characters:
            return True
    return _says_in_pieces(element, characters) or len(visible_text(element)) > characters


def _says_in_pieces(element: HtmlElement, characters: int) -> bool:
    """Whether the texts between tags are longer than this together; old pages have no paragraphs."""
    said = 0
    for one in element.iterdescendants():
        if one.text and one.tag not in _UNREAD:
            said += len(squeeze(one.text))
        if one.tail and one.getparent().tag not in _UNREAD:
            said += len(squeeze(one.tail))
        if said > characters:
            return True
    return False


_UNREAD = ("script", "style", "noscript", "template")
_STRING = etree.XPath("string()", smart_strings=False)
_BREAKING = ("br", "div", "p", "li")
"""Elements before which a line ends, in browsers."""

_PARTS = etree.XPath(
    f".//text()[not({' or '.join(f'parent::{tag}' for tag in _UNREAD)})] | "
    + " | ".join(f".//{tag}" for tag in _BREAKING),
    smart_strings=False,
)
_WHITE = " \t\r\n\f\v\u2028\u2029\u0085"
_RUNS = re.compile(f"[{_WHITE[1:]}][{_WHITE}]*| [{_WHITE}]+")
"""White space that is more, or other, than one space. Of white space only the one space is printable, so that most
texts are seen to need no change without a look at each character from Python's side."""


def single_spaced(text: str) -> str:
    """`text` with runs of ordinary white space as one space."""
    return text if text.isprintable() and "  " not in text else _RUNS.sub(" ", text)


def squeeze(text: str) -> str:
    """`text` with runs of ordinary white space as one space, and none of any kind at its ends."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split()) if text.isascii() else _RUNS.sub(" ", text).strip()
