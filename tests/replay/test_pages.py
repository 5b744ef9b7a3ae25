"""The replay's own pages over HTTP, and archived content for any browser."""

from __future__ import annotations

import http.client
import json
from pathlib import Path

import pytest

from crawler.archive.reader import read_record
from crawler.replay.site import direction
from tests.replay.conftest import NOON, Served


def test_the_start_names_sources_articles_and_sites(served_archive: Served) -> None:
    """All that is there can be reached from the first page."""
    status, _, page = served_archive.get("/")
    assert status == 200
    for expected in ("paper", "3 articles", "Ferry late again", "港口新闻", "paper.example"):
        assert expected in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ferry", "Ferry late again"),
        ("q=%D0%92%D1%8B%D0%B1%D0%BE%D1%80%D0%BE%D0%B2", "Выборы в городе"),
        ("q=%E6%B8%A1%E8%BD%AE", "港口新闻"),
        ("language=ru", "Выборы в городе"),
        ("author=Ines+Farrow", "Ferry late again"),
        ("day=2017-07-12", "Ferry late again"),
    ],
)
def test_search_and_filters_find_one_article(served_archive: Served, query: str, found: str) -> None:
    """By words in any script, by language, author and day."""
    page = served_archive.get(f"/articles?{query}")[2]
    titles = [title for title in ("Ferry late again", "Выборы в городе", "港口新闻") if f">{title}</a>" in page]
    assert titles == [found]
    assert ("<mark>" in page) == query.startswith("q=")


@pytest.mark.parametrize("query", ["q=%22", "q=NEAR(", "day=x", "page=99999999999", "page=-1", "order=odd", "source='"])
def test_odd_queries_are_pages_too(served_archive: Served, query: str) -> None:
    """Nothing that is typed into an address is an error of ours."""
    assert served_archive.get(f"/articles?{query}")[0] == 200


def test_articles_are_listed_below_their_days_with_their_first_words(served_archive: Served) -> None:
    """As in a newspaper: the newest day first, each day once; a search is in the order of its hits instead."""
    page = served_archive.get("/articles")[2]
    days = ["Thursday, 13 July 2017", "Wednesday, 12 July 2017"]
    assert [page.count(f">{day}</time>") for day in days] == [1, 1]
    assert page.index(days[0]) < page.index("港口新闻") < page.index(days[1]) < page.index("Ferry late again")
    assert "The ferry to the island" in page
    assert 'class="day"' not in served_archive.get("/articles?q=ferry")[2]


@pytest.mark.parametrize(
    ("text", "runs"),
    [("Ferry late", "ltr"), ("2024: مخبز صغير", "rtl"), ("«חדשות»", "rtl"), ("港口", "ltr"), ("12", "ltr")],
)
def test_a_text_runs_as_its_first_letter_does(text: str, runs: str) -> None:
    """Whatever language its section and its byline are in."""
    assert direction(text) == runs


def test_the_menu_says_where_one_is(served_archive: Served) -> None:
    """For eyes and for screen readers."""
    for path in ("articles", "calendar", "addresses", "files"):
        page = served_archive.get(f"/{path}")[2]
        assert page.count('aria-current="page"') == 1 + (path == "calendar")  # the calendar's own: of all sources
        assert f'href="/{path}" aria-current="page"' in page


