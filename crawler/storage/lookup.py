"""Finds the text of an article by the record that it was made of, for archives of any size."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from crawler.archive.pages import Text
from crawler.errors import ArchiveError
from crawler.storage.texts import load


class TextLookup:
    """The article texts in `folders` (each a source's text folder), by record id.

    Where each text lies is kept in a temporary SQLite file in `scratch`, so that memory stays flat.
    """

    def __init__(self, folders: Iterable[Path], scratch: Path) -> None:
        self._db = sqlite3.connect(scratch / "texts.sqlite", isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE texts (record_id TEXT PRIMARY KEY, path TEXT)")
        self._db.execute("BEGIN")
        for folder in folders:
            for text_file in folder.rglob("*.txt") if folder.is_dir() else ():
                self._add(text_file)
        self._db.execute("COMMIT")

    def _add(self, text_file: Path) -> None:
        try:
            article = load(text_file)
        except ArchiveError:  # the checker names it; a package does without its text
            return
        self._db.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (article.record_id, str(text_file)))

    def find(self, record_id: str) -> Text | None:
        """The article that was made of this record, None where there is none."""
        row = self._db.execute("SELECT path FROM texts WHERE record_id = ?", (record_id,)).fetchone()
        if row is None:
            return None
        article = load(Path(row[0]))
        parts = article.parts.records if article.parts else []
        return Text(article.title, article.text, tuple((part.warc, part.offset) for part in parts))

    def close(self) -> None:
        """Close the temporary file; it goes with its folder."""
        self._db.close()
