"""Sorts more lines than fit into memory: sorted runs in files, then one merge of them all."""

from __future__ import annotations

import contextlib
import heapq
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

RUN_BYTES = 32 << 20
"""Bytes of lines that are held in memory before they become a run; Python takes about twice as much for them."""

_OPEN_AT_ONCE = 200
"""Runs that are merged at a time; many systems allow a process 256 open files."""


class RunWriter:
    """Takes lines in any order and leaves sorted files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.runs: list[Path] = []
        self._folder = folder
        self._lines: list[bytes] = []
        self._bytes = 0

    def add(self, line: bytes) -> None:
        """Take one line, its line end included."""
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes >= RUN_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is in memory as a run."""
        if not self._lines:
            return
        self.runs.append(_write(sorted(self._lines), self._folder))
        self._lines, self._bytes = [], 0


def merge(runs: list[Path], folder: Path, others: Iterable[bytes] = ()) -> Iterator[bytes]:
    """The lines of all `runs`, and of `others` (sorted too), in order of their bytes, each once.

    `folder` takes intermediate files where there are very many runs.
    """
    while len(runs) > _OPEN_AT_ONCE:
        groups = (runs[at : at + _OPEN_AT_ONCE] for at in range(0, len(runs), _OPEN_AT_ONCE))
        runs = [_write(merge(group, folder), folder) for group in groups]
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(run.open("rb")) for run in runs]
        last = b""
        for line in heapq.merge(*files, others):
            if line != last:
                yield line
            last = line


def _write(lines: Iterable[bytes], folder: Path) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.writelines(lines)
    return Path(file.name)