def test_a_source_is_shown_under_its_title(served_archive: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not known is called what its folder is called."""
    assert ">paper</a>" in served_archive.get("/")[2]
    monkeypatch.setattr(served_archive.replay._site, "titles", lambda: {"paper": "The Example Paper"})
    assert ">The Example Paper</a>" in served_archive.get("/")[2]


def test_an_article_is_shown_with_its_provenance(served_archive: Served) -> None:
    """Text, metadata, record, captures, and links to all forms of it."""
    number = served_archive.replay.articles.of_url("https://paper.example/0")[0].id
    status, _, page = served_archive.get(f"/articles/{number}")
    assert status == 200
    for expected in ("The ferry to the island", "Ines Farrow", "urn:uuid:", "sha1:", "All captures", "2017-10-20"):
        assert expected in page
    assert served_archive.get(f"/articles/{number}.txt")[2].startswith("Ferry late again\n\nThe ferry")
    sidecar = json.loads(served_archive.get(f"/articles/{number}.json")[2])
    assert sidecar["authors"] == ["Ines Farrow"]
    assert served_archive.get("/articles/999")[0] == 404


def test_the_record_that_is_downloaded_is_a_warc(served_archive: Served, tmp_path: Path) -> None:
    """The bytes are those in the archive, and any tool can read them."""
    memento = served_archive.replay.captures.find("https://paper.example/0", NOON)
    assert memento is not None
    port = served_archive.replay.url.rstrip("/").rsplit(":", 1)[1]
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    connection.request("GET", f"/records/{memento.id}")
    answer = connection.getresponse()
    assert answer.headers.get_filename() == f"record-20170712120000-{memento.id}.warc.gz"
    (tmp_path / "one.warc.gz").write_bytes(answer.read())
    connection.close()
    assert read_record(tmp_path / "one.warc.gz", 0).url == "https://paper.example/0"


def test_the_calendar_links_days_that_have_articles(served_archive: Served) -> None:
    """Two days, in July 2017."""
    page = served_archive.get("/calendar")[2]
    assert 'href="/articles?day=2017-07-12" title="1 article"' in page
    assert 'href="/articles?day=2017-07-13" title="2 articles"' in page
    assert "day=2017-07-14" not in page


def test_what_is_no_article_is_browsed_by_address(served_archive: Served) -> None:
    """By prefix, status and type."""
    assert "https://paper.example/x.png" in served_archive.get("/addresses?prefix=paper.example/")[2]
    assert "x.png" not in served_archive.get("/addresses?prefix=paper.example/&status=4")[2]
    assert "/gone" in served_archive.get("/addresses?prefix=paper.example/&status=4")[2]
    assert "/gone" not in served_archive.get("/addresses?prefix=paper.example/&type=image/")[2]
    assert served_archive.get("/captures?url=paper.example/nothing")[0] == 404
    assert "301" in served_archive.get("/captures?url=paper.example/old")[2]


def test_a_view_goes_to_the_capture_nearest_to_its_time(served_archive: Served) -> None:
    """Also behind a redirect; the exact address is shown in the end."""
    status, headers, _ = served_archive.get("/view/2017/https://paper.example/old")
    assert (status, headers["Location"]) == (302, "/view/20170712120000/https://paper.example/0")
    status, _, page = served_archive.get(headers["Location"])
    assert status == 200
    assert 'rel="next" href="/view/20171020120000/https://paper.example/0"' in page
    assert 'sandbox="allow-same-origin allow-top-navigation-by-user-activation"' in page


def test_without_our_browser_the_clock_is_not_turned(served_archive: Served) -> None:
    """“As it was” leads to the static view where the proxy is not the browser's network."""
    status, headers, _ = served_archive.get("/as-it-was/20170712120000/https://paper.example/0")
    assert (status, headers["Location"]) == (302, "/view/20170712120000/https://paper.example/0")
    assert served_archive.replay.showing.when is None


@pytest.mark.parametrize(
    "path", ["/", "/articles", "/calendar", "/addresses", "/files", "/now", "/captures?url=paper.example/0", "/nothing"]
)
def test_every_page_of_ours_runs_nothing(served_archive: Served, path: str) -> None:
    """The policy allows our style and frames of the content's origin, and no script."""
    _, headers, page = served_archive.get(path)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in page


def test_archived_content_cannot_run_and_is_at_another_origin(served_archive: Served) -> None:
    """Scripts are taken out, and the policy would stop any that was missed."""
    status, headers, page = served_archive.get("/web/20170712120000/https://paper.example/0", content=True)
    assert status == 200
    assert "<script" not in page
    assert headers["Content-Security-Policy"].startswith("sandbox allow-same-origin allow-top-navigation")
    assert "allow-scripts" not in headers["Content-Security-Policy"]
    assert served_archive.get("/web/20170712120000/https://paper.example/0")[0] == 404
    raw = served_archive.get("/web/20170712120000id_/https://paper.example/0", content=True)
    assert "<script>window.ran = true</script>" in raw[2]
    assert raw[1]["Content-Security-Policy"].startswith("sandbox")


def test_captured_statuses_are_shown(served_archive: Served) -> None:
    """An archived 404 is a page of the archive; what is not in it says so."""
    status, headers, page = served_archive.get("/web/20170712120000/https://paper.example/gone", content=True)
    assert (status, "gone" in page) == (404, True)
    assert headers["Memento-Datetime"] == "Wed, 12 Jul 2017 12:00:00 GMT"
    status, headers, page = served_archive.get("/web/2017/https://paper.example/never", content=True)
    assert (status, headers["Memento-Datetime"]) == (404, None)
    assert "Not in this archive" in page


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=2-4", 206, "234"),
        ("bytes=-3", 206, "789"),
        ("bytes=7-", 206, "789"),
        ("bytes=5-99", 206, "56789"),
        ("bytes=20-", 416, ""),
        ("lines=1-2", 200, "0123456789"),
    ],
)
def test_ranges_are_cut_out_of_whole_captures(served_archive: Served, wanted: str, status: int, body: str) -> None:
    """As RFC 9110 has it."""
    path = "/web/20170712120000oe_/https://paper.example/data.bin"
    answer = served_archive.get(path, content=True, Range=wanted)
    assert (answer[0], answer[2]) == (status, body)
