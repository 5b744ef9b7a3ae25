"""`scrapy crawl`, end to end: articles as clean text, the pages in WARCs, and what a second crawl does."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from crawler import __version__
from crawler.archive.reader import Record, iterate, read_record
from crawler.articles import article_of, page_of, work
from crawler.demo.server import NewspaperServer
from crawler.extraction.extract import extract
from crawler.items import Article
from crawler.sources.catalogue import SourceCatalogue
from crawler.storage import texts
from crawler.storage.catalogue import Catalogue
from tests.crawl.conftest import Crawls


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One crawl of the whole newspaper that the tests of this module look at, and must not change."""
    from crawler.demo.server import serving
    from tests.crawl.conftest import DEMO

    crawls = Crawls(tmp_path_factory.mktemp("first"))
    with serving() as server:
        crawls.add_source(DEMO.replace("http://127.0.0.1:8765", server.url))
        done = crawls.run("crawl", "gazette", "-O", f"{crawls.folder}/out.jsonl")
        assert done.returncode == 0, done.stderr
        yield crawls, server, done


def test_every_article_is_kept_with_its_text(first: Any) -> None:
    crawls, server, _ = first
    pairs = zip(crawls.sidecars(), crawls.texts(), strict=True)
    kept = {sidecar["url"].removeprefix(server.url): path for sidecar, path in pairs}
    expected = {article.url_path: article for article in server.paper.articles()}
    assert set(kept) == set(expected)
    wrong = [url for url, path in kept.items() if path.read_text() != expected[url].golden_text]
    assert wrong == []


def test_pages_that_hold_no_article_are_counted_with_the_reason_and_not_written(first: Any) -> None:
    crawls, server, _ = first
    counted = {
        name: count
        for name, count in crawls.stats().items()
        if name.startswith(("articles/skipped/", "articles/failed/"))
    }
    names = {"not-found": "articles/failed/HTTP 404"}
    reasons = [rejection.reason for rejection in server.paper.rejections()]
    assert counted == Counter(names.get(reason, f"articles/skipped/{reason}") for reason in reasons)
    assert all(path.stat().st_size > 100 for path in crawls.texts())


def test_every_text_cites_a_record_whose_bytes_give_that_text_again(first: Any) -> None:
    crawls, _, _ = first
    source = SourceCatalogue([crawls.folder / "sources"]).load("gazette")
    catalogue = Catalogue(crawls.archives / "catalogue.sqlite")
    captures = {capture.record_id: capture for capture in catalogue._many("1")}
    for path in crawls.texts():
        stored = texts.load(path)
        if stored.parts is not None:
            continue  # made of more than one record: tests/crawl/test_parts.py
        record = read_record(crawls.archives / "gazette" / "warc" / stored.warc, stored.offset)
        assert record.id == stored.record_id
        page = page_of(source, captures[record.id], record)
        article = article_of(source, page, extract(*work(source, page)))
        assert isinstance(article, Article)
        assert article.text == path.read_text()
        assert texts.sidecar(article) == path.with_suffix(".json").read_bytes()
    catalogue.close()


def test_independent_readers_find_the_warcs_valid(first: Any) -> None:
    crawls, _, _ = first
    names = [str(path) for path in crawls.warcs()]
    assert names
    for checker in (["-m", "warcio.cli", "check", "-v"], ["-m", "fastwarc.cli", "check"]):
        checked = subprocess.run([sys.executable, *checker, *names], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "digest failed" not in checked.stdout


def test_nothing_is_left_open(first: Any) -> None:
    crawls, _, _ = first
    assert not list(crawls.archives.rglob("*.open"))
    assert not list(crawls.archives.rglob("*.tmp"))


def test_every_request_to_the_server_is_in_the_archive(first: Any) -> None:
    crawls, server, _ = first
    archived = crawls.rows("SELECT url, count(*) FROM captures GROUP BY url")
    assert {url.removeprefix(server.url) or "/": count for url, count in archived} == server.asked()


def test_the_crawl_names_itself_to_the_site_and_in_the_archive(first: Any) -> None:
    crawls, _, _ = first
    ours = f"Broadsheet/{__version__}".encode()
    records = [record for path in crawls.warcs() for record in iterate(path)]
    requests = [record.block for record in records if record.type == "request"]
    assert all(b"\r\nUser-Agent: " + ours + b"\r\n" in request for request in requests)
    assert b"http-header-user-agent: " + ours + b"\r\n" in records[0].block


def test_scrapys_feed_exports_hold_the_same_articles(first: Any) -> None:
    crawls, _, _ = first
    exported = [json.loads(line) for line in (crawls.folder / "out.jsonl").read_text().splitlines()]
    assert sorted(item["path"] for item in exported) == sorted(
        path.relative_to(crawls.archives).as_posix() for path in crawls.texts()
    )
    assert {item["text"] for item in exported} == {path.read_text() for path in crawls.texts()}


def test_the_end_of_a_crawl_says_what_happened_and_where_to_look(first: Any) -> None:
    crawls, _, done = first
    assert f"articles kept: {len(crawls.texts())}" in done.stderr
    assert str(crawls.archives / "gazette" / "warc") in done.stderr


def test_a_second_crawl_fetches_no_article_again(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url))
    crawls.run("crawl", "gazette")
    texts_before, asked_before = crawls.texts(), fresh_newspaper.asked()
    assert crawls.run("crawl", "gazette").returncode == 0
    asked = fresh_newspaper.asked()
    again = {target for target in asked if asked[target] != asked_before.get(target, 0)}
    assert not again & {article.url_path for article in fresh_newspaper.paper.articles()}
    assert crawls.texts() == texts_before
    assert crawls.rows("SELECT count(*) FROM captures WHERE kind = 'revisit' AND status = 304")[0][0] > 0


