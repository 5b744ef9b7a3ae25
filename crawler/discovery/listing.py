"""How the entries of any listing become a `Found`: each URL once, dates read, defects counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.discovery.dates import parse_date
from crawler.discovery.links import Found, Link

MAX_LINKS = 50_000
"""URLs in one document, as the sitemap protocol has it (https://www.sitemaps.org/protocol.html)."""


@dataclass(slots=True)
class Entry:
    """An entry as it was read: no URL where it has none, and its dates as written, the best first."""

    url: str | None
    title: str | None = None
    published: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    language: str | None = None


@dataclass(slots=True)
class Listing:
    """Collects entries; `url` is where the document came from, `language` that of entries that state none."""

    url: str
    language: str | None = None
    more: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changed: dict[str, datetime] = field(default_factory=dict)
    _links: dict[str, Link] = field(default_factory=dict)
    _entries: int = 0
    _without_url: int = 0
    _bad_dates: int = 0
    _bad_date: str = ""

    def add(self, entry: Entry) -> bool:
        """Take an entry; False where no more are taken."""
        if len(self._links) >= MAX_LINKS:
            self.warnings.append(f"more than {MAX_LINKS:,} URLs, the rest was not read")
            return False
        self._entries += 1
        if entry.url is None:
            self._without_url += 1
        elif entry.url not in self._links:
            self._links[entry.url] = Link(
                entry.url, entry.title, self.date(entry.published), self.date(entry.modified), entry.language
            )
        return True

    def add_more(self, url: str | None, modified: list[str]) -> bool:
        """Take a further document and when it changed; False where no more are taken."""
        if len(self.more) >= MAX_LINKS:
            self.warnings.append(f"more than {MAX_LINKS:,} further documents, the rest was not read")
            return False
        self._entries += 1
        if url is None:
            self._without_url += 1
            return True
        self.more.append(url)
        changed = self.date(modified)
        if changed:
            self.changed[url] = changed
        return True

    def date(self, texts: list[str]) -> datetime | None:
        """The first of `texts` that is a date."""
        for text in texts:
            found = parse_date(text)
            if found:
                return found
        if any(texts):
            self._bad_dates += 1
            self._bad_date = self._bad_date or texts[0][:60]
        return None

    def found(self) -> Found:
        """All that was collected."""
        if self._without_url:
            self.warnings.append(f"{self._without_url} of {self._entries} entries have no usable URL")
        if self._bad_dates:
            self.warnings.append(f"{self._bad_dates} dates could not be read, the first is {self._bad_date!r}")
        links = list(self._links.values())
        if self.language:
            links = [link if link.language else replace(link, language=self.language) for link in links]
        more = [url for url in dict.fromkeys(self.more) if url != self.url]
        return Found(links, more, list(dict.fromkeys(self.warnings)), self.changed)
