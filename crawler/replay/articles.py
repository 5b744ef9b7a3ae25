"""The articles of an archive: lists, days, authors and full-text search.

They come from the text files and sidecars that Broadsheet stored; for WARCs of others, from what was extracted
while the replay ran (see `pages`). The texts themselves stay where they are: the index holds their words only.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archive.keys import url_key
from crawler.errors import ArchiveError
from crawler.items import Article, Image
from crawler.replay.cache import Cache
from crawler.replay.folder import texts_in
from crawler.replay.search import Piece, expression, parse, searchable, snippet
from crawler.storage.texts import load

log = logging.getLogger(__name__)

PAGE_SIZE = 50
BATCH = 200
"""Articles in one transaction: readers see them come, and the file is not synced for each."""

WEIGHTS = "8.0, 4.0, 1.0"
"""How much a hit in title, authors and text counts in the order of search results."""

_IN_CACHE = "\0"
"""What stands in front of a digest in the place of a path where no file holds the text."""

_COLUMNS = "a.id, a.path, a.source, a.url, a.title, a.authors, a.language, a.section, a.day, a.published, a.record_id"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list. `path` is its text file relative to the archive; None where it was extracted on the way."""

    id: int
    path: str | None
    source: str
    url: str
    title: str
    authors: list[str]
    language: str | None
    section: str | None
    day: str
    published: str | None
    record_id: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """What to list. Empty fields do not narrow. `day` is the beginning of a date: 2017, 2017-07 or 2017-07-12."""

    words: str = ""
    source: str = ""
    day: str = ""
    author: str = ""
    language: str = ""
    newest_first: bool = True
    """Ignored where `words` are given and `by_date` is not: then the best match comes first."""
    by_date: bool = False


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """How many articles of a source there are, and from which to which day."""

    name: str
    articles: int
    first: str
    last: str


class Articles:
    """The articles below `root`, as far as they have been read into `cache`."""

    def __init__(self, root: Path, cache: Cache) -> None:
        self._root = root
        self._cache = cache

    # reading the text folders

    def read_folder(self, folder: Path, mtime: int) -> int:
        """Bring the articles of one folder of text files level with the disk; how many are new.

        Does nothing where the folder's modification time is that of the last reading. A sidecar that cannot be read
        is logged and left out.
        """
        name = self._relative(folder)
        with self._cache.connection() as db:
            known = db.execute("SELECT mtime FROM folders WHERE path = ?", (name,)).fetchone()
        if known == (mtime,):
            return 0
        files = {self._relative(path): path for path in texts_in(folder)}
        stored = self._stored_in(name)
        self._forget(stored - files.keys())
        new = [files[path] for path in sorted(files.keys() - stored)]
        for start in range(0, len(new), BATCH):
            self._store(_readable(new[start : start + BATCH]))
        with self._cache.transaction() as db:
            db.execute("INSERT OR REPLACE INTO folders VALUES (?, ?)", (name, mtime))
        return len(new)

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _stored_in(self, folder: str) -> set[str]:
        begin = "" if folder == "." else folder + "/"
        with self._cache.connection() as db:
            rows = db.execute("SELECT path FROM articles WHERE path >= ? AND path < ?", (begin, begin + "\U0010ffff"))
            return {path for (path,) in rows if "/" not in path[len(begin) :]}

    def _forget(self, paths: Iterable[str]) -> None:
        with self._cache.transaction() as db:
            db.executemany(
                "DELETE FROM authors WHERE article = (SELECT id FROM articles WHERE path = ?)",
                [(path,) for path in paths],
            )
            db.executemany("DELETE FROM articles WHERE path = ?", [(path,) for path in paths])

    def _store(self, articles: Iterable[tuple[Path, Article]]) -> None:
        with self._cache.transaction() as db:
            for path, article in articles:
                insert(db, article, self._relative(path))

    # questions

    def sources(self) -> list[SourceSummary]:
        """Every source that has articles, by name."""
        with self._cache.connection() as db:
            rows = db.execute("SELECT source, count(*), min(day), max(day) FROM articles GROUP BY source")
            return [SourceSummary(*row) for row in rows]

    def languages(self) -> list[str]:
        """The languages that articles are in."""
        with self._cache.connection() as db:
            rows = db.execute("SELECT DISTINCT language FROM articles WHERE language IS NOT NULL ORDER BY language")
            return [language for (language,) in rows]

    def days(self, query: Query) -> dict[str, int]:
        """The days that have articles, with their number, in order."""
        where, values = _conditions(query)
        with self._cache.connection() as db:
            return dict(db.execute(f"SELECT a.day, count(*) {where} GROUP BY a.day ORDER BY a.day", values))

    def count(self, query: Query) -> int:
        """How many articles a query finds."""
        where, values = _conditions(query)
        with self._cache.connection() as db:
            return int(db.execute(f"SELECT count(*) {where}", values).fetchone()[0])

    def entries(self, query: Query, page: int = 1, size: int = PAGE_SIZE) -> list[Entry]:
        """One page of what a query finds; the first is 1."""
        where, values = _conditions(query)
        order = f"ORDER BY {_order(query)} LIMIT ? OFFSET ?"
        with self._cache.connection() as db:
            rows = db.execute(f"SELECT {_COLUMNS} {where} {order}", [*values, size, (page - 1) * size])
            return [_entry(row) for row in rows]

    def entry(self, number: int) -> Entry | None:
        """The article with this number, or None."""
        return next(self._entries("a.id = ?", number), None)

    def of_url(self, url: str) -> list[Entry]:
        """The articles that were stored from the address `url`, oldest first."""
        return list(self._entries("a.key = ? ORDER BY a.day, a.id", url_key(url)))

    def of_record(self, record_id: str | None) -> Entry | None:
        """The article that was made from a record, or None."""
        return next(self._entries("a.record_id = ?", record_id), None) if record_id else None

    def read(self, entry: Entry) -> Article:
        """The article whole. Raises ArchiveError where its files are gone or broken."""
        if entry.path is not None:
            return load(self._root / entry.path)
        with self._cache.connection() as db:
            row = db.execute("SELECT content FROM articles WHERE id = ?", (entry.id,)).fetchone()
        if row is None or row[0] is None:
            raise ArchiveError(f"{entry.url}: this article is no longer in the index.")
        return unpack(row[0])

    def snippet(self, entry: Entry, words: str) -> list[Piece]:
        """Where an article has the words that were searched for; empty where its text cannot be read."""
        try:
            text = self.read(entry).text
        except ArchiveError:
            return []
        body = text.partition("\n\n")[2] or text
        return snippet(body, parse(words))

    def _entries(self, condition: str, *values: object) -> Iterator[Entry]:
        with self._cache.connection() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM articles a WHERE {condition}", values).fetchall()
        yield from map(_entry, rows)


