"""The newspaper's stories as HTML, feeds and sitemaps: templates filled in, and nothing that changes by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from crawler.demo import markup
from crawler.demo.newspaper import Article, Newspaper

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE_OF_LAYOUT = {
    "blog": "blog.html",
    "classic": "classic.html",
    "video": "video.html",
    "consent": "consent.html",
    "shell": "shell.html",
    "amp": "shell.html",
}
"""All other layouts are variants of `article.html`."""

RELATED = 3


def http_date(moment: datetime) -> str:
    """A moment as HTTP headers and RSS write it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def tag_path(tag: str) -> str:
    """The page that lists the stories with a tag."""
    return "/tag/" + quote(tag.replace(" ", "-"))


class Pages:
    """Renders one edition of `paper` as it is served at `base`, such as http://127.0.0.1:8765."""

    def __init__(self, paper: Newspaper, edition: int, base: str) -> None:
        self.paper = paper
        self.edition = edition
        self.base = base
        self.entries = paper.entries(edition)
        self._by_slug = {entry.slug: entry for entry in self.entries}
        self._environment = self._make_environment()

    def render(self, template: str, **context: Any) -> str:
        """A template filled in; `context` adds to what all of them know."""
        return self._environment.get_template(template).render(**context)

    def article(self, article: Article, number: int = 1) -> str:
        """Page `number` of a story, as its layout has it."""
        return self._story(TEMPLATE_OF_LAYOUT.get(article.layout, "article.html"), article, number)

    def amp(self, article: Article) -> str:
        """The AMP twin of a story."""
        return self._story("amp.html", article, 1)

    def _story(self, template: str, article: Article, number: int) -> str:
        pages = article.pages
        return self.render(
            template,
            article=article,
            language=article.language,
            meta_charset=article.wire.meta,
            blocks=pages[number - 1],
            number=number,
            of_pages=len(pages),
            day=self.paper.day(article.published, article.language),
            json_ld=Markup(json_ld(article, self.paper.name, self.base)),
            related=self._related(article),
            remarks=self._remarks(article),
        )

    def _make_environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(("html", "xml")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters.update(inline=markup.inline, http_date=http_date, tag_path=tag_path)
        environment.globals.update(
            paper=self.paper,
            base=self.base,
            meta_charset="utf-8",
            today=self.paper.day(self.paper.clock(self.edition)),
            read_also=self._by_slug.__getitem__,
        )
        return environment

    def _related(self, article: Article) -> Sequence[Article]:
        others = [entry for entry in self.entries if entry.section == article.section and entry.slug != article.slug]
        return others[:RELATED]

    def _remarks(self, article: Article) -> list[dict[str, str]]:
        """A few of the readers' comments; every fourth story has none."""
        known = self.paper.comments
        return [known[(article.number + n) % len(known)] for n in range(article.number % 4)]


def json_ld(article: Article, publisher: str, base: str) -> str:
    """The story as schema.org has it, in one of the three shapes that newspapers use; ASCII, safe inside HTML."""
    story = _news_article(article, publisher, base)
    shapes: list[Any] = [
        {"@context": "https://schema.org", **story},
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": publisher, "url": base}, story]},
        [{"@context": "http://schema.org", **story, "author": article.author_names or article.agency or None}],
    ]
    return json.dumps(shapes[article.number % len(shapes)], indent=1).replace("</", "<\\/")


def _news_article(article: Article, publisher: str, base: str) -> dict[str, Any]:
    author: list[dict[str, str]] = [
        {"@type": "Person", "name": person.name, "url": base + person.url_path} for person in article.authors
    ]
    if article.agency:
        author.append({"@type": "Organization", "name": article.agency})
    story: dict[str, Any] = {
        "@type": "VideoObject" if article.layout == "video" else "NewsArticle",
        "headline": article.title,
        "mainEntityOfPage": base + article.url_path,
        "datePublished": article.published.isoformat(),
        "author": author,
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher},
        "articleSection": article.section.title,
        "keywords": list(article.tags),
        "inLanguage": article.language,
        "isAccessibleForFree": not article.paywalled,
    }
    if article.modified:
        story["dateModified"] = article.modified.isoformat()
    if article.picture:
        story["image"] = f"{base}/images/{article.picture.name}-640.png"
    return story
