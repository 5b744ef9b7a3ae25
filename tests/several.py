"""`scrapy newsource` and `scrapy crawl` for several sites in one process: a process takes seconds to start.

    python -m tests.several newsource FOLDER NAME=URL...
    python -m tests.several crawl NAME...

Settings come from the environment (BROADSHEET_SOURCES, BROADSHEET_ARCHIVES).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler.extraction.extract import extract
from crawler.prospect.answers import Fetch
from crawler.prospect.errand import errand_spider
from crawler.prospect.findings import find_out, head_of
from crawler.sources.model import Source

ROOT = Path(__file__).parents[1]
QUICK = {"DOWNLOAD_DELAY": 0.001, "AUTOTHROTTLE_ENABLED": False, "EXTRACTION_WORKERS": 1, "RETRY_ENABLED": False}


def run_several(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this module, with the sources and the archive below `folder`; fails with what it said where it failed."""
    environment = os.environ | {
        "BROADSHEET_SOURCES": str(folder / "sources"),
        "BROADSHEET_ARCHIVES": str(folder / "archives"),
    }
    command = [sys.executable, "-m", "tests.several", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


def newsource(process: AsyncCrawlerProcess, folder: Path, sites: dict[str, str]) -> None:
    """What `scrapy newsource URL --name NAME --allow-private` does, for each of `sites`."""
    for name, url in sites.items():
        stated = {"name": name, "title": name, "homepage": url, "language": "en"}
        source = Source.model_validate(stated | {"politeness": {"allow_private": True}})
        process.crawl(errand_spider(source, _errand(source, folder), "newsource"))


def _errand(source: Source, folder: Path) -> Any:
    async def errand(fetch: Fetch) -> None:
        found = await find_out(source, fetch, _extract, lambda line: None)
        assert found.draft is not None, found.survey.trouble
        (folder / f"{source.name}.toml").write_text(found.draft.toml(head_of(found.survey)))

    return errand


async def _extract(*page: Any) -> dict[str, Any]:
    await asyncio.sleep(0)
    return extract(*page)


def main(command: str, *arguments: str) -> None:
    """Run the command for all of its arguments at once."""
    settings = get_project_settings()
    settings.setdict(QUICK, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    if command == "newsource":
        newsource(process, Path(arguments[0]), dict(part.split("=", 1) for part in arguments[1:]))
    else:
        for name in arguments:
            process.crawl(name)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
