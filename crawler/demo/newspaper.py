"""What the newspaper says: its stories in each edition, and what a clean archive of each should hold.

The stories lie in `content/*.toml`. Two editions exist: the second has one story more and one that was edited, both
on the morning of that edition. Nothing here depends on the clock, the machine or the network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined

from crawler.demo import markup
from crawler.demo.wire import WIRES, Wire

CONTENT = Path(__file__).parent / "content"
LAST_EDITION = 2


@dataclass(frozen=True, slots=True)
class Author:
    """A person on the staff, with a page of their own."""

    key: str
    name: str
    role: str
    about: str

    @property
    def url_path(self) -> str:
        """The page that lists what they wrote."""
        return f"/author/{self.key}"


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the paper."""

    key: str
    title: str
    about: str

    @property
    def url_path(self) -> str:
        """The first of its pages."""
        return f"/{self.key}"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a story; `name` is what its file is drawn from."""

    name: str
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class Article:
    """A story as the newspaper has it, and so what an archive should make of it."""

    slug: str
    number: int
    section: Section
    title: str
    blocks: tuple[markup.Block, ...]
    published: datetime
    url_path: str
    authors: tuple[Author, ...] = ()
    agency: str = ""
    standfirst: str = ""
    tags: tuple[str, ...] = ()
    language: str = "en"
    modified: datetime | None = None
    layout: str = "modern"
    metadata: str = "json-ld"
    wire: Wire = field(default_factory=Wire)
    edition: int = 1
    paywalled: bool = False
    rejected: str = ""
    """Why an archive should keep no text of it; empty for an article."""
    listed: bool = True
    """Whether feeds and sitemaps name it; sections always do."""
    attempts: int = 1
    """How often it has to be asked for until it comes: 2 where the server stumbles once."""
    rights: str = ""

    @property
    def golden_text(self) -> str:
        """The text file that an archive should hold: of all pages of the story."""
        return markup.clean_text(self.title, self.standfirst, [block for page in self.pages for block in page])

    @property
    def golden_first(self) -> str:
        """The text of the first page alone."""
        return markup.clean_text(self.title, self.standfirst, self.pages[0])

    @property
    def text_path(self) -> str:
        """Where the text of the first page is served: the story's address, or that of its AMP twin."""
        return f"/amp{self.url_path}" if self.layout == "amp" else self.url_path

    @property
    def author_names(self) -> list[str]:
        """The people who wrote it, as the byline has them."""
        return [author.name for author in self.authors]

    @property
    def published_precision(self) -> str:
        """ "day" where the page shows only a day, otherwise "second"."""
        return "day" if self.metadata == "byline" else "second"

    @property
    def updated(self) -> datetime:
        """When it was last changed."""
        return self.modified or self.published

    @property
    def pages(self) -> list[tuple[markup.Block, ...]]:
        """The blocks of each of its pages."""
        return markup.pages(self.blocks)

    @property
    def picture(self) -> Picture | None:
        """The lead picture, if there is one."""
        rows = [block.rows[0] for block in self.blocks if block.kind == "figure"]
        return Picture(rows[0][0], rows[0][1], rows[0][2]) if rows else None

    @property
    def summary(self) -> str:
        """One or two sentences for listings, feeds and descriptions."""
        return self.standfirst or next(markup.plain(b.lines[0]) for b in self.blocks if b.kind == "paragraph")


@dataclass(frozen=True, slots=True)
class Rejection:
    """An address on the site that gives no article, and why."""

    url_path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """An old address that leads to a story; a section page still links to it under `title`."""

    url_path: str
    status: int
    target: str
    section: str
    title: str


class Newspaper:
    """The whole newspaper, as its content files have it.

    `morning` is when the second edition comes out; a crawler that knows the first one only believes in an edit that
    is newer than its visit.
    """

    def __init__(self, content: Path = CONTENT, morning: datetime | None = None) -> None:
        self._files = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(content.glob("*.toml"))}
        site = self._files["site"]
        self.name: str = site["name"]
        self.motto: str = site["motto"]
        self._clocks: list[datetime] = [site["evening"], morning or site["morning"]]
        self.authors = {key: Author(key, **value) for key, value in site["authors"].items()}
        self.sections = {key: Section(key, **value) for key, value in site["sections"].items()}
        self.redirects = [Redirect(**value) for value in site["redirects"]]
        self._dates: dict[str, dict[str, Any]] = site["dates"]
        self.comments: list[dict[str, str]] = site["comments"]

    def clock(self, edition: int) -> datetime:
        """The time at which the newspaper's clock stands in `edition`."""
        return self._clocks[edition - 1]

    def day(self, moment: datetime, language: str = "en") -> str:
        """The day of `moment` as that language writes it."""
        names = self._dates[language]
        form: str = names["form"]
        return form.format(day=moment.day, month=names["months"][moment.month - 1], year=moment.year)

    def articles(self, edition: int = 1) -> list[Article]:
        """The stories of which an archive should keep a text, newest first."""
        return [entry for entry in self.entries(edition) if not entry.rejected]

    def rejections(self, edition: int = 1) -> list[Rejection]:
        """What looks like an article in the listings and is none."""
        return [Rejection(entry.url_path, entry.rejected) for entry in self.entries(edition) if entry.rejected]

    def entries(self, edition: int = 1) -> list[Article]:
        """Everything that is listed as a story, newest first, whether an archive should keep it or not."""
        known = [self._as_of(article, edition) for article in self._all if article.edition <= edition]
        return sorted(known, key=lambda article: (article.published, article.number), reverse=True)

    def article(self, slug: str, edition: int = 1) -> Article:
        """The story of that name; raises KeyError."""
        return {entry.slug: entry for entry in self.entries(edition)}[slug]

    @cached_property
    def _all(self) -> list[Article]:
        return [self._article(number, data) for number, data in enumerate(self._stories(), 1)]

    @cached_property
    def _revisions(self) -> dict[str, dict[str, Any]]:
        return {revision["slug"]: revision for revision in self._files["site"]["revisions"]}

    def _stories(self) -> Iterator[dict[str, Any]]:
        for content in self._files.values():
            yield from content.get("story", [])
            for series in content.get("series", []):
                yield from _instalments(series)

    def _article(self, number: int, data: dict[str, Any]) -> Article:
        story = {"published": self.clock(LAST_EDITION), **data}
        section = self.sections[story.pop("section")]
        path = story.pop("path", f"/{section.key}/{story['published']:%Y/%m/%d}/{story['slug']}")
        return Article(
            number=number,
            section=section,
            url_path=quote(path, safe="/?=&"),
            authors=tuple(self.authors[key] for key in story.pop("authors", [])),
            tags=tuple(story.pop("tags", [])),
            wire=WIRES[story.pop("wire", "plain")],
            blocks=markup.parse(story.pop("body")),
            **story,
        )

    def _as_of(self, article: Article, edition: int) -> Article:
        revision = self._revisions.get(article.slug)
        if revision is None or edition < LAST_EDITION:
            return article
        blocks = markup.parse(revision["body"])
        return replace(article, title=revision["title"], modified=self.clock(edition), blocks=blocks)


def _instalments(series: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The stories of a series: the series' sentences, filled in from each of its rows."""
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    common: dict[str, Any] = series["common"]
    for row in series["rows"]:
        written = {key: environment.from_string(series[key]).render(row) for key in series if key not in SERIES_KEYS}
        yield {**common, **written, "published": row["published"]}


SERIES_KEYS: Iterable[str] = frozenset({"common", "rows"})
