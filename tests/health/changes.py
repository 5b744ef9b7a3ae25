"""Changes of the gazette's site that break it or do not, and what the judge says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from crawler.health.facts import read_histories
from crawler.health.judge import Verdict, judge
from crawler.progress import PASSED_OVER
from crawler.sources.model import Source
from tests.health.gazette import (
    FEED,
    SITEMAP,
    SOURCE,
    Change,
    Edition,
    Gazette,
    listings,
)


def verdict(gazette: Gazette, source: Source = SOURCE) -> Verdict:
    return judge(source, read_histories(gazette.path)(source.name))


@dataclass
class Row:
    """A change of the site, from one run to the next unless it takes `days`."""

    change: Change
    stage: str = ""
    kind: str = ""
    days: int = 1
    before: Change = lambda edition: None
    """What the run before it is like."""
    healthy_days: int = 0
    """Days before it on which all is well; the first is a Tuesday, on which the articles of Monday are fetched."""


def both(**values: Any) -> Change:
    return listings(FEED, SITEMAP, **values)


def first_only(change: Change) -> Change:
    """The change, for the first story alone."""

    def altered(edition: Edition) -> None:
        single = replace(edition, stories=edition.stories[:1])
        change(single)
        edition.stories[:1] = single.stories

    return altered


def no_article(edition: Edition) -> None:
    edition.stories = []
    edition.stats = {f"{PASSED_OVER}archived before": 60}


def one_article(edition: Edition) -> None:
    edition.stories = edition.stories[:1]


def partly(change: Change, count: int) -> Change:
    """The change, for the first `count` stories."""

    def altered(edition: Edition) -> None:
        part = replace(edition, stories=edition.stories[:count])
        change(part)
        edition.stories[:count] = part.stories

    return altered
