"""Where everything lies on disk. This module specifies the layout; nothing else builds paths.

::

    ARCHIVES/                                          the setting ARCHIVES_DIR, `archives/` by default
      catalogue.sqlite                                 rebuildable from the WARCs
      .rebuild/SOURCE/                                 what `scrapy archive rebuild` has made so far
      SOURCE/
        warc/SOURCE-20261122T101500Z-00000-HOST-PID.warc.gz        one or more for each run
        warc/SOURCE-20261122T101500Z-00000-HOST-PID.warc.gz.open   while it is written
        warc/index.cdxj                                what the WARCs beside it hold, by URL (`scrapy archive index`)
        warc/index.json                                how far each of them is in that index
        text/2017/07/12/SLUG-HASH8.txt                 the article, UTF-8, one final newline
        text/2017/07/12/SLUG-HASH8.json                its metadata and provenance
        text/.half/                                    texts and metadata for the moment in which they are written

SOURCE is the name of the source's file (`[a-z][a-z0-9_]*`). The day is that of publication in the zone
that the page states, or the UTC day of the capture where a page states none. SLUG is from the title.
HASH8 is eight hexadecimal digits of the URL and the text, so that each version of an article that was
published has a file of its own, and the same version captured twice has one.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

OPEN = ".open"
"""Suffix of a WARC while it is written; gone once the file is whole, flushed and closed."""

CATALOGUE = "catalogue.sqlite"
INDEX = "index.cdxj"
SLUG_CHARACTERS = 60
SLUG_BYTES = 120
"""File systems allow 255 bytes a name; a slug in Greek or Chinese takes two or three a character."""

WARC_SUFFIXES = (".warc.gz", ".warc", ".warc.zst")
"""What is taken for a WARC when a folder is searched; a `.open` behind it is a file being written."""


def warc_folder(archives: Path, source: str) -> Path:
    """The folder that holds the WARCs of `source`."""
    return archives / source / "warc"


def text_folder(archives: Path, source: str) -> Path:
    """The folder that holds the article texts of `source`."""
    return archives / source / "text"


def half_written_folder(archives: Path, source: str) -> Path:
    """Where texts and sidecars of `source` are written before they get their names."""
    return text_folder(archives, source) / ".half"


def catalogue_path(archives: Path) -> Path:
    """The SQLite catalogue of all sources below `archives`."""
    return archives / CATALOGUE


def rebuild_folder(archives: Path, source: str) -> Path:
    """Where texts and catalogue of `source` are made anew, in the layout of `archives`, until they take their place."""
    return archives / ".rebuild" / source


def index_path(folder: Path) -> Path:
    """The CDXJ index of the WARCs in `folder`."""
    return folder / INDEX


def index_state_path(folder: Path) -> Path:
    """How far each WARC in `folder` is in its index."""
    return index_path(folder).with_suffix(".json")


def warc_name(prefix: str, started: datetime, serial: int) -> str:
    """The final name of a WARC: PREFIX-TIMESTAMP-SERIAL-HOST-PID.warc.gz, unique to host and process."""
    stamp = started.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    host = re.sub(r"[^A-Za-z0-9]+", "_", socket.gethostname().split(".")[0]) or "host"
    return f"{prefix}-{stamp}-{serial:05d}-{host}-{os.getpid()}.warc.gz"


def warc_file(archives: Path, source: str, name: str) -> Path | None:
    """The WARC that is called `name` in the end, finished or still being written; None where it is not there."""
    final = warc_folder(archives, source) / name
    return next((path for path in (final, final.with_name(name + OPEN)) if path.exists()), None)


def find_warcs(path: Path) -> Iterator[Path]:
    """Every WARC at or below `path` (a file or a folder), half-written ones too, in order of name."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.name.removesuffix(OPEN).endswith(WARC_SUFFIXES) and found.is_file():
            yield found


def slug(title: str) -> str:
    """`title` as a piece of a file name: lower case words of any script joined by hyphens; may be "article"."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", title).lower())
    kept = ""
    for word in words:
        longer = f"{kept}-{word}" if kept else word[:SLUG_CHARACTERS]
        if len(longer) > SLUG_CHARACTERS or len(longer.encode()) > SLUG_BYTES:
            break
        kept = longer
    return kept or "article"


def text_path(archives: Path, source: str, day: date, title: str, url: str, text: str) -> Path:
    """The path of an article's text file; its sidecar is the same with `.json` (see `sidecar_path`)."""
    digest = hashlib.sha256(f"{url}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
    folder = text_folder(archives, source) / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}"
    return folder / f"{slug(title)}-{digest}.txt"


def sidecar_path(text_file: Path) -> Path:
    """The JSON file beside an article's text file."""
    return text_file.with_suffix(".json")
