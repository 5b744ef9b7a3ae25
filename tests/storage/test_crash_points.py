"""A process may be killed at every single step that it takes on disk: nothing is lost, and nothing is left half.

A small crawl (writer, texts, catalogue) is run in a process of its own that kills itself before its n-th write (after
half of it, in fact), rename, fsync, truncation or statement of SQL. A second one, which has to put that right first, is
killed in the same way at another step; the third is left to end. With KILLS=50 n is every step that there is.
"""

from __future__ import annotations

import functools
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.archive.captures import read_captures
from crawler.archive.check import check
from crawler.archive.exchange import Capture, Exchange, Original, Via
from crawler.archive.layout import catalogue_path, warc_folder
from crawler.archive.writer import ArchiveWriter
from crawler.items import Article
from crawler.storage import texts
from crawler.storage.catalogue import Catalogue
from crawler.storage.level import bring_level

EVERY = 1 if int(os.environ.get("KILLS", "0")) >= 50 else 6
URLS = [f"http://gazette.example/{number}" for number in range(7)]
STARTED = datetime(2026, 11, 22, 10, tzinfo=UTC)
ROTATED = 2500
"""Bytes of a WARC: some two captures."""

INFO = {"software": "Broadsheet/test", "robots": "classic", "http-header-user-agent": "test"}
WRAPPED = ("open", "rename", "replace", "unlink", "ftruncate", "fsync", "mkdir")
HALVED = ((os, "write"), (Path, "write_bytes"))


class Steps:
    """Counts what this process does on disk, and kills it at the step `last`."""

    def __init__(self, last: int) -> None:
        self._left = last

    def wrap(self) -> None:
        for name in WRAPPED:
            setattr(os, name, self._stepping(getattr(os, name)))
        for owner, name in HALVED:
            setattr(owner, name, self._halving(getattr(owner, name)))
        steps = self

        class Database(sqlite3.Connection):
            def execute(self, *arguments: Any) -> sqlite3.Cursor:
                steps.step()
                return super().execute(*arguments)

        sqlite3.connect = functools.partial(sqlite3.connect, factory=Database)

    def step(self) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def _stepping(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **named: Any) -> Any:
            self.step()
            return function(*arguments, **named)

        return stepping

    def _halving(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def halving(target: Any, data: bytes) -> Any:
            if self._left == 0:
                function(target, bytes(data)[: len(data) // 2])
            self.step()
            return function(target, data)

        return halving


def crawl(archives: Path, make_article: Callable[..., Article]) -> None:
    """What a crawl does between two pages, with every URL that the catalogue does not know."""
    catalogue = Catalogue(catalogue_path(archives))
    run = catalogue.start_run("gazette")
    bring_level(archives, "gazette", catalogue)

    def find(digest: str, size: int) -> Original | None:
        found = catalogue.original(digest)
        return Original(found[1].record_id, found[1].url, found[1].date, digest) if found else None

    writer = ArchiveWriter(
        warc_folder(archives, "gazette"), "gazette", info=INFO, max_bytes=ROTATED, find_original=find
    )

    def keep(capture: Capture) -> None:
        article = texts.place(_article(make_article, capture), archives)
        if texts.is_new(article, archives):
            made_from = Original(capture.record_id, capture.url, capture.date, capture.payload_digest)
            writer.write_text(made_from, article.text.encode(), texts.sidecar(article))
        texts.store(article, archives)
        catalogue.add_article(article)

    for capture in catalogue.pending("gazette"):
        keep(capture)
    for number, url in enumerate(URLS):
        if url in catalogue.known("gazette", [url]):
            continue
        body = b"same" if number % 3 == 2 else os.urandom(900)
        response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        asked = b"GET / HTTP/1.1\r\nHost: gazette.example\r\nUser-Agent: test\r\n\r\n"
        captured = writer.write(
            Exchange(url, "GET", STARTED + timedelta(seconds=number), asked, response), Via("article")
        )
        assert captured
        catalogue.add_capture("gazette", captured, run)
        keep(captured)
        if number % 2:
            catalogue.flush()
    writer.close()
    catalogue.end_run(run, "finished", {})
    catalogue.close()


def _article(make_article: Callable[..., Article], capture: Capture) -> Article:
    return make_article(
        url=capture.url,
        title="A title",
        text=f"A title\n\nText of {capture.url}.\n",
        published=None,
        record_id=capture.record_id,
        warc=capture.warc,
        offset=capture.offset,
        captured=capture.date,
        payload_digest=capture.payload_digest,
    )


def run(archives: Path, make_article: Callable[..., Article], killed_at: int) -> bool:
    """Whether a crawl in a process of its own ended before that step; False where it was killed there."""
    process = os.fork()
    if not process:
        try:
            Steps(killed_at).wrap()
            crawl(archives, make_article)
            os._exit(0)
        except BaseException as error:  # noqa: BLE001
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(1)
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def test_a_crawl_that_is_killed_at_any_step_is_made_whole(tmp_path: Path, make_article: Callable[..., Article]) -> None:
    ended, step = False, 0
    while not ended:
        archives = tmp_path / str(step)
        ended = run(archives, make_article, step)
        run(archives, make_article, 7 * step % 101)
        assert run(archives, make_article, 1_000_000)
        check_whole(archives)
        step += EVERY
    assert step > 100, "steps of a crawl"


def check_whole(archives: Path) -> None:
    """Each URL has one capture and one text, the checker finds nothing, and no file is left from a kill."""
    captures = [found for path in warc_folder(archives, "gazette").iterdir() for found in read_captures(path)]
    assert Counter(found.url for found in captures if isinstance(found, Capture)) == Counter(URLS)
    assert {path.read_text() for path in archives.rglob("*.txt")} == {f"A title\n\nText of {url}.\n" for url in URLS}
    findings: list[Any] = []
    check([archives], findings.append)
    assert [str(finding) for finding in findings] == []
    left = [path for path in archives.rglob("*") if path.suffix in (".open", ".tmp")]
    assert left == []
