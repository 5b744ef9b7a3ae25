"""What was made of the WARCs can be deleted and made again, byte for byte."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.exchange import Exchange, Via
from crawler.archive.layout import catalogue_path, rebuild_folder, text_folder, warc_folder
from crawler.archive.writer import ArchiveWriter
from crawler.demo.crawls import crawl, source_at
from crawler.demo.server import serving
from crawler.errors import ArchiveError, ExtractionError
from crawler.extraction.extract import extract
from crawler.sources.catalogue import ENVIRONMENT
from crawler.sources.model import Source
from crawler.storage import rebuild as rebuild_module
from crawler.storage.catalogue import Catalogue
from crawler.storage.rebuild import Rebuilt, rebuild

ROOT = Path(__file__).parents[2]
PARAGRAPH = "The harbour master said on Tuesday that the old sluice would be repaired before the winter. " * 6


class Stopped(Exception):
    """Ends a rebuild where a kill might."""


class InProcess:
    """Extracts without worker processes; fails on the URLs in `fail`."""

    def __init__(self) -> None:
        self.extracted: list[str] = []
        self.fail: dict[str, BaseException] = {}

    async def extract(self, body: bytes, content_type: str, url: str, *rest: Any) -> dict[str, Any]:
        if url in self.fail:
            raise self.fail[url]
        self.extracted.append(url)
        return extract(body, content_type, url, *rest)


def _page(number: int) -> bytes:
    text = "".join(f"<p>{PARAGRAPH}Paragraph {number}.{n}.</p>" for n in range(4))
    meta = f'<meta property="article:published_time" content="2026-11-{number % 20 + 1:02}T08:00:00+00:00">'
    head = f"<title>Story {number}</title>{meta}"
    article = f"<article><h1>Story {number}</h1>{text}</article>"
    return f"<html lang=en><head>{head}</head><body>{article}</body></html>".encode()


def _response(body: bytes, *fields: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *fields, "", ""]).encode() + body


def _archive(
    archives: Path, source: str, pages: dict[str, bytes], *, at: int = 0, close: bool = True, find: Any = None
) -> ArchiveWriter:
    writer = ArchiveWriter(warc_folder(archives, source), source, info={"software": "x"}, find_original=find)
    for number, (url, answer) in enumerate(pages.items(), at):
        moment = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(minutes=number)
        writer.write(Exchange(url, "GET", moment, b"GET / HTTP/1.1\r\n\r\n", answer), Via("article", "http://a/feed"))
    if close:
        writer.close()
    return writer


@pytest.fixture
def source() -> Source:
    return Source.model_validate({"name": "gazette", "title": "Gazette", "homepage": "http://a/", "language": "en"})


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """Five stories and a page that is none, in two WARCs; one story captured again, unchanged."""
    archives = tmp_path / "archives"
    first = {f"http://a/{n}": _response(_page(n)) for n in range(3)}
    written = _archive(archives, "gazette", first)._written
    second = {"http://a/1": _response(_page(1)), "http://a/empty": _response(b"<html></html>")}
    second |= {f"http://a/{n}": _response(_page(n)) for n in (3, 4)}
    _archive(archives, "gazette", second, at=60, find=lambda digest, size: written.get(digest))
    return archives


def _run(archives: Path, source: Source, pool: InProcess) -> Rebuilt:
    return asyncio.run(rebuild(archives, source, pool, workers=2))  # type: ignore[arg-type]


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _rows(archives: Path) -> list[Any]:
    """All rows that come from WARCs, without the numbers of rows and runs."""
    with sqlite3.connect(catalogue_path(archives)) as database:
        return [sorted(_values(database, table)) for table in ("captures", "articles", "files")]


def _values(database: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    names = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})") if name not in ("id", "run")]
    yield from database.execute(f"SELECT {', '.join(names)} FROM {table}")


def test_texts_sidecars_and_catalogue_come_from_the_warcs_alone(archives: Path, source: Source) -> None:
    rebuilt = _run(archives, source, InProcess())
    assert rebuilt.problems == []
    assert rebuilt.articles == 5
    assert sum(rebuilt.rejected.values()) == 1
    texts = _files(text_folder(archives, "gazette"))
    assert len([name for name in texts if name.endswith(".txt")]) == 5
    captures, articles, files = _rows(archives)
    assert (len(captures), len(articles), len(files)) == (7, 5, 2)
    assert not (archives / ".rebuild").exists()


def test_a_second_rebuild_gives_the_same_bytes(archives: Path, source: Source) -> None:
    """Also with texts and catalogue deleted, and with texts there that no WARC gives any more."""
    _run(archives, source, InProcess())
    texts, rows = _files(archives), _rows(archives)
    texts.pop("catalogue.sqlite")
    (text_folder(archives, "gazette") / "orphan.txt").write_text("nobody knows where this is from\n")
    _run(archives, source, InProcess())
    assert {name: data for name, data in _files(archives).items() if "sqlite" not in name} == texts
    assert _rows(archives) == rows
    shutil.rmtree(text_folder(archives, "gazette"))
    for path in archives.glob("catalogue.sqlite*"):
        path.unlink()
    _run(archives, source, InProcess())
    assert {name: data for name, data in _files(archives).items() if "sqlite" not in name} == texts
    assert _rows(archives) == rows


def test_a_stopped_rebuild_goes_on_where_it_was(archives: Path, source: Source) -> None:
    """What is there stays until the new is whole; what was extracted is not extracted again."""
    _run(archives, source, InProcess())
    texts, rows = _files(text_folder(archives, "gazette")), _rows(archives)
    stopped = InProcess()
    stopped.fail["http://a/3"] = Stopped()
    with pytest.raises(Stopped):
        _run(archives, source, stopped)
    assert _files(text_folder(archives, "gazette")) == texts
    assert rebuild_folder(archives, "gazette").exists()
    again = InProcess()
    _run(archives, source, again)
    assert "http://a/3" in again.extracted
    assert not set(again.extracted) & set(stopped.extracted)
    assert _files(text_folder(archives, "gazette")) == texts
    assert _rows(archives) == rows


def test_other_rules_begin_anew(archives: Path, source: Source) -> None:
    stopped = InProcess()
    stopped.fail["http://a/3"] = Stopped()
    with pytest.raises(Stopped):
        _run(archives, source, stopped)
    again = InProcess()
    _run(archives, source.model_copy(update={"language": "de"}), again)
    assert set(stopped.extracted) <= set(again.extracted)


def test_a_rebuild_stopped_between_the_last_steps_is_made_good(
    archives: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every rename: the next rebuild leaves the same texts and rows, and nothing beside them."""
    _run(archives, source, InProcess())
    texts, rows = _files(text_folder(archives, "gazette")), _rows(archives)
    rename, rmtree = Path.rename, shutil.rmtree
    for step in range(3):
        steps = iter(range(3))

        def stop_at(act: Callable[..., Any], step: int = step, steps: Any = steps) -> Callable[..., Any]:
            def acted(*args: Any, **options: Any) -> Any:
                if next(steps) == step:
                    raise Stopped
                return act(*args, **options)

            return acted

        monkeypatch.setattr(Path, "rename", stop_at(rename))
        monkeypatch.setattr(rebuild_module.shutil, "rmtree", stop_at(rmtree))
        with pytest.raises(Stopped):
            _run(archives, source, InProcess())
        monkeypatch.undo()
        _run(archives, source, InProcess())
        assert _files(text_folder(archives, "gazette")) == texts
        assert _rows(archives) == rows
        assert not (archives / ".rebuild").exists()


