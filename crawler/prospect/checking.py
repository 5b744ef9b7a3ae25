"""Holds a source to what its site says today, or said when it was archived: stage by stage, with a verdict for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urljoin

from crawler.discovery import Link, canonical_url, page_feeds, parse_section, robots_sitemaps
from crawler.extraction.extract import page_tree
from crawler.extraction.rules import Rules, select, texts
from crawler.prospect import samples as common
from crawler.prospect.answers import Extract, Fetch
from crawler.prospect.listings import CHILDREN_READ, children_to_read, judge_feed, judge_sitemap, newest_of
from crawler.prospect.samples import Sample
from crawler.sources.model import Source

ARTICLES = 10
"""Articles that are fetched."""

LISTINGS = 12
"""Listings that are read, whatever the source has."""

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


@dataclass
class Check:
    """What came out of a check."""

    source: Source
    listed: list[Listed] = field(default_factory=list)
    pages: list[Checked] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether no stage failed."""
        return all(stage.level != "failed" for stage in self.stages)

    @property
    def samples(self) -> list[Sample]:
        """The pages as the source's rules have them."""
        return [page.sample for page in self.pages]


class Checker:
    """Checks one source; what it asks, it asks by `fetch`."""

    def __init__(
        self, source: Source, fetch: Fetch, extract: Extract, notice: Callable[[str], None], now: datetime | None = None
    ) -> None:
        self._source = source
        self._fetch = fetch
        self._extract = extract
        self._notice = notice
        self._now = now or datetime.now(UTC)

    async def check(self, archived: Sequence[str] | None = None) -> Check:
        """Everything about the source; `archived` are the articles to look at where the archive stands for the site."""
        check = Check(self._source)
        await self._discover(check)
        urls = archived if archived is not None else choose_articles(check.listed)
        for url in urls[:ARTICLES]:
            check.pages.append(await self._look_at(url))
        check.stages = [
            judge_discovery(check.listed, self._now, offline=archived is not None),
            judge_fetch(check.samples),
            judge_extraction(check.pages, self._source),
            judge_metadata(check.samples, self._source, self._now),
        ]
        return check

    # discovery

    async def _discover(self, check: Check) -> None:
        feeds, sitemaps, sections = await self._listings()
        for url in feeds[:LISTINGS]:
            self._note(check, await self._feed(url))
        for url in sitemaps[: LISTINGS - len(check.listed)]:
            self._note(check, await self._sitemap(url))
        for url in sections[: LISTINGS - len(check.listed)]:
            self._note(check, await self._section(url))

    def _note(self, check: Check, listed: Listed) -> None:
        self._notice(
            f"{listed.url}: {listed.problem or f'{len(listed.articles)} of {listed.links} links are articles'}"
        )
        check.listed.append(listed)

    async def _listings(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """What the source lists, or what the crawl would find by itself where it lists nothing."""
        said = self._source.discovery
        if said.feeds or said.sitemaps or said.sections or not said.autodiscover:
            return said.feeds, said.sitemaps, said.sections
        home = self._source.homepage
        front, robots = await self._fetch(home, "section"), await self._fetch(urljoin(home, "/robots.txt"), "robots")
        feeds = [link.url for link in page_feeds(front.body, front.url, front.content_type)] if front.ok else []
        sitemaps = robots_sitemaps(robots.body, robots.url, robots.content_type) if robots.ok else []
        return feeds, sitemaps, () if feeds or sitemaps else (home,)

    async def _feed(self, url: str) -> Listed:
        listing = judge_feed(await self._fetch(url, "feed"), self._now)
        return self._listed(url, "feed", listing.links, "" if listing.kept else listing.reason)

    async def _sitemap(self, url: str) -> Listed:
        listing = judge_sitemap(await self._fetch(url, "sitemap"), self._now)
        links = list(listing.links)
        if listing.index:
            days = self._source.discovery.sitemap_days or 100_000
            for child in children_to_read(listing, self._now - timedelta(days=days))[:CHILDREN_READ]:
                links += judge_sitemap(await self._fetch(child, "sitemap"), self._now).links
        return self._listed(url, "sitemap", links, "" if listing.kept else listing.reason)

    async def _section(self, url: str) -> Listed:
        answer = await self._fetch(url, "section")
        if not answer.ok:
            return Listed(url, "section", problem=answer.why_not)
        articles = self._source.articles
        found = parse_section(
            answer.body,
            answer.url,
            answer.content_type,
            include=articles.include,
            exclude=articles.exclude,
            hosts=self._source.hosts,
        )
        return self._listed(url, "section", found.links, "; ".join(found.warnings))

    def _listed(self, url: str, kind: str, links: Sequence[Link], problem: str) -> Listed:
        taken = tuple(link for link in links if self._source.is_article(link.url))
        if links and not taken and not problem:
            problem = f"none of its {len(links)} links is an article by the patterns, such as {links[0].url}"
        return Listed(url, kind, len(links), taken, newest_of(links), problem)

    # articles

    async def _look_at(self, url: str) -> Checked:
        answer = await self._fetch(url, "article")
        if not answer.ok:
            self._notice(f"{url}: {answer.why_not}")
            return Checked(Sample(answer, {"rejected": answer.why_not, "detail": answer.detail}))
        rules = rules_of(self._source)
        arguments = (answer.body, answer.content_type, answer.url)
        sample = Sample(answer, await self._extract(*arguments, rules, answer.headers))
        bare = replace(rules, drop=(), drop_lines=())
        whole = Sample(answer, await self._extract(*arguments, bare, answer.headers)) if bare != rules else sample
        self._notice(f"{url}: {sample.extracted.get('title') or sample.rejected}")
        kept = set(sample.paragraphs)
        return Checked(sample, tuple(paragraph for paragraph in whole.paragraphs if paragraph not in kept))


def rules_of(source: Source) -> Rules:
    """The extraction rules of a source as they are for a page of today."""
    return Rules.of(source.rules_at(datetime.now(UTC)), source.timezone, source.language)


def choose_articles(listed: Sequence[Listed]) -> list[str]:
    """The articles to fetch: in turn from each listing, of each the newest first."""
    queues = [sorted(one.articles, key=_moment, reverse=True) for one in listed]
    chosen: dict[str, str] = {}
    for turn in range(ARTICLES):
        for queue in queues:
            if turn < len(queue) and len(chosen) < ARTICLES:
                chosen.setdefault(canonical_url(queue[turn].url), queue[turn].url)
    return list(chosen.values())


def _moment(link: Link) -> datetime:
    return link.published or link.modified or datetime.min.replace(tzinfo=UTC)


# verdicts


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
