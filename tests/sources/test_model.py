"""The typed model of a source: what it accepts, what it refuses, and what it answers."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from crawler.sources.model import Source

MakeSource = Callable[..., Source]


def at(table: str, **keys: Any) -> dict[str, Any]:
    return {table: keys}


GOOD: list[dict[str, Any]] = [
    {"language": "zh-Hant-TW"},
    {"language": "es-419"},
    {"language": "el"},
    {"country": "GB"},
    {"verified": date(2026, 11, 22)},
    {"timezone": "Europe/Athens"},
    {"spider": "mine.spiders.Gazette"},
    {"homepage": "http://127.0.0.1:8765/"},
    {"homepage": "https://пример.рф/"},
    at(
        "discovery", archives=["https://example.org/{year}/{month:02}/{day:02}/", "https://example.org/{date:%d-%m-%y}"]
    ),
    at("discovery", next_page="//a[re:test(@class, '^older')]"),
    at("articles", hosts=["*.example.org", "münchen.example"]),
    at("extraction", keep=["div.post > p:not(.ad)", "./body//article", "(//main)[1]"]),
    at("extraction", authors='//meta[@name="author"]/@content'),
    at("politeness", delay=0.001, jitter=0),
    at("politeness", obey_rights=["noai", "tdm"]),
]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"title": "  "}, "empty"),
    ({"homepage": "www.example.org"}, "http://"),
    ({"homepage": "https://"}, "host"),
    ({"homepage": "https://example.org:port/"}, "URL"),
    ({"homepage": "https://example.org/a b"}, "white space"),
    ({"homepage": "https://me:secret@example.org/"}, "password"),
    ({"homepage": "ftp://example.org/"}, "http://"),
    ({"language": "english"}, "language tag"),
    ({"language": "en_GB"}, "language tag"),
    ({"country": "gb"}, "capital"),
    ({"country": "UK"}, "GB"),
    ({"timezone": "Europe/Athen"}, "Europe/Athens"),
    ({"timezone": "../etc/passwd"}, "no time zone"),
    ({"timezone": "Europe"}, "no time zone"),
    ({"verified": True}, "neither"),
    ({"verified": "2026-11-22"}, "neither"),
    ({"spider": "Gazette"}, "dotted path"),
    (at("discovery", feeds=["/feed"]), "http://"),
    (at("discovery", feeds="https://example.org/feed"), "tuple"),
    (at("discovery", archives=["https://example.org/{yaer}/"]), "yaer"),
    (at("discovery", archives=["https://example.org/{date.year}/"]), "date.year"),
    (at("discovery", archives=["https://example.org/{year:x!}/"]), "filled"),
    (at("discovery", archives=["https://example.org/{year/"]), "braces"),
    (at("discovery", archives=["https://example.org/{}/"]), "names"),
    (at("discovery", archives=["https://example.org/archive/"]), "sections"),
    (at("discovery", pages=0), "greater"),
    (at("articles", include=["("]), "regular expression"),
    (at("articles", include=[""]), "everything"),
    (at("articles", exclude=["x*"]), "everything"),
    (at("articles", exclude=["[[a]"]), "ambiguous"),
    (at("articles", hosts=["https://example.org/"]), "host name"),
    (at("articles", hosts=["example.org:80"]), "host name"),
    (at("extraction", keep=["div["]), "as CSS"),
    (at("extraction", keep=[""]), "empty"),
    (at("extraction", keep=["//div["]), "as XPath"),
    (at("extraction", keep=["//div[lower-case(x)]"]), "as XPath"),
    (at("extraction", drop=["//x:div"]), "prefix"),
    (at("extraction", authors="meta::attr(content)"), "/@content"),
    (at("extraction", drop_lines=["[a-"]), "regular expression"),
    (at("extraction", before=[{"keep": ["p"]}]), "required"),
    (at("politeness", delay=0), "0.001"),
    (at("politeness", delay=float("inf")), "finite"),
    (at("politeness", delay=True), "number"),
    (at("politeness", delay="1"), "number"),
    (at("politeness", jitter=1), "less than 1"),
    (at("politeness", concurrency=1.5), "integer"),
    (at("politeness", obey_robots="yes"), "boolean"),
    (at("politeness", user_agent="a\r\nX: y"), "ASCII"),
    (at("politeness", obey_rights=["nothing"]), "noarchive"),
    (at("politness", delay=1), "Extra"),
]


@pytest.mark.parametrize("keys", GOOD, ids=str)
def test_good_values_are_accepted(make_source: MakeSource, keys: dict[str, Any]) -> None:
    assert make_source(**keys)


@pytest.mark.parametrize(("keys", "reason"), BAD, ids=str)
def test_bad_values_are_refused_with_their_reason(make_source: MakeSource, keys: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        make_source(**keys)


def test_a_language_is_kept_in_its_recommended_case(make_source: MakeSource) -> None:
    assert make_source(language="ZH-hANT-tw").language == "zh-Hant-TW"


def test_a_source_cannot_be_changed(make_source: MakeSource) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make_source().title = "Other"  # type: ignore[misc]


def test_a_source_that_was_used_goes_to_a_worker_process(make_source: MakeSource) -> None:
    source = make_source(articles={"include": ["/a"]})
    assert source.is_article("https://example.org/a")
    assert pickle.loads(pickle.dumps(source)) == source


@pytest.mark.parametrize(
    ("homepage", "hosts"),
    [
        ("https://www.example.org/", {"www.example.org", "example.org"}),
        ("https://Example.org/", {"www.example.org", "example.org"}),
        ("http://127.0.0.1:8765/", {"127.0.0.1"}),
        ("http://[::1]:8765/", {"::1"}),
        ("https://Пример.рф/", {"xn--e1afmkfd.xn--p1ai", "www.xn--e1afmkfd.xn--p1ai"}),
    ],
)
def test_the_hosts_are_the_homepages_with_and_without_www(
    make_source: MakeSource, homepage: str, hosts: set[str]
) -> None:
    assert make_source(homepage=homepage).hosts == hosts


def test_a_starred_host_takes_in_subdomains_and_not_the_bare_domain(make_source: MakeSource) -> None:
    source = make_source(articles={"hosts": ["*.example.net"]})
    assert source.has_host("a.example.net")
    assert source.has_host("A.B.example.net")
    assert not source.has_host("example.net")
    assert not source.has_host("badexample.net")


@pytest.mark.parametrize(
    "host", ["пример.рф", "xn--e1afmkfd.xn--p1ai", "WWW.Пример.рф", "пример.рф.", "шт.news.example"]
)
def test_a_host_is_known_in_either_spelling(make_source: MakeSource, host: str) -> None:
    source = make_source(homepage="https://пример.рф/", articles={"hosts": ["*.news.example"]})
    assert source.has_host(host)


def test_what_cannot_be_a_host_name_is_no_host_and_no_error(make_source: MakeSource) -> None:
    assert not make_source().has_host("é" * 70 + ".example")
    assert not make_source().has_host("")


def test_an_article_has_a_known_host_matches_an_include_and_no_exclude(make_source: MakeSource) -> None:
    source = make_source(articles={"include": [r"/\d{4}/", "/story/"], "exclude": ["/video/"]})
    assert source.is_article("https://example.org/2017/x")
    assert source.is_article("http://www.example.org:8080/story/x")
    assert not source.is_article("https://example.org/about")
    assert not source.is_article("https://example.org/2017/video/x")
    assert not source.is_article("https://elsewhere.example/2017/x")


@pytest.mark.parametrize("url", ["", "mailto:a@example.org", "https://[broken/2017/", "/2017/x"])
def test_what_is_no_url_is_no_article(make_source: MakeSource, url: str) -> None:
    assert not make_source().is_article(url)


@pytest.fixture
def redesigned(make_source: MakeSource) -> Source:
    before = [
        {"valid_until": date(2020, 6, 30), "keep": ["#second"]},
        {"valid_until": date(2015, 1, 1), "keep": ["#first"], "standfirst": True},
    ]
    return make_source(extraction={"keep": ["#third"], "drop": [".ad"], "before": before})


@pytest.mark.parametrize(
    ("moment", "keep"),
    [
        (date(2010, 1, 1), "#first"),
        (date(2015, 1, 1), "#first"),
        (date(2015, 1, 2), "#second"),
        (datetime(2020, 6, 30, 23, 59, tzinfo=UTC), "#second"),
        (datetime(2020, 7, 1, 1, 0, tzinfo=timezone(timedelta(hours=3))), "#second"),
        (datetime(2020, 7, 1, tzinfo=UTC), "#third"),
    ],
)
def test_the_rules_are_those_of_the_day_of_capture_in_utc(redesigned: Source, moment: date, keep: str) -> None:
    assert redesigned.rules_at(moment).keep == (keep,)


def test_dated_rules_stand_alone(redesigned: Source) -> None:
    rules = redesigned.rules_at(date(2018, 1, 1))
    assert rules.drop == ()
    assert not rules.standfirst
