"""Judges what feeds and sitemaps list: whether they are of use, and which of their addresses are articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from crawler.discovery.feeds import parse_feed
from crawler.discovery.links import Found, Link
from crawler.discovery.periods import period_in_url
from crawler.discovery.shapes import likeness
from crawler.discovery.sitemaps import children, parse_sitemap
from crawler.discovery.sniff import kind_of
from crawler.discovery.urls import canonical_url, host_of
from crawler.prospect.answers import Answer

STALE = timedelta(days=365)
"""A listing whose newest entry is older is dead: the site goes on somewhere else."""

CHILDREN_READ = 3
"""Children of a sitemap index that are read to see what it lists."""

MANY_CHILDREN = 20
"""An index may have so many children that say nothing of their time: each crawl reads them."""

MANY_ENTRIES = 1_000
"""A sitemap with so many entries is of use only where it tells the new ones from the old: each crawl takes them all."""

FEWEST_IN_SECTION = 3
"""A section page lists at least so many articles."""

_COMMENT_ENTRY = re.compile(
    r"(?:comment (?:on|by)|comments? for|re:|by:|kommentar (?:zu|von)|commentaires? sur|comentario en|comentário"
    r"|commento su|комментарий|коментар|تعليق|评论)\b",
    re.IGNORECASE,
)
_COMMENT_LINK = re.compile(rb"#(?:div-)?comment-?\d", re.IGNORECASE)
_OTHER_CHILD = re.compile(
    r"(?:^|[/_.-])(?:tags?|post_tag|categor(?:y|ies|ia|ias)|taxonomy|taxonomies|authors?|users?|pages?|attachments?|videos?"
    r"|images?|products?|galler(?:y|ies)|topics?|sections?|misc|static|events?|podcasts?)(?=[/_.-]|\d|$)",
    re.IGNORECASE,
)
_NEWS_CHILD = re.compile(
    r"(?:^|[/_.-])(?:news|posts?|articles?|stor(?:y|ies)|latest|noticias|artikel)(?=[/_.-]|\d|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A feed or sitemap that was looked at. `kept` says whether a source should have it, `reason` why or why not."""

    url: str
    kind: Literal["feed", "sitemap"]
    kept: bool
    reason: str
    stale: bool = False
    """Whether it is left out for its age alone."""
    timeless: bool = False
    """Whether it is left out because nothing in it tells the new from the old."""
    links: tuple[Link, ...] = ()
    index: Found | None = None
    """What a sitemap index says of the sitemaps that it lists."""
    newest: datetime | None = None
    undated: int = 0
    """Children of an index of which nothing says what time they are for."""
    language: str = ""
    others: tuple[str, ...] = field(default=())
    """Addresses that it lists as something else than articles: tags, authors, pages."""

    @property
    def children(self) -> list[str]:
        """The sitemaps that an index lists."""
        return self.index.more if self.index else []

    @property
    def is_news(self) -> bool:
        """Whether every entry of it is an article: a feed, or a news sitemap."""
        stated = sum(link.published is not None for link in self.links)
        return self.kind == "feed" or (stated * 2 > len(self.links) and bool(self.links))


def judge_feed(answer: Answer, now: datetime) -> Listing:
    """What is to be thought of the feed that `answer` may be."""
    left_out = Listing(answer.asked, "feed", False, answer.why_not)
    if not answer.ok:
        return left_out
    kind = kind_of(answer.body, answer.content_type)
    if kind != "feed":
        return replace(left_out, reason=f"no feed but {_NAMES.get(kind, kind)}")
    found = parse_feed(answer.body, answer.url, answer.content_type)
    links = tuple(found.links)
    language = Counter(link.language for link in links if link.language).most_common(1)
    tag = language[0][0] if language else ""
    listing = Listing(answer.asked, "feed", False, "", links=links, newest=newest_of(links), language=tag)
    if not links:
        return replace(listing, reason="it has no entries")
    if _is_of_comments(answer.body, links):
        return replace(listing, reason="it lists comments", links=())
    if listing.newest and now - listing.newest > STALE:
        return replace(listing, stale=True, reason=f"nothing new since {listing.newest:%Y-%m-%d}")
    return replace(listing, kept=True, reason=_summary(links, listing.newest))


def judge_sitemap(answer: Answer, now: datetime) -> Listing:
    """What is to be thought of the sitemap that `answer` may be; of an index, before its children are read."""
    left_out = Listing(answer.asked, "sitemap", False, answer.why_not)
    if not answer.ok:
        return left_out
    kind = kind_of(answer.body, answer.content_type)
    if kind not in ("sitemap", "feed"):
        return replace(left_out, reason=f"no sitemap but {_NAMES.get(kind, kind)}")
    found = parse_sitemap(answer.body, answer.url, answer.content_type)
    links = tuple(found.links)
    undated = sum(url not in found.changed and period_in_url(url) is None for url in found.more)
    newest = newest_of(links) or max(found.changed.values(), default=None)
    index = found if found.more else None
    listing = Listing(answer.asked, "sitemap", False, "", links=links, index=index, newest=newest, undated=undated)
    if not links and not found.more:
        return replace(listing, reason="it has no entries")
    if newest and now - newest > STALE:
        return replace(listing, stale=True, reason=f"nothing new since {newest:%Y-%m-%d}")
    if found.more:
        return replace(listing, kept=True, reason=f"an index of {len(found.more)} sitemaps")
    if not listing.is_news and _OTHER_CHILD.search(_path(answer.asked)):
        others = tuple(link.url for link in links)
        return replace(listing, reason="its name says that it lists no articles", links=(), others=others)
    if len(links) >= MANY_ENTRIES and (same := _same_date(links)):
        reason = f"{len(links):,} entries, {same}: a crawl could not tell the new ones"
        return replace(listing, timeless=True, reason=reason)
    return replace(listing, kept=True, reason=_summary(links, newest))


