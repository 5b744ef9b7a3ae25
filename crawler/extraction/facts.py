"""What the readers of a page's metadata share: its tree, its meta tags, its JSON-LD, each read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.blocks import clean_text
from crawler.extraction.elements import Elements
from crawler.extraction.jsonld import Node, article_node, json_ld
from crawler.extraction.parse import squeeze, visible_text
from crawler.extraction.vocabulary import entries

MOST_MARKED = 200
"""Elements with a mark that are looked at; a page with more of them lists articles or comments."""


@dataclass(slots=True)
class PageFacts:
    """What the readers below share of one page: its tree, meta tags (lower-case names), JSON-LD and address."""

    tree: HtmlElement
    url: str
    metas: dict[str, list[str]]
    nodes: list[Node]
    node: Node
    elements: Elements

    @classmethod
    def of(cls, tree: HtmlElement, url: str, elements: Elements | None = None) -> PageFacts:
        """The facts of the page `tree` at `url`; `elements` are its own, where they have been gathered already."""
        elements = elements or Elements(tree)
        metas: dict[str, list[str]] = {}
        for meta in elements.tagged("meta"):
            content = (meta.get("content") or "").strip()
            for name in (meta.get("property"), meta.get("name"), meta.get("itemprop")):
                if name and content:
                    metas.setdefault(name.strip().lower(), []).append(content)
        nodes = json_ld(elements.tagged("script"))
        return cls(tree, url, metas, nodes, article_node(nodes, url), elements)

    def itemprop(self, name: str) -> list[str]:
        """What the page's microdata state a property to be; those of `<meta itemprop>` first."""
        found = list(self.metas.get(name.lower(), ()))
        for element in self.elements.marked("itemprop")[:MOST_MARKED]:
            if name in element.get("itemprop", "").split() and element.tag != "meta":
                found.append(element.get("datetime") or element.get("content") or visible_text(element))
        return [text for text in found if text]

    def identified(self, node: Node) -> Node:
        """The node of the page's JSON-LD that `node` refers to, where it says no more than an `@id`."""
        name = node.get("@id")
        if node.get("name") or not isinstance(name, str):
            return node
        return next((one for one in self.nodes if one.get("@id") == name and one.get("name")), node)

    def meta(self, field: str) -> list[str]:
        """The contents of the meta tags that state `field` (a list of the vocabulary), the most trustworthy first."""
        return self.named(entries("meta", field))

    def named(self, names: Iterable[str]) -> list[str]:
        """The contents of the meta tags of these names, in the order of the names."""
        return [content for name in names for content in self.metas.get(name, ())]


def first_of(values: Iterable[str]) -> str | None:
    """The first of `values` that is not blank, if any."""
    return next((value for value in values if value.strip()), None)


def one_line(text: str | None) -> str | None:
    """`text` on one clean line, or None where nothing is left of it."""
    return clean_text(squeeze(text)) or None if text else None