def test_a_page_that_cannot_be_extracted_is_named_and_stays_pending(archives: Path, source: Source) -> None:
    pool = InProcess()
    pool.fail["http://a/2"] = ExtractionError("http://a/2: extraction crashed its worker")
    rebuilt = _run(archives, source, pool)
    assert rebuilt.articles == 4
    assert ["crashed its worker" in problem for problem in rebuilt.problems] == [True]
    catalogue = Catalogue(catalogue_path(archives))
    assert [capture.url for capture in catalogue.pending("gazette")] == ["http://a/2"]
    catalogue.close()


def test_an_original_in_another_source_is_found(archives: Path, source: Source) -> None:
    """A page that another source captured before is in the archive as a revisit of that."""
    written = _archive(archives, "other", {"http://other/9": _response(_page(9))})._written
    _archive(
        archives, "gazette", {"http://a/9": _response(_page(9))}, at=90, find=lambda digest, size: written.get(digest)
    )
    assert _run(archives, source, InProcess()).articles == 6
    with sqlite3.connect(catalogue_path(archives)) as database:
        assert database.execute("SELECT DISTINCT source FROM captures").fetchall() == [("gazette",)]


def test_rows_of_other_sources_and_the_history_of_runs_stay(archives: Path, source: Source) -> None:
    _archive(archives, "other", {"http://other/1": _response(_page(1))})
    _run(archives, source.model_copy(update={"name": "other"}), InProcess())
    catalogue = Catalogue(catalogue_path(archives))
    catalogue.end_run(catalogue.start_run("gazette"), "finished", {})
    catalogue.close()
    _run(archives, source, InProcess())
    with sqlite3.connect(catalogue_path(archives)) as database:
        assert {row[0] for row in database.execute("SELECT source FROM captures")} == {"gazette", "other"}
        assert database.execute("SELECT reason FROM runs").fetchall() == [("finished",)]


