"""Pages of WARCs without texts are read as articles while the replay runs."""

from __future__ import annotations

import threading
from pathlib import Path

from crawler.replay.articles import Articles, Query
from crawler.replay.cache import open_cache
from crawler.replay.library import Library
from crawler.replay.reading import PageReading
from crawler.replay.reextract.sourcing import Sources
from tests.replay.conftest import Recorder
from tests.replay.reextract.stories import source, story


def read_all(root: Path, cache_folder: Path, sources: Sources) -> Articles:
    """Index an archive and read its pages, until none is left."""
    cache = open_cache(root, cache_folder)
    library = Library(root, cache)
    library.refresh()
    reading = PageReading(library, cache, sources, workers=1)
    thread = threading.Thread(target=reading.run)
    thread.start()
    reading.idle.wait(60)
    reading.stop()
    thread.join(20)
    assert not thread.is_alive()
    return Articles(root, cache)


def test_pages_of_a_foreign_warc_become_articles(recorder: Recorder, tmp_path: Path) -> None:
    """They are found by search, once each, under the source of their host; other pages have the reason why not."""
    recorder.add("https://known.example/1", story("The ferry is late"))
    recorder.add("https://known.example/1", story("The ferry is late"))
    recorder.add("https://other.example/2", story("A day at the harbour"))
    recorder.add("https://other.example/empty", b"<p>nothing")
    recorder.close()
    sources = Sources([source("known_paper", "https://known.example/")])
    articles = read_all(recorder.folder, tmp_path / "cache", sources)
    found = articles.entries(Query(words="ferry"))
    assert [(entry.title, entry.source, entry.path) for entry in found] == [("The ferry is late", "known_paper", None)]
    assert "harbour board" in articles.read(found[0]).text
    assert articles.count(Query()) == 2
    assert [summary.name for summary in articles.sources()] == ["known_paper", "other_example"]


def test_a_source_that_has_texts_is_not_read_again(tmp_path: Path) -> None:
    """WARCs where a crawl of ours put them have their texts beside them."""
    recorder = Recorder(tmp_path / "archives" / "paper" / "warc")
    recorder.add("https://known.example/1", story("The ferry is late"))
    recorder.close()
    (tmp_path / "archives" / "paper" / "text").mkdir()
    articles = read_all(tmp_path / "archives", tmp_path / "cache", Sources([]))
    assert articles.count(Query()) == 0
