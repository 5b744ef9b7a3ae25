"""The replay's own pages: what they share, and the answers that are no page of articles or captures.

Plain HTML without scripts, and nothing that is loaded from anywhere else. What archived pages hold is shown in frames
from another origin (`content`), where nothing runs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.replay.articles import Articles, Entry
from crawler.replay.library import Library
from crawler.replay.mementos import Memento
from crawler.replay.showing import Showing
from crawler.replay.web import Request, Response

if TYPE_CHECKING:  # the reading loads the extraction, which pages do not wait for
    import jinja2

    from crawler.replay.reading import PageReading

HERE = Path(__file__).parent
ASSETS = {"replay.css": "text/css; charset=utf-8"}
SHOWN_CAPTURES = 5

PRIVACY = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
]


@dataclass
class Site:
    """What all pages need. The ports are filled in once the servers listen."""

    captures: Library
    articles: Articles
    showing: Showing
    name: str
    """What the archive is called in headings: its folder's name."""
    pages_port: int = 0
    content_port: int = 0
    reading: PageReading | None = None
    """What reads pages of WARCs without texts as articles, if anything does."""
    titles: Callable[[], Mapping[str, str]] = dict
    """Gives what sources are called, by name; one that is not known is shown by its name."""

    @cached_property
    def _templates(self) -> jinja2.Environment:
        import jinja2  # archived pages are shown without it

        templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters.update(
            moment=moment, number=number, bytes=bytes_, day=day, by_day=by_day, direction=direction, titled=self.title
        )
        return templates

    def title(self, source: str) -> str:
        """What a source is called."""
        return self.titles().get(source, source)

    def content_origin(self, request: Request) -> str:
        """The origin of archived content, under the host name that the client uses."""
        return f"http://{request.hostname or '127.0.0.1'}:{self.content_port}"

    def pages_origin(self, request: Request) -> str:
        """The origin of these pages; from an archived page, whose host name is another, by address."""
        return f"http://{request.hostname if not request.proxied else '127.0.0.1'}:{self.pages_port}"

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page of ours, which runs nothing and loads nothing but its style and frames of content."""
        content = self.content_origin(request)
        shared = {
            "archive": self.name,
            "progress": self.captures.progress,
            "problems": len(self.captures.problems()),
            "proxied": request.proxied,
            "content": content,
            "snippets": {},
            "by_day": False,
            "reading": self.reading.progress if self.reading else None,
        }
        response = Response.html(self._templates.get_template(template).render(shared | values), status)
        policy = (
            f"default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src {content}; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers += [
            *PRIVACY,
            ("Content-Security-Policy", policy),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        return response

    def message(self, request: Request, heading: str, text: str, status: int) -> Response:
        """A page that says one thing."""
        return self.page(request, "message.html", status, heading=heading, text=text)

    def missing(self, request: Request, url: str, reason: str) -> Response:
        """The page in the place of an archived one that is not there, with the captures nearest to it.

        While it is not known whether it is there, it looks again.
        """
        known = self.captures.known
        captures = self.captures.captures(url)
        nearest = sorted(captures, key=lambda found: abs(found.date - (self.showing.when or datetime.now(UTC))))
        text = self._templates.get_template("missing.html").render(
            url=url,
            reason=reason,
            proxied=request.proxied,
            captures=nearest[:SHOWN_CAPTURES],
            nearby=[] if captures else self.captures.addresses.nearby(url),
            pages=self.pages_origin(request),
            progress=self.captures.progress,
            known=known,
        )
        response = Response.html(text, 404 if known else 503)
        policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        response.headers += [("Content-Security-Policy", policy), ("Cache-Control", "no-store")]
        return response

    def asset(self, request: Request, name: str) -> Response:
        """A file that our pages load, by its name in a fixed list."""
        if name not in ASSETS:
            return Response.text("Not found.\n", 404)
        headers = [("Content-Type", ASSETS[name]), ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache")]
        return Response((HERE / "assets" / name).read_bytes(), 200, headers)

    def now(self, request: Request) -> Response:
        """What the browser was shown last, in a tab of its own, so that nothing covers the page itself."""
        visits = [self._visit(visit.url, visit.memento, visit.missing) for visit in self.showing.visits()]
        return self.page(request, "now.html", visits=visits, when=self.showing.when)

    def _visit(self, url: str, memento: Memento | None, missing: list[str]) -> dict[str, Any]:
        before, after = self.captures.around(memento, shown=True) if memento else (None, None)
        article = self.articles.of_record(memento.record_id) if memento else None
        return {
            "url": url,
            "memento": memento,
            "missing": missing,
            "before": before,
            "after": after,
            "article": article,
        }


def moment(value: datetime) -> str:
    """A moment as our pages show it, in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def day(text: str) -> str:
    """A day such as 2024-03-05 for people."""
    value = date.fromisoformat(text)
    return f"{value:%A}, {value.day} {value:%B} {value.year}"


def direction(text: str) -> str:
    """rtl or ltr, as the first letter of a text has it."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def by_day(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Articles in the order given, those of one day together."""
    yield from ((of, list(held)) for of, held in groupby(entries, key=lambda entry: entry.day))


def number(value: int) -> str:
    """A number with its thousands apart."""
    return f"{value:,}".replace(",", "\N{THIN SPACE}")


def bytes_(value: int) -> str:
    """A number of bytes for people."""
    size = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


View = Callable[..., Response]
