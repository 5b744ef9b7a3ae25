# ruff: noqa: E501  (pages as they are served)
"""What most of the sample sites are put together from: a frame with menu and footer, stories, lists, feeds, sitemaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from tests.prospect.sites.served import XML, Site
from tests.prospect.sites.words import ENGLISH, moment, paragraphs, rfc822, title

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass
class Press:
    """Prints the pages of a site; `encoding` is that of its pages, `unspaced` that its language has no spaces."""

    site: Site
    name: str
    words: Mapping[str, list[str]] = field(default_factory=lambda: ENGLISH)
    language: str = "en"
    encoding: str = "utf-8"
    unspaced: bool = False
    menu: Mapping[str, str] = field(default_factory=dict)
    """Addresses to labels, on each page."""
    footer: Mapping[str, str] = field(default_factory=dict)
    head: str = ""
    stamp: str = '<time datetime="{0:%Y-%m-%dT%H:%M:%S+00:00}">{0:%d.%m.%Y %H:%M}</time>'
    """How a story's time stands on its page."""

    @property
    def type(self) -> str:
        return f"text/html; charset={self.encoding}"

    def title(self, number: int) -> str:
        return title(number, dict(self.words), "" if self.unspaced else " ")

    def prose(self, number: int, count: int = 5) -> str:
        space = "" if self.unspaced else " "
        return "".join(f"<p>{escape(p)}</p>" for p in paragraphs(number, dict(self.words), space, count))

    def frame(self, heading: str, main: str, head: str = "") -> bytes:
        menu, footer = (
            " ".join(f'<a href="{url}">{label}</a>' for url, label in links.items())
            for links in (self.menu, self.footer)
        )
        page = f"""<!DOCTYPE html><html lang="{self.language}"><head><meta charset="{self.encoding}">
<title>{escape(heading)} | {self.name}</title>{self.head}{head}</head><body><header><a href="/">{self.name}</a>
<nav>{menu}</nav></header><main>{main}</main><footer>{footer}</footer></body></html>"""
        return page.encode(self.encoding, "xmlcharrefreplace")

    def story(self, number: int, head: str = "", extra: str = "") -> bytes:
        stamp = self.stamp.format(moment(number))
        main = f"""<article><h1>{escape(self.title(number))}</h1><p class="byline">{stamp}</p>
<div class="body">{self.prose(number)}</div>{extra}</article>"""
        return self.frame(self.title(number), main, head)

    def stories(self, paths: Iterable[str], head: str = "", extra: str = "") -> None:
        """Serve a story at each of `paths`, numbered in their order, the newest first."""
        for number, path in enumerate(paths):
            self.site.article(path, self.title(number), self.story(number, head, extra), self.type)

    def list(self, heading: str, paths: Sequence[str], shown: Iterable[int], below: str = "") -> bytes:
        items = "".join(
            f'<li class="teaser"><h3><a href="{paths[n]}">{escape(self.title(n))}</a></h3>{self.prose(n, 1)[:140]}</li>'
            for n in shown
        )
        return self.frame(heading, f"<h2>{escape(heading)}</h2><ul>{items}</ul>{below}")

    def page(self, path: str, body: bytes) -> None:
        """Serve a page that is neither looked for as an article nor as none."""
        self.site.page(path, body, self.type)

    def others(self, pages: Mapping[str, str], paths: Sequence[str] = (), shown: Iterable[int] = ()) -> None:
        """Serve pages that are no articles: lists of the stories `shown`, or prose where none are."""
        for number, (path, heading) in enumerate(pages.items()):
            body = self.list(heading, paths, shown) if paths else self.frame(
                heading, f"<h1>{heading}</h1>{self.prose(60 + number)}"
            )  # fmt: skip
            self.site.other(path, body, self.type)

    def rss(self, path: str, links: Sequence[str], encoding: str = "utf-8") -> None:
        """An RSS 2.0 feed of the newest stories; `links` are absolute."""
        items = "".join(
            f"<item><title>{escape(self.title(n))}</title><link>{escape(link)}</link>"
            f"<pubDate>{rfc822(moment(n))}</pubDate><description>{escape(self.prose(n, 1))}</description></item>"
            for n, link in enumerate(links)
        )
        text = f"""<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>{self.name}</title>
<link>{self.site.url}/</link><language>{self.language}</language>{items}</channel></rss>"""
        self.site.page(path, text.encode(encoding), "application/rss+xml")

    def sitemap(self, path: str, entries: Iterable[tuple[str, datetime | None]]) -> None:
        """A sitemap of addresses (paths or whole ones) with their dates of change."""
        urls = "".join(
            f"<url><loc>{escape(self._whole(url))}</loc>{f'<lastmod>{when.isoformat()}</lastmod>' if when else ''}</url>"
            for url, when in entries
        )
        self.site.page(path, f'<?xml version="1.0"?><urlset xmlns="{NAMESPACE}">{urls}</urlset>', XML)

    def index(self, path: str, children: Iterable[str]) -> None:
        """An index of sitemaps."""
        urls = "".join(f"<sitemap><loc>{self._whole(url)}</loc></sitemap>" for url in children)
        self.site.page(path, f'<?xml version="1.0"?><sitemapindex xmlns="{NAMESPACE}">{urls}</sitemapindex>', XML)

    def robots(self, *lines: str) -> None:
        self.site.page("/robots.txt", "\n".join(("User-agent: *", "Disallow: /admin/", *lines, "")), "text/plain")

    def _whole(self, url: str) -> str:
        return url if "://" in url else self.site.url + url
