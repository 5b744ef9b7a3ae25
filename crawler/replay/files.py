"""The WARCs as the index knows them: how far each was read, and whether it still is the file that was read.

A file is known again by its path, its first bytes, and those before where the reading stopped; one that was replaced is
read anew. What is only believed of it (by an index, or a look) is dropped as soon as it did anything else than grow.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

KNOWN_BY = 512
"""Bytes at either end by which a file is known again."""

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
            "UPDATE files SET position = ?, size = ?, mtime = ?, known_by = ?, problem = ? WHERE id = ?",
            (self.position, self.size, self.mtime, fingerprint(self.path, self.position), problem, self.id),
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """A part of a WARC that was looked through and not read (see `outline`)."""

    start: int
    stop: int
    clean: bool
    """Whether there are no other captures in it than the `entries` say."""
    entries: bytes


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


def recognise(db: sqlite3.Connection, name: str, path: Path) -> File:
    """The file as it was read before; as a new one where it is not the file that was read, or is shorter."""
    size, mtime = _size_and_time(path)
    row = db.execute("SELECT id, position, indexed, known_by, problem FROM files WHERE path = ?", (name,)).fetchone()
    if row:
        number, position, indexed, known_by, problem = row
        if position <= size and known_by == fingerprint(path, position):
            file = File(number, path, position, indexed, damages=_damages_before(position, problem))
            if not _only_grew(db, file, size, mtime):
                drop_uncertain(db, number)
                file.indexed = 0
            _note_seen(db, file, size, mtime)
            return file
        forget(db, number)
    insert = "INSERT INTO files (path, position, indexed, size, mtime, known_by) VALUES (?, 0, 0, 0, 0, ?)"
    file = File(int(db.execute(insert, (name, fingerprint(path, 0))).lastrowid or 0), path, 0)
    _note_seen(db, file, size, mtime)
    return file


def _only_grew(db: sqlite3.Connection, file: File, size: int, mtime: int) -> bool:
    """Whether what is believed of a file still holds: it is as it was when it was seen last, but for what was added.

    The part that reached to its end is looked through again where it grew, for its last record may have been cut.
    """
    query = "SELECT seen_size, seen_mtime, seen_known_by FROM files WHERE id = ?"
    seen_size, seen_mtime, known_by = db.execute(query, (file.id,)).fetchone()
    if size > seen_size:
        db.execute("DELETE FROM looked WHERE file = ? AND stop >= ?", (file.id, seen_size))
    return (size > seen_size or (size, mtime) == (seen_size, seen_mtime)) and known_by == fingerprint(
        file.path, seen_size
    )


def _note_seen(db: sqlite3.Connection, file: File, size: int, mtime: int) -> None:
    db.execute(
        "UPDATE files SET indexed = ?, seen_size = ?, seen_mtime = ?, seen_known_by = ? WHERE id = ?",
        (file.indexed, size, mtime, fingerprint(file.path, size), file.id),
    )


def drop_uncertain(db: sqlite3.Connection, file: int) -> None:
    """Remove what was only believed of a file, and its reading did not find or will find again."""
    db.execute("DELETE FROM captures WHERE file = ? AND certain = 0", (file,))
    db.execute("DELETE FROM looked WHERE file = ?", (file,))


def keep_looked(db: sqlite3.Connection, file: int, part: Looked) -> None:
    """Keep a part that was looked through, if the file is still known."""
    db.execute(
        "INSERT OR REPLACE INTO looked SELECT id, ?, ?, ?, ? FROM files WHERE id = ?",
        (part.start, part.stop, part.clean, part.entries, file),
    )


def looked_parts(db: sqlite3.Connection, file: int) -> list[Looked]:
    """The parts of a file that were looked through, in order."""
    rows = db.execute("SELECT start, stop, clean, entries FROM looked WHERE file = ? ORDER BY start", (file,))
    return [Looked(start, stop, bool(clean), entries) for start, stop, clean, entries in rows]


def forget(db: sqlite3.Connection, file: int) -> None:
    """Drop a file, its captures, and what was read of them; numbers of captures may come again."""
    of_file = "SELECT id FROM captures WHERE file = ?"
    read = f"SELECT article FROM read_pages WHERE article IS NOT NULL AND capture IN ({of_file})"
    db.execute(f"DELETE FROM authors WHERE article IN ({read})", (file,))
    db.execute(f"DELETE FROM articles WHERE id IN ({read})", (file,))
    db.execute(f"DELETE FROM read_pages WHERE capture IN ({of_file})", (file,))
    db.execute("DELETE FROM captures WHERE file = ?", (file,))
    db.execute("DELETE FROM looked WHERE file = ?", (file,))
    db.execute("DELETE FROM files WHERE id = ?", (file,))


def fingerprint(path: Path, size: int) -> str:
    """A digest of what the first `size` bytes begin and end with; empty where the file is gone."""
    try:
        with path.open("rb") as file:
            known = file.read(min(KNOWN_BY, size))
            file.seek(max(0, size - KNOWN_BY))
            return hashlib.sha256(known + file.read(min(KNOWN_BY, size))).hexdigest()[:16]
    except OSError:
        return ""


def _size_and_time(path: Path) -> tuple[int, int]:
    """Size and modification time of a file; 0 where it is gone."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


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
