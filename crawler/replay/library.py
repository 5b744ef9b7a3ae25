"""The captures of an archive, found by address and time; the index grows while WARCs are written.

A library starts at once, with what its cache knows, and reads the rest when told to (`refresh`): each WARC from where
the last reading stopped. It is safe to ask from any number of threads while one refreshes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archive.keys import method_url, url_key
from crawler.archive.layout import OPEN
from crawler.archive.reader import Record, read_record
from crawler.errors import ArchiveError, RecordError
from crawler.replay.addresses import Addresses, key_range
from crawler.replay.cache import Cache
from crawler.replay.files import WarcState, warc_states
from crawler.replay.folder import how_to_convert
from crawler.replay.looking import Looking
from crawler.replay.mementos import Memento, choose, format_stamp, from_microseconds, microseconds
from crawler.replay.shelving import Progress, Shelving
from crawler.replay.streaming import LOOKED_AT_FROM, Stream, start_of

__all__ = ["Library", "WarcState", "key_range"]

CANDIDATES = 40
"""Captures before and after the wanted time that are weighed; more of one key lie between only in odd archives."""

AWAITED_SECONDS = 60
"""How long a page is waited for of which not all captures are known, while the archive is being read."""

PART_SECONDS = 10
"""The same for a part of a page."""

LOOK_AGAIN_SECONDS = 1.0

SECOND = 1_000_000
"""In microseconds: older writers kept dates to the second."""

REVISIT_HOPS = 4
"""A revisit refers to a response; in archives of others to a revisit at times."""

_COLUMNS = (
    "c.id, c.url, c.time, c.kind, c.method, c.status, c.mime, c.digest, c.location, c.record_id, f.path, "
    "c.offset, c.length, c.key"
)
_FROM = "FROM captures c JOIN files f ON f.id = c.file"
_GET = "c.method IN ('GET', 'HEAD', '')"


class Library:
    """The captures below `root`, a folder or one WARC. Raises ArchiveError where `root` is not there.

    `looking` is that of `root` where it was begun before.
    """

    def __init__(self, root: Path, cache: Cache, looking: Looking | None = None) -> None:
        self._looking = looking or Looking(root, cache)
        self.root = root
        self._cache = cache
        self.addresses = Addresses(cache)
        self._shelving = Shelving(self._looking, cache)

    # reading the archive

    def refresh(self) -> int:
        """Read what is new on the disk; how many captures were added."""
        self.look(closely=False)
        return self.read_on()

    def look(self, closely: bool = True) -> None:
        """See what is new on the disk: which WARCs there are, and what captures they seem to hold.

        Without `closely`, only what indexes say is taken for that: then large WARCs are empty until they are read.
        """
        self._shelving.look(closely)

    def read_on(self) -> int:
        """Read what is new in the WARCs that were seen; how many captures were added."""
        return self._shelving.read_on()

    @property
    def progress(self) -> Progress:
        """How far the reading is."""
        return self._shelving.progress

    @property
    def known(self) -> bool:
        """Whether it is known, of every address, which captures there are."""
        return self._shelving.known

    def awaited(self, url: str, seconds: float = AWAITED_SECONDS) -> bool:
        """Wait until all captures of `url` are known, at most so long; whether they are."""
        limit = time.monotonic() + seconds
        while not (known := self._shelving.known) and time.monotonic() < limit:
            self._looking.wait(min(LOOK_AGAIN_SECONDS, seconds))
        self._shelving.bring(url_key(url))
        return known

    def settled(self, seconds: float = AWAITED_SECONDS) -> bool:
        """Wait until the whole archive has been read, at most so long; whether it has been."""
        limit = time.monotonic() + seconds
        while not self.progress.complete and time.monotonic() < limit:
            self._looking.wait(min(LOOK_AGAIN_SECONDS, seconds))
        return self.progress.complete

    def find_awaited(
        self, url: str, when: datetime | None = None, *sent: Any, seconds: float = AWAITED_SECONDS
    ) -> Memento | None:
        """What `find` finds once all captures of `url` are known.

        A capture of just that moment is found at once. None as well where `seconds` were too few for a true answer.
        """
        if when and not self._shelving.known:
            self._shelving.bring(url_key(url))
            found = self.find(url, when, *sent)
            if found and (found.url, found.stamp) == (url, format_stamp(when)):
                return found
        return self.find(url, when, *sent) if self.awaited(url, seconds) else None

    def find_soon(self, url: str, when: datetime | None = None, *sent: Any) -> Memento | None:
        """What `find_awaited` finds, or else the nearest that is known after a few seconds: for a part of a page."""
        return self.find_awaited(url, when, *sent, seconds=PART_SECONDS) or self.find(url, when, *sent)

    def end(self) -> None:
        """End a `look` that is under way in another thread."""
        self._looking.end()

    def text_folders(self) -> list[tuple[Path, int]]:
        """Folders whose text files changed in the last refresh, with their modification time."""
        return self._looking.watch.changed

    def warcs(self) -> list[WarcState]:
        """Every WARC that has been read, and what could not be read of it."""
        with self._cache.connection() as db:
            return warc_states(db)

    def problems(self) -> list[str]:
        """What could not be read, a line for each file or folder."""
        watch = self._looking.watch
        unreadable = [f"{path}: {reason}" for path, reason in watch.unreadable.items()]
        unreadable += [f"{path}: an ARC file, which is not read. {how_to_convert(path)}" for path in watch.arcs]
        return [f"{warc.path}: {warc.problem}" for warc in self.warcs() if warc.damages] + unreadable

    def path_of(self, memento: Memento) -> Path:
        """The WARC of a memento as it is called now. Raises ArchiveError where it is gone."""
        path = self.root / memento.file if self.root.is_dir() else self.root.parent / memento.file
        for present in (path, path.with_name(path.name + OPEN)):
            if present.is_file():
                return present
        raise ArchiveError(f"{path}: this WARC was there before and is gone.")

    # looking up

    def find(
        self,
        url: str,
        when: datetime | None = None,
        method: str = "GET",
        content_type: str = "",
        body: bytes = b"",
        strict: bool = False,
    ) -> Memento | None:
        """The capture of `url` nearest to `when` (the newest where that is None), or None.

        https and http, with and without www., stand in for each other; with `strict` nothing else does. A request
        with another method than GET is found by what it sent, or else by its address and method alone.
        """
        wanted = when or datetime.now(UTC)
        if method in ("GET", "HEAD"):
            return choose(self._near(url_key(url), wanted), url, wanted, strict)
        keyed, _ = method_url(url, method, content_type, body)
        found = choose(self._near(url_key(keyed), wanted, method), url, wanted)
        return found or choose(self._sent_to(url, method), url, wanted)

    def captures(self, url: str) -> list[Memento]:
        """Every capture of `url` got with GET, oldest first."""
        return self._select(f"c.key = ? AND {_GET} ORDER BY c.time, c.id", url_key(url))

    def by_id(self, number: int) -> Memento | None:
        """The capture with this number, or None."""
        return next(iter(self._select("c.id = ?", number)), None)

    def by_record(self, record_id: str | None) -> Memento | None:
        """The capture with this WARC-Record-ID, or None."""
        return next(iter(self._select("c.record_id = ? LIMIT 1", record_id)), None) if record_id else None

    def by_digest(self, digest: str) -> Memento | None:
        """The oldest response that holds the payload of this digest, or None."""
        found = self._select("c.digest = ? AND c.kind = 'response' ORDER BY c.time LIMIT 1", digest)
        return next(iter(found), None)

    def around(self, memento: Memento, shown: bool = False) -> tuple[Memento | None, Memento | None]:
        """The captures before and after a memento with the same key; with `shown`, those that redirect nowhere."""
        moment = (microseconds(memento.date), memento.id)
        kept = f"c.key = ? AND {_GET}" + (" AND (c.location IS NULL OR c.status = 201)" if shown else "")
        before = self._select(
            f"{kept} AND (c.time, c.id) < (?, ?) ORDER BY c.time DESC, c.id DESC LIMIT 1", memento.key, *moment
        )
        after = self._select(f"{kept} AND (c.time, c.id) > (?, ?) ORDER BY c.time, c.id LIMIT 1", memento.key, *moment)
        return next(iter(before), None), next(iter(after), None)

    def ends(self, memento: Memento) -> tuple[Memento | None, Memento | None]:
        """The first and the last capture with the same key as a memento."""
        first = self._select(f"c.key = ? AND {_GET} ORDER BY c.time, c.id LIMIT 1", memento.key)
        last = self._select(f"c.key = ? AND {_GET} ORDER BY c.time DESC, c.id DESC LIMIT 1", memento.key)
        return next(iter(first), None), next(iter(last), None)

    def in_range(self, begin: str, end: str, limit: int, since: int, until: int) -> Iterator[Memento]:
        """Captures whose keys are from `begin` to before `end`, between two times in microseconds; by key and time."""
        yield from self._select(
            "c.key >= ? AND c.key < ? AND c.time BETWEEN ? AND ? ORDER BY c.key, c.time, c.id LIMIT ?",
            begin,
            end,
            since,
            until,
            limit,
        )

    def _near(self, key: str, when: datetime, method: str = "GET") -> Iterable[Memento]:
        moment = microseconds(when)
        methods = ("GET", "HEAD") if method in ("GET", "HEAD") else (method, method)
        before = "c.key = ? AND c.method IN (?, ?) AND c.time <= ? ORDER BY c.time DESC LIMIT ?"
        after = "c.key = ? AND c.method IN (?, ?) AND c.time > ? ORDER BY c.time LIMIT ?"
        yield from self._select(before, key, *methods, moment, CANDIDATES)
        yield from self._select(after, key, *methods, moment, CANDIDATES)

    def _sent_to(self, url: str, method: str) -> list[Memento]:
        """Captures of requests to an address with this method, whatever they sent."""
        bare = url_key(url)
        begin = f"{bare}{'&' if '?' in bare else '?'}"
        return self._select(
            "c.key >= ? AND c.key < ? AND c.method = ? LIMIT ?", begin, begin + "\x7f", method, CANDIDATES
        )

    def _select(self, condition: str, *values: object) -> list[Memento]:
        with self._cache.connection() as db:
            return [_memento(row) for row in db.execute(f"SELECT {_COLUMNS} {_FROM} WHERE {condition}", values)]

    # reading records

    def read(self, memento: Memento) -> Record:
        """The record of a memento; a revisit has its original's payload.

        Raises RecordError where it cannot be read, or its original is not in this archive; ArchiveError where the
        WARC is gone.
        """
        record = read_record(self.path_of(memento), memento.offset)
        return self._resolved(record, memento, REVISIT_HOPS)

    def open(self, memento: Memento, accepted: Set[str] = frozenset()) -> tuple[Record, Stream | None]:
        """What `read` gives; of a large capture its head alone, and its body to be passed on in pieces.

        A body in content-codings that are not all `accepted` is had whole, so that it can be decoded.
        """
        own = read_record(self.path_of(memento), memento.offset) if memento.kind == "revisit" else None
        holder = self._original(own, memento) if own else memento
        if holder and holder.kind != "revisit" and holder.length >= LOOKED_AT_FROM:
            found = start_of(self.path_of(holder), holder.offset, accepted)
            if found:
                return own.resolve(found[0]) if own else found[0], found[1]
        return self.read(memento), None

    def _resolved(self, record: Record, memento: Memento, hops: int) -> Record:
        if record.type != "revisit":
            return record
        original = self._original(record, memento)
        if original is None or not hops:
            raise RecordError(
                f"{memento.url}, captured {memento.stamp}: the archive holds a note that it was the same as an "
                f"earlier capture ({record.refers_to.url or record.refers_to.record_id or 'not named'}), and that "
                "one is not in this archive. Add the WARC that holds it."
            )
        source = read_record(self.path_of(original), original.offset)
        return record.resolve(self._resolved(source, original, hops - 1))

    def _original(self, record: Record, memento: Memento) -> Memento | None:
        """What a revisit refers to, waited for while the archive is being read."""
        found = self._referred(record, memento)
        if found is None and not self.progress.complete:
            self.awaited(record.refers_to.url or memento.url)
            found = self._referred(record, memento)
        if found is None and self.settled():
            found = self._referred(record, memento)
        return found

    def _referred(self, record: Record, memento: Memento) -> Memento | None:
        """What a revisit refers to: by record, by address and date, or by the digest of its payload."""
        refers = record.refers_to
        found = self.by_record(refers.record_id)
        if found is None and refers.url and refers.date:
            moment = microseconds(refers.date)
            near = self._select(
                "c.key = ? AND c.time BETWEEN ? AND ? AND c.kind = 'response' ORDER BY abs(c.time - ?) LIMIT 1",
                url_key(refers.url),
                moment - SECOND,
                moment + SECOND,
                moment,
            )
            found = next(iter(near), None)
        if found is None and memento.digest:
            found = self.by_digest(memento.digest)
        return found if found and found.id != memento.id else None


def _memento(row: tuple[Any, ...]) -> Memento:
    number, url, moment, *rest = row
    return Memento(number, url, from_microseconds(moment), *rest)
