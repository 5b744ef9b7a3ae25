"""An article of several pages is one article, whatever is in the way: one crawl of a site with all kinds of them."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Capture
from tests.archive_index.packages import Package
from tests.crawl.conftest import Crawls
from tests.crawl.serial import (
    SOURCE,
    SerialSite,
    add_faults,
    add_forms,
    add_others,
    add_split,
    add_traps,
    page_address,
    sentence,
    serving,
    whole,
)
from tests.crawl.views import check_views, files


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
