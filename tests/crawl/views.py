"""What one crawl wrote, and whether a rebuild and a re-extraction make the same of its WARCs."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from crawler.extraction.extract import extract
from crawler.replay.reextract.originals import Originals
from crawler.replay.reextract.outputs import TextOutput
from crawler.replay.reextract.run import Job, Report, process_warc
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.catalogue import SourceCatalogue
from crawler.storage.rebuild import rebuild
from tests.crawl.conftest import Crawls


def texts(crawls: Crawls) -> list[str]:
    return [path.read_text() for path in crawls.texts()]


def files(archives: Path) -> dict[str, bytes]:
    folder = archives / "gazette" / "text"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}


class InProcess:
    """Extracts without worker processes."""

    async def extract(self, *arguments: Any) -> dict[str, Any]:
        return extract(*arguments)


def check_views(crawls: Crawls) -> None:
    """What a rebuild and a re-extraction make of the WARCs alone is what the crawl made."""
    made = files(crawls.archives)
    source = SourceCatalogue([crawls.folder / "sources"]).load("gazette")
    shutil.rmtree(crawls.archives / "gazette" / "text")
    for path in crawls.archives.glob("catalogue.sqlite*"):
        path.unlink()
    rebuilt = asyncio.run(rebuild(crawls.archives, source, InProcess(), 2))  # type: ignore[arg-type]
    assert rebuilt.problems == []
    assert files(crawls.archives) == made
    originals, output = Originals([crawls.archives]), TextOutput(crawls.folder / "anew")
    job = Job(Selection(), Sources([source]), output, originals.resolve, InProcess().extract, originals.find_parts)
    for warc in crawls.warcs():
        asyncio.run(process_warc(warc, "unit", job, Report(), lambda size: None))
    assert files(crawls.folder / "anew") == made
