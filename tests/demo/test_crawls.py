"""The demo's source at any port, and the comparison of an archive with the newspaper."""

from pathlib import Path

from crawler.archive.layout import text_folder, text_path
from crawler.demo.crawls import SOURCE, source_at, word_for_word
from crawler.demo.newspaper import Newspaper
from crawler.demo.server import DEFAULT_PORT
from crawler.sources.catalogue import SHIPPED, SourceCatalogue

PAPER = Newspaper()


def test_at_its_own_port_the_source_is_the_one_that_is_shipped():
    with source_at(DEFAULT_PORT) as (name, folder):
        assert (name, folder) == (SOURCE, None)


def test_at_another_port_the_source_is_a_valid_copy_with_its_addresses_and_a_name_of_its_own():
    with source_at(45678) as (name, folder):
        assert name == "demo_45678"
        source = SourceCatalogue([SHIPPED, folder]).load(name)
        assert source.homepage == "http://127.0.0.1:45678/"
        assert str(DEFAULT_PORT) not in (folder / f"{name}.toml").read_text("utf-8")
    assert not folder.exists()


def test_the_shipped_source_takes_the_stories_of_the_newspaper_for_articles_and_its_lists_for_none():
    source = SourceCatalogue([SHIPPED]).load(SOURCE)
    base = f"http://127.0.0.1:{DEFAULT_PORT}"
    stories = [article.url_path for article in PAPER.articles(2)] + [redirect.url_path for redirect in PAPER.redirects]
    assert [path for path in stories if not source.is_article(base + path)] == []
    others = [
        "/",
        "/town",
        "/town?page=2",
        "/tag/ferry",
        "/author/tom-quill",
        "/feed.xml",
        "/about",
        "/static/style.css",
    ]
    assert [path for path in others if source.is_article(base + path)] == []


def test_a_text_counts_only_if_it_is_kept_word_for_word(tmp_path: Path):
    right, wrong, missing = PAPER.articles()[:3]
    for article, text in ((right, right.golden_text), (wrong, wrong.golden_text.replace(" the ", " a ") + "More.\n")):
        path = text_path(tmp_path, SOURCE, article.published.date(), article.title, article.url_path, text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert word_for_word(tmp_path, SOURCE, [right, wrong, missing]) == [right]


def test_an_archive_that_is_not_there_holds_nothing(tmp_path: Path):
    assert not text_folder(tmp_path, SOURCE).exists()
    assert word_for_word(tmp_path, SOURCE, PAPER.articles()) == []
