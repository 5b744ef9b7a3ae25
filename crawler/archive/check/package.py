"""A ZIP file as the checker reads it: every member once to its end, whatever is wrong with it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from crawler.archive.check.digests import algorithm_of, new_hasher

Broken = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, struct.error)
"""What `zipfile` raises on damage, on encryption and on compression that it does not know."""

DEFAULT_ALGORITHM = "sha256"
_PIECE = 1 << 18
_LOCAL_HEADER = 30
"""Bytes of a ZIP's local file header before name and extra field."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Size and digest of a member, in hexadecimal."""

    size: int
    digest: str


class Package:
    """An open ZIP file. `names` are its files; `unreadable` says of some of them why they cannot be read."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        self.infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        self.names = list(self.infos)
        self.twice = len(archive.infolist()) - len({info.filename for info in archive.infolist()})
        """How many entries have a name that another has."""
        self.unreadable: dict[str, str] = {}
        self._sums: dict[str, Sum] = {}

    def read_through(self, progress: Callable[[int], None]) -> None:
        """Read every file to its end, which checks the ZIP's own CRC; the others take what it finds from here."""
        for name in self.names:
            try:
                self._sums[name] = self._sum(name, DEFAULT_ALGORITHM, progress)
            except Broken as error:
                self.unreadable[name] = str(error) or type(error).__name__

    def below(self, folder: str, *suffixes: str) -> list[str]:
        """The files in `folder` whose names have one of `suffixes`."""
        return [name for name in self.names if name.startswith(folder) and name.endswith(suffixes)]

    def readable(self, names: list[str]) -> list[str]:
        """Those of `names` that can be read."""
        return [name for name in names if name not in self.unreadable]

    def sum(self, name: str, label: str) -> Sum:
        """Size and digest by the algorithm called `label`; ValueError where that is not known."""
        algorithm = algorithm_of(label)
        return self._sums[name] if algorithm == DEFAULT_ALGORITHM else self._sum(name, algorithm, lambda size: None)

    def size(self, name: str) -> int:
        """Bytes of a readable file."""
        return self._sums[name].size

    def member(self, name: str) -> Member:
        """A file of the package, as an index that can be opened."""
        return Member(name, partial(self.open, name))

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file, which can be sought. Of a STOREd one they come as they are, without the CRC."""
        info = self.infos[name]
        if info.compress_type == zipfile.ZIP_STORED and not info.flag_bits & 1:
            return cast(BinaryIO, StoredMember(self._path, info))
        return cast(BinaryIO, self._archive.open(name))

    def _sum(self, name: str, algorithm: str, progress: Callable[[int], None]) -> Sum:
        hasher = new_hasher(algorithm)
        size = 0
        with self._archive.open(name) as stream:
            while piece := stream.read(_PIECE):
                hasher.update(memoryview(piece))
                size += len(piece)
                progress(len(piece))
        return Sum(size, hasher.digest().hex())


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a package, for what takes an index file."""

    name: str
    open: Callable[[], BinaryIO]


class StoredMember:
    """The bytes of a STOREd file: a window on the package, without the CRC, for the rules to say what is wrong."""

    def __init__(self, path: Path, info: zipfile.ZipInfo) -> None:
        self._file = path.open("rb")
        self._file.seek(info.header_offset)
        name_length, extra_length = struct.unpack("<26xHH", self._file.read(_LOCAL_HEADER))
        self._start = info.header_offset + _LOCAL_HEADER + name_length + extra_length
        self._size = info.file_size
        self.seek(0)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; all that are left without it."""
        left = self._size - self._at
        data = self._file.read(left if size < 0 else min(size, left)) if left > 0 else b""
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to `offset` from the start (`whence` 0) or the end (2); the offset from the start."""
        self._at = offset if whence == 0 else self._size + offset
        self._file.seek(self._start + self._at)
        return self._at

    def close(self) -> None:
        """Close the file."""
        self._file.close()
