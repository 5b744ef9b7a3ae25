"""An article of several pages is one article, whatever is in the way.

Sites that stay as they are share one crawl; what has to be crawled more than once, or killed, has its own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Capture
from crawler.extraction.extract import extract
from crawler.replay.reextract.originals import Originals
from crawler.replay.reextract.outputs import TextOutput
from crawler.replay.reextract.run import Job, Report, process_warc
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.catalogue import SourceCatalogue
from crawler.storage.rebuild import rebuild
from tests.archive_index.packages import Package
from tests.crawl.conftest import Crawls
from tests.crawl.serial import SOURCE, STORY, Answer, SerialSite, page, page_address, part, sentence, serving, whole


@pytest.fixture
def site() -> Iterator[SerialSite]:
    with serving() as site:
        yield site


@pytest.fixture
def serial(site: SerialSite, crawls: Crawls) -> Crawls:
    crawls.add_source(SOURCE.format(url=site.url))
    return crawls


def texts(crawls: Crawls) -> list[str]:
    return [path.read_text() for path in crawls.texts()]


def files(archives: Path) -> dict[str, bytes]:
    folder = archives / "gazette" / "text"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}


class InProcess:
    """Extracts without worker processes."""

    async def extract(self, *arguments: Any) -> dict[str, Any]:
        return extract(*arguments)


def check_views(crawls: Crawls) -> None:
    """What a rebuild and a re-extraction make of the WARCs alone is what the crawl made."""
    made = files(crawls.archives)
    source = SourceCatalogue([crawls.folder / "sources"]).load("gazette")
    shutil.rmtree(crawls.archives / "gazette" / "text")
    for path in crawls.archives.glob("catalogue.sqlite*"):
        path.unlink()
    rebuilt = asyncio.run(rebuild(crawls.archives, source, InProcess(), 2))  # type: ignore[arg-type]
    assert rebuilt.problems == []
    assert files(crawls.archives) == made
    originals, output = Originals([crawls.archives]), TextOutput(crawls.folder / "anew")
    job = Job(Selection(), Sources([source]), output, originals.resolve, InProcess().extract, originals.find_parts)
    for warc in crawls.warcs():
        asyncio.run(process_warc(warc, "unit", job, Report(), lambda size: None))
    assert files(crawls.folder / "anew") == made


@dataclass(frozen=True)
class Crawled:
    """What one crawl of a site with many kinds of articles came to."""

    site: SerialSite
    crawls: Crawls
    said: str

    def texts(self, address: str) -> list[str]:
        """The texts of the articles whose addresses begin so."""
        return [text for url, text, _ in self._articles() if url.startswith(self.site.url + address)]

    def parts(self, address: str) -> dict[str, Any] | None:
        """What the sidecar of an article says of its pages."""
        return next(sidecar["parts"] for url, _, sidecar in self._articles() if url == self.site.url + address)

    def sidecar(self, address: str) -> dict[str, Any]:
        return next(sidecar for url, _, sidecar in self._articles() if url == self.site.url + address)

    def asked(self, address: str) -> list[str]:
        """What was asked for below an address, in order."""
        return [path for path in self.site.order if path.startswith((address, f"/amp{address}"))]

    def _articles(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path in self.crawls.texts():
            sidecar = json.loads(path.with_suffix(".json").read_text())
            yield sidecar["url"], path.read_text(), sidecar


def add_split(site: SerialSite) -> None:
    """Articles of several pages: one listed by its first, two by all in either order, and one by its second alone."""
    for name in ("three", "forwards", "backwards", "alone"):
        site.serve_story(3, f"/2026/{name}")
    drawn = part(2, 3, "/2026/three").replace("</article>", '<img src="/three.png"></article>')
    site.pages["/2026/three?page=2"], site.pages["/three.png"] = drawn, "a picture"
    listed = [("three", 1), *(("forwards", number) for number in (1, 2, 3)), ("alone", 2)]
    listed += [("backwards", number) for number in (3, 2, 1)]
    site.listed += [page_address(number, f"/2026/{name}") for name, number in listed]


def add_others(site: SerialSite) -> None:
    """Articles whose rel=next is the next article: by number, by name, and below their own address."""
    links = '<link rel="prev" href="/2026/40"><link rel="next" href="/2026/42">'
    site.pages["/2026/41"] = page(sentence(1), sentence(2), title="Story 41", head=links)
    named = '<link rel="next" href="/2026/other"><link rel="canonical" href="/2026/one">'
    site.pages["/2026/one"] = page(sentence(3), sentence(4), title="One", head=named)
    below = "/2026/above/afterwards"
    site.pages["/2026/above"] = page(sentence(1), sentence(2), head=f'<link rel="next" href="{below}">')
    own = f'<link rel="canonical" href="{below}"><link rel="prev" href="/2026/above">'
    site.pages[below] = page(sentence(3), sentence(4), title="Afterwards", head=own)
    site.listed += ["/2026/41", "/2026/one", "/2026/above", below]


def add_traps(site: SerialSite) -> None:
    """Pages that lead back to the first or to themselves, a thousand pages, and pages that all say the same."""
    for name, back in (("round", 1), ("itself", 2)):
        first = f"/2026/{name}"
        site.serve_story(2, first)
        following = f'<link rel="next" href="{page_address(back, first)}">'
        site.pages[page_address(2, first)] = part(2, 2, first).replace("</head>", f"{following}</head>")
        site.listed.append(first)
    site.serve_story(40, "/2026/endless")
    for number in range(1, 30):
        address = "/2026/same"
        head = f'<link rel="canonical" href="{address}"><link rel="next" href="{page_address(number + 1, address)}">'
        site.pages[page_address(number, address)] = page(sentence(1), sentence(2), head=head)
    site.listed += ["/2026/endless", "/2026/same"]


def add_faults(site: SerialSite) -> None:
    """Articles whose second page is gone, or fails once."""
    for name, status in (("lost", 404), ("gone", 410)):
        site.serve_story(3, f"/2026/{name}")
        site.pages[page_address(2, f"/2026/{name}")] = (status, "no such page")
        site.listed.append(f"/2026/{name}")
    site.serve_story(3, "/2026/stumbles")
    answers: list[Answer] = [(500, "oh"), (200, part(2, 3, "/2026/stumbles"))]
    site.pages["/2026/stumbles?page=2"] = lambda: answers.pop(0)
    site.listed.append("/2026/stumbles")


def add_forms(site: SerialSite) -> None:
    """An article that is there on one page too, and two with an AMP twin; those are listed too."""
    site.serve_story(3, "/2026/single")
    link = '<a href="?page=all">View as single page</a>'
    site.pages["/2026/single"] = part(1, 3, "/2026/single").replace("<nav>", f"<nav>{link} ")
    stated = '<link rel="canonical" href="/2026/single">'
    site.pages["/2026/single?page=all"] = page(*(sentence(number) for number in range(1, 7)), head=stated)
    named = '<link rel="amphtml" href="/amp/2026/{0}">'
    empty = "<html><head><title>T</title>{0}</head><body><div id=root></div></body></html>"
    site.pages["/2026/scripted"] = empty.format(named.format("scripted"))
    site.pages["/2026/plain"] = page(sentence(1), sentence(2), head=named.format("plain"))
    for name in ("scripted", "plain"):
        twin = page(sentence(1), sentence(2), head=f'<link rel="canonical" href="/2026/{name}">')
        site.pages[f"/amp/2026/{name}"] = twin.replace("<html", "<html \u26a1")
    site.listed += ["/2026/single", "/2026/single?page=all", "/amp/2026/scripted", "/2026/scripted", "/amp/2026/plain"]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """One crawl of all that, which the tests look at and must not change."""
    crawls = Crawls(tmp_path_factory.mktemp("serial"))
    with serving() as site:
        site.listed.clear()
        for add in (add_split, add_others, add_traps, add_faults, add_forms):
            add(site)
        crawls.add_source(SOURCE.format(url=site.url))
        done = crawls.run("crawl", "gazette")
        assert done.returncode == 0, done.stderr
        yield Crawled(site, crawls, done.stderr)


def test_the_pages_of_an_article_are_fetched_and_joined_in_order(crawled: Crawled) -> None:
    assert crawled.texts("/2026/three") == [whole(3)]
    assert crawled.asked("/2026/three") == [page_address(number, "/2026/three") for number in (1, 2, 3)]


def test_what_a_further_page_needs_is_archived_too(crawled: Crawled) -> None:
    assert crawled.site.asked["/three.png"] == 1


def test_the_sidecar_names_every_record_that_the_text_was_made_of(crawled: Crawled) -> None:
    captures = [one for warc in crawled.crawls.warcs() for one in read_captures(warc) if isinstance(one, Capture)]
    records = {one.record_id: (one.url, one.warc, one.offset, one.payload_digest) for one in captures}
    sidecar = crawled.sidecar("/2026/three")
    parts = sidecar["parts"]
    assert (parts["expected"], parts["held"], parts["missing"]) == (3, 3, None)
    cited = [sidecar["record"] | {"url": sidecar["url"]}, *parts["records"]]
    expected = [crawled.site.url + page_address(number, "/2026/three") for number in (1, 2, 3)]
    assert [one["url"] for one in cited] == expected
    assert all(records[one["id"]] == (one["url"], one["warc"], one["offset"], one["digest"]) for one in cited)


@pytest.mark.parametrize("address", ["/2026/backwards", "/2026/forwards", "/2026/alone"])
def test_a_further_page_that_is_listed_is_no_article_and_leads_to_one(crawled: Crawled, address: str) -> None:
    assert crawled.texts(address) == [whole(3)]
    asked = Counter(crawled.asked(address))
    assert set(asked) == {page_address(number, address) for number in (1, 2, 3)}
    assert max(asked.values()) <= 2  # once as listed, once as a page of its article: which comes first is chance
    assert "no article: further-page: " in crawled.said


def test_the_next_article_is_not_run_into(crawled: Crawled) -> None:
    """As blogs mark it; nor is it asked for, but where it lies below the first and is listed anyway."""
    assert not [path for path in crawled.site.order if path in ("/2026/40", "/2026/42", "/2026/other")]
    assert crawled.texts("/2026/41") == [f"Story 41\n\n{sentence(1)}\n\n{sentence(2)}\n"]
    afterwards = f"Afterwards\n\n{sentence(3)}\n\n{sentence(4)}\n"
    assert sorted(crawled.texts("/2026/above")) == sorted([whole(1), afterwards])


@pytest.mark.parametrize("address", ["/2026/round", "/2026/itself"])
def test_pages_that_lead_back_end_the_article(crawled: Crawled, address: str) -> None:
    assert crawled.texts(address) == [whole(2)]
    assert crawled.asked(address) == [address, page_address(2, address)]


def test_a_thousand_pages_are_cut_at_what_the_source_allows_and_said_so(crawled: Crawled) -> None:
    assert crawled.texts("/2026/endless") == [whole(20)]
    assert len(crawled.asked("/2026/endless")) == 20
    assert "the text has the first 20 of" in crawled.said


def test_pages_that_say_the_same_again_are_not_followed(crawled: Crawled) -> None:
    """As where only the comments have pages."""
    assert crawled.texts("/2026/same") == [whole(1)]
    assert len(crawled.asked("/2026/same")) == 2
    assert crawled.parts("/2026/same") is None


@pytest.mark.parametrize("address", ["/2026/lost", "/2026/gone"])
def test_a_page_that_is_gone_ends_the_text_before_it_and_is_said_so(crawled: Crawled, address: str) -> None:
    assert crawled.texts(address) == [whole(1)]
    parts = crawled.parts(address)
    missing = crawled.site.url + page_address(2, address)
    assert parts == {"expected": 2, "held": 1, "missing": missing, "records": []}
    assert f"page 2 of 2 is not there: {missing}" in crawled.said


def test_a_page_that_fails_once_is_asked_for_again_at_once(crawled: Crawled) -> None:
    assert crawled.texts("/2026/stumbles") == [whole(3)]


def test_the_article_on_one_page_is_taken_where_there_is_one(crawled: Crawled) -> None:
    assert crawled.texts("/2026/single") == [whole(3)]
    assert sorted(crawled.asked("/2026/single")) == ["/2026/single", "/2026/single?page=all"]
    assert [one["form"] for one in crawled.sidecar("/2026/single")["parts"]["records"]] == ["single-page"]


def test_a_page_without_text_has_that_of_its_amp_twin(crawled: Crawled) -> None:
    assert crawled.texts("/2026/scripted") == [whole(1)]
    sidecar = crawled.sidecar("/2026/scripted")
    assert sidecar["provenance"]["text"]["from"] == "amp"
    cited = [(one["form"], one["url"]) for one in sidecar["parts"]["records"]]
    assert cited == [("amp", f"{crawled.site.url}/amp/2026/scripted")]
    assert sorted(crawled.asked("/2026/scripted")) == ["/2026/scripted", "/amp/2026/scripted"]


def test_an_amp_page_that_is_listed_leads_to_its_article_and_is_none(crawled: Crawled) -> None:
    assert crawled.texts("/2026/plain") == [whole(1)]
    assert crawled.texts("/amp/") == []
    assert "no article: amp-twin: 2" in crawled.said


def test_the_figures_of_the_crawl_say_how_many_articles_lack_a_page(crawled: Crawled) -> None:
    assert "of these articles lack a page: 3" in crawled.said


def test_what_is_made_of_the_archive_is_what_the_crawl_made(crawled: Crawled, tmp_path: Path) -> None:
    """By a rebuild, by a re-extraction and by a crawl out of the archive; and the checker finds nothing wrong."""
    copy = Crawls(tmp_path, crawled.crawls.settings)
    shutil.copytree(crawled.crawls.folder, tmp_path, dirs_exist_ok=True)
    checked = copy.run("checkarchive", str(copy.archives))
    assert checked.returncode == 0, checked.stdout
    asked = dict(crawled.site.asked)
    output = tmp_path / "again"
    done = copy.run("crawl", "gazette", "--replay", str(copy.archives), REPLAY_OUTPUT=output)
    assert done.returncode == 0, done.stderr
    assert files(output) == files(copy.archives)
    assert dict(crawled.site.asked) == asked
    check_views(copy)


def test_a_package_of_an_article_has_its_further_pages_and_what_they_need(crawled: Crawled, tmp_path: Path) -> None:
    first = f"{crawled.site.url}/2026/three"
    wanted, out = tmp_path / "wanted.txt", tmp_path / "three.wacz"
    wanted.write_text(f"{first}\n")
    done = crawled.crawls.run(
        "archive", "export", str(crawled.crawls.archives), "--wacz", str(out), "--urls", str(wanted)
    )
    assert done.returncode == 0, done.stderr
    found = {entry.fields["url"] for entry in Package(out).entries()}
    assert found == {first, f"{first}?page=2", f"{first}?page=3", f"{crawled.site.url}/three.png"}


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
