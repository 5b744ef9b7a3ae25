"""Where new texts go: files as the archive has them, JSON lines, or Parquet; and notes of what is done.

Each WARC is a unit of work. What it gives is written aside and renamed when the WARC has been read to its end, and a
note says so: a run that was stopped goes on with the next WARC.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TextIO

from crawler.archive.layout import OPEN, find_warcs
from crawler.articles import Rejected
from crawler.errors import ArchiveError, UsageError
from crawler.items import Article, Page
from crawler.replay.folder import why_empty
from crawler.storage import texts
from crawler.storage.atomic import write_atomically

NOTES = ".reextract"
"""The folder, in the output's, of the notes on finished WARCs."""

ROWS = 500
"""Articles in one row group of a Parquet file."""


class UnitOutput(Protocol):
    """Takes what one WARC gives, in order."""

    def add(self, article: Article) -> None:
        """An article."""

    def reject(self, page: Page, rejected: Rejected) -> None:
        """A page that holds none."""

    def finish(self) -> None:
        """The WARC is at its end: give the output its final name."""

    def abandon(self) -> None:
        """The WARC was not read to its end: leave nothing that looks whole."""


class Output(Protocol):
    """Where a run's articles go."""

    def begin(self, unit: str) -> UnitOutput:
        """What takes the articles of the WARC called `unit`."""


def open_output(kind: str, folder: Path) -> Output:
    """The output of one of `FORMATS` into `folder`. Raises UsageError where it cannot be had."""
    if kind == "text":
        return TextOutput(folder)
    return JsonLines(folder) if kind == "jsonl" else Parquet(folder)


class _Unit:
    """Rejections are only counted, by the run; what is written needs nothing done at the end."""

    def reject(self, page: Page, rejected: Rejected) -> None:
        """Not written."""

    def finish(self) -> None:
        """Nothing is left to do."""

    def abandon(self) -> None:
        """Nothing looks half: each file is written whole."""


class TextOutput:
    """Text files with sidecars, laid out as in an archive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, unit: str) -> UnitOutput:
        """The same for every WARC."""
        return _TextUnit(self._folder)


class _TextUnit(_Unit):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, article: Article) -> None:
        texts.store(texts.place(article, self._folder), self._folder)


class JsonLines:
    """A file for each WARC, a line for each article: the sidecar's fields, and `text`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, unit: str) -> UnitOutput:
        """The lines of one WARC."""
        return _JsonUnit(_made(self._folder / f"{unit}.jsonl"))


class _JsonUnit(_Unit):
    def __init__(self, path: Path) -> None:
        self._path = path
        self._aside = path.with_name(path.name + OPEN)
        self._file: TextIO = self._aside.open("w", encoding="utf-8")

    def add(self, article: Article) -> None:
        self._file.write(json.dumps(fields_of(article), ensure_ascii=False) + "\n")

    def finish(self) -> None:
        self._file.close()
        self._aside.replace(self._path)

    def abandon(self) -> None:
        self._file.close()
        self._aside.unlink(missing_ok=True)


def _made(path: Path) -> Path:
    """The path, whose folder is there now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def fields_of(article: Article) -> dict[str, Any]:
    """An article as one flat object: its sidecar, and its text."""
    values: dict[str, Any] = json.loads(texts.sidecar(article))
    return values | {"text": article.text}


class Parquet:
    """A Parquet file for each WARC, zstd inside. Raises UsageError where pyarrow is not installed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._arrow: Any = importlib.import_module("pyarrow")
            importlib.import_module("pyarrow.parquet")
        except ImportError:
            raise UsageError(
                "Parquet needs the package pyarrow: pip install 'broadsheet[parquet]'. JSON lines need nothing: "
                "--format jsonl."
            ) from None

    def begin(self, unit: str) -> UnitOutput:
        """The rows of one WARC."""
        return _ParquetUnit(self._arrow, _made(self._folder / f"{unit}.parquet"))


