"""The pages of articles: start, list and search, calendar, one article and its downloads."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from crawler.errors import ArchiveError
from crawler.items import Article
from crawler.replay.articles import PAGE_SIZE, Entry, Query
from crawler.replay.search import Piece
from crawler.replay.site import Site, moment
from crawler.replay.web import Request, Response, Router
from crawler.storage.texts import sidecar

HOME_ARTICLES = 10
HOME_HOSTS = 60
CAPTURES_SECONDS = 2
"""How long an article waits for the captures of its address while the archive is being read."""

SHADES = 4
"""Steps of the calendar's shading; 1 for the fewest articles in a day."""

DAY_FORMS = (4, 7, 10)
"""Lengths of 2017, 2017-07 and 2017-07-12."""


class ArticlePages:
    """Answers what concerns articles."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._articles = site.articles
        self._library = site.captures

    def add_to(self, router: Router) -> None:
        """Take the addresses of these pages."""
        router.add("/", self.home)
        router.add("/articles", self.search)
        router.add("/calendar", self.calendar)
        router.add(r"/articles/(?P<number>\d{1,15})", self.article)
        router.add(r"/articles/(?P<number>\d{1,15})\.txt", self.text)
        router.add(r"/articles/(?P<number>\d{1,15})\.json", self.json)

    def home(self, request: Request) -> Response:
        """The start: sources, newest articles, sites."""
        hosts = self._library.addresses.hosts()
        articles = self._articles.entries(Query(), size=HOME_ARTICLES)
        return self._site.page(
            request,
            "home.html",
            sources=self._articles.sources(),
            articles=articles,
            snippets=self._snippets(articles),
            by_day=True,
            hosts=hosts[:HOME_HOSTS],
            more_hosts=max(0, len(hosts) - HOME_HOSTS),
        )

    def search(self, request: Request) -> Response:
        """Articles, by what the query asks for."""
        fields = request.query
        query = _query(fields)
        total = self._articles.count(query)
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(_positive(fields.get("page", "")), pages)
        articles = self._articles.entries(query, page)
        return self._site.page(
            request,
            "articles.html",
            q=query.words,
            order=fields.get("order", "" if query.words else "newest"),
            narrowed=query,
            total=total,
            page=page,
            pages=pages,
            page_link=lambda wanted: "/articles?" + urlencode({**fields, "page": wanted}),
            articles=articles,
            snippets=self._snippets(articles, query.words),
            by_day=query.by_date or not query.words,
            source_names=[source.name for source in self._articles.sources()],
            languages=self._articles.languages(),
        )

    def _snippets(self, articles: Iterable[Entry], words: str = "") -> dict[int, list[Piece]]:
        """Where each article has the words; its beginning without any."""
        return {entry.id: self._articles.snippet(entry, words) for entry in articles}

    def calendar(self, request: Request) -> Response:
        """The days that have articles."""
        source = request.query.get("source", "")
        days = {date.fromisoformat(day): count for day, count in self._articles.days(Query(source=source)).items()}
        return self._site.page(
            request,
            "calendar.html",
            source=source,
            source_names=[summary.name for summary in self._articles.sources()],
            years=list(_years(days)),
            narrowing="&" + urlencode({"source": source}) if source else "",
        )

    def article(self, request: Request, number: str) -> Response:
        """One article: its text beside the page as captured, and where it is from."""
        found = self._find(request, number)
        if isinstance(found, Response):
            return found
        entry, article = found
        self._library.awaited(entry.url, seconds=CAPTURES_SECONDS)
        memento = self._library.by_record(entry.record_id) or self._library.find(entry.url, article.captured)
        body = article.text.removeprefix(article.title).strip("\n")
        return self._site.page(
            request,
            "article.html",
            entry=entry,
            article=article,
            memento=memento,
            published=_published(article),
            paragraphs=body.split("\n\n"),
            facts=list(_facts(article)),
            captures=self._library.captures(entry.url),
            versions=self._articles.of_url(entry.url),
        )

    def text(self, request: Request, number: str) -> Response:
        """The text file of an article."""
        found = self._find(request, number)
        if isinstance(found, Response):
            return found
        return _download(found[1].text.encode(), "text/plain; charset=utf-8", found[0], "txt")

    def json(self, request: Request, number: str) -> Response:
        """The sidecar of an article."""
        found = self._find(request, number)
        if isinstance(found, Response):
            return found
        return _download(sidecar(found[1]), "application/json", found[0], "json")

    def _find(self, request: Request, number: str) -> tuple[Entry, Article] | Response:
        entry = self._articles.entry(int(number))
        if entry is None:
            return self._site.message(request, "No such article", f"There is no article {number} here.", 404)
        try:
            return entry, self._articles.read(entry)
        except ArchiveError as error:
            return self._site.message(request, "This article cannot be read", str(error), 404)


def _query(fields: dict[str, str]) -> Query:
    """What the fields of the form ask for; a day that is none is left out."""
    day = fields.get("day", "").strip()
    return Query(
        words=fields.get("q", "").strip(),
        source=fields.get("source", ""),
        language=fields.get("language", ""),
        author=fields.get("author", "").strip(),
        day=day if len(day) in DAY_FORMS else "",
        newest_first=fields.get("order") != "oldest",
        by_date=fields.get("order") in ("newest", "oldest"),
    )


def _positive(text: str) -> int:
    return max(1, int(text)) if text.isdigit() and len(text) < 10 else 1


def _download(data: bytes, kind: str, entry: Entry, ending: str) -> Response:
    name = (entry.path or f"article-{entry.id}.txt").rsplit("/", 1)[-1].removesuffix(".txt")
    plain = name.encode("ascii", "ignore").decode().strip("-") or f"article-{entry.id}"
    quoted = urlencode({"": name})[1:]
    disposition = f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quoted}.{ending}"
    headers = [("Content-Type", kind), ("Content-Disposition", disposition), ("X-Content-Type-Options", "nosniff")]
    return Response(data, 200, headers)


def _published(article: Article) -> str:
    if article.published is None:
        return ""
    if article.published_precision == "day":
        return f"{article.published:%Y-%m-%d}"
    zone = f" {article.published:%z}" if article.published.tzinfo else ""
    return f"{article.published:%Y-%m-%d %H:%M}{zone}"


def _facts(article: Article) -> Iterator[tuple[str, str]]:
    """What is known of an article, for people; nothing that is empty."""
    named: list[tuple[str, Any]] = [
        ("Site", article.site_name),
        ("Tags", ", ".join(article.tags)),
        ("Language", article.language),
        ("Description", article.description),
        ("Modified", article.modified.isoformat() if article.modified else None),
        ("Lead image", article.image.url if article.image else None),
        ("Caption", article.image.caption if article.image else None),
        ("Paywalled", "yes" if article.paywalled else None),
        ("Rights reserved", ", ".join(article.rights)),
        ("Captured", f"{moment(article.captured)} UTC" if article.captured else None),
        ("WARC", f"{article.warc}, offset {article.offset}" if article.warc else None),
        ("Record", article.record_id),
        ("Payload digest", article.payload_digest),
        ("Extracted by", article.extractor),
        ("Text file", article.path),
    ]
    yield from ((name, value) for name, value in named if value)


@dataclass(frozen=True, slots=True)
class Day:
    """A cell of the calendar; all zero and empty where it is of another month."""

    number: int = 0
    key: str = ""
    articles: int = 0
    shade: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """A month with articles."""

    name: str
    key: str
    articles: int
    weeks: list[list[Day]]


@dataclass(frozen=True, slots=True)
class Year:
    """A year with articles; its months in order."""

    name: str
    articles: int
    months: list[Month]


def _years(days: dict[date, int]) -> Iterator[Year]:
    """The years, the newest first."""
    most = max(days.values(), default=1)
    for year, in_year in groupby(sorted(days, reverse=True), key=lambda day: day.year):
        held = list(in_year)
        months = [_month(year, month, days, most) for month in sorted({day.month for day in held})]
        yield Year(f"{year:04d}", sum(days[day] for day in held), months)


def _month(year: int, month: int, days: dict[date, int], most: int) -> Month:
    weeks = [
        [_day(date(year, month, number), days, most) if number else Day() for number in week]
        for week in calendar.Calendar().monthdayscalendar(year, month)
    ]
    total = sum(day.articles for week in weeks for day in week)
    return Month(calendar.month_name[month], f"{year:04d}-{month:02d}", total, weeks)


def _day(day: date, days: dict[date, int], most: int) -> Day:
    count = days.get(day, 0)
    return Day(day.day, day.isoformat(), count, -(-SHADES * count // most))
