"""What a page needs to look as it did: the images, style sheets, fonts and scripts that it names.

Bytes in, addresses out. Addresses stand where browsers and the usual lazy-loading scripts look for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawler.discovery.urls import absolute

Kind = Literal["image", "style", "font", "script"]

MOST = 2_000
"""Requisites of one document; real pages name a few hundred."""

LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-hi-res-src", "data-image", "data-bg")
LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-sizes-src")
ICONS = {"icon", "shortcut icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon"}
PRELOADED: dict[str, Kind] = {"image": "image", "style": "style", "font": "font", "script": "script"}
FONT = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:[?#]|$)", re.IGNORECASE)

_STOPS = re.compile(r"</(?:html|body)\s*>|\0", re.IGNORECASE)
"""Where the parser stops, and browsers do not: sites append scripts and counters behind their end."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)""", re.IGNORECASE)
_URL = re.compile(r"""url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s][^()\s]*))\s*\)""", re.IGNORECASE)
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[^,]*)?(?:,|$)")


@dataclass(frozen=True, slots=True)
class Requisite:
    """Something that a page needs, by its absolute address."""

    url: str
    kind: Kind


def page_requisites(html: str, url: str) -> list[Requisite]:
    """What the page `html`, fetched from `url`, needs: each address once, in the order of the page.

    Nothing for a page that cannot be parsed. What scripts would load is not seen.
    """
    source = _STOPS.sub(" ", html).encode("utf-8", "replace")
    try:
        tree = document_fromstring(source, parser=HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.LxmlError, ValueError):
        return []
    base = url
    for element in tree.iter("base"):
        base = absolute(url, element.get("href") or "") or url
        break
    return _unique(_resolved(_of_page(tree), base))


def style_requisites(css: str, url: str) -> list[Requisite]:
    """What a style sheet needs: what it imports, its fonts, its images."""
    return _unique(_resolved(_of_style(css), url))


def _of_page(tree: HtmlElement) -> Iterator[tuple[str, Kind]]:
    for element in tree.iter(etree.Element):
        if isinstance(element.tag, str):
            yield from _of_element(element)


def _of_element(element: HtmlElement) -> Iterator[tuple[str, Kind]]:
    tag = element.tag
    if tag in ("img", "source", "input", "image", "use", "video"):
        yield from _of_picture(element)
    elif tag == "link":
        yield from _of_link(element)
    elif tag == "script" and element.get("src"):
        yield element.get("src"), "script"
    elif tag == "style":
        yield from _of_style(element.text or "")
    elif tag == "noscript" and element.text and "<img" in element.text:
        yield from ((found, "image") for found in re.findall(r"""<img[^>]+src=["']([^"']+)""", element.text))
    if style := element.get("style"):
        yield from _of_style(style)
    for name in LAZY:
        if tag != "script" and (value := element.get(name)):
            yield value, "image"


def _of_picture(element: HtmlElement) -> Iterator[tuple[str, Kind]]:
    """The addresses of an image element; those of sounds and films are left to the page."""
    if element.tag == "video":
        if poster := element.get("poster"):
            yield poster, "image"
        return
    if element.tag in ("img", "input", "image", "use"):
        for name in ("src", "href", "{http://www.w3.org/1999/xlink}href", "xlink:href"):
            if value := element.get(name):
                yield value, "image"
    for name in ("srcset", *LAZY_SETS):
        yield from ((match, "image") for match in _CANDIDATE.findall(element.get(name) or ""))


def _of_link(element: HtmlElement) -> Iterator[tuple[str, Kind]]:
    rel, address = (element.get("rel") or "").strip().lower(), element.get("href")
    if not address:
        return
    if "stylesheet" in rel.split():
        yield address, "style"
    elif rel in ICONS:
        yield address, "image"
    elif rel == "modulepreload":
        yield address, "script"
    elif rel == "preload" and (kind := PRELOADED.get((element.get("as") or "").lower())):
        yield address, kind


def _of_style(css: str) -> Iterator[tuple[str, Kind]]:
    css = _COMMENT.sub("", css)
    imported = set()
    for match in _IMPORT.finditer(css):
        imported.add(match[1])
        yield match[1], "style"
    for double, single, bare in _URL.findall(css):
        address = (double or single or bare).strip()
        if address and address not in imported:
            yield address, "font" if FONT.search(address) else "image"


def _resolved(found: Iterator[tuple[str, Kind]], base: str) -> Iterator[Requisite]:
    for address, kind in found:
        if not address.startswith(("data:", "#", "about:", "javascript:", "blob:")):
            url = absolute(base, address)
            if url is not None:
                yield Requisite(url.partition("#")[0], kind)


def _unique(found: Iterator[Requisite]) -> list[Requisite]:
    """Each address once, with the first kind it was seen as; at most `MOST`."""
    kept: dict[str, Requisite] = {}
    for requisite in found:
        kept.setdefault(requisite.url, requisite)
        if len(kept) >= MOST:
            break
    return list(kept.values())
