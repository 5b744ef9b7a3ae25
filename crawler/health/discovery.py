"""Signs that articles are not found any more: listings gone, empty or stale, patterns that no longer match."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from crawler.health.fetch import GONE
from crawler.health.listings import QUIET, Listing
from crawler.health.signs import Sign, View
from crawler.health.usual import matched_links, share

SHORT_WINDOW = timedelta(days=4)
"""A listing that never goes back further, such as a news sitemap, may be empty after a quiet weekend."""

FEW_LINKS = 5


def check_discovery(view: View) -> Iterator[Sign]:
    """The signs that listings do not lead to articles any more."""
    for url, listing in view.run.listings.items():
        if listing.role == "robots":
            continue
        yield from _gone(url, listing)
        yield from _empty(view, url, listing)
        yield from _stale(view, url, listing)
    yield from _unmatched(view)


def _gone(url: str, listing: Listing) -> Iterator[Sign]:
    """The address answers that there is nothing, or with something else, mostly a page for people."""
    if listing.failed in GONE:
        why = f"is gone: {listing.failed}" if listing.failed.startswith("HTTP") else f"is none: {listing.warning}"
        yield Sign("discovery", f"{listing.role}-gone", f"the {listing.role} {why}", url)


def _empty(view: View, url: str, listing: Listing) -> Iterator[Sign]:
    """It lists nothing, although it did, and what it listed cannot simply have grown too old."""
    before = view.usual.listings.get(url)
    if not listing.empty or before is None:
        return
    if before.newest and before.oldest and before.role != "section":
        kept = before.newest - before.oldest
        if kept < SHORT_WINDOW and view.run.moment - before.newest < QUIET:
            return
    what = before.links or before.more
    why = f": {listing.warning}" if listing.warning else ""
    yield Sign("discovery", f"{listing.role}-empty", f"the {listing.role} lists nothing; it had {what} links{why}", url)


def _stale(view: View, url: str, listing: Listing) -> Iterator[Sign]:
    """Nothing new for longer than stated, or, in a feed that was fresh once, for far longer than its own rhythm."""
    stated = view.source.health.max_feed_age
    if listing.role != "feed" or listing.newest is None:
        return
    age = view.run.moment - listing.newest
    limit = timedelta(hours=stated) if stated else listing.patience if url in view.usual.fresh else None
    if limit is not None and age > limit:
        hours = limit.total_seconds() / 3600
        detail = f"the newest entry of the feed is {age.days} days old, of {listing.newest:%Y-%m-%d}"
        yield Sign("discovery", "feed-stale", f"{detail}; expected: under {hours:.0f} hours", url)


def _unmatched(view: View) -> Iterator[Sign]:
    """Listings have links, and the source takes none of them for articles, or far fewer than it did."""
    ours, others = matched_links(view.run.stats)
    usual = view.usual.matched()
    if others < FEW_LINKS or usual == 0:
        return
    part = share(ours, ours + others)
    if ours == 0 or (usual is not None and part < usual / 4 and others >= 2 * FEW_LINKS):
        example = next((noted.passed_over for noted in view.run.listings.values() if noted.passed_over), "")
        detail = f"{others} of {ours + others} links are on other hosts, or match no pattern of [articles]"
        yield Sign("discovery", "patterns", detail, example or view.source.homepage)
