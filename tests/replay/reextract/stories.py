"""Pages that hold stories, sources, and an extraction without processes, for the tests of this room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawler.archive.record import Record
from crawler.errors import ArchiveError, ExtractionError
from crawler.extraction.extract import extract
from crawler.items import Article, Page
from crawler.parts import Find, Found
from crawler.sources.model import Source
from tests.replay.conftest import NOON, Recorder

PARAGRAPH = "The harbour board met on Tuesday and spoke for two hours about the dues that small boats pay each spring. "


def story(title: str, times: int = 4) -> bytes:
    """A page that holds an article."""
    body = "".join(f"<p>{number}. {PARAGRAPH * 2}</p>" for number in range(times))
    head = f"<html><head><title>{title}</title></head>"
    return f"{head}<body><article><h1>{title}</h1>{body}</article></body></html>".encode()


def source(name: str, homepage: str, **more: Any) -> Source:
    return Source.model_validate({"name": name, "title": name, "homepage": homepage, "language": "en", **more})


def unresolved(record: Record) -> Record:
    raise ArchiveError(f"{record.url}: no original here")


async def extract_here(body: bytes, content_type: str, url: str, *rest: Any) -> dict[str, Any]:
    """Extraction without a worker process; the page that asks for it fails."""
    if "crash" in url:
        raise ExtractionError(f"{url}: extraction crashed its worker")
    return extract(body, content_type, url, *rest)


def no_parts(source: Source) -> Find:
    async def find(url: str, first: Page) -> Found:
        return Found(None)

    return find


def closed(recorder: Recorder) -> Path:
    path = recorder.close()
    assert path is not None
    return path


def article(**changes: Any) -> Article:
    values = {"source": "a", "url": "https://a.org/1", "title": "One", "text": "One\n\nA text of some words.\n"}
    return Article(**(values | {"record_id": "<urn:1>", "captured": NOON} | changes))
