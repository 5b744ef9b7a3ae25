"""Where the captures of an address lie in WARCs that have not been read yet, so that the first page is the right one.

Which capture of an address is the nearest to a moment is known only when all WARCs have been seen. Reading them takes
long; to learn of each record what address it belongs to, and nothing else, takes a fraction of that, which several
processes share. What an address has is then read at the places found (`sketch`). All of it is taken on trust until
the WARCs have been read: damage is not seen. What only looks like a record, since it lies within one, is told apart by
`enclosing`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crawler.replay.files import Looked
from crawler.replay.outlining import ASKED, ENTRY, HEAD, LARGE_FROM, REQUEST, hashed, outline

PART_BYTES = 2 << 20
"""What a process looks through at a time: little, so that all end at about the same time."""

ASKED_AHEAD = 2
"""Parts that a process has been given and not answered: while this one loads modules, it answers late."""

FEW_BYTES = 1 << 20
"""So little is looked through in less time than it takes to start a process, as what is behind the end of an index."""

MOST_PROCESSES = 8
"""More do not help: the disk is what is waited for then."""

END_SECONDS = 5
_PROJECT = Path(__file__).resolve().parents[2]
_PROGRAM = "from crawler.replay.outlining import main; main()"


@dataclass(frozen=True, slots=True)
class Unread:
    """Bytes `start` to `stop` of a WARC. It is known by `name` in the index."""

    name: str
    path: Path
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies in its WARC."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Group:
    """A capture with the requests next to it, in order; `before` is the capture whose the first of them may be."""

    name: str
    places: list[Place]
    before: Place | None


@dataclass(slots=True)
class _Outlined:
    """The parts of a WARC, by their start, that have been looked through; once that is all, their entries in order."""

    missing: int
    parts: dict[int, bytes] = field(default_factory=dict)
    entries: bytes = b""
    large: list[tuple[int, int]] = field(default_factory=list)
    """Offset and size of the records that have `LARGE_FROM` bytes, once all is known."""

    def take(self, start: int, entries: bytes) -> None:
        self.parts[start] = entries
        self.missing -= 1
        if not self.missing:
            self.entries = b"".join(self.parts[start] for start in sorted(self.parts))
            self.parts.clear()
            self.large = [(at, size) for _, at, _, size in ENTRY.iter_unpack(self.entries) if size >= LARGE_FROM]


class Outline:
    """Looks through `unread`, in that order, once it is started.

    What `looked` says of the same WARCs, by name, is known already. `told` is called whenever it is further, and `keep`
    with each part and its entries, and whether there can be no others.
    """

    def __init__(
        self,
        unread: Iterable[Unread],
        looked: Mapping[str, Sequence[Looked]],
        told: Callable[[], None],
        keep: Callable[[Unread, bytes, bool], None],
    ) -> None:
        self._parts = [part for whole in unread for part in _divided(whole)]
        self.size = sum(part.stop - part.start for part in self._parts)
        self.looked = 0
        """Bytes that have been looked through."""
        self.blind = {name for name, parts in looked.items() if not all(part.clean for part in parts)}
        """Names of the WARCs that may hold other captures than were found."""
        self._told, self._keep = told, keep
        missing = Counter(part.name for part in self._parts)
        self._files = {name: _Outlined(missing[name] + len(parts)) for name, parts in looked.items()}
        for name, parts in looked.items():
            for part in parts:
                self._files[name].take(part.start, part.entries)
        self._queue = iter(self._parts)
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the processes, if there is enough for them. Where none can be started, all is blind."""
        count = min(os.cpu_count() or 1, len(self._parts), MOST_PROCESSES) if self.size > FEW_BYTES else 0
        for _ in range(count):
            with suppress(OSError):
                process = _process()
                self._processes.append(process)
                self._threads.append(threading.Thread(target=self._look, args=(process,), daemon=True))
        if not count:
            self._threads.append(threading.Thread(target=self._look_here, daemon=True))
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Wait until all has been looked through, or could not be."""
        for thread in self._threads:
            thread.join()
        self.blind.update(name for name, file in self._files.items() if file.missing)

    def end(self) -> None:
        """End the processes, also in the middle; of those that start later none gets anything to do."""
        with self._lock:
            self._queue = iter(())
        for process in self._processes:
            process.kill()

    def places(self, key: str) -> list[Group]:
        """The captures of a key in WARCs that have been looked through."""
        wanted = hashed(key)
        return [group for name, file in self._files.items() for group in _groups(name, file.entries, wanted)]

    def large(self, name: str) -> list[tuple[int, int]]:
        """Offset and size of the large records of a WARC, once it has been looked through."""
        return self._files[name].large if name in self._files else []

    def _look(self, process: subprocess.Popen[bytes]) -> None:
        """Give a process one part after another; it has the next one before what it found in the last is taken."""
        assert process.stdin
        assert process.stdout
        asked: deque[Unread] = deque()
        with process, suppress(OSError, EOFError):
            while True:
                while len(asked) < ASKED_AHEAD and (part := self._next()):
                    path = os.fsencode(part.path)
                    process.stdin.write(ASKED.pack(part.start, part.stop, len(path)) + path)
                    process.stdin.flush()
                    asked.append(part)
                if not asked:
                    return
                count, clean = HEAD.unpack(_exactly(process.stdout, HEAD.size))
                self._take(asked.popleft(), _exactly(process.stdout, count * ENTRY.size), clean)

    def _look_here(self) -> None:
        """Look through all parts in this process."""
        with suppress(OSError):
            while part := self._next():
                self._take(part, *outline(os.fsencode(part.path), part.start, part.stop))

    def _next(self) -> Unread | None:
        with self._lock:
            return next(self._queue, None)

    def _take(self, part: Unread, entries: bytes, clean: bool) -> None:
        self._keep(part, entries, clean)
        with self._lock:
            self._files[part.name].take(part.start, entries)
            self.looked += part.stop - part.start
            if not clean:
                self.blind.add(part.name)
        self._told()


def _divided(unread: Unread) -> Iterator[Unread]:
    for start in range(unread.start, unread.stop, PART_BYTES):
        yield Unread(unread.name, unread.path, start, min(start + PART_BYTES, unread.stop))


def _process() -> subprocess.Popen[bytes]:
    """A process that runs `outlining.main`. It is no fork: it needs nothing of what this one has loaded."""
    paths = [str(_PROJECT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-c", _PROGRAM], env=environment, stdin=pipe, stdout=pipe, stderr=nothing)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    """`size` bytes. Raises EOFError where the process ended before."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _groups(name: str, entries: bytes, wanted: bytes) -> Iterator[Group]:
    at = entries.find(wanted)
    while at >= 0:
        if at % ENTRY.size == 0:
            begin, end = at, at + ENTRY.size
            while begin and entries.startswith(REQUEST, begin - ENTRY.size):
                begin -= ENTRY.size
            while entries.startswith(REQUEST, end):
                end += ENTRY.size
            places = [Place(*place[1:3]) for place in ENTRY.iter_unpack(entries[begin:end])]
            before = ENTRY.unpack_from(entries, begin - ENTRY.size) if 0 < begin < at else None
            yield Group(name, places, Place(*before[1:3]) if before else None)
        at = entries.find(wanted, at + 1)
