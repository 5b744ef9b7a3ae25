"""What was learnt of a site: from its texts, kept in its WARCs, and the same text from the same archive."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.exchange import Exchange, Via
from crawler.archive.layout import catalogue_path, text_folder, warc_folder
from crawler.archive.writer import ArchiveWriter
from crawler.extraction.extract import extract
from crawler.extraction.template import Template
from crawler.sources.model import Extraction, Source
from crawler.storage.catalogue import Catalogue
from crawler.storage.rebuild import rebuild
from crawler.storage.relearn import relearn
from crawler.storage.templates import known_in, learnt
from crawler.storage.texts import load

PLEA = "Our newspaper lives from its readers: please become a member, for the price of a cup of tea a month."
WORDS = "harbour sluice mayor winter bridge engine council garden market railway station theatre island ferry".split()
PLACE = "div.page > article.post > div.entry"


class InProcess:
    """Extracts without worker processes."""

    async def extract(self, *arguments: Any) -> dict[str, Any]:
        return extract(*arguments)


def _page(number: int) -> bytes:
    """A page with paragraphs of its own and the same plea as all others."""
    words = [f"{word}{chr(ord('a') + number)}" for word in WORDS]
    texts = [f"On day {n} the {' '.join(words[n % 5 :])} of {' and '.join(words)} were seen." for n in range(5)]
    body = "".join(f"<p>{text}</p>" for text in texts)
    meta = f'<meta property="article:published_time" content="2026-11-{number % 20 + 1:02}T08:00:00+00:00">'
    article = f"<article class=post><div class=entry>{body}<p>{PLEA}</p></div></article>"
    head = f"<title>Story {number}</title>{meta}"
    return f"<html lang=en><head>{head}</head><body><div class=page><h1>Story {number}</h1>{article}</div>".encode()


@pytest.fixture
def source() -> Source:
    return Source(name="gazette", title="The Gazette", homepage="http://a/", language="en")


def _crawl(archives: Path, numbers: Iterable[int], hour: int) -> None:
    """Write what a crawl captures, with what it learns when it begins."""
    catalogue = Catalogue(catalogue_path(archives))
    template = learnt(archives, "gazette", catalogue)
    catalogue.close()
    known = template.to_json().encode() if template else b""
    writer = ArchiveWriter(warc_folder(archives, "gazette"), "gazette", info={"software": "x"}, template=known)
    for number in numbers:
        moment = datetime(2026, 11, 22, hour, number % 60, tzinfo=UTC) + timedelta(days=number // 60)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        exchange = Exchange(f"http://a/{number}", "GET", moment, b"GET / HTTP/1.1\r\n\r\n", head + _page(number))
        writer.write(exchange, Via("article", "http://a/feed"))
    writer.close()


def _rebuild(archives: Path, source: Source) -> None:
    rebuilt = asyncio.run(rebuild(archives, source, InProcess(), 2))  # type: ignore[arg-type]
    assert rebuilt.problems == []


def _texts(archives: Path) -> dict[str, bytes]:
    folder = text_folder(archives, "gazette")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def archives(tmp_path: Path, source: Source) -> Path:
    """Three crawls: the first knows nothing of the site, the others what the ones before them showed."""
    for run, numbers in enumerate((range(6), range(6, 12), range(12, 15))):
        _crawl(tmp_path, numbers, run)
        _rebuild(tmp_path, source)
    return tmp_path


def test_texts_of_the_first_crawl_are_as_on_first_sight_and_later_ones_without_furniture(archives: Path) -> None:
    articles = [load(path) for path in text_folder(archives, "gazette").rglob("*.txt")]
    with_plea = {article.title for article in articles if PLEA in article.text}
    assert with_plea == {f"Story {number}" for number in range(6)}
    assert {article.title for article in articles if article.removed == [PLEA]} == {
        f"Story {number}" for number in range(6, 15)
    }
    assert {article.place for article in articles} == {PLACE}


def test_a_text_cites_the_template_in_its_own_warc(archives: Path) -> None:
    for path in text_folder(archives, "gazette").rglob("*.txt"):
        article = load(path)
        known = known_in(warc_folder(archives, "gazette") / article.warc, "gazette")
        assert article.template == (known.record_id if known else None)
        assert (known is None) == (PLEA in article.text)


def test_the_same_archive_gives_the_same_texts_whatever_was_learnt_since(
    archives: Path, source: Source, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(archives / "gazette" / "warc", elsewhere / "gazette" / "warc")
    _rebuild(elsewhere, source)
    assert _texts(elsewhere) == _texts(archives)


def test_furniture_that_is_left_out_is_not_forgotten(archives: Path) -> None:
    catalogue = Catalogue(catalogue_path(archives))
    template = learnt(archives, "gazette", catalogue)
    catalogue.close()
    assert [line.articles for line in template.lines] == [15]
    assert [(place.path, place.articles) for place in template.places] == [(PLACE, 15)]


def test_learnt_from_the_warcs_alone_it_is_the_same_as_from_the_texts(archives: Path, source: Source) -> None:
    catalogue = Catalogue(catalogue_path(archives))
    from_texts = learnt(archives, "gazette", catalogue)
    catalogue.close()
    catalogue_path(archives).unlink()
    shutil.rmtree(text_folder(archives, "gazette"))
    assert asyncio.run(relearn(archives, source, InProcess())) == from_texts  # type: ignore[arg-type]


def test_a_source_can_turn_it_off(archives: Path, source: Source) -> None:
    _rebuild(archives, source.model_copy(update={"extraction": Extraction(template=False)}))
    texts = [load(path) for path in text_folder(archives, "gazette").rglob("*.txt")]
    assert all(PLEA in article.text and article.template is None for article in texts)
    assert len(texts) == 15


def test_a_record_that_is_no_template_is_none(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path, "gazette", info={"software": "x"}, template=b"{}")
    writer.write(Exchange("http://a/1", "GET", datetime(2026, 1, 1, tzinfo=UTC), b"GET / HTTP/1.1\r\n\r\n", b""))
    path = writer.close()
    assert path is not None
    assert known_in(path, "gazette") is None
    assert known_in(tmp_path / "gone.warc.gz", "gazette") is None


def test_an_archive_without_texts_teaches_nothing(tmp_path: Path) -> None:
    catalogue = Catalogue(catalogue_path(tmp_path))
    assert learnt(tmp_path, "gazette", catalogue) == Template()
    assert not Template()
    catalogue.close()
