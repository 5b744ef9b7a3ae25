"""Every address of the newspaper, and what is served there. No sockets: `server.py` brings it to the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from crawler.demo.newspaper import Article, Newspaper, Section
from crawler.demo.pages import Pages, tag_path
from crawler.demo.press import Press, Resource

Make = Callable[[], Resource]
Routes = Iterator[tuple[str, Make]]

STATIC = Path(__file__).parent / "static"
PER_PAGE = 8
IN_FEED = 20
ON_FRONT = 3
LEAD = "tide-gauge-record"
WIDTHS = {320: 180, 640: 360}
NEWS_SITEMAP_AGE = timedelta(days=2)
"""What a news sitemap may hold: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap."""

ANY_QUERY = "?*"
"""Ends the address of a page that takes any query."""

NOTICES = {
    "/about": ("About us", "The Brackwater Courier is made up: the town, its people and all that happened to them."),
    "/newsletter": ("The tide in your inbox", "The newsletter comes every morning at six."),
    "/account" + ANY_QUERY: ("Your account", "Readers with an account can change their address here."),
    "/search" + ANY_QUERY: ("Search", "Nothing was found, because nothing was searched."),
    "/print" + ANY_QUERY: ("Print version", "Please use the printer of the town library."),
    "/share" + ANY_QUERY: ("Share this story", "Thank you for telling others."),
    "/thanks": ("Thank you", "We have received what you sent."),
}
FORMS = {"/comments", "/newsletter", "/consent"}
"""Where forms are posted to; all of them lead to /thanks."""


class Site:
    """One edition of the newspaper, as served at `base`: a map from addresses to what they serve."""

    def __init__(self, paper: Newspaper, edition: int, base: str) -> None:
        self._paper = paper
        self._edition = edition
        self._pages = Pages(paper, edition, base)
        self._press = Press(self._pages)
        self._routes: dict[str, Make] = dict(self._all())
        self._printed: dict[str, Resource] = {}

    @property
    def entries(self) -> list[Article]:
        """Everything that this edition lists as a story, newest first."""
        return self._pages.entries

    @property
    def addresses(self) -> list[str]:
        """Every path (and query) that the newspaper knows, unescaped; `?*` at its end stands for any query."""
        return sorted(self._routes)

    def resource(self, target: str) -> Resource:
        """What is served at a request target (path and query, escaped or not); a 404 for what is not known."""
        escaped, _, query = target.partition("?")
        path = unquote(escaped)
        key = f"{path}?{query}" if query else path
        if key not in self._routes:
            key = path + ANY_QUERY
        if key not in self._routes:
            return self._press.notice("Not found", "There is no such page here.", status=HTTPStatus.NOT_FOUND)
        # Two threads may print the same resource at once: both print the same bytes.
        return self._printed.get(key) or self._printed.setdefault(key, self._routes[key]())

    def thanks(self) -> Resource:
        """The answer to a form."""
        return self._press.redirect(HTTPStatus.SEE_OTHER, "/thanks")

    def _all(self) -> Routes:
        yield from self._front()
        yield from self._listings()
        yield from self._stories()
        yield from self._redirects()
        yield from self._feeds()
        yield from self._sitemaps()
        yield from self._assets()
        for path, (heading, text) in NOTICES.items():
            yield path, partial(self._press.notice, heading, text)

    def _front(self) -> Routes:
        sections = self._paper.sections.values()
        rows = [(section, self._in(section)[:ON_FRONT]) for section in sections]
        yield "/", partial(self._press.front, rows, self._paper.article(LEAD, self._edition))

    def _listings(self) -> Routes:
        entries = self.entries
        for section in self._paper.sections.values():
            atom = f"/{section.key}/atom.xml" if section.key == "science" else ""
            redirects = [redirect for redirect in self._paper.redirects if redirect.section == section.key]
            about = {"heading": section.title, "about": section.about, "atom": atom, "redirects": redirects}
            yield from self._listing(section.url_path, self._in(section), about)
        for author in self._paper.authors.values():
            about = {"heading": author.name, "about": author.about, "atom": "", "redirects": []}
            yield from self._listing(author.url_path, [entry for entry in entries if author in entry.authors], about)
        for tag in {tag for entry in entries for tag in entry.tags}:
            about = {"heading": tag, "about": f"All stories about {tag}.", "atom": "", "redirects": []}
            yield from self._listing(unquote(tag_path(tag)), [entry for entry in entries if tag in entry.tags], about)

    def _listing(self, path: str, stories: list[Article], about: dict[str, Any]) -> Routes:
        pages = [stories[start : start + PER_PAGE] for start in range(0, len(stories), PER_PAGE)] or [[]]
        for number, page in enumerate(pages, 1):
            context = {**about, "path": path, "number": number, "of_pages": len(pages), "stories": page}
            address = f"{path}?page={number}" if number > 1 else path
            yield address, partial(self._press.page, "listing.html", **context)

    def _stories(self) -> Routes:
        for entry in self.entries:
            if entry.layout == "missing":
                continue
            for number in range(1, len(entry.pages) + 1):
                suffix = f"?page={number}" if number > 1 else ""
                yield unquote(entry.url_path) + suffix, partial(self._press.story, entry, number)
            if entry.layout == "amp":
                yield unquote(entry.text_path), partial(self._press.amp, entry)
            if entry.layout in ("shell", "amp"):
                yield f"/api/story-{entry.number}.json", partial(self._press.story_data, entry)

    def _redirects(self) -> Routes:
        for redirect in self._paper.redirects:
            target = self._paper.article(redirect.target, self._edition).url_path
            yield redirect.url_path, partial(self._press.redirect, redirect.status, target)

    def _feeds(self) -> Routes:
        latest, science = self._listed()[:IN_FEED], self._paper.sections["science"]
        in_science = [entry for entry in self._listed() if entry.section == science]
        rss = partial(self._press.xml, "rss.xml", "application/rss+xml; charset=utf-8")
        atom = partial(self._press.xml, "atom.xml", "application/atom+xml")
        yield "/robots.txt", self._press.robots
        yield "/.well-known/tdmrep.json", self._press.reservations
        yield "/feed.xml", partial(rss, latest)
        yield "/feed.json", partial(self._press.json_feed, latest)
        yield "/science/atom.xml", partial(atom, in_science, section=science)

    def _sitemaps(self) -> Routes:
        months: dict[str, list[Article]] = {}
        for entry in self._listed():
            months.setdefault(f"{entry.published:%Y-%m}", []).append(entry)
        children = []
        for number, (month, stories) in enumerate(months.items()):
            make = partial(self._press.xml, "sitemap.xml", "application/xml", stories)
            # The month that is not over is served plain, the others as gzip files.
            path = f"/sitemap-{month}.xml" + (".gz" if number else "")
            yield path, partial(self._press.zipped, make) if number else make
            children.append((path, max(story.updated for story in stories)))
        index = partial(self._press.xml, "sitemap-index.xml", "application/xml", self._listed())
        yield "/sitemap.xml", partial(index, children=children)
        oldest = self._paper.clock(self._edition) - NEWS_SITEMAP_AGE
        recent = [entry for entry in self._listed() if entry.published >= oldest]
        yield "/sitemap-news.xml", partial(self._press.xml, "sitemap-news.xml", "text/xml", recent)

    def _assets(self) -> Routes:
        for file in STATIC.iterdir():
            yield f"/static/{file.name}", partial(self._press.file, file)
        yield "/static/crate.woff", self._press.typeface
        yield "/static/blank.png", self._press.blank
        yield "/favicon.ico", self._press.icon
        drawn = {block.rows[0][0] for entry in self.entries for block in entry.blocks if block.kind == "figure"}
        for name in drawn | {"quay", "tide-backdrop"}:
            for width, height in WIDTHS.items():
                yield f"/images/{name}-{width}.png", partial(self._press.picture, name, width, height)
        for key in self._paper.authors:
            yield f"/images/portrait-{key}.svg", partial(self._press.portrait, key)
        yield "/media/harbour-walk.wav", partial(self._press.sound, 220, 3.0)
        yield "/media/ferry-horn.wav", partial(self._press.sound, 110, 1.5)
        yield "/api/most-read.json", self._press.most_read

    def _in(self, section: Section) -> list[Article]:
        return [entry for entry in self.entries if entry.section == section]

    def _listed(self) -> list[Article]:
        return [entry for entry in self.entries if entry.listed]
