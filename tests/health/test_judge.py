"""What a source states goes before what is learnt; new, killed and rebuilt histories are judged with care."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.health.facts import History, Run, read_histories
from crawler.health.judge import Verdict, judge
from crawler.sources.model import Health, Source
from tests.health.gazette import FEED, SOURCE, Change, Edition, Gazette, asked, listings, pages

MakeGazette = Callable[[], Gazette]


def stating(**health: Any) -> Source:
    return SOURCE.model_copy(update={"health": Health(**health)})


def verdict(gazette: Gazette, source: Source = SOURCE) -> Verdict:
    return judge(source, read_histories(gazette.path)(source.name))


def some(change: Change, count: int) -> Change:
    def altered(edition: Edition) -> None:
        rest = edition.stories[count:]
        edition.stories = edition.stories[:count]
        change(edition)
        edition.stories += rest

    return altered


@pytest.mark.parametrize(
    ("health", "change", "kind"),
    [
        ({"dated": 0.95}, some(pages(published=None), 1), "dates"),
        ({"authored": 0.9}, some(pages(authors=[]), 1), "authors"),
        ({"max_errors": 0.1}, some(pages(status=403), 1), "refused"),
        ({"min_text_length": 50_000}, pages(), "short"),
        ({"max_feed_age": 1}, pages(), "feed-stale"),
        ({"articles_per_day": 20}, pages(), "few"),
    ],
)
def test_what_is_stated_is_held_to(gazette: Gazette, health: dict[str, Any], change: Change, kind: str) -> None:
    gazette.publish(1, change)
    assert verdict(gazette).signs == []
    assert [one.sign.kind for one in verdict(gazette, stating(**health)).signs] == [kind]


def test_a_stated_share_switches_off_what_is_learnt(gazette: Gazette) -> None:
    gazette.publish(1, some(pages(authors=[]), 5))
    assert verdict(gazette).stage == "metadata"
    assert verdict(gazette, stating(authored=0.1)).signs == []


@pytest.mark.parametrize(
    ("change", "stage"),
    [
        (pages(status=403), "fetch"),
        (pages(outcome="consent-wall"), "fetch"),
        (pages(outcome="listing"), "extraction"),
        (pages(title="The Gazette"), "metadata"),
        (listings(FEED, failed="HTTP 404"), "discovery"),
    ],
)
def test_a_new_source_is_judged_by_what_is_absurd(new_gazette: MakeGazette, change: Change, stage: str) -> None:
    gazette = new_gazette()
    gazette.publish(1, change)
    assert verdict(gazette).stage == stage


@pytest.mark.parametrize(
    "change",
    [pages(published=None), pages(authors=[]), pages(paragraphs=["One short line of text."])],
    ids=["no dates", "no authors", "short"],
)
def test_what_a_source_never_had_is_not_missed(new_gazette: MakeGazette, change: Change) -> None:
    gazette = new_gazette()
    gazette.publish(3, change, pages(paragraphs=lambda story: [f"One short line of {story.title}."]))
    assert verdict(gazette).signs == []


def test_a_source_without_runs_was_never_crawled(new_gazette: MakeGazette, tmp_path: Path) -> None:
    gazette = new_gazette()
    assert verdict(gazette).state == "never crawled"
    assert not (tmp_path / "catalogue.sqlite").exists()


def test_a_source_is_new_until_eight_pages_are_known(new_gazette: MakeGazette) -> None:
    gazette = new_gazette()
    gazette.publish(1)
    assert verdict(gazette).state == "new"
    gazette.publish(1)
    assert verdict(gazette).state == "healthy"


def test_a_breakage_is_dated_to_the_run_that_showed_it_first(gazette: Gazette) -> None:
    gazette.publish(3)
    last_good = gazette.day
    gazette.publish(4, pages(published=None))
    found = verdict(gazette)
    assert found.since is not None
    assert found.since.date() == last_good + timedelta(days=1)
    assert found.last_run is not None
    assert found.last_run.date() == gazette.day


def test_the_first_stage_that_fails_is_named_and_the_others_are_listed(gazette: Gazette) -> None:
    gazette.publish(1, pages(published=None, authors=[], paragraphs=lambda story: story.paragraphs[:1]))
    found = verdict(gazette)
    assert found.stage == "extraction"
    assert [one.sign.stage for one in found.signs] == ["extraction", "metadata", "metadata"]
    assert found.as_json()["signs"][1]["kind"] == "dates"


def test_a_change_of_robots_txt_is_dated(gazette: Gazette) -> None:
    def forbid(edition: Edition) -> None:
        edition.robots = "sha1:OTHER"
        listings(*edition.listings, failed="forbidden by robots.txt")(edition)

    gazette.publish(1, forbid)
    changed = gazette.day
    gazette.publish(2, forbid)
    assert f"first seen on {changed}" in verdict(gazette).signs[0].sign.detail


def test_a_small_source_is_judged_over_several_runs(gazette: Gazette) -> None:
    def one_without_date(edition: Edition) -> None:
        edition.stories = edition.stories[:1]
        pages(published=None)(edition)

    gazette.publish(2, one_without_date)
    assert verdict(gazette).signs == []
    gazette.publish(1, one_without_date)
    assert verdict(gazette).stage == "metadata"


def test_after_a_rebuild_captures_and_articles_are_judged_without_runs(gazette: Gazette) -> None:
    gazette.publish(1, pages(published=None))
    with closing(sqlite3.connect(gazette.path)) as database, database:
        database.execute("DELETE FROM runs")
        database.execute("UPDATE captures SET run = NULL")
    found = verdict(gazette)
    assert found.stage == "metadata"
    assert found.since is not None
    assert found.since.date() == gazette.day


def test_captures_that_were_read_back_go_to_the_runs_that_made_them(gazette: Gazette) -> None:
    with closing(sqlite3.connect(gazette.path)) as database, database:
        database.execute("UPDATE captures SET run = NULL")
    history = read_histories(gazette.path)(SOURCE.name)
    assert len(history.runs) == 28
    assert all(run.pages and run.listings for run in history.runs)


def test_captures_of_a_run_that_only_looked_stay_with_it_when_they_are_read_back(gazette: Gazette) -> None:
    gazette.publish(1, pages(status=403), asked("newsource"))
    with closing(sqlite3.connect(gazette.path)) as database, database:
        database.execute("UPDATE captures SET run = NULL")
    assert len(read_histories(gazette.path)(SOURCE.name).runs) == 28
    assert verdict(gazette).signs == []


def test_a_run_that_was_killed_is_judged_by_what_it_captured(gazette: Gazette) -> None:
    gazette.publish(1, pages(status=503))
    with closing(sqlite3.connect(gazette.path)) as database, database:
        database.execute(
            "UPDATE runs SET ended = NULL, reason = NULL, stats = NULL WHERE id = (SELECT max(id) FROM runs)"
        )
    assert verdict(gazette).stage == "fetch"


def test_after_sixty_days_a_change_counts_as_usual(gazette: Gazette) -> None:
    gazette.publish(55, pages(authors=[]))
    assert verdict(gazette).stage == "metadata"
    gazette.publish(6, pages(authors=[]))
    assert verdict(gazette).signs == []


def test_a_share_that_chance_explains_is_no_alarm_and_its_loss_is_one(new_gazette: MakeGazette) -> None:
    def every_other_signed(edition: Edition) -> None:
        for number, story in enumerate(edition.stories):
            story.authors = ["Ann Writer"] if number % 2 else []

    gazette = new_gazette()
    gazette.publish(14, every_other_signed)
    gazette.publish(1, some(pages(authors=[]), 5))
    assert verdict(gazette).signs == []
    gazette.publish(2, pages(authors=[]))
    assert [one.sign.kind for one in verdict(gazette).signs] == ["authors"]


def test_other_sources_of_the_catalogue_do_not_matter(gazette: Gazette) -> None:
    gazette.source = SOURCE.model_copy(update={"name": "other"})
    gazette.publish(2, pages(status=403))
    assert verdict(gazette).signs == []
    assert verdict(gazette, gazette.source).stage == "fetch"


def test_runs_without_pages_are_quiet() -> None:
    start = datetime(2026, 3, 2, 6, tzinfo=UTC)
    history = History([Run(start + timedelta(days=day)) for day in range(30)])
    assert judge(SOURCE, history).state == "quiet"
