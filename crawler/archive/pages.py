"""The pages of a WARC as a package lists them: address, time, title, and the text of the article."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from crawler.archive.captures import via_of
from crawler.archive.reader import Record
from crawler.extraction.decode import decode_page

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TITLE = re.compile(r"<title(?:\s[^>]*)?>(.*?)</title", re.IGNORECASE | re.DOTALL)
_HEAD_BYTES = 1 << 17
"""Of a page; a title that comes later is not looked for."""


class Text(NamedTuple):
    """What is known of an article besides its page."""

    title: str
    text: str


FindText = Callable[[str], Text | None]
"""Record id of a response to the text that was made of it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page. `main` says that a reader would open it: articles, and all pages of other tools' files."""

    record_id: str
    url: str
    date: str
    title: str
    text: str | None
    main: bool

    def line(self) -> bytes:
        """Its line in pages.jsonl."""
        known = {"id": self.record_id, "url": self.url, "ts": self.date, "title": self.title, "text": self.text}
        return (json.dumps({name: value for name, value in known.items() if value}, ensure_ascii=False) + "\n").encode()


class PageFinder:
    """Finds the pages among the records of one WARC, which are added in order."""

    def __init__(self, find_text: FindText) -> None:
        self._find_text = find_text
        self._page: Record | None = None
        self._role: str | None = None
        self._converted: str | None = None

    def add(self, record: Record) -> Iterator[Listed]:
        """Take the next record; yields the page that is now known whole."""
        page = self._page
        if record.type == "response":
            yield from self.finish()
            self._page = record if _is_page(record) else None
        elif page is None:
            return
        elif record.type == "metadata" and record.get("WARC-Concurrent-To") == page.id:
            self._role = via_of(record).role if b"pageRole" in record.block else None
        elif record.type == "conversion" and record.get("WARC-Refers-To") == page.id and record.mime == "text/plain":
            self._converted = record.block.decode("utf-8", "replace")

    def finish(self) -> Iterator[Listed]:
        """The last page, if there is one. Pages inside pages (frames) are not listed."""
        if self._page is not None and self._role != "requisite":
            yield self._listed(self._page)
        self._page = self._role = self._converted = None

    def _listed(self, page: Record) -> Listed:
        known = self._find_text(page.id)
        title = known.title if known else _title(page)
        text = known.text if known else self._converted
        main = self._role in (None, "article")
        return Listed(page.id.strip("<>"), page.url, page.get("WARC-Date") or "", title or page.url, text, main)


def _is_page(record: Record) -> bool:
    return record.status == 200 and record.mime in _HTML


def _title(page: Record) -> str:
    """What `<title>` says, in one line."""
    decoded = decode_page(page.decoded_body(_HEAD_BYTES).data, page.http.get("Content-Type"))
    found = _TITLE.search(decoded.text)
    return " ".join(html.unescape(found[1]).split()) if found else ""
