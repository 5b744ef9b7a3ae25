"""Exports captures of an archive as one WACZ package: whole WARCs byte for byte, or the records that are wanted.

Everything goes through in pieces: WARCs are copied, lines and pages wait in temporary files, and the package has
its name only once it is whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler import __version__
from crawler.archive.cdxj import KEPT, CaptureLines, Entry
from crawler.archive.excerpt import Placed, excerpt
from crawler.archive.index import Progress, replaced, write_index
from crawler.archive.layout import OPEN
from crawler.archive.mergesort import RunWriter, merge
from crawler.archive.pages import ConvertedTexts, FindText, Listed, PageFinder, PageList
from crawler.archive.reader import Damage, iterate
from crawler.archive.selection import Selection, choose
from crawler.archive.wacz import WaczWriter, read_pieces
from crawler.errors import ArchiveError

_REPACKED = 4
"""Times the size of a zstd file that its records may take as gzip members."""

_REPLAYED = frozenset({"response", "revisit", "resource", "request"})
"""What players look up. Conversions and metadata of a page have its address, and would be shown in its place."""


@dataclass(slots=True)
class Exported:
    """What went into a package."""

    warcs: int = 0
    captures: int = 0
    pages: int = 0
    damages: list[Damage] = field(default_factory=list)


def export_wacz(
    warcs: list[Path],
    out: Path,
    selection: Selection,
    *,
    others: list[Path] | None = None,
    title: str = "",
    find_text: FindText = lambda record_id: None,
    processes: int = 1,
    progress: Progress = lambda size: None,
) -> Exported:
    """Write what `selection` takes of `warcs` to the package `out`, whole or not at all.

    What it needs and they do not have (originals of revisits, images of pages) is taken of `others`.
    Raises ArchiveError where nothing is selected, or `out` cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".wacz-", dir=out.parent) as folder:
            scratch = Path(folder)
            chosen = _chosen(warcs, others or [], selection, find_text, scratch, processes)
            with replaced(out) as file, WaczWriter(file) as package:
                return _Export(package, scratch, find_text).run(chosen, title, progress)
    except OSError as error:
        raise ArchiveError(
            f"Cannot write {out}: {error.strerror or error}. Nothing is left of it. "
            "Make room or give access, or name a place on another disk."
        ) from error


def _chosen(
    warcs: list[Path], others: list[Path], selection: Selection, find_text: FindText, scratch: Path, processes: int
) -> dict[Path, set[int] | None]:
    """The WARCs that go in, each with the offsets of the captures that are wanted of it; None: whole."""
    if selection.everything and not others:
        return dict.fromkeys(warcs)
    index, named = scratch / "all.cdxj", _named_apart([*warcs, *others], scratch)
    with index.open("wb") as lines:
        write_index(list(named), lines, processes)
    own, lent = list(named)[: len(warcs)], list(named)[len(warcs) :]
    chosen = choose(index, own, selection, lent, find_text)
    index.unlink()
    found = {warc: offsets for name, warc in named.items() if (offsets := chosen.get(name.name.removesuffix(OPEN)))}
    if not found:
        raise ArchiveError("Nothing is exported: no capture is in that range of time and of those addresses.")
    return found | (dict.fromkeys(warcs) if selection.everything else {})


def _named_apart(warcs: list[Path], scratch: Path) -> dict[Path, Path]:
    """Each WARC by a path whose name no other has, for an index tells them by it: links in `scratch` where need be."""
    named: dict[Path, Path] = {}
    names: set[str] = set()
    for number, warc in enumerate(warcs):
        path = warc
        if (name := warc.name.removesuffix(OPEN)) in names:
            path = scratch / f"{number}-{warc.name}"
            path.symlink_to(warc.resolve())
        names.add(name)
        named[path] = warc
    return named