class _ParquetUnit(_Unit):
    def __init__(self, arrow: Any, path: Path) -> None:
        self._arrow = arrow
        self._path = path
        self._aside = path.with_name(path.name + OPEN)
        self._schema = _schema(arrow)
        self._writer = arrow.parquet.ParquetWriter(self._aside, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def add(self, article: Article) -> None:
        self._rows.append(_row(article))
        if len(self._rows) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows.clear()

    def finish(self) -> None:
        self._flush()
        self._writer.close()
        self._aside.replace(self._path)

    def abandon(self) -> None:
        self._writer.close()
        self._aside.unlink(missing_ok=True)


def _schema(arrow: Any) -> Any:
    """The columns: strings, lists of strings, and moments in UTC."""
    text, moment = arrow.string(), arrow.timestamp("us", tz="UTC")
    columns: Sequence[tuple[str, Any]] = [
        ("source", text), ("url", text), ("title", text), ("text", text), ("language", text),
        ("authors", arrow.list_(text)), ("published", text), ("published_precision", text), ("modified", text),
        ("section", text), ("tags", arrow.list_(text)), ("site_name", text), ("description", text),
        ("image", text), ("canonical_url", text), ("paywalled", arrow.bool_()), ("rights", arrow.list_(text)),
        ("record_id", text), ("warc", text), ("offset", arrow.int64()), ("captured", moment),
        ("payload_digest", text), ("extractor", text),
    ]  # fmt: skip
    return arrow.schema(columns)


def _row(article: Article) -> dict[str, Any]:
    """Publication times stay as the page states them, with or without a zone, so they are text."""
    plain = {
        name: getattr(article, name)
        for name in (
            "source", "url", "title", "text", "language", "authors", "published_precision", "section", "tags",
            "site_name", "description", "canonical_url", "paywalled", "rights", "record_id", "warc", "offset",
            "captured", "payload_digest", "extractor",
        )
    }  # fmt: skip
    return plain | {
        "published": article.published.isoformat() if article.published else None,
        "modified": article.modified.isoformat() if article.modified else None,
        "image": article.image.url if article.image else None,
    }


class Notes:
    """Which WARCs are done, and with what: `fingerprint` tells runs apart that would give something else."""

    def __init__(self, folder: Path, fingerprint: list[Any]) -> None:
        self._folder = folder / NOTES
        self._fingerprint = hashlib.sha256(json.dumps(fingerprint, default=str).encode()).hexdigest()

    def done(self, unit: str, path: Path) -> dict[str, int] | None:
        """What a WARC gave when it was done in this way, by kind; None where it was not, or has grown since."""
        try:
            note = json.loads((self._folder / f"{unit}.json").read_bytes())
            same = note["fingerprint"] == self._fingerprint and note["size"] == path.stat().st_size
            return dict(note["counts"]) if same else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note(self, unit: str, size: int, counts: Counter[str]) -> None:
        """A WARC of `size` bytes is done."""
        note = {"fingerprint": self._fingerprint, "size": size, "counts": dict(counts)}
        write_atomically(_made(self._folder / f"{unit}.json"), json.dumps(note, indent=1).encode())


def find_units(roots: Sequence[Path]) -> dict[Path, str]:
    """Every WARC at or below `roots`, each once, with the name of its output: its path below its root, no endings.

    Where there are several roots, the root's own name comes first. Raises ArchiveError where one of them holds no WARC.
    """
    units: dict[Path, str] = {}
    for root in roots:
        if not root.exists():
            raise ArchiveError(f"{root}: there is no such file or folder.")
        found = [path.resolve() for path in find_warcs(root)]
        if not found:
            raise ArchiveError(why_empty(root))
        base = root.resolve() if root.is_dir() else root.resolve().parent
        prefix = f"{base.name}/" if len(roots) > 1 else ""
        units |= {path: prefix + _without_endings(path, base) for path in found if path not in units}
    return units


def _without_endings(path: Path, base: Path) -> str:
    """A WARC behind a link to somewhere else has its own name only."""
    inside = path.relative_to(base) if path.is_relative_to(base) else Path(path.name)
    return inside.with_name(inside.name.removesuffix(OPEN).split(".warc")[0]).as_posix()
