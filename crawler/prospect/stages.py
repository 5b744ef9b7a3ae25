"""The verdict on each stage of a check: discovery, fetch, extraction, metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from crawler.discovery.links import Link
from crawler.discovery.urls import canonical_url
from crawler.extraction.extract import page_tree
from crawler.extraction.rules import select, texts
from crawler.prospect import samples as common
from crawler.prospect.samples import Sample
from crawler.sources.model import Source

ENOUGH = 0.9
HALF = 0.5
"""Shares: from the first on a stage is all right, under the second it has failed."""

OLD = timedelta(days=7)
"""A source whose newest listed article is older is worth a look."""

Level = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the way from a listing to an article, and what is to be said of it."""

    name: str
    level: Level
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A listing of the source that was read: how many links it has, and how many the patterns take."""

    url: str
    kind: str
    links: int = 0
    articles: tuple[Link, ...] = ()
    newest: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """An article page: what the source's rules make of it, and what they take away."""

    sample: Sample
    dropped: tuple[str, ...] = ()
    """Paragraphs that are only there without the source's `drop` and `drop_lines`."""


def judge_discovery(listed: Sequence[Listed], now: datetime, offline: bool = False) -> Stage:
    """Whether the source's listings lead to articles."""
    articles = {canonical_url(link.url) for one in listed for link in one.articles}
    told = [f"{len(articles)} articles in {len(listed)} listings"]
    problems = [f"{one.url}: {one.problem}" for one in listed if one.problem]
    if not listed:
        problems.append("the source lists no feed, sitemap or section, and none was found")
    newest = max((one.newest for one in listed if one.newest), default=None)
    if newest and now - newest > OLD and not offline:
        problems.append(f"the newest article is of {newest:%Y-%m-%d}")
    worst: Level = "warning" if offline else "failed"
    return Stage("discovery", worst if not articles else "warning" if problems else "ok", (*told, *problems))


def judge_fetch(samples: Sequence[Sample]) -> Stage:
    """Whether the articles' pages came."""
    if not samples:
        return Stage("fetch", "failed", ("no article could be asked for",))
    came = [sample for sample in samples if sample.answer.ok]
    reasons = Counter(sample.answer.why_not for sample in samples if not sample.answer.ok)
    told = [f"{len(came)} of {len(samples)} pages came", *(f"{count} times: {why}" for why, count in reasons.items())]
    return Stage("fetch", _level(len(came), len(samples)), tuple(told))


def judge_extraction(pages: Sequence[Checked], source: Source) -> Stage:
    """Whether the pages that came gave articles, and whether the source's rules still do what they are for."""
    came = [page.sample for page in pages if page.sample.answer.ok]
    good = common.articles(came)
    if not came:
        return Stage("extraction", "failed", ("there was no page to extract from",))
    told = [
        f"{len(good)} of {len(came)} pages gave an article, the median text has {common.median_length(came)} characters"
    ]
    told += [f"{count} times: {why}" for why, count in common.rejections(came).items()]
    problems = list(_doubtful_texts(good, source)) + list(_idle_rules(good, source))
    level = _level(len(good), len(came))
    return Stage("extraction", "warning" if level == "ok" and problems else level, (*told, *problems))


def _doubtful_texts(good: Sequence[Sample], source: Source) -> Iterable[str]:
    texts = Counter(sample.text for sample in good)
    if len(good) > 1 and texts.most_common(1)[0][1] > 1:
        yield f"{texts.most_common(1)[0][1]} pages gave the same text"
    if lines := common.repeated_lines(good):
        yield f"most texts have the line {lines[0][:80]!r}: name it in drop or drop_lines"
    if good and common.median_length(good) < source.health.min_text_length:
        yield f"the median text is shorter than health.min_text_length = {source.health.min_text_length}"


def _idle_rules(good: Sequence[Sample], source: Source) -> Iterable[str]:
    """Selectors of the source that match on none of the pages: the site may have changed."""
    trees = [page_tree(sample.answer.body, sample.answer.content_type) for sample in good]
    rules = source.rules_at(datetime.now(UTC))
    singles = [
        (key, getattr(rules, key)) for key in ("title", "authors", "published", "section") if getattr(rules, key)
    ]
    named = [*(("keep", one) for one in rules.keep), *(("drop", one) for one in rules.drop), *singles]
    for key, selector in named if trees else ():
        if not any(tree is not None and (select(tree, [selector]) or texts(tree, selector)) for tree in trees):
            yield f"{key}: {selector} matches on none of the {len(trees)} pages"


def judge_metadata(samples: Sequence[Sample], source: Source, now: datetime) -> Stage:
    """Whether the articles have titles, dates and authors that can be right."""
    good = common.articles(samples)
    if not good:
        return Stage("metadata", "failed", ("there was no article",))
    dated, authored = common.share(samples, "published"), common.share(samples, "authors")
    told = [f"{dated:.0%} have a date, {authored:.0%} an author"]
    problems = list(_doubtful_metadata(good, source, now))
    if dated < ENOUGH:
        problems.append("dates are missing; extraction.published can name where they are")
    if dated < HALF:
        return Stage("metadata", "failed", (*told, *problems))
    return Stage("metadata", "warning" if problems else "ok", (*told, *problems))


def _doubtful_metadata(good: Sequence[Sample], source: Source, now: datetime) -> Iterable[str]:
    titles = Counter(str(sample.extracted["title"]) for sample in good)
    if len(good) > 2 and titles.most_common(1)[0][1] > len(good) * HALF:
        yield f"{titles.most_common(1)[0][1]} articles have the same title, {titles.most_common(1)[0][0]!r}"
    dates = [str(sample.extracted["published"]) for sample in good if sample.extracted.get("published")]
    if len(dates) > 2 and len(set(dates)) == 1:
        yield f"all articles have the same date, {dates[0]}"
    tomorrow = f"{now + timedelta(days=1):%Y-%m-%d}"
    if future := [date for date in dates if date[:10] > tomorrow]:
        yield f"{len(future)} articles are dated in the future, such as {future[0]}"
    languages = Counter(str(sample.extracted["language"]) for sample in good if sample.extracted.get("language"))
    if languages and languages.most_common(1)[0][0] != source.language.partition("-")[0]:
        yield f"most texts are in {languages.most_common(1)[0][0]}, the source says {source.language}"


def _level(good: int, among: int) -> Level:
    if good < HALF * among or not good:
        return "failed"
    return "ok" if good >= ENOUGH * among else "warning"
