"""An article of several pages that is crawled again, after a failure, a kill or an edit."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from tests.crawl.conftest import Crawls
from tests.crawl.serial import SOURCE, STORY, Answer, SerialSite, add_forms, page_address, part, serving, whole
from tests.crawl.views import check_views, files, texts


@pytest.fixture
def site() -> Iterator[SerialSite]:
    with serving() as site:
        yield site


@pytest.fixture
def serial(site: SerialSite, crawls: Crawls) -> Crawls:
    crawls.add_source(SOURCE.format(url=site.url))
    return crawls


def test_a_second_crawl_fetches_no_page_again(site: SerialSite, serial: Crawls) -> None:
    site.serve_story(2)
    site.listed = [STORY, page_address(2)]
    serial.run("crawl", "gazette")
    asked = asked_for(site)
    serial.run("crawl", "gazette")
    assert asked_for(site) == asked
    assert texts(serial) == [whole(2)]


def asked_for(site: SerialSite) -> dict[str, int]:
    return {path: count for path, count in site.asked.items() if path.startswith("/2026/")}


def test_a_page_that_fails_for_a_whole_crawl_is_fetched_by_the_next(site: SerialSite, serial: Crawls) -> None:
    """And the text that lacked it goes; what was fetched already is not asked for again."""
    site.serve_story(3)
    site.pages[page_address(2)] = (503, "later")
    serial.run("crawl", "gazette", RETRY_TIMES=0)
    assert texts(serial) == [whole(1)]
    site.serve_story(3)
    serial.run("crawl", "gazette")
    assert texts(serial) == [whole(3)]
    assert site.asked[STORY] == 1
    assert serial.rows("SELECT count(*) FROM articles") == [(1,)]
    check_views(serial)


def test_after_a_kill_between_two_pages_the_next_crawl_goes_on_with_the_missing_one(
    site: SerialSite, serial: Crawls
) -> None:
    site.serve_story(3)
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> Answer:
        reached.set()
        go_on.wait(300)
        return 503, "too late"

    site.pages[page_address(3)] = hold
    process = serial.start("crawl", "gazette")
    assert reached.wait(300)
    process.kill()
    process.communicate()
    go_on.set()
    assert texts(serial) == []
    site.serve_story(3)
    done = serial.run("crawl", "gazette")
    assert texts(serial) == [whole(3)]
    assert (site.asked[STORY], site.asked[page_address(2)]) == (1, 1)
    assert "pages archived earlier, read only now: 1" in done.stderr
    check_views(serial)


def test_ctrl_c_between_two_pages_ends_the_crawl_and_the_next_one_goes_on(site: SerialSite, serial: Crawls) -> None:
    site.serve_story(3)
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> Answer:
        reached.set()
        go_on.wait(300)
        return 200, part(2, 3)

    site.pages[page_address(2)] = hold
    process = serial.start("crawl", "gazette", LOG_LEVEL="DEBUG")
    assert reached.wait(300)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert any("Received SIGINT" in line for line in process.stderr)
    go_on.set()
    _, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert texts(serial) == []
    assert page_address(3) not in site.asked
    serial.run("crawl", "gazette")
    assert texts(serial) == [whole(3)]
    assert site.asked[page_address(2)] == 1


def test_an_edited_article_is_not_made_of_old_pages_and_new_ones(site: SerialSite, serial: Crawls) -> None:
    """Each version keeps its own pages, also in a rebuild."""
    site.serve_story(2)
    serial.run("crawl", "gazette")
    for number in (1, 2):
        site.pages[page_address(number)] = part(number, 2).replace("keeper", "warden")
    serial.run("crawl", "gazette", "-a", f"url={site.url}{STORY}")
    assert sorted(texts(serial)) == sorted([whole(2), whole(2).replace("keeper", "warden")])
    check_views(serial)


def test_a_page_that_did_not_change_is_a_revisit_and_the_text_is_the_same(site: SerialSite, serial: Crawls) -> None:
    site.serve_story(2)
    serial.run("crawl", "gazette")
    before = files(serial.archives)
    serial.run("crawl", "gazette", "-a", f"url={site.url}{STORY}")
    assert serial.rows("SELECT count(*) FROM captures WHERE kind = 'revisit' AND role = 'part'") == [(1,)]
    assert files(serial.archives) == before
    check_views(serial)


def test_a_page_that_comes_late_by_another_way_completes_its_article(site: SerialSite, serial: Crawls) -> None:
    site.serve_story(2)
    site.pages[page_address(2)] = (404, "gone")
    serial.run("crawl", "gazette")
    site.serve_story(2)
    site.listed.append(page_address(2))
    serial.run("crawl", "gazette")
    assert texts(serial) == [whole(2)]
    check_views(serial)


def test_a_source_may_want_each_page_as_it_is_and_amp_pages_too(site: SerialSite, serial: Crawls) -> None:
    serial.add_source(SOURCE.format(url=site.url).replace("[politeness]", "pages = 1\namp = false\n[politeness]"))
    site.serve_story(2)
    add_forms(site)
    site.listed = [STORY, "/2026/scripted"]
    done = serial.run("crawl", "gazette")
    assert texts(serial) == [whole(1)]
    assert sorted(site.stories) == ["/2026/scripted", STORY]
    assert "no article: empty-shell: 1" in done.stderr
