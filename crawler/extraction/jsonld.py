"""The JSON-LD of a page, however broken, and the node in it that describes the article (schema.org)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

Node = dict[str, Any]

MAX_DEPTH = 12
"""Nesting of nodes that is followed; sites nest an article under a page under a graph, hardly deeper than four."""

_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)
_BEGINS, _ENDS = ("{", "["), ("}", "]")
"""How JSON begins and ends that nothing is wrapped around; to look for what is takes longer than to read it."""

_COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_ARTICLE_TYPES = re.compile(
    r"(?:\w*NewsArticle|\w*Article|\w*BlogPosting|Report|\w*Review|AskPublicNewsArticle|LiveBlogPosting|Column)$"
)


def json_ld(scripts: Iterable[HtmlElement]) -> list[Node]:
    """Every node of the JSON-LD in `scripts`, containers before what they hold; broken blocks give what can be read."""
    nodes: list[Node] = []
    for script in scripts:
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            for value in _values(script.text):
                nodes.extend(_nodes(value, 0))
    return nodes


def _values(text: str) -> Iterator[Any]:
    text = text.strip()
    if text[:1] not in _BEGINS or text[-1:] not in _ENDS:
        text = _WRAPPING.sub("", text)
    for attempt in (str, _repaired, _unescaped):
        try:
            yield json.loads(attempt(text), strict=False)
            return
        except (ValueError, RecursionError):
            continue
    yield from _leading_values(_repaired(text))


def _repaired(text: str) -> str:
    text = _WRAPPING.sub("", _WRAPPING.sub("", text))
    return _TRAILING_COMMA.sub("", _COMMENT.sub("", text)).strip().rstrip(";")


def _unescaped(text: str) -> str:
    return _repaired(html.unescape(text))


def _leading_values(text: str) -> Iterator[Any]:
    """Values that stand one after the other, up to the first that is broken; of that, its plain string fields."""
    decoder, position = json.JSONDecoder(strict=False), 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            if fields := _string_fields(text[position:]):
                yield fields
            return
        yield value
        position = re.compile(r"[\s,;]*").match(text, position).end()  # type: ignore[union-attr]


_FIELD = re.compile(
    r'"(@type|headline|datePublished|dateModified|articleSection|isAccessibleForFree)"\s*:\s*("(?:[^"\\]|\\.)*"|true|false)'
)
_AUTHOR = re.compile(r'"author"\s*:\s*[\[{\s]*(?:"@type"\s*:\s*"Person"\s*,\s*)?"name"\s*:\s*("(?:[^"\\]|\\.)*")')


def _string_fields(text: str) -> Node:
    """What a regular expression can save of an object that no parser reads; the first of each field counts."""
    fields: Node = {}
    for key, value in _FIELD.findall(text):
        if key not in fields:
            fields[key] = _loads(value)
    if match := _AUTHOR.search(text):
        fields["author"] = {"@type": "Person", "name": _loads(match.group(1))}
    return fields


def _loads(value: str) -> Any:
    try:
        return json.loads(value, strict=False)
    except ValueError:
        return None


def _nodes(value: Any, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in (
            "@graph",
            "mainEntity",
            "mainEntityOfPage",
            "hasPart",
            "itemListElement",
            "item",
            "article",
            "isPartOf",
        ):
            if isinstance(value.get(key), (list, dict)):
                yield from _nodes(value[key], depth + 1)


def types(node: Node) -> list[str]:
    """The types of a node, without namespace."""
    stated = node.get("@type")
    return [re.split(r"[/#:]", name)[-1] for name in strings(stated)]


def is_article(node: Node) -> bool:
    """Whether `node` describes an article of some kind."""
    return any(_ARTICLE_TYPES.fullmatch(name) for name in types(node))


def article_node(nodes: list[Node], url: str) -> Node:
    """The node of the page's own article: that with the page's address, or the first; empty where there is none."""
    articles = [node for node in nodes if is_article(node) and (node.get("headline") or node.get("datePublished"))]
    path = url.split("?")[0].split("#")[0].rstrip("/")
    for node in articles:
        stated = [*strings(node.get("url")), *strings(node.get("mainEntityOfPage")), *strings(node.get("@id"))]
        if any(address.split("?")[0].split("#")[0].rstrip("/") == path for address in stated):
            return node
    if articles:
        return articles[0]
    dated = [node for node in nodes if node.get("datePublished") and node.get("headline", node.get("name"))]
    return dated[0] if dated else {}


def strings(value: Any) -> list[str]:
    """Every string that `value` states: itself, those of a list, and the value, id, url or name of an object."""
    if isinstance(value, str):
        return [html.unescape(value).strip()] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    if isinstance(value, dict):
        for key in ("@value", "name", "@id", "url"):
            if isinstance(value.get(key), (str, list)):
                return strings(value[key])
    return []


def first(value: Any) -> str | None:
    """The first string that `value` states, if any."""
    stated = strings(value)
    return stated[0] if stated else None