def _same_date(links: Sequence[Link]) -> str:
    """That nearly all entries have the same date or none; empty where their dates differ."""
    moments = (link.published or link.modified for link in links)
    day, count = Counter(moment and moment.date() for moment in moments).most_common(1)[0]
    if count < 0.9 * len(links):
        return ""
    return f"nearly all of {day}" if day else "nearly all without a date"


def revived(listings: Sequence[Listing]) -> list[Listing]:
    """Those listings of a site that has gone quiet as a whole which were kept up to the end; to be kept for that."""
    ends = [listing.newest for listing in listings if listing.stale and listing.newest]
    return [
        replace(listing, kept=True, stale=False, reason=f"{listing.reason}, and so is the whole site")
        for listing in listings
        if listing.stale and listing.newest and listing.newest >= max(ends) - STALE
    ]


def judge_index(index: Listing, articles: int, timeless: str = "") -> Listing:
    """The index, after so many articles were found in those of its children that were read.

    `timeless` says what is wrong with a child that lists very many without telling the new ones.
    """
    count = len(index.children)
    if not articles and timeless:
        return replace(index, kept=False, reason=f"an index of {count} sitemaps, such as one with {timeless}")
    if not articles:
        return replace(index, kept=False, reason=f"none of its {count} sitemaps that were read lists articles")
    if index.undated > MANY_CHILDREN:
        reason = f"{index.undated} of its {count} sitemaps do not say of when they are: each crawl would read them all"
        return replace(index, kept=False, reason=reason)
    return replace(index, reason=f"an index of {count} sitemaps, with {articles} articles in those that were read")


def children_to_read(index: Listing, changed_since: datetime) -> list[str]:
    """The children of an index that show best what it lists: of news, of the last weeks; the newest first."""
    recent = children_since(index, changed_since)
    articles = [url for url in recent if not _OTHER_CHILD.search(_path(url))] or recent
    named = [url for url in articles if _NEWS_CHILD.search(_path(url))]
    rest = sorted((url for url in articles if url not in named), key=_last_day, reverse=True)
    return [*sorted(named, key=_last_day, reverse=True), *rest][:CHILDREN_READ]


def children_since(index: Listing, since: datetime) -> list[str]:
    """The children that may list what was published since then; all of them where none says so."""
    return (children(index.index, since.date()) if index.index else []) or index.children


def other_children(index: Listing) -> list[str]:
    """The children of an index that list tags, categories, authors or pages, by their names."""
    return [url for url in index.children if _OTHER_CHILD.search(_path(url)) and not _NEWS_CHILD.search(_path(url))]


def article_links(listing: Listing) -> list[Link]:
    """The links that are articles as far as their addresses show; all of them where all entries are articles."""
    links = [link for link in listing.links if likeness(link.url) >= (0 if listing.is_news else 2)]
    return links if listing.is_news or links else [link for link in listing.links if likeness(link.url) >= 0]


def without_doubles(listings: Sequence[Listing]) -> list[Listing]:
    """The listings with those left out that say only what a kept one says: RSS beside Atom, a section beside all."""
    result: list[Listing] = []
    kept: list[tuple[str, set[str]]] = []
    for listing in sorted(listings, key=lambda listing: (not listing.kept, -len(listing.links))):
        urls = {canonical_url(link.url) for link in listing.links}
        twin = next((url for url, known in kept if urls and urls <= known), None) if listing.kept else None
        if twin is not None:
            result.append(replace(listing, kept=False, reason=f"all of it is in {twin}"))
            continue
        if listing.kept:
            kept.append((listing.url, urls))
        result.append(listing)
    return sorted(result, key=lambda listing: not listing.kept)


def newest_of(links: Iterable[Link]) -> datetime | None:
    """The latest date of publication, or of change where none is stated, that is not in the future."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    dates = [date for link in links if (date := link.published or link.modified) and date < tomorrow]
    return max(dates, default=None)


def hosts_of(links: Iterable[Link]) -> Counter[str]:
    """How many links lead to each host."""
    return Counter(host_of(link.url) for link in links)


_NAMES = {"html": "an HTML page", "empty": "an empty answer", "binary": "something binary", "json": "other JSON"}


def _is_of_comments(body: bytes, links: Sequence[Link]) -> bool:
    titled = sum(bool(_COMMENT_ENTRY.match(link.title or "")) for link in links)
    return titled * 2 > len(links) or len(_COMMENT_LINK.findall(body)) >= len(links)


def _summary(links: Sequence[Link], newest: datetime | None) -> str:
    entries = f"{len(links)} entries" if len(links) > 1 else "one entry"
    return f"{entries}, the newest of {newest:%Y-%m-%d}" if newest else f"{entries}, without dates"


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]


def _last_day(url: str) -> tuple[str, str]:
    """What sorts children by time: the day that the name states, else the numbers in it."""
    period = period_in_url(url)
    numbers = "".join(number.zfill(8) for number in re.findall(r"\d+", _path(url)))
    return (period.last.isoformat() if period else "", numbers)
