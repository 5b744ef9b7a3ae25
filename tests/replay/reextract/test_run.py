"""New text from old WARCs: what comes out, what fails, and what a stopped run leaves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.exchange import Via
from crawler.errors import ExtractionError
from crawler.replay.reextract.originals import Originals
from crawler.replay.reextract.outputs import JsonLines, Notes, TextOutput
from crawler.replay.reextract.run import ARTICLES, DAMAGED, FAILED, REJECTED, Job, Report, Run, process_warc
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from crawler.storage import texts
from tests.crawl.serial import page_address, part, whole
from tests.replay.conftest import Recorder
from tests.replay.reextract.stories import closed, extract_here, no_parts, story, unresolved


def page_two_alone() -> str:
    """The text of the second page of an article without the first."""
    title, *paragraphs = whole(2).split("\n\n")
    return "\n\n".join([title, *paragraphs[2:]])


def test_where_no_page_can_be_extracted_the_run_ends(recorder: Recorder, run_unit: Any, tmp_path: Path) -> None:
    """Workers that cannot start are not taken for pages that hold nothing, and the WARC not for done."""
    for number in range(10):
        recorder.add(f"https://a.org/crash{number}", story(f"Never {number}"))
    with pytest.raises(ExtractionError, match=r"None of the 10 pages of .* could be extracted, the last because"):
        run_unit(closed(recorder))
    assert not (tmp_path / "out" / "unit.jsonl").exists()


def test_a_disk_that_is_full_ends_the_run_as_it_is(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command can say what is wrong; no group of errors reaches it."""
    recorder.add("https://a.org/1", story("One"))

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device", "out")

    monkeypatch.setattr(JsonLines, "begin", full)
    run = Run(Selection(), Sources([]), JsonLines(tmp_path / "out"), unresolved, no_parts, None)
    with pytest.raises(OSError, match="No space left"):
        asyncio.run(run.extract({closed(recorder): "unit"}, 1, 30, lambda size: None))


def test_articles_come_out_in_the_order_of_the_records(recorder: Recorder, run_unit: Any) -> None:
    """Other types, statuses and empty pages are left out or counted with the reason; every article has its record."""
    written = [recorder.add(f"https://a.org/{number}", story(f"Story {number}")) for number in range(5)]
    recorder.add("https://a.org/x.css", b"p {}", "text/css")
    recorder.add("https://a.org/gone", story("Gone"), status="404 Not Found")
    recorder.add("https://a.org/empty", b"<html><body></body></html>")
    counts, report, lines = run_unit(closed(recorder))
    assert [line["title"] for line in lines] == [f"Story {number}" for number in range(5)]
    assert [line["record"]["id"] for line in lines] == [capture.record_id for capture in written]
    assert counts == {ARTICLES: 5, REJECTED: 1}
    assert sum(report.reasons.values()) == 1
    assert lines[0]["source"] == "a_org"
    assert lines[0]["text"].startswith("Story 0\n\n")


@pytest.mark.parametrize(("held", "texts"), [((1, 2), [whole(2)]), ((1,), [whole(1)]), ((2,), [page_two_alone()])])
def test_a_further_page_whose_article_was_not_archived_is_an_article_of_its_own(
    held: tuple[int, ...], texts: list[str], recorder: Recorder, run_unit: Any
) -> None:
    """As in archives of others, which may have any page of an article; with its first page it is a part of that."""
    for number in held:
        recorder.add(f"https://a.org{page_address(number)}", part(number, 2).encode())
    warc = closed(recorder)
    *_, lines = run_unit(warc, find=Originals([warc]).find_parts)
    assert [line["text"] for line in lines] == texts


def test_a_page_that_fails_costs_itself_only(recorder: Recorder, run_unit: Any) -> None:
    """The others come out, and the failure is named."""
    for name in ("one", "crash", "two"):
        recorder.add(f"https://a.org/{name}", story(name))
    counts, report, lines = run_unit(closed(recorder))
    assert [line["title"] for line in lines] == ["one", "two"]
    assert counts == {ARTICLES: 2, FAILED: 1}
    assert report.problems == ["https://a.org/crash: extraction crashed its worker"]


def test_damage_and_lost_originals_are_named(recorder: Recorder, run_unit: Any) -> None:
    """What cannot be read is counted; the rest comes out."""
    recorder.add("https://a.org/1", story("One"))
    recorder.add("https://a.org/copy", story("One"))
    path = closed(recorder)
    data = path.read_bytes()
    path.write_bytes(data + b"\x1f\x8b\x08broken")
    counts, report, lines = run_unit(path)
    assert [line["url"] for line in lines] == ["https://a.org/1"]
    assert counts == {ARTICLES: 1, DAMAGED: 2}
    assert any("no original here" in problem for problem in report.problems)


def test_of_our_own_warcs_only_articles_are_taken(tmp_path: Path, run_unit: Any) -> None:
    """A WARC that says why pages were fetched is believed, unless every page is asked for."""
    recorder = Recorder(tmp_path / "archive")
    recorder.add("https://a.org/robots.txt", b"", "text/plain", via=Via("robots"))
    recorder.add("https://a.org/news", story("A section"), via=Via("section"))
    recorder.add("https://a.org/1", story("An article"), via=Via("article"))
    path = closed(recorder)
    assert [line["title"] for line in run_unit(path)[2]] == ["An article"]
    assert len(run_unit(path, Selection(every_page=True))[2]) == 2


def test_a_stopped_unit_leaves_nothing_that_looks_whole(recorder: Recorder, tmp_path: Path) -> None:
    """The lines were written aside, and are gone."""
    for number in range(3):
        recorder.add(f"https://a.org/{number}", story(f"Story {number}"))

    async def stop(body: bytes, content_type: str, url: str, *rest: Any) -> dict[str, Any]:
        if url.endswith("2"):
            raise KeyboardInterrupt
        return await extract_here(body, content_type, url, *rest)

    job = Job(Selection(), Sources([]), JsonLines(tmp_path / "out"), unresolved, stop, no_parts, ahead=1)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(process_warc(closed(recorder), "unit", job, Report(), lambda size: None))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_run_uses_processes_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """WARCs that are done are skipped, those that are new are read; other rules make all of it anew."""
    paths = []
    for number in range(2):
        recorder = Recorder(tmp_path / f"w{number}")
        recorder.add(f"https://a.org/{number}", story(f"Story {number}"))
        paths.append(closed(recorder))

    def extract_all(units: dict[Path, str], fingerprint: str) -> Report:
        notes = Notes(tmp_path / "out", [fingerprint])
        run = Run(Selection(), Sources([]), TextOutput(tmp_path / "out"), unresolved, no_parts, notes)
        return asyncio.run(run.extract(units, 1, 30, lambda size: None))

    units = {path: path.parent.name for path in paths}
    first = extract_all({paths[0]: "w0"}, "rules")
    assert (first.warcs, first.skipped, first.counts[ARTICLES]) == (1, 0, 1)
    second = extract_all(units, "rules")
    assert (second.warcs, second.skipped, second.counts[ARTICLES]) == (1, 1, 2)
    assert extract_all(units, "other rules").skipped == 0
    stored = [texts.load(path) for path in sorted((tmp_path / "out" / "a_org" / "text").rglob("*.txt"))]
    assert sorted(article.title for article in stored) == ["Story 0", "Story 1"]
