"""The CDXJ index of a folder of WARCs: `index.cdxj` beside them, sorted by byte, made anew only for what is new.

How far each file was indexed stands in `index.json`. A run reads what is behind that, and merges the lines with
those that are there; neither files nor lines are ever held in memory whole. Both files are written aside and
renamed, the index first: a run that is killed leaves the index as it was, or one that is ahead of `index.json`,
which the next run puts right.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from crawler.archive.indexing import Indexed, index_files
from crawler.archive.layout import OPEN, find_warcs, index_path, index_state_path
from crawler.archive.mergesort import merge
from crawler.archive.reader import Damage
from crawler.archive.warcfile import sync_folder
from crawler.errors import ArchiveError

_SCRATCH = ".index-"
_VERSION = 1
"""Of `index.json`; one more when lines come to say something else, so that old indexes are made anew."""

_FINGERPRINT_BYTES = 4096
_PLACE = re.compile(rb'"offset": "(\d+)".*"filename": "([^"]*)"\}\n$')

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class FileState:
    """What a WARC was when it was indexed: enough to see that it is the same, or the same and longer."""

    size: int
    changed: int
    """Time of its last change, in nanoseconds."""
    start: str
    """Digest of its first bytes."""
    indexed_to: int


@dataclass(slots=True)
class Report:
    """What indexing did. `lines` are those of the whole index; None where nothing had changed."""

    index: Path
    read: list[str] = field(default_factory=list)
    unchanged: int = 0
    lines: int | None = None
    damages: list[Damage] = field(default_factory=list)


def update_index(folder: Path, processes: int = 1, progress: Progress = lambda size: None) -> Report:
    """Bring the index of the WARCs in `folder` (not of those below it) level with them.

    `progress` is told of bytes that were read. Damaged places are left out, and named in the report. Raises
    ArchiveError where the folder cannot be written, the disk is full, or another process indexes it.
    """
    report = Report(index_path(folder))
    try:
        with _locked(folder):
            _update(folder, processes, progress, report)
    except OSError as error:
        raise ArchiveError(
            f"Cannot write the index {report.index}: {error.strerror or error}. The index that was there is as it was. "
            "Make room or give access, or write it elsewhere with --output FILE."
        ) from error
    return report


def write_index(warcs: list[Path], out: BinaryIO, processes: int = 1, progress: Progress = lambda size: None) -> Report:
    """Write one index of all `warcs` to `out`. Raises OSError where that, or the disk for temporary files, is full."""
    report = Report(Path(getattr(out, "name", "")), read=[warc.name for warc in warcs], lines=0)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH) as folder:
        scratch = Path(folder)
        indexed = index_files(dict.fromkeys(warcs, 0), scratch, processes, progress)
        report.damages += _damages(indexed)
        report.lines = _write(merge(_runs(indexed), scratch), out)
    return report


def warcs_in(folder: Path) -> list[Path]:
    """The WARCs of which `folder` has the index."""
    return [warc for warc in find_warcs(folder) if warc.parent == folder]


def _update(folder: Path, processes: int, progress: Progress, report: Report) -> None:
    known = _load_state(folder)
    found = {warc.name.removesuffix(OPEN): warc for warc in warcs_in(folder)}
    states = {name: _state(warc, known.get(name)) for name, warc in found.items()}
    report.read = sorted(name for name, state in states.items() if state != known.get(name))
    report.unchanged = len(states) - len(report.read)
    if not report.read and known.keys() == states.keys():
        return
    with _scratch(folder) as scratch:
        begins = {found[name]: states[name].indexed_to for name in report.read}
        indexed = index_files(begins, scratch, processes, progress)
        report.damages += _damages(indexed)
        undone = dict.fromkeys(known.keys() - states.keys(), 0)
        undone |= {name: states[name].indexed_to for name in report.read}
        with replaced(report.index) as out:
            report.lines = _write(merge(_runs(indexed), scratch, _still_true(report.index, known, undone)), out)
    for name in report.read:
        states[name] = replace(states[name], indexed_to=indexed[found[name]][-1].resume)
    _save_state(folder, states)


def _still_true(index: Path, known: Mapping[str, FileState], undone: Mapping[str, int]) -> Iterator[bytes]:
    """The lines of an index that hold: those of known files, up to where they are `undone`."""
    if not index.exists():
        return
    with index.open("rb") as lines:
        for line in lines:
            place = _PLACE.search(line)
            if not place:
                continue
            name: str = json.loads(b'"%b"' % place[2])
            if name in known and int(place[1]) < undone.get(name, sys.maxsize):
                yield line


def _state(warc: Path, known: FileState | None) -> FileState:
    """What `warc` is now, and from where on it is to be read: from its start unless it only grew."""
    stat = warc.stat()
    if known and (known.size, known.changed) == (stat.st_size, stat.st_mtime_ns):
        return known
    grew = known is not None and stat.st_size > known.size and _start(warc, known.size) == known.start
    indexed_to = known.indexed_to if known and grew else 0
    return FileState(stat.st_size, stat.st_mtime_ns, _start(warc, stat.st_size), indexed_to)


def _start(warc: Path, size: int) -> str:
    with warc.open("rb") as file:
        return hashlib.sha256(file.read(min(size, _FINGERPRINT_BYTES))).hexdigest()


def _load_state(folder: Path) -> dict[str, FileState]:
    """What `index.json` says; nothing where it cannot be used, so that the index is made anew."""
    try:
        state = json.loads(index_state_path(folder).read_bytes())
        if state["version"] == _VERSION and index_path(folder).exists():
            return {name: FileState(**fields) for name, fields in state["files"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass
    return {}


def _save_state(folder: Path, states: Mapping[str, FileState]) -> None:
    state = {"version": _VERSION, "files": {name: asdict(state) for name, state in sorted(states.items())}}
    with replaced(index_state_path(folder)) as out:
        out.write(json.dumps(state, indent=1).encode() + b"\n")


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` once it is whole and on disk."""
    aside = path.with_name(path.name + OPEN)
    try:
        with aside.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        aside.rename(path)
        sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ArchiveError(f"Another process is indexing {folder}. Wait until it is done.") from error
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for temporary files, on the disk where the index will be; those of killed runs are removed."""
    for left in folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder) as scratch:
        yield Path(scratch)


def _runs(indexed: Mapping[Path, list[Indexed]]) -> list[Path]:
    return [run for parts in indexed.values() for part in parts for run in part.runs]


def _damages(indexed: Mapping[Path, list[Indexed]]) -> list[Damage]:
    return [damage for parts in indexed.values() for part in parts for damage in part.damages]


def _write(lines: Iterable[bytes], out: BinaryIO) -> int:
    count = 0
    for line in lines:
        out.write(line)
        count += 1
    return count
