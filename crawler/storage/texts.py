"""Article texts and their sidecars: what is in the two files, and how they are written and read.

The sidecar is JSON with sorted keys. Its `record` says which WARC record the text came from, so that
anybody can check one against the other; nothing in it depends on when it was written, so that a rebuild
gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.archive.layout import half_written_folder, sidecar_path, text_path
from crawler.errors import ArchiveError
from crawler.items import Article, Image, Part, Parts
from crawler.storage.atomic import write_atomically

RECORD_FIELDS = {"record_id": "id", "warc": "warc", "offset": "offset", "captured": "date", "payload_digest": "digest"}
"""Fields of an Article that say where it came from, and their names below `record` in the sidecar."""

NOT_IN_SIDECAR = ("text", "path", *RECORD_FIELDS)


def sidecar(article: Article) -> bytes:
    """The bytes of the JSON file beside the article's text."""
    values = asdict(article)
    record = {name: values[field] for field, name in RECORD_FIELDS.items()}
    shown = {name: value for name, value in values.items() if name not in NOT_IN_SIDECAR} | {"record": record}
    return (json.dumps(shown, ensure_ascii=False, indent=2, sort_keys=True, default=_moment) + "\n").encode()


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a sidecar")


def publication_day(article: Article) -> datetime:
    """The moment whose day names the folder: publication as the page states it, or the capture in UTC."""
    moment = article.published or article.captured
    if moment is None:
        raise ValueError(f"{article.url}: an article has a publication date or a capture date")
    return moment if article.published else moment.astimezone(UTC)


def place(article: Article, archives: Path) -> Article:
    """The article with `path` set: its text file, relative to `archives`."""
    day = publication_day(article).date()
    path = text_path(archives, article.source, day, article.title, article.url, article.text)
    return replace(article, path=path.relative_to(archives).as_posix())


def store(article: Article, archives: Path) -> bool:
    """Write the text and the sidecar of a placed article; whether they were new.

    The same version of an article may be captured many times. The files cite the earliest capture, whatever the order
    in which captures are stored, so that a crawl and a parallel rebuild agree. The sidecar goes first: where there is a
    text, there is a sidecar.
    """
    if not is_new(article, archives):
        return False
    text_file, aside = archives / article.path, half_written_folder(archives, article.source)
    write_atomically(sidecar_path(text_file), sidecar(article), aside)
    write_atomically(text_file, article.text.encode(), aside)
    return True


def forget_shorter(article: Article, paths: Iterable[str], archives: Path) -> list[str]:
    """Remove those of `paths` that hold what the record of a stored article gave before a page of it came; which."""
    shorter = [path for path in paths if path != article.path and _cites(archives / path, article.record_id)]
    for path in shorter:
        (archives / path).unlink(missing_ok=True)
        sidecar_path(archives / path).unlink(missing_ok=True)
    return shorter


def _cites(text_file: Path, record_id: str) -> bool:
    """Whether a text is gone, or cites this record: another capture may have given the same text."""
    try:
        return not text_file.exists() or load(text_file).record_id == record_id
    except ArchiveError:
        return False


def is_new(article: Article, archives: Path) -> bool:
    """Whether the files of a placed article are still to be written, or cite a later capture than it does.

    Or the same one, and say something else: what is known of an article's further pages may change and its text not.
    """
    text_file = archives / article.path
    if not text_file.exists() or (first := _first_capture(text_file)) > _capture_key(article):
        return True
    return first == _capture_key(article) and sidecar_path(text_file).read_bytes() != sidecar(article)


def _capture_key(article: Article) -> tuple[datetime, str]:
    return (article.captured or datetime.max.replace(tzinfo=UTC), article.record_id)


def _first_capture(text_file: Path) -> tuple[datetime, str]:
    """What the sidecar beside `text_file` cites; the end of time where it is missing or cannot be read."""
    try:
        return _capture_key(load(text_file))
    except ArchiveError:
        return (datetime.max.replace(tzinfo=UTC), "")


def load(text_file: Path) -> Article:
    """The article whose text is in `text_file`, read back with its sidecar; raises ArchiveError, naming the file."""
    beside = sidecar_path(text_file)
    try:
        values: dict[str, Any] = json.loads(beside.read_bytes())
        text = text_file.read_text(encoding="utf-8")
        record = values.pop("record")
        for field, name in RECORD_FIELDS.items():
            values[field] = record[name]
        for name in ("published", "modified", "captured"):
            values[name] = datetime.fromisoformat(values[name]) if values.get(name) else None
        values["image"] = Image(**values["image"]) if values.get("image") else None
        values["parts"] = _parts(values.get("parts"))
        known = {field.name for field in fields(Article)}
        return Article(text=text, **{name: value for name, value in values.items() if name in known})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ArchiveError(
            f"{beside}: not the sidecar of an article ({error}); `scrapy archive rebuild` mends it"
        ) from error


def _parts(values: dict[str, Any] | None) -> Parts | None:
    return Parts(**values | {"records": [Part(**record) for record in values["records"]]}) if values else None
