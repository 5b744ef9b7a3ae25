"""Finds what stands on several articles of a site and belongs to none: comment forms, share bars, related stories.

The extractor removes much of it by itself. What is suggested here names it for the site, so that it is gone also where
a page is unusual, and so that a person sees what is taken away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.parse import squeeze, visible_text
from crawler.extraction.rules import select
from crawler.prospect.samples import FEWEST, MOST

MOST_DROPS = 12
"""Suggestions made at most; a person is to read them."""

SOME = 0.3
"""Share of the articles on which a label at the edge of the text must be seen; hardly anything else is like it."""

LONGEST_LABEL = 40
"""Characters of a paragraph that may be a label and no sentence."""

EATEN = 0.1
"""Share of an article's text that a selector may take away, where that text is on no other article."""

MAX_SHARE = 0.4
"""An element with more than this share of an article's text holds the article, whatever it is called."""

PARTS = {
    "the comments and their form": r"comments?|comment-?(?:form|list|area|respond|section)s?|respond|disqus(?:_thread)?"
    r"|comments-area|wpcnt|kommentare?|commentaires|comentarios",
    "share buttons": r"share|sharing|sharedaddy|share-?(?:buttons?|bar|tools?|links?)"
    r"|social(?:-?(?:share|links?|bar|media))?|addtoany\w*|jp-post-flair|a2a_kit",
    "related stories": r"related(?:-?(?:posts?|articles?|stories|news|content))?|jp-relatedposts|recommended(?:-?\w+)?"
    r"|read-?(?:more|also|next)|more-?stories|yarpp\w*|outbrain|taboola\w*",
    "a newsletter form": r"newsletter(?:-?\w+)?|subscribe(?:-?\w+)?|mailchimp|mc_embed_signup|signup",
    "a box about the author": r"author-?(?:box|bio|info|card)|about-?author",
    "tags and categories": r"tags?-?links?|post-?tags|entry-?(?:tags|meta|footer)|tag-?list|post-?meta"
    r"|postmetadata|postinfo|cat-?links",
    "links to other articles": r"post-?nav(?:igation)?|nav-?(?:links|single|below)|prev-?next|pager",
    "the most read": r"most-?read|trending|popular(?:-?posts?)?|top-?stories",
    "an advertisement": r"advert(?:isement)?s?|ad-?(?:slot|unit|container|wrapper|block|banner)"
    r"|banner-?ad|promo(?:-?\w+)?",
    "a breadcrumb trail": r"breadcrumbs?",
}
_PARTS = {said: re.compile(rf"(?:{names})", re.IGNORECASE) for said, names in PARTS.items()}
_PLAIN_NAME = re.compile(r"[A-Za-z][\w-]*")
_VARIES = re.compile(r"\d{3,}")


@dataclass(frozen=True, slots=True)
class Drop:
    """A selector for `[extraction] drop`: what it takes away, and on how many articles that was seen."""

    selector: str
    what: str
    seen: int


def suggest_drops(trees: Sequence[HtmlElement]) -> list[Drop]:
    """What stands on most of the articles whose pages are `trees`, outermost elements only."""
    if len(trees) < FEWEST:
        return []
    counts: Counter[tuple[str, str]] = Counter()
    for tree in trees:
        counts.update(_named(tree))
    wanted = max(FEWEST, MOST * len(trees))
    seen = [Drop(selector, what, count) for (selector, what), count in sorted(counts.items()) if count >= wanted]
    return _outermost(seen, trees)[:MOST_DROPS]


def drop_for(line: str, trees: Sequence[HtmlElement]) -> Drop | None:
    """The selector of the element that holds a line which stands on most articles, if it has a name of its own."""
    counts: Counter[str] = Counter()
    for tree in trees:
        counts.update(_names_of_holder(tree, line, 2 * len(line) + 40))
    for selector, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if count >= FEWEST and all(_is_small(tree, selector) for tree in trees):
            return Drop(selector, f"“{line[:50]}”", count)
    return None


def labels(pages: Sequence[tuple[HtmlElement, Sequence[str]]], known: Sequence[Drop]) -> list[Drop]:
    """Elements whose few words begin or end the text of most articles: the name of a section, a place, a signature.

    `pages` are trees with the paragraphs that were extracted from them; what `known` takes away is not named again.
    """
    counts: Counter[str] = Counter()
    for tree, paragraphs in pages:
        edges = {edge for edge in (*paragraphs[:1], *paragraphs[-1:]) if _is_label(edge)}
        counts.update({name for edge in edges for name in _names_of_holder(tree, edge, len(edge))})
    wanted = max(FEWEST, SOME * len(pages))
    found = [
        Drop(selector, "a label at the edge of the text", n) for selector, n in sorted(counts.items()) if n >= wanted
    ]
    trees = [tree for tree, _ in pages]
    named = {drop.selector for drop in known}
    return [drop for drop in _outermost([*known, *found], trees) if drop.selector not in named][:2]


