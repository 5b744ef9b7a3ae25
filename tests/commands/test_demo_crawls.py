"""`scrapy demo` in full: two crawls by the ordinary spider over real HTTP, and what the archive holds afterwards."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crawler.archive.layout import catalogue_path, find_warcs, text_folder, warc_folder
from crawler.archive.reader import Record, iterate
from crawler.demo.newspaper import Newspaper

ROOT = Path(__file__).parents[2]
PAPER = Newspaper()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The finished demo: its output, its archives, and the name of its source."""
    archives = tmp_path_factory.mktemp("demo") / "archives"
    command = [sys.executable, "-m", "scrapy", "demo", "--port", "0", "-s", f"ARCHIVES_DIR={archives}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, archives, next(path.name for path in archives.iterdir() if path.is_dir())


def test_every_story_of_both_editions_is_kept_word_for_word(demo):
    output, _, _ = demo
    assert "\n52 of 52 texts (both versions of what was edited counted) are kept word for word.\n" in output


def test_the_second_crawl_asks_for_the_new_and_the_edited_story_alone(demo):
    output, _, _ = demo
    asked = [line for line in output.splitlines() if line.startswith("The newspaper answered")]
    assert [line.split("for ")[-1] for line in asked] == ["50 of its stories.", "2 of its stories."]


def test_the_last_lines_say_where_to_look_and_what_to_type_next(demo):
    output, archives, source = demo
    look, following = output.splitlines()[-2:]
    assert look.startswith(f"Look at {archives}/{source}/text/")
    assert following.endswith(f"scrapy replay {archives}")


def test_every_text_cites_a_record_that_the_warcs_hold(demo):
    _, archives, source = demo
    items = [item for warc in find_warcs(warc_folder(archives, source)) for item in iterate(warc)]
    assert [item for item in items if not isinstance(item, Record)] == []
    sidecars = [json.loads(path.read_text("utf-8")) for path in text_folder(archives, source).rglob("*.json")]
    assert len(sidecars) >= 52
    assert {sidecar["record"]["id"] for sidecar in sidecars} <= {item.id for item in items}


def test_no_story_is_fetched_twice_but_the_edited_one_and_the_one_that_stumbled(demo):
    _, archives, _ = demo
    with sqlite3.connect(catalogue_path(archives)) as catalogue:
        captured = catalogue.execute("SELECT url, status FROM captures WHERE role = 'article'").fetchall()
    times = Counter(url.split("/", 3)[3] for url, _ in captured)
    stories = {article.url_path.lstrip("/"): article for article in PAPER.articles()}
    again = {stories[path].slug for path, count in times.items() if count > 1 and path in stories}
    assert again == {"sluice-gate-repair", "museum-steam-tug"}
    assert 500 in {status for _, status in captured}


def test_pages_that_are_no_articles_are_archived_and_give_no_text(demo):
    _, archives, source = demo
    with sqlite3.connect(catalogue_path(archives)) as catalogue:
        outcomes = dict(catalogue.execute("SELECT url, outcome FROM captures WHERE role = 'article'").fetchall())
    reasons = {url.split("/", 3)[3]: outcome for url, outcome in outcomes.items()}
    for slug in ("market-hall-consent", "gull-island-data", "ferry-horn-video"):
        story = PAPER.article(slug)
        assert reasons[story.url_path.lstrip("/")] == story.rejected
        assert not list(text_folder(archives, source).rglob(f"*{slug}*"))


def test_redirects_and_a_dead_link_are_archived_as_what_they_are(demo):
    _, archives, _ = demo
    with sqlite3.connect(catalogue_path(archives)) as catalogue:
        statuses = {
            url.split("/", 3)[3]: status
            for url, status in catalogue.execute("SELECT url, status FROM captures WHERE status > 300 AND status < 500")
            if status != 304
        }
    expected = {redirect.url_path.lstrip("/"): redirect.status for redirect in PAPER.redirects}
    dead = [rejection.url_path.lstrip("/") for rejection in PAPER.rejections() if rejection.reason == "not-found"]
    assert statuses == expected | dict.fromkeys(dead, 404)


def test_what_the_pages_need_to_look_right_is_archived_with_them(demo):
    _, archives, _ = demo
    with sqlite3.connect(catalogue_path(archives)) as catalogue:
        urls = {url.split("/", 3)[3] for (url,) in catalogue.execute("SELECT url FROM captures WHERE status = 200")}
    needed = {"style.css", "type.css", "print.css", "classic.css", "crate.woff", "waves.svg", "courier.js", "links.js"}
    assert {f"static/{name}" for name in needed} | {"images/tide-backdrop-320.png", "favicon.ico"} <= urls
