"""The pages of a WARC as a package lists them: address, time, title, and the text of the article."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
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
    further: tuple[tuple[str, int], ...] = ()
    """The records of the further pages that the text was made of: WARC and offset."""


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
        known = {
            "id": self.record_id.strip("<>"),
            "url": self.url,
            "ts": self.date,
            "title": self.title,
            "text": self.text,
        }
        return (json.dumps({name: value for name, value in known.items() if value}, ensure_ascii=False) + "\n").encode()


class PageFinder:
    """Finds the pages among the records of one WARC, which are added in order."""

    def __init__(self, find_text: FindText) -> None:
        self._find_text = find_text
        self._page: Record | None = None
        self._role: str | None = None

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

    def finish(self) -> Iterator[Listed]:
        """The last page, if there is one. Pages inside pages (frames) are not listed."""
        if self._page is not None and self._role != "requisite":
            yield self._listed(self._page)
        self._page = self._role = None

    def _listed(self, page: Record) -> Listed:
        known = self._find_text(page.id)
        title = known.title if known else _title(page)
        main = self._role in (None, "article")
        date = page.get("WARC-Date") or ""
        return Listed(page.id, page.url, date, title or page.url, known.text if known else None, main)


class PageList:
    """A list of pages on its way into a package: the first of them, and their lines in a temporary file."""

    def __init__(self, folder: Path, name: str, title: str) -> None:
        self.count = 0
        self.size = 0
        self.first: Listed | None = None
        self._path = folder / f"{name}.jsonl"
        self._file = self._path.open("wb")
        self._header = {"format": "json-pages-1.0", "id": name, "title": title, "hasText": True}

    def add(self, page: Listed) -> None:
        """Put a page behind the others."""
        self.first = self.first or page
        self.count += 1
        self.size += self._file.write(page.line())

    def lines(self, converted: ConvertedTexts) -> Iterator[bytes]:
        """All lines, header first; pages whose text is not known yet get what was converted from them."""
        self._file.close()
        yield json.dumps(self._header).encode() + b"\n"
        with self._path.open("rb") as file:
            for line in file:
                page = json.loads(line)
                text = None if "text" in page else converted.find(f"<{page.get('id')}>")
                yield line if text is None else json.dumps(page | {"text": text}, ensure_ascii=False).encode() + b"\n"


class ConvertedTexts:
    """Texts that WARCs hold in conversion records, in a temporary file until their pages are written."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._db = sqlite3.connect(folder / "converted.sqlite", isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE texts (record_id TEXT PRIMARY KEY, text TEXT)")

    def add(self, record: Record) -> None:
        """Keep the text of a conversion record; other records, and other conversions, are passed over."""
        if record.type == "conversion" and record.mime == "text/plain":
            row = record.get("WARC-Refers-To"), record.block.decode("utf-8", "replace")
            self._db.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", row)
            self.size += 2 * len(record.block)

    def find(self, record_id: str) -> str | None:
        """The text that was made of this record."""
        row = self._db.execute("SELECT text FROM texts WHERE record_id = ?", (record_id,)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        """Close the temporary file; it goes with its folder."""
        self._db.close()


def _is_page(record: Record) -> bool:
    return record.status == 200 and record.mime in _HTML


def _title(page: Record) -> str:
    """What `<title>` says, in one line."""
    decoded = decode_page(page.decoded_body(_HEAD_BYTES).data, page.http.get("Content-Type"))
    found = _TITLE.search(decoded.text)
    return " ".join(html.unescape(found[1]).split()) if found else ""
