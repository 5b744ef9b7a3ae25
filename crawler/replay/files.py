"""The WARCs as the index knows them: how far each was read, and whether it still is the file that was read.

A file is known again by its path and its first bytes; one that was replaced is read anew.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

BEGINNING = 512
"""Bytes by which a file is known again."""

NEVER = -1

SHOWN_DAMAGES = 5


@dataclass(slots=True)
class File:
    """A WARC as the index knows it."""

    id: int
    path: Path
    position: int
    """Up to where it was read."""
    indexed: int = 0
    """Up to where an index beside it said what it holds."""
    size: int = NEVER
    mtime: int = 0
    """Size and modification time when it was read last in this run."""
    damages: list[tuple[int, str]] = field(default_factory=list)
    """Offset and reason of what could not be read."""

    @property
    def changed(self) -> float:
        """When it was written last; 0 where it is gone."""
        try:
            return self.path.stat().st_mtime
        except OSError:
            return 0

    @property
    def known_to(self) -> int:
        """Up to where its captures are in the index, certain or not."""
        return max(self.position, self.indexed)

    def store(self, db: sqlite3.Connection) -> None:
        """Write down how far it was read."""
        problem = json.dumps(self.damages) if self.damages else None
        db.execute(
            "UPDATE files SET position = ?, size = ?, mtime = ?, beginning = ?, problem = ? WHERE id = ?",
            (self.position, self.size, self.mtime, beginning(self.path, self.position), problem, self.id),
        )


@dataclass(frozen=True, slots=True)
class WarcState:
    """One WARC of the archive, and what is wrong with it, if anything is."""

    path: str
    size: int
    captures: int
    damages: list[tuple[int, str]]
    """Offsets of what could not be read, and why."""

    @property
    def problem(self) -> str:
        """The damages in a line; empty where there are none."""
        shown = "; ".join(f"{reason} at offset {offset}" for offset, reason in self.damages[:SHOWN_DAMAGES])
        more = len(self.damages) - SHOWN_DAMAGES
        return f"{shown}; and {more} more" if more > 0 else shown


def warc_states(db: sqlite3.Connection) -> list[WarcState]:
    """Every WARC that is known, in order of path."""
    rows = db.execute(
        "SELECT path, size, (SELECT count(*) FROM captures WHERE file = files.id), problem FROM files ORDER BY path"
    )
    return [WarcState(path, size, captures, json.loads(damages or "[]")) for path, size, captures, damages in rows]


def recognise(db: sqlite3.Connection, name: str, path: Path, size: int) -> File:
    """The file as it was read before; as a new one where its beginning is not what it was, or it is shorter."""
    row = db.execute("SELECT id, position, indexed, beginning, problem FROM files WHERE path = ?", (name,)).fetchone()
    if row:
        number, position, indexed, known_beginning, problem = row
        if position <= size and known_beginning == beginning(path, position):
            return File(number, path, position, indexed, damages=_damages_before(position, problem))
        forget(db, number)
    insert = "INSERT INTO files (path, position, indexed, size, mtime, beginning) VALUES (?, 0, 0, 0, 0, ?)"
    return File(int(db.execute(insert, (name, beginning(path, 0))).lastrowid or 0), path, 0)


def forget(db: sqlite3.Connection, file: int) -> None:
    """Drop a file, its captures, and what was read of them; numbers of captures may come again."""
    of_file = "SELECT id FROM captures WHERE file = ?"
    read = f"SELECT article FROM read_pages WHERE article IS NOT NULL AND capture IN ({of_file})"
    db.execute(f"DELETE FROM authors WHERE article IN ({read})", (file,))
    db.execute(f"DELETE FROM articles WHERE id IN ({read})", (file,))
    db.execute(f"DELETE FROM read_pages WHERE capture IN ({of_file})", (file,))
    db.execute("DELETE FROM captures WHERE file = ?", (file,))
    db.execute("DELETE FROM files WHERE id = ?", (file,))


def beginning(path: Path, position: int) -> str:
    """A digest of the first bytes that were read, at most `BEGINNING`; empty where the file is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(min(BEGINNING, position))).hexdigest()[:16]
    except OSError:
        return ""


def size_of(path: Path) -> int:
    """The size of a file; 0 where it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _damages_before(position: int, stored: str | None) -> list[tuple[int, str]]:
    """The damages that lie behind us; those at the end may be a record that was being written."""
    damages: list[tuple[int, str]] = json.loads(stored) if stored else []
    return [(offset, reason) for offset, reason in damages if offset < position]
