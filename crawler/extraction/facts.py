"""What the readers of a page's metadata share: its tree, its meta tags, its JSON-LD, each read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.blocks import clean_text
from crawler.extraction.jsonld import Node, article_node, json_ld
from crawler.extraction.parse import squeeze
from crawler.extraction.vocabulary import entries


@dataclass(slots=True)
class PageFacts:
    """What the readers below share of one page: its tree, meta tags (lower-case names), JSON-LD and address."""

    tree: HtmlElement
    url: str
    metas: dict[str, list[str]]
    nodes: list[Node]
    node: Node

    @classmethod
    def of(cls, tree: HtmlElement, url: str) -> PageFacts:
        """The facts of the page `tree` at `url`."""
        metas: dict[str, list[str]] = {}
        for meta in tree.iter("meta"):
            content = (meta.get("content") or "").strip()
            for name in (meta.get("property"), meta.get("name"), meta.get("itemprop")):
                if name and content:
                    metas.setdefault(name.strip().lower(), []).append(content)
        nodes = json_ld(tree)
        return cls(tree, url, metas, nodes, article_node(nodes, url))

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
