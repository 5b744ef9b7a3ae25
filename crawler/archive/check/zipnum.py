"""Secondary indexes (`.idx`): each line names a block of the gzipped index, by which a reader finds its way in it."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from crawler.archive.check.cdxj import IndexFile
from crawler.archive.check.findings import Place, Report
from crawler.archive.check.lines import text_lines
from crawler.errors import ArchiveError

_JSON = re.compile(r"(.+?) (\{.*\})")
_TABBED = re.compile(r"([^\t]+)\t([^\t]+)\t(\d+)\t(\d+)(?:\t\d+)?")
_SUFFIXES = (".cdx.gz", ".cdxj.gz")
"""What pywb's secondary indexes leave out of the name."""

_BLOCK_LIMIT = 1 << 26


def check_idx(index: IndexFile, indexes: Mapping[str, IndexFile], report: Report) -> None:
    """Check that the lines of `index` are sorted, and that each block starts with the line that it names.

    `indexes` are the gzipped ones beside it by their names. Both forms in use are read: JSON at the end
    of a line (WACZ), and columns with tabs between (pywb).
    """
    absent: set[str] = set()
    before, at, number = "", 0, 0
    with closing(index.open()) as stream:
        try:
            for raw in text_lines(stream):
                number += 1
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if not line.startswith("!meta "):
                    if line < before:
                        report.add("cdxj-sorted", f"line {number} sorts before the line above it", Place(at))
                    if fault := _fault(line, indexes, absent):
                        report.add("idx-line", f"line {number}: {fault}", Place(at))
                    before = line
                at += len(raw)
        except ArchiveError as error:
            report.add("idx-line", f"after line {number}: {error}", Place(at))


@dataclass(frozen=True, slots=True)
class _Block:
    """What a line says: the first key and timestamp of a block, and where the block is."""

    start: str
    name: str
    offset: int
    length: int
    digest: str = ""


def _parse(line: str) -> _Block | None:
    try:
        if tabbed := _TABBED.fullmatch(line):
            return _Block(tabbed[1], tabbed[2], int(tabbed[3]), int(tabbed[4]))
        if found := _JSON.fullmatch(line):
            fields = json.loads(found[2])
            name, digest = str(fields.get("filename", "")), str(fields.get("digest", ""))
            return _Block(found[1], name, int(fields["offset"]), int(fields["length"]), digest)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        pass
    return None


def _fault(line: str, indexes: Mapping[str, IndexFile], absent: set[str]) -> str | None:
    """What is wrong with one line; None where its block is as it says. An index that is not there is told once."""
    block = _parse(line)
    if block is None:
        return f"{line[:80]!r} does not name a block by offset and length"
    name = block.name or (next(iter(indexes)) if len(indexes) == 1 else "")
    index = indexes.get(name) or next((indexes[name + end] for end in _SUFFIXES if name + end in indexes), None)
    if index is not None:
        return _block_fault(block, index)
    told = name in absent
    absent.add(name)
    return None if told else f"the index {name or 'it is of'} is not beside it"


def _block_fault(block: _Block, index: IndexFile) -> str | None:
    where = f"the block at {block.offset} of {index.name}"
    with closing(index.open()) as stream:
        stream.seek(block.offset)
        data = stream.read(min(block.length, _BLOCK_LIMIT))
    try:
        text = zlib.decompress(data, 31)
    except zlib.error:
        return f"{where} is no gzip member of {block.length} bytes"
    if not text.startswith(block.start.encode()):
        return f"{where} does not start with {block.start!r}"
    algorithm, _, value = block.digest.partition(":")
    if algorithm in ("sha256", "sha-256") and hashlib.sha256(data).hexdigest() != value:
        return f"{where} does not have the digest {block.digest}"
    return None
