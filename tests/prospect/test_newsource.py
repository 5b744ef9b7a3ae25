"""`scrapy newsource`, then `scrapy crawl`, on sample sites of each kind, as a user would run them and with no edit."""

import importlib
import json
import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.discovery.urls import canonical_url
from crawler.sources.reading import read_source
from tests.prospect.sites import failing, frontonly, wordpress
from tests.prospect.sites.served import served
from tests.several import run_several

LEADS_NOWHERE = "http://127.0.0.1:9/"
"""The discard port, on which nothing listens."""

SITES = {
    path.stem: importlib.import_module(f"tests.prospect.sites.{path.stem}")
    for path in sorted((Path(__file__).parent / "sites").glob("*.py"))
    if path.stem not in ("failing", "kit", "served", "words")
}
"""Each module of a sample site: a new one is a new test without new code."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """All sample sites, each looked at and then crawled by the source that was made of it: (folder, sites)."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "sources").mkdir()
    with ExitStack() as stack:
        sites = {name: stack.enter_context(served(module.build)) for name, module in SITES.items()}
        addresses = [f"{name}={site.url}/" for name, site in sites.items()]
        run_several(folder, "newsource", str(folder / "sources"), *addresses)
        run_several(folder, "crawl", *sites)
        yield folder, sites


@pytest.mark.parametrize("name", SITES)
def test_a_source_made_without_an_edit_finds_the_articles_and_nothing_else(name, made):
    """At least nine articles in ten are kept, and none of ten or more pages that are none; no article twice."""
    folder, site = made[0], made[1][name]
    sidecars = [json.loads(path.read_text()) for path in (folder / "archives" / name / "text").rglob("*.json")]
    kept = Counter(canonical_url(sidecar["url"]) for sidecar in sidecars)
    articles = {canonical_url(url): title for url, title in site.articles.items()}
    assert len(kept.keys() & articles.keys()) >= 0.9 * len(articles)
    assert kept.keys() <= articles.keys()
    assert max(kept.values()) == 1
    assert all(sidecar["title"] == articles[canonical_url(sidecar["url"])] for sidecar in sidecars)
    source = read_source(folder / "sources" / f"{name}.toml")
    assert len(site.others) >= 10
    assert not [url for url in site.others if source.is_article(url)]
    assert source.title == SITES[name].NAME


@pytest.mark.parametrize("name", SITES)
def test_a_look_makes_few_requests(name, made):
    """At most forty for any of the sample sites."""
    archived = made[0] / "archives" / name / "warc"
    first, *_ = sorted(archived.glob("*.warc.gz"))
    assert 0 < sum(record.rec_type == "request" for record in ArchiveIterator(first.open("rb"))) <= 40


def test_a_look_is_polite_and_its_file_says_where_each_value_comes_from(broadsheet, tmp_path):
    """At most sixty requests, robots.txt first, all in a sound WARC; each key but the homepage has a comment above."""
    with served(wordpress.build) as site:
        made = broadsheet("newsource", site.url, "--name", "sample", "--allow-private")
    assert site.asked[0] == "/robots.txt"
    assert len(site.asked) <= 60
    assert broadsheet("checkarchive", str(tmp_path / "archives")).code == 0
    lines = (tmp_path / "sources/sample.toml").read_text().splitlines()
    assigned = [place for place, line in enumerate(lines) if re.match(r"[a-z_]+ = ", line)]
    bare = [lines[place] for place in assigned if not lines[place - 1].startswith("#")]
    assert [line.partition(" =")[0] for line in bare] == ["homepage"]
    assert made.out.count("Anna Reed | ") == 3
    assert "/feed/" in made.out


def test_a_dry_run_shows_the_file_and_writes_none(broadsheet, tmp_path):
    """--dry-run prints the TOML, which the model takes, and leaves the folder of sources as it was."""
    with served(frontonly.build) as site:
        made = broadsheet("newsource", site.url, "--name", "sample", "--allow-private", "--dry-run")
    assert made.code == 0
    assert not list((tmp_path / "sources").iterdir())
    shown = tmp_path / "shown.toml"
    shown.write_text(made.out[made.out.index("# Written by") :])
    assert read_source(shown).discovery.sections


def test_a_source_that_is_there_is_not_overwritten_unasked(broadsheet, tmp_path):
    """Without a terminal to ask on, and without --yes, the file stays; nothing is fetched for it."""
    path = tmp_path / "sources/sample.toml"
    path.write_text("kept = true\n")
    with served(frontonly.build) as site:
        made = broadsheet("newsource", site.url, "--name", "sample", "--allow-private")
        assert site.asked == []
        assert (made.code, path.read_text()) == (2, "kept = true\n")
        assert "--yes" in made.err + made.out
        again = broadsheet("newsource", site.url, "--name", "sample", "--allow-private", "--yes")
    assert again.code == 0
    assert read_source(path).title == frontonly.NAME


FAILING = {
    failing.script_built: "script-built",
    failing.script_built_articles: "script-built",
    failing.consent_wall: "consent-wall",
    failing.bot_challenge: "bot-challenge",
    failing.refused: "refused",
    failing.no_page: "not-html",
    failing.shop: "no-articles",
}


@pytest.mark.parametrize("build", FAILING, ids=lambda build: build.__name__)
def test_where_no_source_can_be_made_the_cause_is_found(build, surveyed):
    """Each kind of site that cannot be crawled is told from the others, within a few requests."""
    with served(build) as site:
        survey = surveyed(f"{site.url}/")
    assert survey.trouble is not None
    assert survey.trouble.cause == FAILING[build], survey.trouble
    assert len(site.asked) <= 40


@pytest.mark.parametrize(
    ("build", "code", "cause"),
    [
        (failing.script_built, 6, "script-built"),
        (failing.robots_forbids, 4, "robots"),
        (failing.robots_breaks, 4, "robots"),
    ],
    ids=["script_built", "robots_forbids", "robots_breaks"],
)
def test_where_no_source_can_be_made_the_command_says_so(build, code, cause, broadsheet, tmp_path):
    """The reason in words, an exit code of its own, no file, and no traceback."""
    with served(build) as site:
        made = broadsheet("newsource", f"{site.url}/", "--name", "sample", "--allow-private")
    assert (made.code, f"({cause})" in made.out) == (code, True), made.out + made.err
    assert "Traceback" not in made.err + made.out
    assert not list((tmp_path / "sources").iterdir())


def test_a_dead_host_is_called_dead(broadsheet):
    """A port on which nothing listens ends with exit code 3 and the reason."""
    made = broadsheet("newsource", LEADS_NOWHERE, "--name", "sample", "--allow-private")
    assert (made.code, "(dead)" in made.out) == (3, True), made.out + made.err


def test_a_private_address_is_refused_unless_allowed(broadsheet):
    """Without --allow-private nothing is asked of loopback, and the option is named."""
    with served(wordpress.build) as site:
        made = broadsheet("newsource", site.url, "--name", "sample")
        assert site.asked == []
    assert made.code == 3
    assert "--allow-private" in made.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "one address"),
        (("ftp://example.org/",), "http:// or https://"),
        (("http://[::1/",), "not an address"),
        (("https://example.org/", "--name", "Not A Name"), "lower case letters"),
        (("https://example.org/", "--name", "demo"), "there is a source demo already"),
        (("https://me:secret@example.org/",), "password"),
    ],
)
def test_wrong_usage_is_explained(arguments, told, broadsheet):
    """Exit code 2 and what is allowed, before anything is fetched."""
    made = broadsheet("newsource", *arguments)
    assert made.code == 2
    assert told in made.err + made.out
    assert "Traceback" not in made.err
