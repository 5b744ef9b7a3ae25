"""What every parser of this room hands back: the links that a document lists, and where there are more."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime

MAX_TITLE = 1000
"""Characters of a title; what is longer is a paragraph in the wrong place."""

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|em|font|i|ins|mark|p|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
"""Tags that are found in titles. Others may be meant: "Why <html> is not a language"."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may lead to an article, with what the listing says of it.

    `url` is absolute, http or https, and is what to fetch: nothing in it was normalised away. Dates have a
    time zone (UTC where the listing states none) or are None. `language` is a BCP 47 tag as written.
    """

    url: str
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    language: str | None = None


@dataclass(slots=True)
class Found:
    """What a feed, a sitemap or a section page lists.

    `links` are in the document's order, each URL once. `more` are the URLs of further documents of the same kind:
    the next page of a feed or a section, the children of a sitemap index. `changed` says when some of
    `more` last changed, where the document says it. `warnings` are sentences for people, one for each kind of
    defect, with a count; what could be read in spite of them is in `links`.
    """

    links: list[Link] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changed: dict[str, datetime] = field(default_factory=dict)


def plain_title(text: str | None, markup: bool = True) -> str | None:
    """A title as one line of plain text, or None where nothing is left.

    `markup` says that HTML may be in it (RSS, JSON and most of Atom): tags are dropped, and references that were
    escaped once too often are read.
    """
    text = (text or "")[: 4 * MAX_TITLE]
    if markup:
        text = html.unescape(_TAG.sub("", text))
    return " ".join(text.split())[:MAX_TITLE] or None


def language_tag(text: str | None) -> str | None:
    """A BCP 47 tag, where `text` is one or nearly one (`en_GB`); otherwise None."""
    text = (text or "").strip().replace("_", "-")
    return text if _LANGUAGE.fullmatch(text) else None
