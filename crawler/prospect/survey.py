"""What was found out about a site, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crawler.discovery.learn import Patterns
from crawler.discovery.links import Link
from crawler.prospect.frontpage import FrontPage
from crawler.prospect.listings import Listing
from crawler.prospect.samples import Sample
from crawler.prospect.trouble import Verdict


@dataclass(frozen=True, slots=True)
class Section:
    """A section page: its address, how many articles it lists, and its next page."""

    url: str
    articles: int
    more: str = ""


@dataclass
class Survey:
    """What was found out about a site. `trouble` says why no source can be made of it."""

    homepage: str
    now: datetime
    front: FrontPage = field(default_factory=lambda: FrontPage(""))
    feeds: list[Listing] = field(default_factory=list)
    sitemaps: list[Listing] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    learnt: Patterns = field(default_factory=Patterns)
    samples: list[Sample] = field(default_factory=list)
    listed: dict[str, Link] = field(default_factory=dict)
    """Articles that feeds, sitemaps and sections list, by their canonical address."""
    sure: set[str] = field(default_factory=set)
    """Those of them that are articles by where they are listed. Sitemaps list other pages too."""
    others: dict[str, None] = field(default_factory=dict)
    """Addresses that are no articles."""
    quiet_since: datetime | None = None
    """When the last article was listed, where that is long ago."""
    requests: int = 0
    trouble: Verdict | None = None

    @property
    def kept_feeds(self) -> list[Listing]:
        """The feeds that a source should have."""
        return [feed for feed in self.feeds if feed.kept]

    @property
    def kept_sitemaps(self) -> list[Listing]:
        """The sitemaps that a source should have."""
        return [sitemap for sitemap in self.sitemaps if sitemap.kept]
