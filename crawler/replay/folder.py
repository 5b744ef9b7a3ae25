"""A folder of WARCs and article texts, watched for what is new without listing all of it each time.

A folder's modification time changes whenever a name in it comes, goes or changes, so only those folders are listed
again. Growing files are not seen by that: whoever reads a WARC looks at its size.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.layout import OPEN, WARC_SUFFIXES

SETTLING_NS = 100_000_000
"""A folder changed this recently may change again within its file system's tick: it is listed once more."""

ARC_SUFFIXES = (".arc.gz", ".arc")
"""The format before WARC, which is not read."""

SIDECAR = ".json"
TEXT = ".txt"


@dataclass(slots=True)
class Listing:
    """What was in one folder when it was listed."""

    mtime: int
    folders: list[Path] = field(default_factory=list)
    warcs: list[Path] = field(default_factory=list)
    arcs: list[Path] = field(default_factory=list)
    has_texts: bool = False


class FolderWatch:
    """Watches `root`, a folder or one WARC. After `refresh`, `warcs` and `changed` are as the disk is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.warcs: list[Path] = []
        """Every WARC, those being written too, in order of name."""
        self.changed: list[tuple[Path, int]] = []
        """Folders with article texts whose names changed since the last refresh, with their modification time."""
        self.unreadable: dict[Path, str] = {}
        """Folders that could not be listed, and why."""
        self.arcs: list[Path] = []
        """ARC files, which are not read."""
        self._listings: dict[Path, Listing] = {}

    def refresh(self) -> None:
        """Look at the disk."""
        if not self.root.is_dir():
            self.warcs = [path for path in (self.root, _other_name(self.root)) if path.is_file()][:1]
            return
        self.changed = []
        self.unreadable = {}
        seen: dict[Path, Listing] = {}
        pending = [self.root]
        while pending:
            folder = pending.pop()
            listing = self._listing(folder)
            if listing:
                seen[folder] = listing
                pending += listing.folders
        self._listings = seen
        self.warcs = sorted(path for listing in seen.values() for path in listing.warcs)
        self.arcs = sorted(path for listing in seen.values() for path in listing.arcs)

    def _listing(self, folder: Path) -> Listing | None:
        try:
            mtime = folder.stat().st_mtime_ns
            known = self._listings.get(folder)
            if known and known.mtime == mtime:
                return known
            listing = _list(folder, mtime)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.unreadable[folder] = error.strerror or str(error)
            return None
        if listing.has_texts:
            self.changed.append((folder, mtime))
        if time.time_ns() - mtime < SETTLING_NS:
            listing.mtime = -1
        return listing


def _list(folder: Path, mtime: int) -> Listing:
    listing = Listing(mtime)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                listing.folders.append(Path(entry.path))
            elif entry.name.removesuffix(OPEN).endswith(WARC_SUFFIXES) and entry.is_file():
                listing.warcs.append(Path(entry.path))
            elif entry.name.endswith(ARC_SUFFIXES) and entry.is_file():
                listing.arcs.append(Path(entry.path))
            elif entry.name.endswith(TEXT):
                listing.has_texts = True
    return listing


def _other_name(path: Path) -> Path:
    """What a WARC is called while it is written, or once it is whole."""
    if path.name.endswith(OPEN):
        return path.with_name(path.name.removesuffix(OPEN))
    return path.with_name(path.name + OPEN)


def texts_in(folder: Path) -> Iterator[Path]:
    """The text files in `folder` that have a sidecar."""
    names = {entry.name for entry in os.scandir(folder) if entry.is_file()}
    for name in sorted(names):
        if name.endswith(TEXT) and name.removesuffix(TEXT) + SIDECAR in names:
            yield folder / name


def why_empty(root: Path) -> str:
    """What to tell somebody who gave `root`, in which there is no WARC."""
    arcs = [path for path in sorted(root.rglob("*")) if path.name.endswith(ARC_SUFFIXES)] if root.is_dir() else []
    if arcs:
        return f"{root} holds no WARC, but ARC files ({arcs[0].name}), which are not read. {how_to_convert(arcs[0])}"
    return (
        f"{root} holds no WARC (*.warc.gz, *.warc or *.warc.zst, in it or below it). "
        "Crawl something first, or give the folder of another archive."
    )


def how_to_convert(arc: Path) -> str:
    """The command that makes a WARC of an ARC file."""
    name = arc.name.removesuffix(".gz").removesuffix(".arc")
    return f"Convert each: warcio recompress {arc.name} {name}.warc.gz"
