"""Writes WACZ 1.1.1 packages (specs.webrecorder.net/wacz/1.1.1) in one pass, whatever their size.

::

    archive/NAME.warc.gz        stored, so that a player can read single records out of the ZIP
    indexes/index.cdx.gz        CDXJ in gzip blocks, stored
    indexes/index.idx           where each block lies, and the first key in it
    pages/pages.jsonl           the pages that a reader would open, with title and text where known
    pages/extraPages.jsonl      further HTML pages, where there are any
    datapackage.json            every file above with its SHA-256 and size
    datapackage-digest.json     the SHA-256 of datapackage.json
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Self

WACZ_VERSION = "1.1.1"
CDX_NAME = "index.cdx.gz"
IDX_NAME = "index.idx"

_BLOCK_LINES = 1024
"""Lines of a gzip block of the index: what a player fetches to look up one address."""

_PIECE = 1 << 20
_NOT_IN_NAMES = re.compile("[^a-z0-9._-]+")
"""A resource's name in datapackage.json is no file name (specs.frictionlessdata.io/data-resource)."""


class WaczWriter:
    """A package that is written to `file` member by member; `close` completes it. OSError where `file` is full."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._resources: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Let go of the file, also of one that did not become whole."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()

    def add(self, path: str, pieces: Iterable[bytes], *, size: int = 0, compress: bool = False) -> None:
        """Add a member made of `pieces`, about `size` bytes in all; `compress` only what is not compressed yet.

        ZIP64 fields are written only where `size` calls for them: ReplayWeb.page 2.4 finds a member by the length of
        the fields in the central directory, where smaller files have none.
        """
        info = zipfile.ZipInfo(path, time.gmtime()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        info.file_size = size
        digest, written = hashlib.sha256(), 0
        with self._zip.open(info, "w") as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                written += len(piece)
        name = _NOT_IN_NAMES.sub("-", path.rpartition("/")[2].lower())
        self._resources.append({"name": name, "path": path, "hash": f"sha256:{digest.hexdigest()}", "bytes": written})

    def add_index(self, lines: Iterable[bytes], size: int = 0) -> int:
        """Add the sorted CDXJ `lines`, `size` bytes in all, as compressed index; returns their number."""
        idx = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': CDX_NAME})}\n".encode()]
        counted = _Counted(lines)
        self.add(f"indexes/{CDX_NAME}", _blocks(counted, idx), size=size)
        self.add(f"indexes/{IDX_NAME}", idx, compress=True)
        return counted.count

    def close(self, **description: object) -> None:
        """Add datapackage.json, with the fields of `description` in it, and its digest."""
        package = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **{name: value for name, value in description.items() if value},
            "resources": self._resources,
        }
        described = json.dumps(package, indent=2, ensure_ascii=False).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
        self.add("datapackage.json", [described], compress=True)
        self.add("datapackage-digest.json", [json.dumps(digest, indent=2).encode()], compress=True)
        self._zip.close()


def read_pieces(file: BinaryIO, offset: int, size: int) -> Iterator[bytes]:
    """`size` bytes of `file` from `offset` on, in pieces; fewer where it ends before."""
    file.seek(offset)
    while size > 0 and (piece := file.read(min(size, _PIECE))):
        yield piece
        size -= len(piece)


class _Counted:
    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.count += 1
            yield line


def _blocks(lines: Iterable[bytes], idx: list[bytes]) -> Iterator[bytes]:
    """Gzip blocks of the index; a line for each is put into `idx`."""
    block: list[bytes] = []
    offset = 0
    for line in lines:
        block.append(line)
        if len(block) == _BLOCK_LINES:
            packed = _pack(block, offset, idx)
            offset += len(packed)
            yield packed
            block = []
    if block:
        yield _pack(block, offset, idx)


def _pack(block: list[bytes], offset: int, idx: list[bytes]) -> bytes:
    packed = gzip.compress(b"".join(block), mtime=0)
    place = {"offset": offset, "length": len(packed), "digest": f"sha256:{hashlib.sha256(packed).hexdigest()}"}
    key, timestamp, _ = block[0].split(b" ", 2)
    idx.append(b"%b %b %b\n" % (key, timestamp, json.dumps(place).encode()))
    return packed
