"""Closes the WARC files that a killed crawl left open.

A file with `.open` behind its name that no process holds locked is stale. It is cut back to its last whole capture
(a kill can come in the middle of a record, of a gzip member, or between the records of one capture), brought to disk
and given its final name. What was cut had not been reported as captured to anyone, so that it will be fetched again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.layout import OPEN, find_warcs
from crawler.archive.reader import Damage, iterate
from crawler.archive.template_records import TARGET
from crawler.archive.warcfile import sync_folder
from crawler.errors import ArchiveError

LAST_OF_A_CAPTURE = ("metadata", "conversion")
"""The types of record that the writer ends a capture with."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A stale file that was closed."""

    path: Path | None
    """Its final path; None where it held no whole capture and was removed."""
    stale: Path
    """The path with `.open` that it had."""
    cut: int
    """Bytes that were cut off its end."""
    damages: tuple[Damage, ...]
    """Places before that end which cannot be read, and which were left as they are."""


def recover(folder: Path) -> list[Recovered]:
    """Close every stale file at or below `folder`. Files that a running crawl writes are left alone.

    Reads each file once and in a stream. Raises ArchiveError where a stale file cannot be closed.
    """
    if not folder.exists():
        return []
    stale = [path for path in find_warcs(folder) if path.name.endswith(OPEN)]
    return [recovered for path in stale if (recovered := _recover(path)) is not None]


def _recover(path: Path) -> Recovered | None:
    try:
        with _locked(path) as descriptor:
            return None if descriptor is None else _close(path, descriptor)
    except OSError as error:
        raise ArchiveError(
            f"Cannot close {path}, which a crawl left behind: {error.strerror or error}. "
            "Give access to it or make room on its disk, then start again."
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """A descriptor of the file; None where another process writes it, or closed it just now."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor if _same(descriptor, path) else None
    except BlockingIOError:
        yield None
    finally:
        os.close(descriptor)


def _same(descriptor: int, path: Path) -> bool:
    """Whether the open file still is the one at `path`."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _close(path: Path, descriptor: int) -> Recovered:
    size = os.fstat(descriptor).st_size
    end, damages = _end_of_last_capture(path)
    if not end:
        path.unlink()
        sync_folder(path.parent)
        return Recovered(None, path, size, ())
    os.ftruncate(descriptor, end)
    os.fsync(descriptor)
    final = path.with_name(path.name.removesuffix(OPEN))
    if final.exists():
        raise FileExistsError(f"there already is a {final.name}; move one of the two to another folder")
    path.rename(final)
    sync_folder(final.parent)
    return Recovered(final, path, size - end, tuple(damage for damage in damages if damage.offset < end))


def _end_of_last_capture(path: Path) -> tuple[int, list[Damage]]:
    """Where the last whole capture ends, 0 where there is none; and what could not be read."""
    end, damages = 0, []
    for item in iterate(path, keep=0):
        if isinstance(item, Damage):
            damages.append(item)
        elif item.type in LAST_OF_A_CAPTURE and not item.url.startswith(TARGET):
            end = item.offset + item.length
    return end, damages
