"""New text from old WARCs: what is taken, by whose rules, into what, and what a stopped run leaves."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.captures import read_answers
from crawler.archive.exchange import Via
from crawler.archive.record import Record
from crawler.errors import ArchiveError, ExtractionError, UsageError
from crawler.extraction.extract import extract
from crawler.items import Article, Page
from crawler.parts import Find, Found
from crawler.replay.reextract.difference import Change, Comparison, StoredTexts, compare
from crawler.replay.reextract.originals import Originals
from crawler.replay.reextract.outputs import JsonLines, Notes, TextOutput, find_units, open_output
from crawler.replay.reextract.run import ARTICLES, DAMAGED, FAILED, REJECTED, Job, Report, Run, process_warc
from crawler.replay.reextract.selection import Asked, Selection
from crawler.replay.reextract.sourcing import Sources, generic
from crawler.sources.model import Source
from crawler.storage import texts
from tests.crawl.serial import page_address, part, whole
from tests.replay.conftest import NOON, Recorder

PARAGRAPH = "The harbour board met on Tuesday and spoke for two hours about the dues that small boats pay each spring. "


def story(title: str, times: int = 4) -> bytes:
    """A page that holds an article."""
    body = "".join(f"<p>{number}. {PARAGRAPH * 2}</p>" for number in range(times))
    head = f"<html><head><title>{title}</title></head>"
    return f"{head}<body><article><h1>{title}</h1>{body}</article></body></html>".encode()


def source(name: str, homepage: str, **more: Any) -> Source:
    return Source.model_validate({"name": name, "title": name, "homepage": homepage, "language": "en", **more})


def unresolved(record: Record) -> Record:
    raise ArchiveError(f"{record.url}: no original here")


async def extract_here(body: bytes, content_type: str, url: str, *rest: Any) -> dict[str, Any]:
    """Extraction without a worker process; the page that asks for it fails."""
    if "crash" in url:
        raise ExtractionError(f"{url}: extraction crashed its worker")
    return extract(body, content_type, url, *rest)


def no_parts(source: Source) -> Find:
    async def find(url: str, first: Page) -> Found:
        return Found(None)

    return find


@pytest.fixture
def run_unit(tmp_path: Path) -> Callable[..., tuple[Counter[str], Report, list[dict[str, Any]]]]:
    """Extracts one WARC into JSON lines and reads them back."""

    def run(
        path: Path, selection: Selection | None = None, sources: Sources | None = None, find: Any = no_parts
    ) -> Any:
        report = Report()
        output = JsonLines(tmp_path / "out")
        job = Job(selection or Selection(), sources or Sources([]), output, unresolved, extract_here, find)
        counts = asyncio.run(process_warc(path, "unit", job, report, lambda size: None))
        lines = (tmp_path / "out" / "unit.jsonl").read_text(encoding="utf-8").splitlines()
        return counts, report, [json.loads(line) for line in lines]

    return run


def page_two_alone() -> str:
    """The text of the second page of an article without the first."""
    title, *paragraphs = whole(2).split("\n\n")
    return "\n\n".join([title, *paragraphs[2:]])


def closed(recorder: Recorder) -> Path:
    path = recorder.close()
    assert path is not None
    return path


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


def test_the_rules_are_those_of_the_source_of_the_host(recorder: Recorder, run_unit: Any) -> None:
    """A known host's rules hold; www. makes no difference."""
    page = story("One").replace(b"<p>1.", b"<p class=insert>Buy now before the spring comes round again.</p><p>1.")
    recorder.add("https://www.known.org/1", page)
    recorder.add("https://other.org/1", page + b"<!-- -->")
    known = source("known", "https://known.org/", extraction={"drop": [".insert"]})
    lines = run_unit(closed(recorder), sources=Sources([known]))[2]
    assert [line["source"] for line in lines] == ["known", "other_org"]
    assert ["Buy now" in line["text"] for line in lines] == [False, True]


def test_two_sources_on_a_host_are_told_apart_by_their_patterns() -> None:
    """The first whose patterns take the address has it; else the first on the host."""
    news = source("a_news", "https://a.org/", articles={"include": ["/news/"]})
    blog = source("b_blog", "https://a.org/", articles={"include": ["/blog/"]})
    sources = Sources([news, blog])
    assert sources.of_url("https://a.org/blog/1") is blog
    assert sources.of_url("https://a.org/other") is news


