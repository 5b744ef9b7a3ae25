"""When things go wrong: full disks, Ctrl-C, kill -9, bad arguments, an archive that cannot be written."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.server import NewspaperServer
from tests.crawl.conftest import Crawls

Gazette = Callable[[str], str]


def check(crawls: Crawls) -> None:
    """Every WARC is valid, and every text has its capture."""
    if crawls.warcs():
        checked = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "check", *map(str, crawls.warcs())], capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stdout
    for sidecar in crawls.sidecars():
        assert (crawls.archives / sidecar["source"] / "warc" / sidecar["record"]["warc"]).exists()


def test_a_full_disk_stops_the_crawl_with_a_clear_error_and_keeps_what_was_written(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    crawls.add_source(gazette(newspaper.url))

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = subprocess.run(
        crawls.command("crawl", "gazette"), env=crawls.environment, preexec_fn=small_disk, capture_output=True,
        text=True, timeout=600, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Cannot write to the" in done.stderr
    assert "Make room" in done.stderr
    assert "Traceback" not in done.stderr
    check(crawls)
    kept = len(crawls.texts())
    assert kept
    assert crawls.run("crawl", "gazette").returncode == 0
    check(crawls)
    assert len(crawls.texts()) > kept


def test_ctrl_c_once_stops_cleanly(newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette) -> None:
    crawls.add_source(gazette(newspaper.url).replace("delay = 0.001", "delay = 0.05"))
    process = crawls.start("crawl", "gazette")
    wait_for(lambda: len(crawls.texts()) >= 3, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "shutdown" in said
    assert not list(crawls.archives.rglob("*.open"))
    check(crawls)


def test_after_kill_9_nothing_is_lost_and_nothing_is_fetched_more_than_once_again(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url).replace("delay = 0.001", "delay = 0.02"))
    for kept in (2, 12):
        process = crawls.start("crawl", "gazette")
        wait_for(lambda kept=kept: len(crawls.texts()) >= kept, process)
        process.kill()
        process.communicate()
    assert crawls.run("crawl", "gazette").returncode == 0
    assert not list(crawls.archives.rglob("*.open"))
    check(crawls)
    articles = fresh_newspaper.paper.articles()
    assert {path.read_text() for path in crawls.texts()} == {article.golden_text for article in articles}
    asked = fresh_newspaper.asked()
    often = {article.url_path: asked[article.url_path] for article in articles if article.attempts == 1}
    assert {path: count for path, count in often.items() if count > 2} == {}


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until `condition` holds; fail if the crawl ends before, or after a minute."""
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_killed_workers_do_not_outlive_the_crawl(newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette) -> None:
    crawls.add_source(gazette(newspaper.url).replace("delay = 0.001", "delay = 0.05"))
    process = crawls.start("crawl", "gazette")
    wait_for(lambda: len(crawls.texts()) >= 1, process)
    group = {int(pid) for pid in children(process.pid)}
    assert group
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 300
    while any(Path(f"/proc/{pid}").exists() for pid in group):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid: int) -> list[str]:
    """The processes below one, whichever of its threads has started them."""
    direct = [child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]
    return direct + [below for child in direct for below in children(int(child))]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["crawl", "gazete"], "gazette"),
        (["crawl", "gazette", "-a", "limit=many"], "whole number"),
        (["crawl", "gazette", "-a", "form=pdf"], "Allowed: url, limit, since, until"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_fetched(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette, arguments: list[str], hint: str
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url))
    done = crawls.run(*arguments)
    assert done.returncode == 2
    assert hint in done.stderr
    assert not fresh_newspaper.asked()
    assert not crawls.warcs()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette) -> None:
    crawls.add_source(gazette(newspaper.url))
    crawls.archives.mkdir(mode=0o500)
    done = crawls.run("crawl", "gazette")
    assert done.returncode == 2
    assert str(crawls.archives) in done.stderr


def test_an_archives_folder_that_is_a_file_is_named(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    crawls.add_source(gazette(newspaper.url))
    crawls.archives.write_text("in the way")
    done = crawls.run("crawl", "gazette")
    assert done.returncode == 2
    assert str(crawls.archives) in done.stderr


def test_a_file_of_a_killed_crawl_that_cannot_be_closed_is_named(
    newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    """A backup that was put back may leave a file both open and closed: which of them is right is for people to say."""
    crawls.add_source(gazette(newspaper.url))
    folder = crawls.archives / "gazette" / "warc"
    folder.mkdir(parents=True)
    whole = b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    for name in ("a.warc", "a.warc.open"):
        (folder / name).write_bytes(whole)
    done = crawls.run("crawl", "gazette")
    assert done.returncode == 2
    assert "there already is a a.warc" in done.stderr


def test_a_site_that_is_down_is_said_to_be(crawls: Crawls, gazette: Gazette) -> None:
    crawls.add_source(gazette("http://127.0.0.1:9"))
    done = crawls.run("crawl", "gazette", RETRY_TIMES=0)
    assert done.returncode == 0
    assert "Discovery found no links" in done.stderr


def test_a_catalogue_that_was_lost_is_read_anew_from_the_warcs(
    fresh_newspaper: NewspaperServer, crawls: Crawls, gazette: Gazette
) -> None:
    crawls.add_source(gazette(fresh_newspaper.url))
    crawls.run("crawl", "gazette")
    rows = "SELECT record_id, url, status, offset, length, payload_digest, role, outcome FROM captures ORDER BY 1"
    before, texts_before = crawls.rows(rows), {path: path.read_bytes() for path in crawls.texts()}
    asked = fresh_newspaper.asked()
    for path in crawls.archives.glob("catalogue.sqlite*"):
        path.unlink()
    crawls.run("crawl", "gazette", "-a", f"url={fresh_newspaper.url}/not-there")
    assert [row for row in before if row not in crawls.rows(rows)] == []
    assert {path: path.read_bytes() for path in crawls.texts()} == texts_before
    again = {target: count - asked.get(target, 0) for target, count in fresh_newspaper.asked().items()}
    assert {target for target, count in again.items() if count} == {
        "/robots.txt",
        "/.well-known/tdmrep.json",
        "/not-there",
    }
