"""Signs that the site does not give its pages: refusals, walls, robots.txt, redirects, a host that is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC
from urllib.parse import urlsplit

from crawler.fetch.robots import FORBIDDEN, UNREACHABLE
from crawler.health.facts import Page
from crawler.health.listings import Listing
from crawler.health.signs import LEAST, Sign, View, percent, some
from crawler.health.usual import share
from crawler.storage.seen import WALLS

GONE = ("HTTP 404", "HTTP 410", "no feed", "no sitemap")
"""Failures of a listing that are no matter of access: it is not there any more."""

NO_NEWS = ("HTTP 304",)
"""Our own trouble: the server says that a listing is unchanged, and the archive does not have it."""

FEW = 3
"""Addresses that fail in the same way before it is called a pattern."""


def check_fetch(view: View) -> Iterator[Sign]:
    """The signs that pages cannot be had."""
    yield from _listings(view)
    yield from _unanswered(view)
    yield from _refused(view)
    yield from _walls(view)
    yield from _elsewhere(view)
    yield from _one_page(view)


def closed(listing: Listing) -> bool:
    """Whether access to a listing failed."""
    return bool(listing.failed) and listing.failed not in GONE + NO_NEWS and listing.role != "robots"


def _listings(view: View) -> Iterator[Sign]:
    """All listings closed at once; or some of them, in two runs one after the other."""
    shut = {url: noted for url, noted in view.run.listings.items() if closed(noted)}
    earlier = view.before.listings if view.before else {}
    if len(shut) < len([noted for noted in view.run.listings.values() if noted.role != "robots"]):
        shut = {url: noted for url, noted in shut.items() if url in earlier and closed(earlier[url])}
    if shut:
        (reason, count), *_ = Counter(noted.failed for noted in shut.values()).most_common(1)
        url = next(url for url, noted in shut.items() if noted.failed == reason)
        listings = "a listing" if count == 1 else f"{count} listings"
        yield _failing(view, reason, f"{listings} of the source could not be fetched", url)


def _failing(view: View, reason: str, what: str, url: str) -> Sign:
    if reason == FORBIDDEN:
        since = view.history.robots_changed(urlsplit(url).hostname or "")
        changed = f"; it was changed, which was first seen on {since.astimezone(UTC):%Y-%m-%d}" if since else ""
        return Sign("fetch", "robots", f"{what}: robots.txt forbids it{changed}", url)
    kind = "refused" if reason.startswith("HTTP ") else "unreachable"
    why = "the site's robots.txt cannot be read" if reason == UNREACHABLE else reason
    return Sign("fetch", kind, f"{what}: {why}", url)


def _unanswered(view: View) -> Iterator[Sign]:
    """Articles that gave no answer, or that robots.txt forbids: many, most of the run's, and more than usual."""
    failures = view.run.failures()
    asked = len(view.fresh) + sum(failures.values())
    for reason, count in failures.items():
        if count >= FEW and share(count, asked) >= 0.5 and count > 2 * view.usual.failures(reason):
            what = f"{some(count, asked, 'articles')} could not be fetched"
            yield _failing(view, reason, what, view.run.example(reason) or view.source.homepage)


def _refused(view: View) -> Iterator[Sign]:
    """Answers with an error: most of all, or far more than usual or than the source allows."""
    pages = [page for page in view.asked if page.refused]
    part, usual, stated = share(len(pages), len(view.asked)), view.usual.refused() or 0.0, view.source.health.max_errors
    if stated:
        broken = len(view.asked) >= LEAST and part > stated
    else:
        most = len(pages) >= FEW and part >= max(0.5, 2 * usual)
        broken = most or (len(view.asked) >= 2 * LEAST and part >= max(0.2, 3 * usual) and len(pages) >= FEW)
    if broken:
        status, count = Counter(page.status for page in pages).most_common(1)[0]
        detail = (
            f"{some(len(pages), view.asked, 'articles')} are answered with an error, {count} with {status or 'none'}"
        )
        yield Sign("fetch", "refused", f"{detail}; usual: {percent(usual)}", view.example(pages))


def _walls(view: View) -> Iterator[Sign]:
    """Bot challenges and consent walls where there were articles."""
    for wall in WALLS:
        pages = [page for page in view.answered if page.outcome == wall]
        if _most(view, pages, 0.3, lambda page, wall=wall: page.outcome == wall):  # type: ignore[misc]
            detail = f"{some(len(pages), view.answered, 'pages')} are a {wall.replace('-', ' ')}"
            yield Sign("fetch", wall, detail, view.example(pages))


def _elsewhere(view: View) -> Iterator[Sign]:
    """Articles that lead to a host that is none of the source's."""

    def foreign(page: Page) -> bool:
        return not view.source.has_host(page.host)

    pages = [page for page in view.answered if foreign(page)]
    if _most(view, pages, 0.5, foreign):
        host = Counter(page.host for page in pages).most_common(1)[0][0]
        detail = f"{some(len(pages), view.answered, 'articles')} were redirected to another site: {host}"
        yield Sign("fetch", "redirected", detail, view.example(pages))


def _most(view: View, pages: list[Page], part: float, holds: Callable[[Page], bool]) -> bool:
    """Whether so many of the answered pages are `pages`, for which `holds` is true, and twice as many as usual."""
    found = share(len(pages), len(view.answered))
    return len(pages) >= FEW and found >= part and found >= 2 * (view.usual.of_pages(holds) or 0.0)


def _one_page(view: View) -> Iterator[Sign]:
    """Addresses that all redirect to the same place, such as the front page."""
    redirects = [page for page in view.run.pages if page.location]
    targets = Counter(page.location for page in redirects)
    target, count = targets.most_common(1)[0] if targets else (None, 0)
    if count >= FEW and share(count, len(view.run.pages)) >= 0.5:
        detail = f"{count} addresses of articles are redirected to one and the same page"
        yield Sign("fetch", "redirected", detail, view.example(p for p in redirects if p.location == target))
