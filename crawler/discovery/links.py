"""What every parser of this room hands back: the links that a document lists, and where there are more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


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
