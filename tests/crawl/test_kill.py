"""kill -9 at any moment loses nothing that was fetched and keeps nothing half.

`KILLS=50 pytest tests/crawl/test_kill.py` kills crawls at fifty moments; `SEED` repeats a series. CI kills at a few.
`tests/storage/test_crash_points.py` adds every single write, rename and fsync of the archive.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Capture
from crawler.archive.reader import Record, iterate
from crawler.demo.server import NewspaperServer, serving
from tests.crawl.conftest import DEMO, Crawls

SEED = int(os.environ.get("SEED", "20261122"))
KILLS = int(os.environ.get("KILLS", "5"))
REQUESTS = 150
"""About as many as one crawl of the newspaper makes."""

ROTATED = "30000"
"""Bytes of a WARC in crawls that are killed around a rotation: some five captures."""

PHASES = ("anywhere", "rotation", "texts", "recovery", "end")
"""Where a crawl is killed, in turn."""

Hit = Callable[[], bool]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    """What a crawl that nobody kills archives: the path of each address."""
    crawls = Crawls(tmp_path_factory.mktemp("unbroken"))
    with serving() as server:
        crawls.add_source(DEMO.replace("http://127.0.0.1:8765", server.url))
        assert crawls.run("crawl", "gazette").returncode == 0
        yield archived_paths(crawls, server)


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_crawl_goes_on_with_what_is_missing(
    fresh_newspaper: NewspaperServer,
    crawls: Crawls,
    gazette: Callable[[str], str],
    unbroken: set[str],
    number: int,
) -> None:
    chance, phase = random.Random(SEED + number), PHASES[number % len(PHASES)]
    crawls.add_source(gazette(fresh_newspaper.url).replace("[archive]", "[archive]\ntext_records = true"))
    crawls.settings["WARC_MAX_BYTES"] = ROTATED if phase == "rotation" else "1000000000"
    kill(crawls, moment(phase, chance, crawls, fresh_newspaper), chance.random() * 0.05)
    if phase == "recovery":
        kill(crawls, recovering(crawls), chance.random() * 0.02)
        kill(crawls, lambda: True, chance.random() * 2)
    texts_before = {path: path.read_bytes() for path in crawls.texts()}
    whole_before, asked_before = whole_captures(crawls), fresh_newspaper.asked()

    assert crawls.run("crawl", "gazette").returncode == 0

    assert {path: path.read_bytes() for path in texts_before} == texts_before
    check_archive(crawls)
    check_articles(crawls, fresh_newspaper)
    assert archived_paths(crawls, fresh_newspaper) == unbroken
    asked = fresh_newspaper.asked()
    articles = {article.url_path for article in fresh_newspaper.paper.articles()}
    again = {url for url in articles & asked_before.keys() if asked[url] > asked_before[url]}
    kept = {capture.url.removeprefix(fresh_newspaper.url) for capture in whole_before if capture.status == 200}
    assert again & kept == set(), "an article was fetched again that had been archived"
    check_a_further_crawl(crawls, fresh_newspaper, articles)


def kill(crawls: Crawls, hit: Hit, pause: float) -> None:
    """Start a crawl, and kill it so many seconds after `hit` says so (or let it end, where it never does)."""
    process = crawls.start("crawl", "gazette")
    while process.poll() is None and not hit():
        time.sleep(0.001)
    time.sleep(pause)
    process.kill()
    process.communicate()


def moment(phase: str, chance: random.Random, crawls: Crawls, server: NewspaperServer) -> Hit:
    """When to kill: at a number of requests, files begun, or texts written; or when everything was fetched."""
    if phase == "rotation":
        files = chance.randrange(1, 8)
        return lambda: len(list(crawls.archives.rglob("*.warc.gz*"))) >= files
    if phase == "texts":
        texts = chance.randrange(len(server.paper.articles()))
        return lambda: len(crawls.texts()) > texts
    requests = REQUESTS if phase == "end" else chance.randrange(REQUESTS)
    return lambda: sum(server.asked().values()) >= requests


def recovering(crawls: Crawls) -> Hit:
    """When the next crawl closes what was left open; at once where nothing was."""
    left = {path: path.stat().st_size for path in crawls.archives.rglob("*.open") if path.is_file()}
    return lambda: not left or any(not path.exists() or path.stat().st_size != size for path, size in left.items())


def whole_captures(crawls: Crawls) -> list[Capture]:
    """The captures that are on disk with all their records, in files that are closed and in one that is not."""
    captures = []
    for path in sorted(crawls.archives.rglob("*.warc.gz*")):
        tied = {
            r.get("WARC-Concurrent-To") for r in iterate(path, keep=0) if isinstance(r, Record) and r.type == "metadata"
        }
        captures += [found for found in read_captures(path) if isinstance(found, Capture) and found.record_id in tied]
    return captures


def archived_paths(crawls: Crawls, server: NewspaperServer) -> set[str]:
    return {url.removeprefix(server.url) for (url,) in crawls.rows("SELECT url FROM captures")}


def check_archive(crawls: Crawls) -> None:
    """Every WARC is closed and valid, the catalogue knows just what is in them, and each text cites a capture."""
    assert not [path for path in crawls.archives.rglob("*") if path.suffix in (".open", ".tmp")]
    for command in (["-m", "warcio.cli", "check"], ["-m", "scrapy.cmdline", "checkarchive", "--strict"]):
        names = [str(path) for path in crawls.warcs()] if "check" in command else [str(crawls.archives)]
        checked = subprocess.run([sys.executable, *command, *names], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    found = [capture for path in crawls.warcs() for capture in read_captures(path)]
    assert all(isinstance(capture, Capture) for capture in found)
    archived = {(capture.record_id, capture.warc, capture.offset) for capture in found if isinstance(capture, Capture)}
    assert archived == set(crawls.rows("SELECT record_id, warc, offset FROM captures"))
    cited = {(one["record"]["id"], one["record"]["warc"], one["record"]["offset"]) for one in crawls.sidecars()}
    assert cited <= archived
    assert {one["record"]["id"] for one in crawls.sidecars()} == set(conversions(crawls.warcs()))
    assert not crawls.rows("SELECT url FROM captures WHERE role = 'article' AND status = 200 AND outcome IS NULL")


def conversions(warcs: list[Path]) -> Iterator[str]:
    """The ids of the records of which the WARCs hold the text."""
    for record in (record for path in warcs for record in iterate(path)):
        if isinstance(record, Record) and record.type == "conversion":
            yield record.get("WARC-Refers-To") or ""


def check_articles(crawls: Crawls, server: NewspaperServer) -> None:
    """No article is lost, and none was fetched more than once again."""
    articles = server.paper.articles()
    assert {path.read_text() for path in crawls.texts()} == {article.golden_text for article in articles}
    asked = server.asked()
    once_each = [article.url_path for article in articles if article.attempts == 1]
    assert {url: asked[url] for url in once_each if asked[url] > 2} == {}


def check_a_further_crawl(crawls: Crawls, server: NewspaperServer, articles: set[str]) -> None:
    """After that nothing is missing: one crawl more fetches no article, and finds no page that it did not know."""
    texts, paths, asked = crawls.texts(), archived_paths(crawls, server), server.asked()
    assert crawls.run("crawl", "gazette").returncode == 0
    assert crawls.texts() == texts
    assert archived_paths(crawls, server) == paths
    assert {url: count for url, count in server.asked().items() if url in articles and count != asked[url]} == {}
