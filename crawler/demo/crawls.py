"""Crawls the newspaper with the ordinary spider in a process of its own, and compares the archive with the original."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.archive.layout import text_folder
from crawler.demo.newspaper import Article
from crawler.demo.server import DEFAULT_PORT
from crawler.sources.catalogue import ENVIRONMENT, SHIPPED

SOURCE = "demo"


@contextlib.contextmanager
def source_at(port: int) -> Iterator[tuple[str, Path | None]]:
    """The name of the source for the newspaper at `port`, and the folder to look for it while the block runs.

    At its own port that is the source that comes with Broadsheet. At another port all addresses are others, and so is
    the source: a copy of the shipped one, named for the port, in a folder that is removed afterwards.
    """
    if port == DEFAULT_PORT:
        yield SOURCE, None
        return
    shipped = (SHIPPED / f"{SOURCE}.toml").read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="broadsheet-demo-") as folder:
        name = f"{SOURCE}_{port}"
        (Path(folder) / f"{name}.toml").write_text(shipped.replace(f":{DEFAULT_PORT}/", f":{port}/"), "utf-8")
        yield name, Path(folder)


def crawl(name: str, folder: Path | None, settings: Iterable[str]) -> int:
    """Run `scrapy crawl NAME` with `settings` (NAME=VALUE) to its end; its exit code.

    Ctrl-C reaches the crawl too, which then stops cleanly: it is waited for, and KeyboardInterrupt raised after.
    """
    arguments = [part for setting in settings for part in ("-s", setting)]
    command = [sys.executable, "-m", "scrapy", "crawl", name, *arguments]
    with subprocess.Popen(command, env=_environment(folder)) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def word_for_word(archives: Path, source: str, articles: Iterable[Article]) -> list[Article]:
    """Those of `articles` of which the archive holds a text file that says exactly what the newspaper said."""
    kept = {path.read_text("utf-8") for path in text_folder(archives, source).rglob("*.txt")}
    return [article for article in articles if article.golden_text in kept]


def _environment(folder: Path | None) -> dict[str, str]:
    """This process's environment, with `folder` among the folders of sources, and the package where we have it from."""
    added = {"PYTHONPATH": str(SHIPPED.parent.parent)}
    if folder is not None:
        added[ENVIRONMENT] = str(folder)
    environment = dict(os.environ)
    for name, value in added.items():
        environment[name] = os.pathsep.join(filter(None, [environment.get(name), value]))
    return environment
