"""Looks at a site, step by step, with few requests, and keeps what it was told.

The steps: the front page; robots.txt; the feeds and sitemaps that these name, or that most software has; where they
are thin, the section pages; then some articles. Nothing is judged here that a function of this package judges.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from crawler.archive.exchange import Role
from crawler.discovery.autodiscovery import robots_sitemaps, well_known
from crawler.discovery.learn import learn_patterns
from crawler.discovery.links import Found, Link
from crawler.discovery.sections import parse_section
from crawler.discovery.shapes import likeness
from crawler.discovery.urls import canonical_url, host_of
from crawler.extraction.rules import Rules
from crawler.prospect import dated, listings
from crawler.prospect.answers import Answer, Extract, Fetch
from crawler.prospect.frontpage import read_front
from crawler.prospect.listings import Listing, judge_feed, judge_sitemap
from crawler.prospect.samples import Sample, articles, is_habit
from crawler.prospect.survey import Section, Survey
from crawler.prospect.trouble import front_trouble, samples_trouble

SAMPLES = 10
"""Articles that are fetched to see what the extractor makes of them."""

FEEDS = 6
"""Feeds that are read at most; a site with one for each section lists its news in the first of them."""

SITEMAPS = 6
SECTIONS = 6
TRIED_FEEDS = 6
TRIED_SITEMAPS = 5
"""Usual addresses that are tried where nothing names a feed or a sitemap."""

THIN = 10
"""With fewer articles in feeds and sitemaps together, section pages are looked for."""

LEARN_FROM = 2_000
"""Addresses that patterns are learnt from; more say nothing new."""

RECENT = timedelta(days=30)
"""How far back the children of a sitemap index are looked into."""

Notice = Callable[[str], None]
"""Told what is being done, a line at a time."""


class Surveyor:
    """Asks a site what a source needs to know of it; `look` does it all."""

    def __init__(self, fetch: Fetch, extract: Extract, notice: Notice, now: datetime | None = None) -> None:
        self._fetch = fetch
        self._extract = extract
        self._notice = notice
        self._now = now or datetime.now(UTC)

    async def look(self, homepage: str) -> Survey:
        """Everything that could be found out about the site at `homepage`."""
        survey = Survey(homepage, self._now)
        await self._look_at_front(survey)
        if survey.trouble is None:
            await self._look_for_lists(survey)
            self._learn(survey)
            if not (survey.kept_sitemaps or survey.sections):
                await self._look_behind_feeds(survey)
            await self._look_at_articles(survey)
            self._learn_from_redirects(survey)
            await self._look_for_archive_pages(survey)
            survey.trouble = samples_trouble(survey.samples, survey.front, self._has_lists(survey))
        return survey

    async def _ask(self, survey: Survey, url: str, role: Role) -> Answer:
        survey.requests += 1
        return await self._fetch(url, role)

    # the front page

    async def _look_at_front(self, survey: Survey) -> None:
        self._notice(f"the front page, {survey.homepage}")
        answer = await self._ask(survey, survey.homepage, "section")
        survey.trouble = front_trouble(answer)
        if survey.trouble is None:
            survey.front = replace(read_front(answer), url=answer.url)
            if not survey.front.blocked:
                survey.homepage = answer.url
            survey.others.update(dict.fromkeys(survey.front.others))

    # feeds, sitemaps, sections

    async def _look_for_lists(self, survey: Survey) -> None:
        feeds, sitemaps = well_known(survey.homepage)
        await self._look_at_feeds(survey, [link.url for link in survey.front.feeds], FEEDS)
        if not survey.kept_feeds:
            self._notice("the addresses that feeds mostly have")
            await self._look_at_feeds(survey, feeds[:TRIED_FEEDS], TRIED_FEEDS, until_found=True)
        survey.feeds = listings.without_doubles(survey.feeds)
        robots = await self._ask(survey, urljoin(survey.homepage, "/robots.txt"), "robots")
        named = robots_sitemaps(robots.body, robots.url, robots.content_type) if robots.ok else []
        await self._look_at_sitemaps(survey, named[:SITEMAPS])
        if not survey.kept_sitemaps:
            self._notice("the addresses that sitemaps mostly have")
            await self._look_at_sitemaps(survey, sitemaps[:TRIED_SITEMAPS], until_found=True)
        if not (survey.kept_feeds or survey.kept_sitemaps):
            await self._revive(survey)
        if not self._has_lists(survey):
            await self._look_at_sections(survey)

    async def _revive(self, survey: Survey) -> None:
        """Take the dead listings of a site that is quiet as a whole: they list all there is."""
        for listing in listings.revived([*survey.feeds, *survey.sitemaps]):
            kept = await self._look_into(survey, listing) if listing.index else listing
            among = survey.feeds if kept.kind == "feed" else survey.sitemaps
            among[[other.url for other in among].index(kept.url)] = kept
            if kept.kept:
                survey.quiet_since = max(filter(None, (survey.quiet_since, kept.newest)))
                self._take(survey, kept)
        survey.feeds = listings.without_doubles(survey.feeds)

    def _has_lists(self, survey: Survey) -> bool:
        return len(survey.listed) >= THIN

    async def _look_at_feeds(self, survey: Survey, urls: Iterable[str], most: int, until_found: bool = False) -> None:
        known = {canonical_url(feed.url) for feed in survey.feeds}
        for url in [url for url in urls if canonical_url(url) not in known][:most]:
            listing = judge_feed(await self._ask(survey, url, "feed"), self._now)
            self._notice(f"{url}: {listing.reason}")
            survey.feeds.append(listing)
            if listing.kept:
                self._take(survey, listing)
                if until_found:
                    return

    async def _look_at_sitemaps(self, survey: Survey, urls: Iterable[str], until_found: bool = False) -> None:
        known = {canonical_url(sitemap.url) for sitemap in survey.sitemaps}
        for url in (url for url in urls if canonical_url(url) not in known):
            listing = judge_sitemap(await self._ask(survey, url, "sitemap"), self._now)
            if listing.kept and listing.index:
                listing = await self._look_into(survey, listing)
            self._notice(f"{url}: {listing.reason}")
            survey.sitemaps.append(listing)
            survey.others.update(dict.fromkeys(listing.others))
            if listing.kept and not listing.index:
                self._take(survey, listing)
            if until_found and listing.kept:
                return

    async def _look_into(self, survey: Survey, index: Listing) -> Listing:
        """The index, judged by its children; what these list is taken."""
        articles, timeless = 0, ""
        since = min(self._now, index.newest or self._now) - RECENT
        for url in listings.children_to_read(index, since):
            child = judge_sitemap(await self._ask(survey, url, "sitemap"), self._now)
            if child.index:
                deeper = listings.children_to_read(child, since)[:1]
                child = judge_sitemap(await self._ask(survey, deeper[0], "sitemap"), self._now) if deeper else child
            if child.timeless:
                timeless = child.reason
            else:
                articles += self._take(survey, child)
        for url in listings.other_children(index)[:2]:
            child = judge_sitemap(await self._ask(survey, url, "sitemap"), self._now)
            survey.others.update(dict.fromkeys([link.url for link in child.links] + list(child.others)))
        return listings.judge_index(index, articles, timeless)

    def _take(self, survey: Survey, listing: Listing) -> int:
        """Note the articles of a listing; how many there are."""
        links = listings.article_links(listing)
        for link in links:
            survey.listed.setdefault(canonical_url(link.url), link)
        if listing.is_news:
            survey.sure.update(canonical_url(link.url) for link in links)
        survey.others.update({link.url: None for link in listing.links if likeness(link.url) < 0})
        return len(links)

    async def _look_at_sections(self, survey: Survey) -> None:
        """Take the articles of the front page and of section pages, as far as their links look like some."""
        self._notice("section pages, since feeds and sitemaps list little")
        front = survey.front
        self._take_section(survey, Section(front.url, len(front.articles), front.more), front.articles)
        async for answer in self._section_pages(survey):
            found = parse_section(answer.body, answer.url, answer.content_type)
            section = Section(answer.asked, len(found.links), next(iter(found.more), ""))
            self._notice(f"{answer.asked}: {section.articles} links that look like articles")
            self._take_section(survey, section, found.links)
            survey.others.update(dict.fromkeys(read_front(answer).others))

    async def _look_behind_feeds(self, survey: Survey) -> None:
        """Take the sections that list articles which the feeds do not have, or not any more."""
        self._notice("section pages: do they list more than the feeds?")
        front = survey.front
        shown = [link for link in front.articles if survey.learnt.match(link.url)]
        older = await self._ask(survey, front.more, "section") if front.more else Answer("", "")
        links = [*shown, *(self._links(survey, older).links if older.ok else ())]
        self._take_section(survey, Section(front.url, len(shown), front.more), self._new(survey, links))
        async for answer in self._section_pages(survey):
            found = self._links(survey, answer)
            new = self._new(survey, found.links)
            self._notice(f"{answer.asked}: {len(found.links)} articles, {len(new)} of them in no feed")
            self._take_section(survey, Section(answer.asked, len(found.links), next(iter(found.more), "")), new)

    def _links(self, survey: Survey, answer: Answer) -> Found:
        """What a section page lists that the patterns take for articles."""
        learnt = survey.learnt
        return parse_section(
            answer.body, answer.url, answer.content_type, include=learnt.include, exclude=learnt.exclude
        )

    async def _section_pages(self, survey: Survey) -> AsyncIterator[Answer]:
        """The pages that the menu of the front page leads to, those that come."""
        for url in survey.front.sections[:SECTIONS]:
            answer = await self._ask(survey, url, "section")
            if answer.ok:
                yield answer

    def _new(self, survey: Survey, links: Sequence[Link]) -> list[Link]:
        return [link for link in links if canonical_url(link.url) not in survey.listed]

    def _take_section(self, survey: Survey, section: Section, links: Sequence[Link]) -> None:
        """Note a section page, if it is worth reading for these of its links."""
        survey.others[section.url] = None
        if len(links) >= listings.FEWEST_IN_SECTION:
            survey.sections.append(section)
            for link in links:
                survey.listed.setdefault(canonical_url(link.url), link)
                survey.sure.add(canonical_url(link.url))

    # patterns

    def _learn(self, survey: Survey) -> None:
        """Learn the articles' patterns from what is listed, held against what is known to be something else."""
        for url in survey.front.fixed:
            if canonical_url(url) not in survey.sure:
                survey.listed.pop(canonical_url(url), None)
        links = sorted(survey.listed.values(), key=_moment, reverse=True)[:LEARN_FROM]
        home = host_of(survey.homepage)
        urls = sorted((link.url for link in links), key=lambda url: host_of(url) != home)
        others = [*survey.others, *(feed.url for feed in survey.feeds), *(section.url for section in survey.sections)]
        survey.learnt = learn_patterns(urls, others, survey.front.fixed)

    # articles

    async def _look_at_articles(self, survey: Survey) -> None:
        role: Role = "article" if survey.kept_feeds or survey.kept_sitemaps else "other"
        for url in choose_samples(survey):
            answer = await self._ask(survey, url, role)
            if answer.ok:
                fields = await self._extract(answer.body, answer.content_type, answer.url, Rules(), answer.headers)
                survey.samples.append(sample := Sample(answer, fields))
                said = fields["title"] if sample.is_article else f"no article: {sample.rejected}"
                self._notice(f"{url}: {said}")
            else:
                survey.samples.append(Sample(answer, {"rejected": answer.why_not, "detail": answer.detail}))
                self._notice(f"{url}: {answer.why_not}")

    def _learn_from_redirects(self, survey: Survey) -> None:
        """Learn the articles' own addresses where listings have others: those of a service, or of an older kind."""
        moved = [sample for sample in survey.samples if canonical_url(sample.answer.asked) != canonical_url(sample.url)]
        if not is_habit(len(articles(moved)), len(survey.samples)):
            return
        scheme = survey.homepage.partition(":")[0]
        targets = [f"{scheme}:{canonical_url(sample.url).partition(':')[2]}" for sample in articles(moved)]
        for link in (*map(Link, targets), *survey.front.articles):
            survey.listed.setdefault(canonical_url(link.url), link)
        self._notice(f"listings lead to {moved[0].answer.asked}, and that to {moved[0].url}: both are taken")
        self._learn(survey)

    async def _look_for_archive_pages(self, survey: Survey) -> None:
        """Try whether the day or the month in the articles' addresses has a page that lists them."""
        urls = [sample.url for sample in survey.samples if sample.is_article]
        for template, page, expected in dated.candidates(urls):
            answer = await self._ask(survey, page, "section")
            listed = parse_section(answer.body, answer.url, answer.content_type).links if answer.ok else []
            if {canonical_url(link.url) for link in listed} & {canonical_url(url) for url in expected}:
                survey.archives.append(template)
                self._notice(f"{page}: a page of the archive by date")
                return


def choose_samples(survey: Survey) -> list[str]:
    """The articles to fetch: of each pattern some, of feeds before those of sitemaps, the newest first."""
    links = sorted(survey.listed.values(), key=_moment, reverse=True)
    candidates = [link.url for link in links if survey.learnt.match(link.url)] or [link.url for link in links]
    queues = [[url for url in candidates if re.search(pattern, url)] for pattern in survey.learnt.include]
    chosen: dict[str, None] = {}
    for turn in range(SAMPLES):
        for queue in queues or [candidates]:
            if turn < len(queue) and len(chosen) < SAMPLES:
                chosen.setdefault(_spread(queue, turn))
    chosen.update(dict.fromkeys(url for url in candidates[:SAMPLES] if len(chosen) < SAMPLES and likeness(url) > 0))
    return list(chosen)[:SAMPLES]


def _spread(queue: Sequence[str], turn: int) -> str:
    """The member of a queue for a turn, spread over its first forty: one day or section is not all that is seen."""
    return queue[turn * max(1, min(len(queue), 40) // SAMPLES)]


def _moment(link: Link) -> datetime:
    return link.published or link.modified or datetime.min.replace(tzinfo=UTC)
