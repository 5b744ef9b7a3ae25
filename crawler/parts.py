"""An article out of all its pages: for the crawl, a rebuild and a re-extraction, which find the pages in their own way.

Each page is extracted by itself. What the article is depends on the captures of its pages alone (`Found`), and not on
the order in which they came, so that it can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from crawler.archive.exchange import Capture
from crawler.articles import Rejected, article_of, work
from crawler.discovery.urls import canonical_url, host_of
from crawler.extraction.joining import adds, blocks_of, covers, joined
from crawler.extraction.page_links import Form, PageLinks
from crawler.items import Article, Page, Part, Parts
from crawler.sources.model import Source
from crawler.storage.parts import FURTHER, INCOMPLETE

REASONS: dict[Form, str] = dict(zip(("page", "single-page", "amp"), FURTHER, strict=True))
"""Why a page is no article of its own."""

WITHOUT_TEXT = ("too-short", "empty-shell")
"""Reasons for which the AMP twin of a page is looked at."""

Extract = Callable[..., Awaitable[dict[str, Any]]]
"""Called with what `crawler.articles.work` gives; may raise ExtractionError."""


@dataclass(frozen=True, slots=True)
class Found:
    """A further page as it was found. `settled` is False where it should be asked for again."""

    page: Page | None
    settled: bool = True


Find = Callable[[str, Page], Awaitable[Found]]
"""Given an address and the first page of an article, finds the capture of the former that goes with the latter."""


@dataclass(slots=True)
class Made:
    """What came of a page."""

    result: Article | Rejected
    used: list[Capture] = field(default_factory=list)
    """The captures of further pages that the article was made of."""
    awaits: str | None = None
    """A page of the article that should be asked for again."""
    leads_to: str | None = None
    """The address of the article that this page is a part of; the page itself is none then."""

    @property
    def fetched_for_it(self) -> list[Capture]:
        """Those of `used` that were fetched as parts; the others were listed, and have an outcome of their own."""
        return [capture for capture in self.used if capture.via.role == "part"]

    @property
    def outcome(self) -> str:
        """What the catalogue says of the page's capture."""
        if self.awaits:
            return INCOMPLETE
        return self.result.reason if isinstance(self.result, Rejected) else "article"


async def make_article(source: Source, page: Page, extract: Extract, find: Find, *, alone: bool = False) -> Made:
    """What `page` is: an article with the text of all its pages, a part of another article, or none at all.

    With `alone`, a further page whose article cannot be found is an article of its own. Archives of others have such
    pages; a crawl of ours fetches the article.
    """
    extracted = await extract(*work(source, page))
    links: PageLinks | None = extracted.get("links")
    result = article_of(source, page, extracted)
    if links is None:
        return Made(result)
    if links.of and _is_part(source, page, links):
        assert links.form is not None
        if alone and (await find(links.of, page)).page is None:
            return Made(result)
        return Made(Rejected(REASONS[links.form], links.of), leads_to=links.of)
    making = _Making(source, page, extract, find)
    if isinstance(result, Rejected):
        return await making.from_amp(result, links)
    return await making.whole(result, links)


def _is_part(source: Source, page: Page, links: PageLinks) -> bool:
    """Whether the source takes a page for part of the article that it names, and the article for one of its own."""
    wanted = source.articles.amp if links.form == "amp" else source.articles.pages > 1
    is_other = canonical_url(str(links.of)) != canonical_url(page.url)
    return wanted and is_other and source.is_article(str(links.of))


def lack(parts: Parts) -> str:
    """What an article lacks that is not whole, for people."""
    if parts.missing:
        return f"page {parts.held + 1} of {parts.expected} is not there: {parts.missing}; the text goes up to it"
    return f"the text has the first {parts.held} of {parts.expected} pages; more is for `pages` in [articles] to allow"