class _Export:
    """One export on its way: the package, and in temporary files what comes behind the WARCs in it."""

    def __init__(self, package: WaczWriter, scratch: Path, find_text: FindText) -> None:
        self._package = package
        self._scratch = scratch
        self._find_text = find_text
        self._lines = RunWriter(scratch)
        self._main = PageList(scratch, "pages", "All Pages")
        self._extra = PageList(scratch, "extra", "Extra Pages")
        self._converted = ConvertedTexts(scratch)
        self._names: set[str] = set()
        self._done = Exported()

    def run(self, chosen: dict[Path, set[int] | None], title: str, progress: Progress) -> Exported:
        for warc, offsets in chosen.items():
            self._add_warc(warc, offsets)
            progress(warc.stat().st_size)
        self._lines.flush()
        size = sum(run.stat().st_size for run in self._lines.runs)
        self._done.captures = self._package.add_index(merge(self._lines.runs, self._scratch), size)
        self._done.pages = self._main.count
        for pages, path in ((self._main, "pages/pages.jsonl"), (self._extra, "pages/extraPages.jsonl")):
            if pages is self._main or pages.count:
                size = pages.size + self._converted.size
                self._package.add(path, pages.lines(self._converted), size=size, compress=True)
        self._converted.close()
        first = self._main.first or self._extra.first
        opened = {"mainPageUrl": first.url, "mainPageDate": first.date} if first else {}
        self._package.close(title=title, software=f"Broadsheet {__version__}", **opened)
        return self._done

    def _add_warc(self, warc: Path, offsets: set[int] | None) -> None:
        """Put a WARC into the package, or what is wanted of it, and its lines and pages aside."""
        name = self._name(warc, whole=offsets is None)
        placed: Placed | None = None
        size = warc.stat().st_size
        if offsets is None and warc.name.endswith((".gz", ".warc")):
            with warc.open("rb") as file:
                self._package.add(f"archive/{name}", read_pieces(file, 0, size), size=size)
        else:
            placed = {}
            self._package.add(f"archive/{name}", excerpt(warc, offsets, placed), size=size * _REPACKED)
        self._done.warcs += 1
        for entry in self._read(warc, offsets):
            if offsets is None or entry.offset in offsets:
                self._lines.add(_in_package(entry, name, placed).line())

    def _name(self, warc: Path, *, whole: bool) -> str:
        """What the WARC is called in the package; unique there."""
        name = warc.name.removesuffix(OPEN)
        if not whole or name.endswith(".zst"):
            stem = name.removesuffix(".gz").removesuffix(".zst").removesuffix(".warc")
            name = f"{stem}.warc.gz" if whole else f"{stem}-excerpt.warc.gz"
        while name in self._names:
            name = f"{warc.parent.name}-{name}"
        self._names.add(name)
        return name

    def _read(self, warc: Path, offsets: set[int] | None) -> Iterator[Entry]:
        """The entries of a WARC; its pages go into their lists."""
        lines, pages = CaptureLines(warc), PageFinder(self._find_text)
        for record in iterate(warc, keep=KEPT):
            if isinstance(record, Damage):
                self._done.damages.append(record)
                continue
            if record.type in _REPLAYED:
                yield from lines.add(record)
            self._converted.add(record)
            if record.type == "response" and offsets is not None and record.offset not in offsets:
                self._list(pages.finish())
            else:
                self._list(pages.add(record))
        yield from lines.finish()
        self._list(pages.finish())

    def _list(self, pages: Iterable[Listed]) -> None:
        for page in pages:
            (self._main if page.main else self._extra).add(page)


def _in_package(entry: Entry, name: str, placed: Placed | None) -> Entry:
    """`entry` as the package has it: in its file there, with a labelled digest."""
    fields = entry.fields | {"filename": name}
    if placed is not None:
        offset, length = placed[entry.offset]
        fields |= {"offset": str(offset), "length": str(length)}
    if ":" not in fields.get("digest", ":"):
        fields["digest"] = f"sha1:{fields['digest']}"
    return Entry(entry.key, entry.timestamp, fields)
