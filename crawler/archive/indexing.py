"""Makes index lines of WARC files in several processes, large files in parts.

A part begins at the first place behind a given offset that looks like the start of a record. Whether it is one is
known afterwards, from the part before it: that has read every record in front and knows where the next one begins.
Where the two differ (a page may hold bytes that look like a WARC) the later part is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from crawler.archive.cdxj import CaptureLines, is_indexed, needed, passed
from crawler.archive.layout import OPEN
from crawler.archive.members import open_source
from crawler.archive.mergesort import RunWriter
from crawler.archive.reader import Damage, Record, iterate
from crawler.errors import ArchiveError

PART_BYTES = 16 << 20
"""Files larger than this are divided; smaller parts would not repay the search for their first record."""

_ALONE_BYTES = 8 << 20
"""Less than this in all is done in this process: others take a second to start."""


@dataclass(frozen=True, slots=True)
class Part:
    """The records of a file that begin in `start` to `stop`, or to its end. `aligned`: one does begin at `start`."""

    path: Path
    start: int
    stop: int | None = None
    aligned: bool = True


@dataclass(slots=True)
class Indexed:
    """What came of a part: runs of sorted lines, and what its neighbours and the next run have to know of it."""

    part: Part
    first: int | None = None
    """Where its first record begins; None where there is none in it or behind it."""
    following: int | None = None
    """Where the first record behind it begins; None where the file ends before."""
    request: int | None = None
    """Where a request begins that its response may still follow; None where all requests have theirs."""
    resume: int = 0
    """Where a later run goes on if the file grows: all before it is decided."""
    lines: int = 0
    runs: list[Path] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)


def index_files(
    files: dict[Path, int], scratch: Path, processes: int, progress: Callable[[int], None]
) -> dict[Path, list[Indexed]]:
    """Index every file from the offset that `files` gives, at which a record begins (or the file ends).

    The runs are left in the folder `scratch`. `progress` is told the bytes of each part that is done. Raises OSError
    where `scratch` cannot be written; a file that cannot be read is a damage.
    """
    parts = {path: divide(path, start, processes) for path, start in files.items()}
    done: dict[Part, Indexed] = {}
    for indexed in _index_all([part for of_file in parts.values() for part in of_file], scratch, processes):
        done[indexed.part] = indexed
        progress(_bytes(indexed.part))
    return {path: _joined([done[part] for part in of_file], scratch) for path, of_file in parts.items()}


def divide(path: Path, start: int, processes: int) -> list[Part]:
    """The parts of `path` from `start` on; one where that is little, or there is one process only."""
    size = _size(path)
    count = max(1, (size - start) // PART_BYTES) if processes > 1 else 1
    edges = [start + (size - start) * number // count for number in range(count)]
    return [
        Part(path, edge, following, aligned=number == 0)
        for number, (edge, following) in enumerate(zip(edges, [*edges[1:], None], strict=True))
    ]


def index_part(part: Part, scratch: Path) -> Indexed:
    """Make the lines of one part; see `index_files`."""
    result = Indexed(part, resume=part.start)
    try:
        lines = CaptureLines(part.path)
    except OSError as error:
        result.damages.append(_unreadable(part, error))
        return result
    writer = RunWriter(scratch)
    for record in _records(part, result):
        for entry in lines.add(record):
            writer.add(entry.line())
            result.lines += 1
        result.resume = record.offset + record.length
    undecided = lines.undecided
    for entry in lines.finish():
        writer.add(entry.line())
        result.lines += 1
    writer.flush()
    result.runs = writer.runs
    if part.stop is None or (lines.request or 0) < part.stop:
        result.request = lines.request
    if part.path.name.endswith(OPEN) and undecided is not None:
        result.resume = undecided
    return result


def _index_all(parts: list[Part], scratch: Path, processes: int) -> Iterator[Indexed]:
    """Each part indexed, in the order in which they are done."""
    if processes < 2 or sum(map(_bytes, parts)) < _ALONE_BYTES:
        yield from (index_part(part, scratch) for part in parts)
        return
    with ProcessPoolExecutor(min(processes, len(parts)), mp_context=get_context("forkserver")) as pool:
        futures = [pool.submit(index_part, part, scratch) for part in parts]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            message = "An indexing process was killed, perhaps for want of memory. Try again with --processes 1."
            raise ArchiveError(message) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _joined(parts: list[Indexed], scratch: Path) -> list[Indexed]:
    """The parts of one file, those done again that did not begin where the part before them ended."""
    joined = parts[:1]
    for part in parts[1:]:
        before = joined[-1]
        start = before.following if before.request is None else before.request
        if start != part.first:
            for run in part.runs:
                run.unlink()
            if start is None:
                continue
            part = index_part(Part(part.part.path, start, part.part.stop), scratch)
        joined.append(part)
    return joined


def _bytes(part: Part) -> int:
    return max(0, (_size(part.path) if part.stop is None else part.stop) - part.start)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it is reported where it is read
        return 0


def _records(part: Part, result: Indexed) -> Iterator[Record]:
    """The records of the part, and behind it the requests that may belong to its last response."""
    try:
        start = part.start if part.aligned else _align(part.path, part.start)
        for found in iterate(part.path, start, keep=needed, passed=passed):
            behind = part.stop is not None and found.offset >= part.stop
            if isinstance(found, Damage):
                if not behind:
                    result.damages.append(found)
                continue
            if result.first is None:
                result.first = found.offset
            if behind and result.following is None:
                result.following = found.offset
            if behind and is_indexed(found):
                return
            if not behind or found.type == "request":
                yield found
    except OSError as error:
        result.damages.append(_unreadable(part, error))


def _unreadable(part: Part, error: OSError) -> Damage:
    return Damage(part.path, part.start, f"the file cannot be read: {error.strerror or error}")


def _align(path: Path, offset: int) -> int:
    """The first place from `offset` on that looks like the start of a record."""
    with path.open("rb") as stream:
        source = open_source(stream, offset)
        if source is None:
            return offset
        source.resume(offset - 1)
        return source.position