def eats(drop: Drop, pages: Sequence[tuple[HtmlElement, Sequence[str]]]) -> bool:
    """Whether a drop takes text that belongs to an article from any of `pages` (trees with their paragraphs).

    What a page has in common with others is furniture; a class of furniture may also stand on each paragraph.
    """
    counts = Counter(paragraph for _, paragraphs in pages for paragraph in set(paragraphs))
    for tree, paragraphs in pages:
        taken = " ".join(squeeze(element.text_content()) for element in select(tree, [drop.selector]))
        lost = sum(len(one) for one in paragraphs if counts[one] < FEWEST and squeeze(one) in taken)
        if lost > max(LONGEST_LABEL, EATEN * sum(map(len, paragraphs))):
            return True
    return False


def _is_label(paragraph: str) -> bool:
    return len(paragraph) <= LONGEST_LABEL and not paragraph.rstrip('”"»)').endswith((".", "!", "?", "。", "؟", ":"))


def drop_line(line: str) -> str:
    """The regular expression for `[extraction] drop_lines` that takes away a line, whatever numbers are in it."""
    escaped = re.escape(line).replace(r"\ ", " ").replace(r"\-", "-")
    return "^" + re.sub("[0-9]+", lambda _: r"\d+", escaped) + "$"


def _named(tree: HtmlElement) -> set[tuple[str, str]]:
    """Selectors of elements in the body whose names are those of furniture, with what they are."""
    found: set[tuple[str, str]] = set()
    limit = MAX_SHARE * len(visible_text(tree))
    for element in tree.iter("div", "section", "aside", "ul", "form", "p", "footer", "nav", "ol", "span"):
        for name, selector in _selectors(element):
            what = next((said for said, names in _PARTS.items() if names.fullmatch(name)), None)
            if what and visible_text(element) and len(visible_text(element)) <= limit and not _holds_article(element):
                found.add((selector, what))
    return found


def _selectors(element: HtmlElement) -> Iterable[tuple[str, str]]:
    """The names of an element, and the selectors that they make."""
    identity = element.get("id") or ""
    if _PLAIN_NAME.fullmatch(identity) and not _VARIES.search(identity):
        yield identity, f"#{identity}"
    for name in (element.get("class") or "").split():
        if _PLAIN_NAME.fullmatch(name) and not _VARIES.search(name):
            yield name, f".{name}"


def _holds_article(element: HtmlElement) -> bool:
    """Whether a headline or an article stands in an element, or the element in the page's header or menu."""
    return element.find(".//h1") is not None or element.find(".//article") is not None


def _is_small(tree: HtmlElement, selector: str) -> bool:
    limit = MAX_SHARE * len(visible_text(tree))
    return all(
        len(visible_text(element)) <= limit and not _holds_article(element) for element in select(tree, [selector])
    )


def _names_of_holder(tree: HtmlElement, line: str, most: int) -> set[str]:
    """The selectors of the elements that hold a line, with `most` characters in all."""
    names: set[str] = set()
    wanted = re.compile(drop_line(line[:40]).strip("^$"))
    for element in tree.iter():
        if not isinstance(element.tag, str) or not wanted.search(squeeze(element.text_content())):
            continue
        if len(visible_text(element)) <= most:
            names.update(selector for _, selector in _selectors(element))
    return names


def _outermost(drops: Sequence[Drop], trees: Sequence[HtmlElement]) -> list[Drop]:
    """The drops without those that others make needless, and without those that would take an article."""
    kept: list[Drop] = []
    sized = [drop for drop in drops if all(_is_small(tree, drop.selector) for tree in trees)]
    for drop in sorted(sized, key=lambda drop: -_depth_gain(drop, trees)):
        if not all(_is_covered(tree, drop, kept) for tree in trees):
            kept.append(drop)
    return sorted(kept, key=lambda drop: -drop.seen)


def _depth_gain(drop: Drop, trees: Sequence[HtmlElement]) -> int:
    """Characters that a drop takes away: the outer element before what is in it."""
    return sum(len(visible_text(element)) for tree in trees for element in select(tree, [drop.selector]))


def _is_covered(tree: HtmlElement, drop: Drop, kept: Sequence[Drop]) -> bool:
    """Whether all that `drop` takes from a page is in what others take."""
    taken = set(select(tree, [other.selector for other in kept]))
    return all(
        element in taken or any(ancestor in taken for ancestor in element.iterancestors())
        for element in select(tree, [drop.selector])
    )