def _readable(paths: Iterable[Path]) -> Iterator[tuple[Path, Article]]:
    for path in paths:
        try:
            yield path, load(path)
        except ArchiveError as error:
            log.warning("%s", error)


def insert(db: sqlite3.Connection, article: Article, path: str | None) -> int | None:
    """Add an article to the index, with its text where no file holds it; its number, or None where it was there.

    Without a file the same text from the same address is there once, however often it was captured.
    """
    moment = article.published or (article.captured.astimezone(UTC) if article.captured else datetime.now(UTC))
    cursor = db.execute(
        "INSERT OR IGNORE INTO articles (path, source, url, key, title, authors, language, section, day, published, "
        "record_id, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            path or _IN_CACHE + hashlib.sha256(f"{article.url}\n{article.text}".encode("utf-8", "replace")).hexdigest(),
            article.source,
            article.url,
            url_key(article.url),
            article.title,
            json.dumps(article.authors, ensure_ascii=False),
            article.language,
            article.section,
            f"{moment:%Y-%m-%d}".rjust(10, "0"),
            article.published.isoformat() if article.published else None,
            article.record_id,
            None if path else pack(article),
        ),
    )
    if not cursor.rowcount:
        return None
    number = int(cursor.lastrowid or 0)
    db.executemany("INSERT INTO authors VALUES (?, ?)", [(name, number) for name in article.authors])
    words = (searchable(article.title), searchable(" ".join(article.authors)), searchable(article.text))
    db.execute("INSERT INTO words (rowid, title, authors, text) VALUES (?, ?, ?, ?)", (number, *words))
    return number


def pack(article: Article) -> bytes:
    """An article as the index stores it whole."""
    text = json.dumps(asdict(article), ensure_ascii=False, default=lambda moment: moment.isoformat())
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpack(data: bytes) -> Article:
    """The article that `pack` packed."""
    values: dict[str, Any] = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
    for name in ("published", "modified", "captured"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    values["image"] = Image(**values["image"]) if values["image"] else None
    known = {field.name for field in fields(Article)}
    return Article(**{name: value for name, value in values.items() if name in known})


def _entry(row: tuple[Any, ...]) -> Entry:
    number, path, source, url, title, authors, *rest = row
    return Entry(number, None if path.startswith(_IN_CACHE) else path, source, url, title, json.loads(authors), *rest)


def _conditions(query: Query) -> tuple[str, list[Any]]:
    """FROM and WHERE of a query, with the values."""
    tables, conditions, values = "articles a", ["1"], []
    terms = parse(query.words)
    if terms:
        tables = "words JOIN articles a ON a.id = words.rowid"
        match = expression(terms)
        conditions.append("words MATCH ?" if match else "0 AND ? IS NULL")
        values.append(match or "")
    if query.author:
        conditions.append("a.id IN (SELECT article FROM authors WHERE name = ?)")
        values.append(query.author)
    for column, value in (("source", query.source), ("language", query.language)):
        if value:
            conditions.append(f"a.{column} = ?")
            values.append(value)
    if query.day:
        conditions.append("a.day >= ? AND a.day < ?")
        values += [query.day, query.day + "~"]
    return f"FROM {tables} WHERE {' AND '.join(conditions)}", values


def _order(query: Query) -> str:
    if parse(query.words) and not query.by_date:
        return f"bm25(words, {WEIGHTS})"
    direction = "DESC" if query.newest_first else "ASC"
    return f"a.day {direction}, a.published {direction}, a.id {direction}"
