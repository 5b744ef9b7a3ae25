"""Which of the links that discovery finds are fetched: the source's patterns, the time window, what is known already.

Plain Python: the spider asks, and turns the answers into requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from crawler.discovery.amp import publishers_address
from crawler.discovery.links import Link
from crawler.discovery.urls import url_digest
from crawler.sources.model import Source
from crawler.storage.seen import Known

REFETCH_DAYS = 14
"""An article is fetched again when a listing says that it was changed, within this many days of its first capture.

News is corrected within days. Some sites give every page a fresh modification date at each visit; without a bound
each crawl would fetch the whole archive of such a site again.
"""


@dataclass(frozen=True, slots=True)
class Window:
    """The time span asked for; an end that is None is open. Aware datetimes, both ends included."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day of it, in UTC."""
        return (
            self.since.astimezone(UTC).date() if self.since else None,
            self.until.astimezone(UTC).date() if self.until else None,
        )

    def holds(self, link: Link) -> bool:
        """Whether the link may be of the window; what was changed late may still have been published early."""
        latest = link.published or link.modified
        if self.since and latest and latest < self.since:
            return False
        return not (self.until and link.published and link.published > self.until)


class Frontier:
    """Chooses the links worth a request, each once a run.

    `known` asks the catalogue about many URLs at once; `count` adds one to a figure of the crawl's statistics.
    """

    def __init__(
        self,
        source: Source,
        limit: int | None,
        known: Callable[[Iterable[str]], Mapping[str, Known]],
        count: Callable[[str], None],
    ) -> None:
        self.source = source
        self.limit = limit
        self._known = known
        self._count = count
        self._asked: set[bytes] = set()

    @property
    def full(self) -> bool:
        """Whether the limit on articles is reached, so that further discovery is of no use."""
        return self.limit is not None and len(self._asked) >= self.limit

    def demand(self, urls: Iterable[str]) -> list[Link]:
        """The links that a person asked for by address: fetched whatever is known of them."""
        return [link for link in map(Link, urls) if self._take(link)]

    def choose(self, links: Iterable[Link], window: Window) -> list[Link]:
        """Those of `links` to fetch now, in their order."""
        if self.source.articles.amp:
            links = map(_at_its_publisher, links)
        fresh = [link for link in links if self._is_candidate(link, window)]
        known = self._known(link.url for link in fresh)
        chosen = [link for link in fresh if self._is_due(link, known.get(link.url))]
        return [link for link in chosen if self._take(link)]

    def is_due(self, link: Link) -> bool:
        """Whether the article that a redirect led to is to be fetched: it may be known by its own address."""
        return self._is_due(link, self._known([link.url]).get(link.url))

    def _is_candidate(self, link: Link, window: Window) -> bool:
        if not self.source.is_article(link.url):
            self._count("not an article of this source")
            return False
        if not window.holds(link):
            self._count("outside the dates asked for")
            return False
        return url_digest(link.url) not in self._asked  # last: it costs the most, and few of a long sitemap come so far

    def _is_due(self, link: Link, known: Known | None) -> bool:
        if known is None:
            return True
        last_change = known.modified or known.last
        if link.modified and last_change < link.modified <= known.first + timedelta(days=REFETCH_DAYS):
            self._count("changed since the last crawl")
            return True
        self._count("archived before")
        return False

    def _take(self, link: Link) -> bool:
        digest = url_digest(link.url)
        if self.full or digest in self._asked:
            return False
        self._asked.add(digest)
        self._count("found")
        return True


def _at_its_publisher(link: Link) -> Link:
    """A link into an AMP cache as one to the page that is cached there."""
    found = publishers_address(link.url)
    return link if found == link.url else replace(link, url=found)
