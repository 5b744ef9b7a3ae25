"""kill -9 at any moment loses nothing that was fetched and keeps nothing half.

`KILLS=50 pytest tests/crawl/test_kill.py` kills at fifty moments; `SEED` repeats a series. CI kills at a few.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Capture
from crawler.demo.server import NewspaperServer
from tests.crawl.conftest import Crawls

SEED = int(os.environ.get("SEED", "20261122"))
KILLS = int(os.environ.get("KILLS", "4"))
REQUESTS = 150
"""About as many as one crawl of the newspaper makes."""


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_crawl_goes_on_with_what_is_missing(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str], number: int
) -> None:
    chance = random.Random(SEED + number)
    crawls.add_source(gazette(fresh_newspaper.url))
    process = crawls.start("crawl", "gazette")
    moment, pause = chance.randrange(REQUESTS), chance.random() * 0.05
    while process.poll() is None and sum(fresh_newspaper.asked().values()) < moment:
        time.sleep(0.001)
    time.sleep(pause)
    process.kill()
    process.communicate()
    texts_before = {path: path.read_bytes() for path in crawls.texts()}

    assert crawls.run("crawl", "gazette").returncode == 0

    assert {path: path.read_bytes() for path in texts_before} == texts_before
    check_archive(crawls)
    check_articles(crawls, fresh_newspaper)


def check_archive(crawls: Crawls) -> None:
    """Every WARC is closed and valid, the catalogue knows just what is in them, and each text cites a capture."""
    assert not list(crawls.archives.rglob("*.open"))
    for command in (["-m", "warcio.cli", "check"], ["-m", "scrapy.cmdline", "checkarchive"]):
        names = [str(path) for path in crawls.warcs()] if "check" in command else [str(crawls.archives)]
        checked = subprocess.run([sys.executable, *command, *names], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    found = [capture for path in crawls.warcs() for capture in read_captures(path)]
    assert all(isinstance(capture, Capture) for capture in found)
    archived = {(capture.record_id, capture.warc, capture.offset) for capture in found if isinstance(capture, Capture)}
    assert archived == set(crawls.rows("SELECT record_id, warc, offset FROM captures"))
    cited = {(one["record"]["id"], one["record"]["warc"], one["record"]["offset"]) for one in crawls.sidecars()}
    assert cited <= archived
    assert not crawls.rows("SELECT url FROM captures WHERE role = 'article' AND status = 200 AND outcome IS NULL")


def check_articles(crawls: Crawls, server: NewspaperServer) -> None:
    """No article is lost, and none was fetched more than once again."""
    articles = server.paper.articles()
    assert {path.read_text() for path in crawls.texts()} == {article.golden_text for article in articles}
    asked = server.asked()
    once_each = [article.url_path for article in articles if article.attempts == 1]
    assert {url: asked[url] for url in once_each if asked[url] > 2} == {}
