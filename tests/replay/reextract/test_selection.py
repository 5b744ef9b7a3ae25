"""Which pages are taken, and by whose rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crawler.archive.captures import read_answers
from crawler.errors import UsageError
from crawler.replay.reextract.selection import Asked
from crawler.replay.reextract.sourcing import Sources, generic
from tests.replay.conftest import NOON, Recorder
from tests.replay.reextract.stories import closed, source, story


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
