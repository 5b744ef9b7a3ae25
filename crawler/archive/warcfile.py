"""One WARC file while it is written: `.open`, held with flock, and cut back where a write fails."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.layout import OPEN, warc_name
from crawler.archive.records import warcinfo

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

Opening = Callable[[str], bytes]
"""The id of a file's warcinfo record to the members that stand behind it."""


class WarcFile:
    """A WARC that begins with its warcinfo record and grows by whole captures.

    Made with `create`. Every method raises OSError where the file system refuses; after that the file ends
    with the last whole capture.
    """

    def __init__(self, path: Path, descriptor: int, info: Mapping[str, str], opening: Opening | None = None) -> None:
        self.path = path
        self.name = path.name.removesuffix(OPEN)
        self.size = 0
        self._descriptor = descriptor
        self.warcinfo_id, self._head = warcinfo(self.name, info)
        if opening:
            self._head += opening(self.warcinfo_id)

    @classmethod
    def create(
        cls, folder: Path, prefix: str, serial: int, info: Mapping[str, str], opening: Opening | None = None
    ) -> tuple[WarcFile, int]:
        """A new file in `folder` (made where missing), and its serial: the first from `serial` on that is free.

        What `opening` gives for the warcinfo's id are the members that stand behind it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = warc_name(prefix, datetime.now(UTC), serial)
            descriptor = _create_exclusively(folder, name)
            if descriptor is not None:
                return cls(folder / (name + OPEN), descriptor, info, opening), serial
            serial += 1

    def append(self, capture: bytes) -> int:
        """Write the members of one capture, and the head of the file before the first; returns the capture's offset."""
        data = capture if self.size else self._head + capture
        try:
            self._write(data)
            if not os.fstat(self._descriptor).st_nlink:
                raise FileNotFoundError(errno.ENOENT, "the file was deleted while it was written", str(self.path))
        except OSError:
            self._cut_back()
            raise
        self.size += len(data)
        return self.size - len(capture)

    def close(self) -> Path | None:
        """Bring the file to disk and give it its final name, which is returned; None where nothing was in it."""
        try:
            if not self.size:
                self.path.unlink(missing_ok=True)
                return None
            os.fsync(self._descriptor)
            final = self.path.with_name(self.name)
            self.path.rename(final)
            sync_folder(final.parent)
            return final
        finally:
            os.close(self._descriptor)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def _cut_back(self) -> None:
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self.size)
            os.lseek(self._descriptor, self.size, os.SEEK_SET)


def sync_folder(folder: Path) -> None:
    """Bring a rename in `folder` to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create_exclusively(folder: Path, name: str) -> int | None:
    """A descriptor of the new file `name`.open, locked; None where another writer or a finished file has that name."""
    path = folder / (name + OPEN)
    try:
        descriptor = os.open(path, _FLAGS, 0o644)
    except FileExistsError:
        return None
    try:
        if _own(descriptor):
            if not (folder / name).exists():
                return descriptor
            path.unlink()
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _own(descriptor: int) -> bool:
    """Lock the new file; False where a recovery came between, took it for a stale one and removed it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(descriptor).st_nlink > 0
