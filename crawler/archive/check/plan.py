"""What there is to check at a path: WARCs, indexes, packages, texts, and what is none of these."""

from __future__ import annotations

import fcntl
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from crawler.archive.check.members import GZIP_MAGIC
from crawler.archive.check.zstd import ZSTD_DICTIONARY, ZSTD_MAGIC
from crawler.archive.layout import CATALOGUE, OPEN, WARC_SUFFIXES, index_state_path
from crawler.errors import UsageError

Kind = Literal["warc", "arc", "index", "package", "text", "sidecar", "catalogue", "known", "unknown"]

ARC_SUFFIXES = (".arc", ".arc.gz")
INDEX_SUFFIXES = (".cdxj", ".cdx", ".cdxj.gz", ".cdx.gz")
IDX_SUFFIX = ".idx"

OUR_NAME = re.compile(r"[a-z][a-z0-9_]*-\d{8}T\d{6}Z-\d{5,}-\w+-\d+\.warc\.gz")
"""What `layout.warc_name` makes."""

_KNOWN = ("README.md", ".gitignore", index_state_path(Path()).name)
_SNIFFED = 512


@dataclass(slots=True)
class Plan:
    """The files to check, in order of their names. `whole`: they are meant to be all there is of an archive."""

    warcs: list[Path] = field(default_factory=list)
    indexes: list[Path] = field(default_factory=list)
    packages: list[Path] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    sidecars: list[Path] = field(default_factory=list)
    catalogues: list[Path] = field(default_factory=list)
    arcs: list[Path] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    whole: bool = False

    def add(self, kind: Kind, path: Path) -> None:
        """Take `path` in, as what it is."""
        if kind != "known":
            self._lists[kind].append(path)

    @property
    def _lists(self) -> dict[Kind, list[Path]]:
        return {
            "warc": self.warcs,
            "arc": self.arcs,
            "index": self.indexes,
            "package": self.packages,
            "text": self.texts,
            "sidecar": self.sidecars,
            "catalogue": self.catalogues,
            "unknown": self.unknown,
        }

    @property
    def size(self) -> int:
        """Bytes of the WARCs and packages, which is what a check takes its time for."""
        return sum(path.stat().st_size for path in (*self.warcs, *self.packages))


def plan(paths: Iterable[Path]) -> Plan:
    """What is at `paths`, each a file or a folder. Raises UsageError where one is not there, or is not for us."""
    made = Plan()
    given = list(paths)
    for path in given:
        if path.is_dir():
            made.whole = True
            for file in _files(path):
                made.add(kind_by_name(file), file)
        elif path.exists():
            _add_file(path, made)
        else:
            raise UsageError(f"{path}: there is no such file or folder. Name a WARC, CDXJ or WACZ file, or a folder.")
    made.whole = made.whole or len(given) > 1
    return made


def kind_by_name(path: Path) -> Kind:
    """What a file in an archive is, by its name and place."""
    name = path.name.removesuffix(OPEN)
    if name.endswith(WARC_SUFFIXES):
        return "warc"
    if name.endswith(ARC_SUFFIXES):
        return "arc"
    if name.endswith((*INDEX_SUFFIXES, IDX_SUFFIX)):
        return "index"
    if name.endswith(".wacz"):
        return "package"
    if name.startswith(CATALOGUE):
        return "catalogue" if name == CATALOGUE else "known"
    if "text" in path.parts and name.endswith((".txt", ".json")):
        return "text" if name.endswith(".txt") else "sidecar"
    return "known" if name in _KNOWN or name.startswith(".") else "unknown"


def is_ours(path: Path) -> bool:
    """Whether the name of a WARC is one that Broadsheet gives."""
    return OUR_NAME.fullmatch(path.name.removesuffix(OPEN)) is not None


def is_written(path: Path) -> bool:
    """Whether a `.open` file is being written at this moment: the writer holds a lock on it."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _add_file(path: Path, made: Plan) -> None:
    """A file that was named: by its name, or else by its first bytes."""
    kind = kind_by_name(path)
    if kind in ("unknown", "known"):
        kind = _kind_by_bytes(path)
    if kind == "unknown":
        raise UsageError(
            f"{path}: this is neither a WARC (plain, gzip or zstd) nor a CDXJ index nor a WACZ package, "
            "by its name and by its first bytes."
        )
    made.add(kind, path)
    if kind == "index":
        for warc in _beside(path):
            made.add("warc", warc)


def _beside(index: Path) -> list[Path]:
    """The WARCs that an index given alone may be of: in its folder, or in `archive` or `warc` next to that."""
    folders = [index.parent, index.parent.parent / "archive", index.parent.parent / "warc"]
    return [file for folder in folders if folder.is_dir() for file in sorted(folder.iterdir()) if _is_warc(file)]


def _is_warc(path: Path) -> bool:
    return path.is_file() and kind_by_name(path) == "warc"


def _kind_by_bytes(path: Path) -> Kind:
    with path.open("rb") as file:
        start = file.read(_SNIFFED)
    if start[:2] == GZIP_MAGIC:
        try:
            start = zlib.decompressobj(31).decompress(start, 16)
        except zlib.error:
            return "unknown"
    if start[:5] == b"WARC/" or start[:4] in (ZSTD_MAGIC, ZSTD_DICTIONARY):
        return "warc"
    if start[:11] == b"filedesc://":
        return "arc"
    return "package" if start[:4] == b"PK\x03\x04" else "unknown"