def test_an_edited_article_gets_a_second_text_and_a_new_one_its_first(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url))
    crawls.run("crawl", "gazette")
    before = set(crawls.texts())
    fresh_newspaper.advance(datetime.now(UTC) + timedelta(seconds=1))
    crawls.run("crawl", "gazette")
    added = {path.read_text() for path in set(crawls.texts()) - before}
    paper = fresh_newspaper.paper
    assert added == {article.golden_text for article in paper.articles(2)} - {a.golden_text for a in paper.articles(1)}
    assert before < set(crawls.texts())


def test_one_article_by_address_is_fetched_and_nothing_else(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url))
    article = fresh_newspaper.paper.articles()[0]
    crawls.run("crawl", "gazette", "-a", f"url={fresh_newspaper.url}{article.url_path}")
    pages = {target for target in fresh_newspaper.asked() if not target.startswith(("/static/", "/images/"))}
    assert pages == {"/robots.txt", "/.well-known/tdmrep.json", article.url_path}
    assert [path.read_text() for path in crawls.texts()] == [article.golden_text]


def test_the_limit_bounds_the_articles_that_are_fetched(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url))
    crawls.run("crawl", "gazette", "-a", "limit=3")
    assert crawls.stats()["articles/found"] == 3
    assert len(crawls.texts()) <= 3


def test_the_dates_asked_for_bound_what_is_fetched(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    feed_only = gazette(fresh_newspaper.url).split("sitemaps = ")[0] + "[articles]\nhosts = []\n"
    crawls.add_source(feed_only + "[politeness]\nallow_private = true\ndelay = 0.001\n")
    days = sorted({article.published.date() for article in fresh_newspaper.paper.articles() if article.listed})
    crawls.run("crawl", "gazette", "-a", f"since={days[-2]}", "-a", f"until={days[-2]}")
    kept = {sidecar["published"][:10] for sidecar in crawls.sidecars()}
    assert kept == {str(days[-2])}


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_csv_and_xml_exports_work(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str], kind: str
) -> None:
    crawls.add_source(gazette(newspaper.url))
    out = crawls.folder / f"out.{kind}"
    crawls.run("crawl", "gazette", "-a", "limit=4", "-O", str(out))
    kept = {path.read_text() for path in crawls.texts()}
    if kind == "csv":
        with out.open(newline="") as lines:
            assert {row["text"] for row in csv.DictReader(lines)} == kept
    else:
        assert {item.findtext("text") for item in ElementTree.parse(out).getroot()} == kept


def test_two_crawls_at_once_into_one_archive_do_no_harm(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    for name in ("gazette", "courier"):
        crawls.add_source(gazette(fresh_newspaper.url), name)
    running = [crawls.start("crawl", name) for name in ("gazette", "courier", "gazette")]
    outputs = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], outputs
    assert not any("Traceback" in output for output in outputs), outputs
    expected = {article.golden_text for article in fresh_newspaper.paper.articles()}
    for name in ("gazette", "courier"):
        assert {path.read_text() for path in crawls.texts() if path.is_relative_to(crawls.archives / name)} == expected
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *map(str, crawls.warcs())], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_what_the_site_reserves_is_recorded_with_the_article(first: Any) -> None:
    crawls, server, _ = first
    rights = {sidecar["url"].removeprefix(server.url): sidecar["rights"] for sidecar in crawls.sidecars()}
    assert {url for url in rights if "tdm" in rights[url]} == {url for url in rights if url.startswith("/opinion/")}
    assert any(url.startswith("/opinion/") for url in rights)


def test_a_source_can_obey_what_its_site_reserves(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(newspaper.url).replace("[politeness]", '[politeness]\nobey_rights = ["tdm"]'))
    opinion = next(a for a in newspaper.paper.articles() if a.url_path.startswith("/opinion/"))
    other = next(a for a in newspaper.paper.articles() if a.url_path.startswith("/town/"))
    crawls.run("crawl", "gazette", "-a", f"url={newspaper.url}{opinion.url_path},{newspaper.url}{other.url_path}")
    assert [path.read_text() for path in crawls.texts()] == [other.golden_text]
    assert crawls.stats()["articles/skipped/rights reserved"] == 1


def test_a_source_can_have_its_texts_in_the_warc_too(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Callable[[str], str]
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url).replace("[archive]", "[archive]\ntext_records = true"))
    crawls.run("crawl", "gazette", "-a", "limit=5")
    records = [record for path in crawls.warcs() for record in iterate(path) if isinstance(record, Record)]
    conversions = {record.get("WARC-Refers-To"): record.block for record in records if record.type == "conversion"}
    assert conversions == {
        sidecar["record"]["id"]: path.read_bytes()
        for sidecar, path in zip(crawls.sidecars(), crawls.texts(), strict=True)
    }
    assert conversions
