"""What a run notes of a feed, a sitemap or a section page; kept in the run's figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from crawler.discovery.links import Found

MOST = 100
"""Listings that are noted of a run; a source names a dozen, and archive pages by the thousand say nothing of today."""

NEWEST = 20
"""Entries of a listing whose distances in time are its rhythm."""


QUIET = timedelta(days=5)
"""Nothing new for so long is no alarm by itself: a weekend with the holidays around it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found in a listing; or `failed`, why nothing could be.

    `articles` of its `links` are articles of the source, and `passed_over` is the first that is none. `gap` is the
    longest time between two of its newest entries: how long nothing new may well be.
    """

    role: str
    links: int = 0
    articles: int = 0
    more: int = 0
    newest: datetime | None = None
    oldest: datetime | None = None
    gap: timedelta | None = None
    passed_over: str = ""
    warning: str = ""
    failed: str = ""

    @property
    def empty(self) -> bool:
        """Whether it was read, and lists nothing."""
        return not self.failed and not self.links and not self.more

    @property
    def patience(self) -> timedelta | None:
        """How old its newest entry may become by its own rhythm; None where it has none."""
        return max(QUIET, 3 * self.gap) if self.gap else None

    def as_json(self) -> dict[str, Any]:
        """The values that are not empty, in what JSON knows; the gap in seconds."""
        values = {name: value for name, value in asdict(self).items() if value}
        for name, value in values.items():
            if isinstance(value, datetime):
                values[name] = value.isoformat()
            elif isinstance(value, timedelta):
                values[name] = value.total_seconds()
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Listing:
        """The listing that `as_json` gave."""
        read = dict(values)
        for name in ("newest", "oldest"):
            if read.get(name):
                read[name] = datetime.fromisoformat(read[name])
        if read.get("gap"):
            read["gap"] = timedelta(seconds=read["gap"])
        return cls(**read)


def listing_of(role: str, found: Found, is_article: Callable[[str], bool]) -> Listing:
    """What is worth noting of a listing that was read."""
    others = [link.url for link in found.links if not is_article(link.url)]
    moments = sorted(filter(None, (link.published or link.modified for link in found.links)), reverse=True)
    gaps = [later - earlier for later, earlier in pairwise(moments[:NEWEST])]
    nothing = not (found.links or found.more)
    warning = found.warnings[0] if nothing and found.warnings else ""
    return Listing(
        role=role,
        links=len(found.links),
        articles=len(found.links) - len(others),
        more=len(found.more),
        newest=moments[0] if moments else None,
        oldest=moments[-1] if moments else None,
        gap=max(gaps) if len(gaps) >= 2 else None,
        passed_over=others[0] if others else "",
        warning=warning,
        failed=f"no {role}" if warning and role != "section" else "",
    )
