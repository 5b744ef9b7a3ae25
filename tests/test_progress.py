"""What a crawl shows: figures with their reasons, and advice where nothing was kept."""

import io

import pytest
from rich.console import Console

from crawler.progress import LiveDisplay, PlainDisplay, advice, display_for, human_bytes, one_line, summary_rows
from crawler.sources.model import Source

STATS = {
    "articles/found": 12,
    "articles/kept": 9,
    "articles/skipped/listing": 1,
    "articles/skipped/video": 2,
    "articles/failed/HTTP 404": 1,
    "links/archived before": 30,
    "discovery/documents": 3,
    "archive/captures": 17,
    "archive/revisit": 2,
    "archive/bytes": 1_234_567,
    "downloader/response_count": 17,
}


@pytest.fixture
def source() -> Source:
    return Source(name="gazette", title="The Gazette", homepage="https://gazette.example/", language="en")


def test_the_summary_says_what_was_kept_and_why_the_rest_was_not() -> None:
    assert summary_rows(STATS) == [
        ("articles found", "12"),
        ("articles kept", "9"),
        ("no article: video", "2"),
        ("no article: listing", "1"),
        ("failed: HTTP 404", "1"),
        ("links archived before", "30"),
        ("feeds, sitemaps and sections read", "3"),
        ("exchanges archived", "17, 1.2 MB on disk, 2 of them revisits"),
    ]


def test_the_line_of_a_running_crawl_has_counts_bytes_and_rate() -> None:
    assert one_line(STATS, 10.0) == "found 12, fetched 17, kept 9, skipped 4, 1.2 MB archived, 1.7 pages/s"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (2_500_000, "2.5 MB"), (7.1e12, "7100.0 GB")]
)
def test_bytes_are_shown_for_people(count: float, shown: str) -> None:
    assert human_bytes(count) == shown


@pytest.mark.parametrize(
    ("stats", "reason", "hint"),
    [
        ({}, "finished", "Discovery found no links"),
        ({"links/not an article of this source": 4}, "finished", r"\[articles\]"),
        ({"links/archived before": 4}, "finished", "Nothing new"),
        ({"articles/found": 4}, "finished", r"\[extraction\]"),
    ],
)
def test_a_crawl_that_kept_nothing_says_where_to_look(stats: dict[str, int], reason: str, hint: str) -> None:
    advised = advice(stats, reason)
    assert advised is not None
    assert hint.replace("\\", "") in advised


@pytest.mark.parametrize(
    ("stats", "reason"), [(STATS, "finished"), ({}, "shutdown"), ({"articles/unchanged": 1}, "finished")]
)
def test_there_is_no_advice_where_nothing_is_wrong(stats: dict[str, int], reason: str) -> None:
    assert advice(stats, reason) is None


def test_the_live_display_ends_with_a_table_of_the_summary_and_the_paths(source: Source, tmp_path) -> None:
    (tmp_path / "gazette" / "text").mkdir(parents=True)
    written = io.StringIO()
    display = LiveDisplay(source, tmp_path, Console(file=written, force_terminal=True, width=200, no_color=True))
    display.start()
    display.show(STATS)
    display.finish(STATS, "finished")
    shown = written.getvalue()
    assert "The Gazette: finished" in shown
    assert str(tmp_path / "gazette" / "text") in shown
    assert "archived before" in shown


def test_where_there_is_no_terminal_lines_are_logged(
    source: Source, tmp_path, caplog: pytest.LogCaptureFixture
) -> None:
    display = display_for("auto", source, tmp_path)
    assert isinstance(display, PlainDisplay)
    with caplog.at_level("INFO"):
        display.start()
        display.show(STATS)
        display.finish({}, "finished")
    assert "Crawling gazette" in caplog.text
    assert "kept 9" in caplog.text
    assert "Discovery found no links" in caplog.text
