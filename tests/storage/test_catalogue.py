"""The catalogue: remembers captures and articles, answers for whole listings, survives company and bad files."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from crawler.archive.exchange import Capture, Via
from crawler.errors import ArchiveError
from crawler.items import Article
from crawler.storage import schema
from crawler.storage.catalogue import Catalogue
from crawler.storage.interrupted import LEFT_TO_ANOTHER
from crawler.storage.schema import SCHEMA, VERSION, open_database

MakeCapture = Callable[..., Capture]
A, B, C = (f"https://gazette.example/{letter}" for letter in "abc")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def test_a_captured_article_is_known_and_another_is_not(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    capture = make_capture(A)
    catalogue.add_capture("gazette", capture)
    known = catalogue.known("gazette", [A, B])
    assert list(known) == [A]
    assert known[A].first == known[A].last == capture.date


def test_an_url_is_known_in_all_the_ways_that_it_is_written(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    catalogue.add_capture("gazette", make_capture(A))
    assert A + "?utm_source=feed#top" in catalogue.known("gazette", [A + "?utm_source=feed#top"])


@pytest.mark.parametrize(
    ("fields", "settled"),
    [
        ({"status": 200}, True),
        ({"status": 404}, True),
        ({"status": 410}, True),
        ({"status": 500}, False),
        ({"status": 429}, False),
        ({"status": 403}, False),
        ({"status": None}, False),
        ({"status": 200, "truncated": "disconnect"}, False),
        ({"status": 301, "location": B}, False),
        ({"status": 200, "via": Via("section")}, False),
    ],
)
def test_only_an_answer_that_holds_settles_an_article(
    catalogue: Catalogue, make_capture: MakeCapture, fields: dict[str, object], settled: bool
) -> None:
    catalogue.add_capture("gazette", make_capture(A, **fields))
    assert (A in catalogue.known("gazette", [A])) is settled


def test_a_redirect_is_settled_when_its_target_is(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    catalogue.add_capture("gazette", make_capture(A, status=301, location=B))
    catalogue.add_capture("gazette", make_capture(B, status=302, location=C))
    assert not catalogue.known("gazette", [A, B])
    catalogue.add_capture("gazette", make_capture(C))
    assert set(catalogue.known("gazette", [A, B])) == {A, B}


def test_redirects_in_a_circle_are_never_settled(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    catalogue.add_capture("gazette", make_capture(A, status=301, location=B))
    catalogue.add_capture("gazette", make_capture(B, status=301, location=A))
    assert not catalogue.known("gazette", [A, B])


def test_what_one_source_captured_another_does_not_know(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    catalogue.add_capture("gazette", make_capture(A))
    assert not catalogue.known("courier", [A])


def test_a_listing_of_thousands_is_one_call(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    urls = [f"https://gazette.example/{number}" for number in range(3000)]
    for url in urls[::2]:
        catalogue.add_capture("gazette", make_capture(url))
    assert sorted(catalogue.known("gazette", urls)) == sorted(urls[::2])


def test_a_page_is_pending_until_its_outcome_is_known(
    catalogue: Catalogue, make_capture: MakeCapture, make_article: Callable[..., Article]
) -> None:
    first, second, third = make_capture(A), make_capture(B), make_capture(C)
    for capture in (first, second, third):
        catalogue.add_capture("gazette", capture)
    catalogue.add_outcome(second.record_id, "listing")
    catalogue.add_article(make_article(url=C, record_id=third.record_id, path="gazette/text/c.txt"))
    assert [capture.record_id for capture in catalogue.pending("gazette")] == [first.record_id]


def test_the_original_of_a_payload_is_a_response_and_never_a_revisit(
    catalogue: Catalogue, make_capture: MakeCapture
) -> None:
    digest = "sha1:SAMESAMESAME"
    catalogue.add_capture("gazette", make_capture(A, kind="revisit", payload_digest=digest))
    catalogue.flush()
    assert catalogue.original(digest) is None
    response = make_capture(B, payload_digest=digest)
    catalogue.add_capture("courier", response)
    catalogue.flush()
    assert catalogue.original(digest) == ("courier", response)


def test_the_304s_in_a_row_are_counted_from_the_newest(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    for status in (304, 200, 304, 304):
        catalogue.add_capture("gazette", make_capture(A, status=status))
    assert catalogue.unchanged_in_a_row(A) == 2


def test_the_validators_of_another_address_are_not_used(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    catalogue.add_capture("gazette", make_capture(A + "?utm_source=x", etag='"1"'))
    assert catalogue.last_whole("gazette", A) is None


def test_what_lay_behind_the_end_of_a_cut_file_is_forgotten_and_its_texts_are_named(
    catalogue: Catalogue, make_capture: MakeCapture, make_article: Callable[..., Article]
) -> None:
    kept, lost = make_capture(A, offset=0, length=900), make_capture(B, offset=1000, length=900)
    for capture in (kept, lost):
        catalogue.add_capture("gazette", capture)
        catalogue.add_article(make_article(record_id=capture.record_id, path=f"text{capture.url[-1]}.txt"))
    assert catalogue.forget_behind(kept.warc, 1500) == ["textb.txt"]
    assert list(catalogue.known("gazette", [A, B])) == [A]


@pytest.mark.parametrize(
    ("ends", "left"),
    [
        ([], []),
        ([None], ["page", "style"]),
        (["shutdown"], ["page", "style"]),
        (["closespider_timeout"], ["page", "style"]),
        (["finished"], []),
        (["looked"], []),
        ([None, "finished"], []),
        (["finished", None], ["page", "style"]),
        ([None, None], ["page", "style"]),
    ],
)
def test_pages_are_left_behind_by_runs_that_were_cut_until_one_finishes(
    ends: list[str | None], left: list[str], catalogue: Catalogue, make_capture: MakeCapture
) -> None:
    """None is a run that was killed. Images and pages that were not served need nothing."""
    css = {"mime": "text/css", "via": Via("requisite")}
    for reason in ends:
        run = catalogue.start_run("gazette")
        for url, fields in (
            ("page", {}),
            ("style", css),
            ("image", {"via": Via("requisite")}),
            ("gone", {"status": 404}),
        ):
            capture = make_capture(f"https://a.example/{url}", date=datetime.now(UTC), **fields)
            catalogue.add_capture("gazette", capture, run)
        catalogue.flush()
        if reason is not None:
            catalogue.end_run(run, reason, {})
    found = catalogue.left_behind("gazette", catalogue.start_run("gazette"))
    assert list(dict.fromkeys(capture.url.rpartition("/")[2] for capture in found)) == left
    assert catalogue.left_behind("courier", 0) == []


def run_of(catalogue: Catalogue, make_capture: MakeCapture, page: str, date: datetime) -> int:
    run = catalogue.start_run("gazette")
    catalogue.add_capture("gazette", make_capture(f"https://a.example/{page}", date=date), run)
    catalogue.flush()
    return run


def test_a_run_that_left_it_to_another_does_not_make_up_for_those_that_were_cut(
    catalogue: Catalogue, make_capture: MakeCapture
) -> None:
    """The other one, which had taken it on, was killed before it came to it."""
    run_of(catalogue, make_capture, "first", datetime.now(UTC))
    run_of(catalogue, make_capture, "second", datetime.now(UTC))
    catalogue.end_run(catalogue.start_run("gazette"), "finished", {LEFT_TO_ANOTHER: 1})
    left = catalogue.left_behind("gazette", catalogue.start_run("gazette"))
    assert [capture.url for capture in left] == ["https://a.example/first", "https://a.example/second"]


def test_pages_are_left_behind_though_the_clock_was_set_back(catalogue: Catalogue, make_capture: MakeCapture) -> None:
    run = run_of(catalogue, make_capture, "page", datetime.now(UTC) - timedelta(days=1))
    catalogue.end_run(run, "shutdown", {})
    left = catalogue.left_behind("gazette", catalogue.start_run("gazette"))
    assert [capture.url for capture in left] == ["https://a.example/page"]


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    program = (
        "import sys; from pathlib import Path; from datetime import *; from crawler.archive.exchange import *\n"
        "from crawler.storage.catalogue import Catalogue\n"
        "c = Catalogue(Path(sys.argv[1])); n = sys.argv[2]; run = c.start_run('s')\n"
        "for i in range(300): c.add_capture('s', Capture(f'<{n}-{i}>', 'response', f'https://x.example/{n}/{i}', "
        "datetime.now(UTC), 'w', i, 1, 200, None, 'd', 1, Via('article')), run)\n"
        "c.end_run(run, 'finished', {}); c.close()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(path), str(number)]) for number in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (1200,)
        assert db.execute("SELECT count(*) FROM runs WHERE ended IS NOT NULL").fetchone() == (4,)


def test_a_new_catalogue_is_opened_by_many_at_once(tmp_path: Path) -> None:
    """SQLite refuses some of those that put a file into WAL mode in the same moment: of 40 files some four."""
    at_once = Barrier(6)

    def opened(path: Path) -> None:
        at_once.wait()
        open_database(path).close()

    with ThreadPoolExecutor(6) as threads:
        for number in range(40):
            list(threads.map(opened, [tmp_path / f"{number}.sqlite"] * 6))


def test_a_catalogue_that_another_process_keeps_locked_is_not_to_be_moved_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0)
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ArchiveError, match=r"locked\. Another process .* Try again") as refused:
            open_database(tmp_path / "catalogue.sqlite")
    assert "move it away" not in str(refused.value)


@pytest.mark.parametrize("content", [b"not a database, but long enough to have a header of its own" * 20, b"SQLite"])
def test_a_file_that_is_no_catalogue_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"catalogue\.sqlite.*rebuild"):
        Catalogue(path)


def test_a_catalogue_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveError, match="version 99"):
        Catalogue(path)


def test_a_catalogue_of_an_older_version_is_brought_up_to_date_with_what_is_in_it(
    tmp_path: Path, make_article: Callable[..., Article]
) -> None:
    path = tmp_path / "catalogue.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SCHEMA + "PRAGMA user_version = 1;")
        db.execute(f"INSERT INTO articles VALUES ({', '.join(['?'] * 14)})", ["old", *["x"] * 10, 5, "x", "x"])
        db.commit()
    with closing(Catalogue(path)) as catalogue:
        catalogue.add_article(make_article(path="new"))
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT path, paragraphs, sketch IS NULL FROM articles ORDER BY path").fetchall()
        assert rows == [("new", 1, 0), ("old", None, 1)]
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