def test_beside_a_running_crawl_nothing_is_rebuilt(archives: Path, source: Source) -> None:
    writer = _archive(archives, "gazette", {"http://a/new": _response(_page(8))}, at=99, close=False)
    with pytest.raises(ArchiveError, match="a crawl of gazette runs"):
        _run(archives, source, InProcess())
    writer.close()
    assert _run(archives, source, InProcess()).articles == 6


def test_two_rebuilds_of_a_source_do_not_meet(archives: Path, source: Source) -> None:
    folder = rebuild_folder(archives, "gazette")
    folder.mkdir(parents=True)
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(ArchiveError, match="being rebuilt by another process"):
        _run(archives, source, InProcess())
    os.close(descriptor)


def test_a_full_disk_leaves_everything_as_it_was(
    archives: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(archives, source, InProcess())
    texts, rows = _files(text_folder(archives, "gazette")), _rows(archives)

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rebuild_module, "store", full)
    with pytest.raises(ArchiveError, match=r"Cannot rebuild gazette .*No space left on device"):
        _run(archives, source, InProcess())
    assert (_files(text_folder(archives, "gazette")), _rows(archives)) == (texts, rows)


def test_a_rebuild_gives_what_the_crawl_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo newspaper, crawled in two editions by the ordinary spider; then rebuilt in two processes."""
    archives, aside = tmp_path / "archives", tmp_path / "aside"
    with serving() as server, source_at(server.server_port) as (name, folder):
        monkeypatch.chdir(ROOT)
        assert crawl(name, folder, [f"ARCHIVES_DIR={archives}", "LOG_ENABLED=0"]) == 0
        server.advance()
        assert crawl(name, folder, [f"ARCHIVES_DIR={archives}", "LOG_ENABLED=0"]) == 0
        written = _files(archives / name)
        assert len([path for path in written if path.endswith(".txt")]) > 40
        shutil.copytree(archives / name / "warc", aside / name / "warc")
        command = [sys.executable, "-m", "scrapy", "archive", "rebuild", str(aside), "--processes", "2"]
        environment = os.environ | {ENVIRONMENT: str(folder)}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    assert _files(aside / name) == written
    (captures, articles, _), (crawled, entered, _) = _rows(aside), _rows(archives)
    assert articles == entered
    assert [row[:-1] for row in captures] == [row[:-1] for row in crawled], "the same but for the number of the run"
