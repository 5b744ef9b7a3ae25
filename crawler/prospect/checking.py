"""Holds a source to what its site says today, or said when it was archived: stage by stage, with a verdict for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from crawler.discovery.autodiscovery import page_feeds, robots_sitemaps
from crawler.discovery.links import Link
from crawler.discovery.sections import parse_section
from crawler.discovery.urls import canonical_url
from crawler.extraction.rules import Rules
from crawler.prospect.answers import Extract, Fetch
from crawler.prospect.listings import CHILDREN_READ, children_to_read, judge_feed, judge_sitemap, newest_of
from crawler.prospect.samples import Sample
from crawler.prospect.stages import (
    Checked,
    Listed,
    Stage,
    judge_discovery,
    judge_extraction,
    judge_fetch,
    judge_metadata,
)
from crawler.sources.model import Source

ARTICLES = 10
"""Articles that are fetched."""

LISTINGS = 12
"""Listings that are read, whatever the source has."""


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
        self._notice(f"{url}: {sample.rejected or sample.extracted['title']}")
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