@pytest.mark.parametrize(
    ("host", "name"),
    [("www.bbc.co.uk", "bbc_co_uk"), ("20minutos.es", "site_20minutos_es"), ("", "unknown"), ("новости.рф", "unknown")],
)
def test_an_unknown_host_is_a_source_of_its_own(host: str, name: str) -> None:
    """Its name is one that a folder can have."""
    assert generic(host).name == name


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (Asked(), {"1", "2", "3"}),
        (Asked(url=r"/[12]$"), {"1", "2"}),
        (Asked(hosts=["a.org"]), {"1", "2"}),
        (Asked(hosts=["*.org"]), {"1", "2", "3"}),
        (Asked(hosts=["*.a.org"]), {"1", "2"}),
        (Asked(since="2017-07-13"), {"2", "3"}),
        (Asked(until="2017-07-12"), {"1"}),
        (Asked(until="2017-07"), {"1", "2", "3"}),
        (Asked(until="2017-07-12T12:00:00"), {"1"}),
        (Asked(since="201708"), set()),
        (Asked(statuses=["404"]), {"4"}),
        (Asked(types=["text/plain"]), {"5"}),
    ],
)
def test_filters_narrow(recorder: Recorder, asked: Asked, taken: set[str]) -> None:
    """By address, host, time, status and type."""
    recorder.add("https://a.org/1", b"1")
    recorder.add("https://a.org/2", b"2", when=NOON + timedelta(days=1))
    recorder.add("https://b.org/3", b"3", when=NOON + timedelta(days=1))
    recorder.add("https://a.org/4", b"4", status="404 Not Found")
    recorder.add("https://a.org/5", b"5", "text/plain")
    selection = asked.selection()
    items = [item for item in read_answers(closed(recorder)) if isinstance(item, tuple)]
    assert {record.url[-1] for record, _ in items if selection.takes(record)} == taken


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(url="("), "--url ( is no regular expression"),
        (Asked(hosts=["https://a.org/"]), "is no host"),
        (Asked(statuses=["ok"]), "is no HTTP status"),
        (Asked(since="yesterday"), "--since yesterday is no time"),
        (Asked(until="2017-13-01"), "--until 2017-13-01 is no time"),
    ],
)
def test_a_filter_that_cannot_be_read_says_what_is_allowed(asked: Asked, message: str) -> None:
    """The option is named."""
    with pytest.raises(UsageError) as raised:
        asked.selection()
    assert message in str(raised.value)


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


def test_outputs_are_named_after_the_path_of_the_warc(tmp_path: Path) -> None:
    """Below its root, without endings, so that names are the same in every run and never shared."""
    for name in ("one/a/x.warc.gz", "one/b/x.warc.gz.open", "two/a/x.warc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(find_units([tmp_path / "one"]).values()) == ["a/x", "b/x"]
    assert list(find_units([tmp_path / "one", tmp_path / "two"]).values()) == ["one/a/x", "one/b/x", "two/a/x"]
    assert list(find_units([tmp_path / "one" / "a" / "x.warc.gz"]).values()) == ["x"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="empty holds no WARC"):
        find_units([tmp_path / "one", tmp_path / "empty"])


def test_parquet_holds_the_articles(recorder: Recorder, tmp_path: Path) -> None:
    """The columns are typed, and the file is there only when it is whole."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an optional extra")
    recorder.add("https://a.org/1", story("One"))
    job = Job(Selection(), Sources([]), open_output("parquet", tmp_path / "out"), unresolved, extract_here, no_parts)
    asyncio.run(process_warc(closed(recorder), "unit", job, Report(), lambda size: None))
    rows = parquet.read_table(tmp_path / "out" / "unit.parquet").to_pylist()
    assert [(row["title"], row["captured"]) for row in rows] == [("One", NOON)]


def test_without_pyarrow_parquet_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An optional package that is missing is an error for people."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pip install"):
        open_output("parquet", tmp_path)


def article(**changes: Any) -> Article:
    values = {"source": "a", "url": "https://a.org/1", "title": "One", "text": "One\n\nA text of some words.\n"}
    return Article(**(values | {"record_id": "<urn:1>", "captured": NOON} | changes))


def test_a_change_of_text_shows_the_words() -> None:
    """What went and what came stand in their sentence, and the share is of the words."""
    change = compare(article(), article(text="One\n\nA text of many words.\n"))
    assert change is not None
    assert (change.kind, round(change.share, 2)) == ("text", 0.17)
    assert change.lines == ("… One ⏎ A text of [-some-]{+many+} words. …",)


def test_a_change_of_metadata_names_the_fields() -> None:
    """Old and new value are shown; the same text is no change of text."""
    change = compare(article(), article(authors=["Ines"], published=datetime(2017, 7, 1, tzinfo=UTC)))
    assert change is not None
    assert change.kind == "metadata"
    assert change.lines == ("authors: nothing → Ines", "published: nothing → 2017-07-01 00:00:00+00:00")
    assert compare(article(), article()) is None


def test_stored_texts_are_compared_by_their_record(tmp_path: Path) -> None:
    """Same, changed, new and gone articles are told apart."""
    for number in range(3):
        stored = texts.place(article(record_id=f"<urn:{number}>", url=f"https://a.org/{number}"), tmp_path)
        texts.store(stored, tmp_path)
    shown: list[Change] = []
    comparison = Comparison(StoredTexts(tmp_path), shown.append)
    comparison.add(article(record_id="<urn:0>", url="https://a.org/0"))
    comparison.add(article(record_id="<urn:1>", url="https://a.org/1", text="One\n\nAnother text.\n"))
    comparison.add(article(record_id="<urn:9>", url="https://a.org/9", text="One\n\nA new one.\n"))
    assert comparison.counts == {"same": 1, "text": 1, "new": 1}
    assert [(change.kind, change.url[-1]) for change in shown] == [("text", "1"), ("new", "9")]
