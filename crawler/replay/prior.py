"""What an index beside the WARCs already says: taken on trust until the WARCs themselves have been read.

`index.cdxj` is read many times faster than the WARCs that it describes, so that an indexed archive can be replayed at
once. What it cannot say (where a redirect leads, the record's id) comes with the reading, which puts right whatever
was out of date.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from crawler.archive.cdxj import REVISIT_MIME, Entry, parse_line
from crawler.archive.layout import index_path
from crawler.replay.cache import Cache
from crawler.replay.files import File
from crawler.replay.mementos import microseconds, parse_stamp

log = logging.getLogger(__name__)

BATCH = 5000
"""Lines in one transaction; what was taken so far is visible after each."""

_INSERT = (
    "INSERT OR IGNORE INTO captures "
    "(key, time, url, kind, method, status, mime, digest, file, offset, length, certain) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
)


def take_index(cache: Cache, folder: Path, files: dict[str, File]) -> None:
    """Enter the captures that the index of `folder` names in `files` (by name), and note up to where that is.

    Nothing is taken where there is no index, and no more from a line on that cannot be read.
    """
    rows = _rows(index_path(folder), files)
    while batch := list(islice(rows, BATCH)):
        with cache.transaction() as db:
            db.executemany(_INSERT, batch)
    with cache.transaction() as db:
        db.executemany(
            "UPDATE files SET indexed = ? WHERE id = ?", [(file.indexed, file.id) for file in files.values()]
        )


def _rows(index: Path, files: dict[str, File]) -> Iterator[tuple[Any, ...]]:
    try:
        with index.open("rb") as lines:
            for line in lines:
                entry = parse_line(line)
                if file := files.get(entry.fields.get("filename", "")):
                    row = _row(entry, file.id)
                    file.indexed = max(file.indexed, sum(row[-2:]))
                    yield row
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError) as error:
        log.warning("%s is not used, for it cannot be read: %s", index, error)


def _row(entry: Entry, file: int) -> tuple[Any, ...]:
    fields = entry.fields
    moment = parse_stamp(entry.timestamp)
    revisit = fields.get("mime") == REVISIT_MIME
    status = fields.get("status", "")
    return (
        entry.key,
        microseconds(moment) if moment else 0,
        fields["url"],
        "revisit" if revisit else "response",
        fields.get("method", "GET"),
        int(status) if status.isdigit() else None,
        None if revisit else fields.get("mime"),
        fields.get("digest"),
        file,
        int(fields["offset"]),
        int(fields["length"]),
    )
