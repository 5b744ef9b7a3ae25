"""The lead image of an article: its address, and the caption and credit that stand beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.blocks import clean_text
from crawler.extraction.elements import Elements
from crawler.extraction.jsonld import Node, first
from crawler.extraction.parse import visible_text
from crawler.extraction.vocabulary import alternatives, name_pattern

CAPTION_LENGTH = 600
"""Characters; a longer text beside an image is not its caption."""

_CREDIT = re.compile(rf"\s*[\[(]?\s*(?P<credit>{alternatives('lines', 'credits')})[\])]?\s*$", re.IGNORECASE)
_TEXT = re.compile(name_pattern("picture_text"), re.IGNORECASE)
_CREDITED = re.compile(name_pattern("picture_credit"), re.IGNORECASE)


def lead_image(elements: Elements, url: str, stated: Sequence[str], node: Node) -> dict[str, str | None] | None:
    """The lead image, with the caption and credit that the page shows; `stated` are its addresses in meta tags."""
    stated_in_node = node.get("image")
    objects = stated_in_node if isinstance(stated_in_node, list) else [stated_in_node]
    described = next((item for item in objects if isinstance(item, dict)), {})
    address = next(
        (
            text
            for text in (*stated, first(described.get("url")), first(objects))
            if text and not text.startswith("data:")
        ),
        None,
    )
    shown = _shown(elements, address)
    if not address and shown is not None:
        address = shown.get("src")
    if not address:
        return None
    try:
        address = urljoin(url, address.strip())
    except ValueError:
        return None
    caption, credit = _beside(shown) if shown is not None else (None, None)
    caption = caption or first(described.get("caption")) or first(described.get("description"))
    credit = credit or first(described.get("creditText")) or first(described.get("copyrightHolder"))
    return {"url": address, "caption": caption and clean_text(caption), "credit": credit and clean_text(credit)}


def _shown(elements: Elements, address: str | None) -> HtmlElement | None:
    """The image on the page that is the one at `address`, or the first in the article with a caption."""
    name = _name(address)
    for image in elements.tagged("img") if name else ():
        addresses = (image.get("src"), image.get("data-src"), (image.get("srcset") or "").split(" ")[0])
        if any(_may_name(address, name) and _name(address) == name for address in addresses if address):
            return image
    for figure in elements.tagged("figure"):
        image = next((one for one in figure.iterdescendants("img") if one.get("src")), None)
        if image is not None:
            return image
    return None


def _may_name(address: str, name: str) -> bool:
    """Whether `address` holds the file's name but for its ending; taking addresses apart costs more than a look."""
    return "%" in address or name.rpartition(".")[0] in address


def _name(address: str | None) -> str:
    """The file's name without sizes, which differ between the same picture's addresses."""
    if not address:
        return ""
    try:
        name = unquote(urlsplit(address).path).rsplit("/", 1)[-1]
    except ValueError:
        return ""
    return re.sub(r"-\d+x\d+(?=\.\w+$)", "", name)


def _beside(image: HtmlElement) -> tuple[str | None, str | None]:
    """Caption and credit in the nearest boxes around `image` that have any."""
    caption = credit = None
    for depth, box in enumerate(image.iterancestors("figure", "div", "p", "table")):
        if depth > 3 or len(visible_text(box)) > CAPTION_LENGTH:
            break
        credit = credit or next(filter(None, map(visible_text, _within(box, _is_credit))), None)
        caption = caption or next(filter(None, map(visible_text, _within(box, _is_caption))), None)
        if caption and credit:
            break
    return _divide(caption, credit)


def _within(box: HtmlElement, is_wanted: Callable[[str], bool]) -> Iterator[HtmlElement]:
    """The elements in `box` whose class is of a kind; an element for captions is one whatever its class."""
    for element in box.iterdescendants():
        if (element.tag == "figcaption" and is_wanted is _is_caption) or (
            (names := element.get("class")) and is_wanted(names)
        ):
            yield element


@lru_cache(maxsize=4096)
def _is_caption(names: str) -> bool:
    return _TEXT.search(names) is not None


@lru_cache(maxsize=4096)
def _is_credit(names: str) -> bool:
    return _CREDITED.search(names) is not None


def _divide(caption: str | None, credit: str | None) -> tuple[str | None, str | None]:
    if caption and credit and caption != credit and caption.endswith(credit):
        caption = caption[: -len(credit)].strip(" |–—-")
    elif caption and credit and credit in caption:
        caption = caption.replace(credit, "").strip(" |–—-")
    elif caption and not credit and (match := _CREDIT.search(caption)):
        caption, credit = caption[: match.start()].strip(), match.group("credit").strip()
    return caption or None, credit or None
