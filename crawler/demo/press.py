"""Prints what the newspaper serves: each page, feed, picture and file, with the headers that go with it."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from crawler.demo import pictures, typeface
from crawler.demo.markup import plain
from crawler.demo.newspaper import Article
from crawler.demo.pages import Pages

HTML = "text/html; charset=utf-8"
MOST_READ = ("tide-gauge-record", "night-ferry-stays", "bakery-thief", "in-praise-of-fog", "auction-hall-record")

ISLAND_STORY = (
    "There are 1,904 nests on Gull Island this year, and each of them has a number.",
    "Two wardens walked every square metre of the island in eleven days. They were bitten four times and pecked daily.",
    "The map shows them by species: herring gulls in the dunes, terns on the spit, and one owl in the boathouse.",
)
"""What the script of the empty shell shows."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What is served at an address, before the connection decides on compression, ranges and chunks."""

    body: bytes
    content_type: str
    status: int = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None
    """Sent as Last-Modified, with an ETag of the body; None: sent without validators."""
    chunked: bool = False
    compressible: bool = False
    ranges: bool = False
    attempts: int = 1
    """How often it has to be asked for until it comes; before that the answer is a 500."""

    @property
    def etag(self) -> str | None:
        """The strong validator of what has a modification date."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"' if self.modified else None


class Press:
    """Makes the resources of one edition out of its pages."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._now = pages.paper.clock(pages.edition)
        self._founded = pages.paper.clock(1)

    def story(self, article: Article, number: int) -> Resource:
        """Page `number` of a story, in the bytes that its language calls for."""
        return self._served(article, self._pages.article(article, number))

    def amp(self, article: Article) -> Resource:
        """The AMP twin of a story."""
        return self._served(article, self._pages.amp(article))

    def _served(self, article: Article, html: str) -> Resource:
        body = article.wire.encode(html)
        resource = Resource(body, article.wire.content_type, attempts=article.attempts)
        if article.rights:
            resource = replace(resource, headers=(("X-Robots-Tag", article.rights),))
        # Some pages are compressed, some are sent in chunks, some are both, as newspapers' servers have it.
        return replace(resource, compressible=article.number % 2 == 0, chunked=article.number % 3 == 0)

    def page(self, template: str, **context: Any) -> Resource:
        """A page that is no story: front page, section, tag, author."""
        return Resource(self._pages.render(template, **context).encode(), HTML, chunked=True, compressible=True)

    def front(self, rows: Sequence[Any], lead: Article) -> Resource:
        """The front page."""
        return self.page("front.html", rows=rows, lead=lead)

    def notice(self, heading: str, *paragraphs: str, status: int = HTTPStatus.OK) -> Resource:
        """A short page of our own: the imprint, thanks, and what cannot be found."""
        html = self._pages.render("plain.html", heading=heading, paragraphs=paragraphs)
        return Resource(html.encode(), HTML, status)

    def xml(self, template: str, content_type: str, stories: Sequence[Article], **context: Any) -> Resource:
        """A feed or a sitemap of `stories`."""
        text = self._pages.render(template, stories=stories, **context)
        return Resource(text.encode(), content_type, modified=_latest(stories), compressible=True)

    def zipped(self, make: Callable[[], Resource]) -> Resource:
        """A resource as a gzip file (not as a content-encoding), with no time stamp in it."""
        plain = make()
        body = gzip.compress(plain.body, mtime=0)
        return replace(plain, body=body, content_type="application/x-gzip", compressible=False)

    def json_feed(self, stories: Sequence[Article]) -> Resource:
        """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
        base = self._pages.base
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self._pages.paper.name,
            "home_page_url": base + "/",
            "feed_url": base + "/feed.json",
            "items": [_json_item(story, base) for story in stories],
        }
        body = json.dumps(feed, ensure_ascii=False, indent=1).encode()
        return Resource(body, "application/feed+json", modified=_latest(stories), compressible=True)

    def robots(self) -> Resource:
        """The robots.txt."""
        return Resource(self._pages.render("robots.txt").encode(), "text/plain; charset=utf-8")

    def reservations(self) -> Resource:
        """The tdmrep.json: opinion pieces are reserved from text and data mining."""
        return self._json([{"location": "/opinion/", "tdm-reservation": 1}])

    def most_read(self) -> Resource:
        """What the script of every page fetches for the side bar."""
        stories = [entry for slug in MOST_READ for entry in self._pages.entries if entry.slug == slug]
        return self._json([{"title": story.title, "url": story.url_path} for story in stories])

    def story_data(self, article: Article) -> Resource:
        """What the script of an empty shell fetches."""
        written = [plain(line) for block in article.blocks for line in block.lines]
        return self._json({"title": article.title, "paragraphs": ISLAND_STORY if article.rejected else written})

    def redirect(self, status: int, target: str) -> Resource:
        """An answer that sends the reader elsewhere; the address is relative, as most servers send it today."""
        page = self.notice("This page has moved", f"It is now at {target}.")
        return replace(page, status=status, headers=(("Location", target),))

    def file(self, path: Path) -> Resource:
        """A style, a script or a picture from the `static` folder."""
        kinds = {".js": "text/javascript", ".css": "text/css; charset=utf-8"}
        kind = kinds.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return self._asset(path.read_bytes(), kind, compressible=path.suffix in {".js", ".css", ".svg"})

    def picture(self, name: str, width: int, height: int) -> Resource:
        """A drawn view in one of its sizes."""
        return self._asset(pictures.png(name, width, height), "image/png")

    def portrait(self, key: str) -> Resource:
        """The portrait of an author."""
        return self._asset(pictures.portrait(key), "image/svg+xml")

    def typeface(self) -> Resource:
        """The newspaper's font."""
        return self._asset(typeface.woff(), "font/woff")

    def blank(self) -> Resource:
        """What stands in for a picture until it is loaded."""
        return self._asset(pictures.blank(), "image/png")

    def icon(self) -> Resource:
        """The favicon."""
        return self._asset(pictures.icon(), "image/vnd.microsoft.icon")

    def sound(self, hertz: int, seconds: float) -> Resource:
        """A sound, of which players ask for ranges."""
        return replace(self._asset(pictures.tone(hertz, seconds), "audio/wav"), ranges=True)

    def _asset(self, body: bytes, kind: str, compressible: bool = False) -> Resource:
        caching = (("Cache-Control", "public, max-age=3600"),)
        return Resource(body, kind, headers=caching, modified=self._founded, compressible=compressible)

    def _json(self, value: Any) -> Resource:
        return Resource(json.dumps(value, indent=1).encode(), "application/json")


def _latest(stories: Sequence[Article]) -> datetime:
    return max(story.updated for story in stories)


def _json_item(story: Article, base: str) -> dict[str, Any]:
    return {
        "id": f"courier-{story.number}",
        "url": base + story.url_path,
        "title": story.title,
        "summary": story.summary,
        "date_published": story.published.isoformat(),
        "date_modified": story.updated.isoformat(),
        "authors": [{"name": name} for name in story.author_names],
        "tags": list(story.tags),
        "language": story.language,
    }