class _Making:
    """One article in the making."""

    def __init__(self, source: Source, first: Page, extract: Extract, find: Find) -> None:
        self._source = source
        self._first = first
        self._extract = extract
        self._find = find
        self._awaits: str | None = None

    async def whole(self, article: Article, links: PageLinks) -> Made:
        """The article with the text of its further pages, as far as they are there."""
        if not links.next or self._source.articles.pages == 1:
            return Made(article)
        if links.single and (single := await self._single(article, links)):
            return single
        return await self._followed(article, links)

    async def _single(self, article: Article, links: PageLinks) -> Made | None:
        """The article with the text of its single-page form; None where that is not there, or holds less."""
        page, part, _ = await self._part(str(links.single), links.base)
        awaits, self._awaits = self._awaits, None
        if page is None or part is None:
            return None
        blocks = blocks_of(part.text, part.title)
        if not covers(blocks, blocks_of(article.text, article.title)):
            return None
        parts = Parts(links.expected, links.expected, None, [_cited(page, "single-page")])
        return Made(replace(article, text=joined(article.title, [blocks]), parts=parts), [page.capture], awaits)

    async def _followed(self, article: Article, links: PageLinks) -> Made:
        """The article with its further pages, one after the other, to the first that is not there."""
        chain = _Chain(self._first, article, links)
        while chain.following and chain.held < self._source.articles.pages:
            chain.take(*await self._part(chain.following, links.base))
        made = chain.made()
        made.awaits = self._awaits
        return made

    async def _part(self, url: str, base: str) -> tuple[Page | None, Article | None, PageLinks | None]:
        """The page at `url`, its text, and what it says of further ones; no text where it is not of the article."""
        found = await self._find(url, self._first)
        if not found.settled:
            self._awaits = url
        if found.page is None:
            return None, None, None
        body, kind, address, rules, headers, template = work(self._source, found.page)
        extracted = await self._extract(body, kind, address, replace(rules, part=True), headers, template)
        links: PageLinks | None = extracted.get("links")
        if links is None or links.of is None or links.base != base:
            return found.page, None, None
        part = article_of(self._source, found.page, extracted)
        return found.page, part if isinstance(part, Article) else None, links

    async def from_amp(self, rejected: Rejected, links: PageLinks) -> Made:
        """The article with the text of its AMP twin, where the page itself has none."""
        if not (
            links.amp and self._source.articles.amp and rejected.reason in WITHOUT_TEXT and self._is_ours(links.amp)
        ):
            return Made(rejected)
        found = await self._find(links.amp, self._first)
        if found.page is None:
            return Made(rejected, awaits=None if found.settled else links.amp)
        extracted = await self._extract(*work(self._source, found.page))
        twin: PageLinks | None = extracted.get("links")
        article = article_of(self._source, found.page, extracted)
        if isinstance(article, Rejected) or twin is None or twin.form != "amp" or twin.base != links.base:
            return Made(rejected)
        parts = Parts(1, 1, None, [_cited(found.page, "amp")])
        return Made(
            self._as_first(article, parts, rejected), [found.page.capture], None if found.settled else links.amp
        )

    def _is_ours(self, url: str) -> bool:
        """Whether a twin is on a host of the source, or on one below the page's own (`amp.example.org`)."""
        host, own = host_of(url), host_of(self._first.url)
        return self._source.has_host(host) or host == own or host.endswith(f".{own}")

    def _as_first(self, article: Article, parts: Parts, rejected: Rejected) -> Article:
        """What was read from a twin, as the article of the page that it stands for."""
        capture = self._first.capture
        why = {"from": "amp", "why": f"the page itself has no text: {rejected.reason}", "confidence": "high"}
        return replace(
            article,
            url=self._first.url,
            parts=parts,
            provenance=article.provenance | {"text": why},
            record_id=capture.record_id,
            warc=capture.warc,
            offset=capture.offset,
            captured=capture.date,
            payload_digest=capture.payload_digest,
        )


class _Chain:
    """The pages of an article as they are taken, from the first on."""

    def __init__(self, first: Page, article: Article, links: PageLinks) -> None:
        self._article = article
        self._pages = [first]
        self._texts = [blocks_of(article.text, article.title)]
        self._removed = list(article.removed)
        self._seen = {canonical_url(first.url)}
        self._expected = links.expected
        self._missing: str | None = None
        self.following = links.next

    @property
    def held(self) -> int:
        """The pages that were taken."""
        return len(self._pages)

    def take(self, page: Page | None, part: Article | None, links: PageLinks | None) -> None:
        """Take the page that was found at `following`; what is not of the article, or says nothing new, ends it."""
        asked, self.following = str(self.following), None
        if page is None or part is None:
            self._missing = asked if page is None or self._expected > self.held else None
            return
        blocks = blocks_of(part.text, part.title)
        if canonical_url(page.url) in self._seen or not adds(self._texts, blocks):
            self._expected = self.held
            return
        self._seen |= {canonical_url(asked), canonical_url(page.url)}
        self._pages.append(page)
        self._texts.append(blocks)
        self._removed += [line for line in part.removed if line not in self._removed]
        if links:
            self._expected = max(self._expected, links.expected)
            self._lead_on(links.next)

    def _lead_on(self, following: str | None) -> None:
        if following and canonical_url(following) not in self._seen:
            self.following = following

    def made(self) -> Made:
        """The article with the text of the pages that were taken."""
        further = self._pages[1:]
        if not further and not self._missing:
            return Made(self._article)
        expected = max(self._expected, self.held + 1) if self._missing or self.following else self.held
        parts = Parts(expected, self.held, self._missing, [_cited(page, "page") for page in further])
        text = joined(self._article.title, self._texts)
        article = replace(self._article, text=text, removed=self._removed, parts=parts)
        return Made(article, [page.capture for page in further])


def _cited(page: Page, form: Form) -> Part:
    capture = page.capture
    date = capture.date.isoformat()
    return Part(page.url, form, capture.record_id, capture.warc, capture.offset, date, capture.payload_digest)
