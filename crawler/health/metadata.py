"""Signs that texts are found and what is known about them is lost or wrong: dates, authors, titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from crawler.health.facts import Page, Text
from crawler.health.signs import LEAST, Sign, View, percent, some
from crawler.health.usual import share, texts_of, too_few

MOMENT = timedelta(seconds=60)
"""A time of publication so near to that of the capture is the time at which the page was made up."""


def check_metadata(view: View) -> Iterator[Sign]:
    """The signs that dates, authors or titles are missing, or the same everywhere."""
    pages = [page for page in view.asked if page.text]
    if len(pages) < LEAST:
        return
    health = view.source.health
    yield from _filled(
        view, pages, "dates", "a time of publication", lambda text: text.published is not None, health.dated
    )
    yield from _filled(view, pages, "authors", "an author", lambda text: text.authored, health.authored)
    yield from _same_date(view, pages)
    yield from _capture_date(view, pages)
    yield from _same_title(view, pages)


def _filled(
    view: View, pages: list[Page], kind: str, what: str, has: Callable[[Text], bool], stated: float
) -> Iterator[Sign]:
    """A field is filled in fewer articles than stated, or in less than half as many as usual."""
    lacking = [page for page in pages if page.text and not has(page.text)]
    part = 1 - share(len(lacking), len(pages))
    usual = 0.0 if stated or not lacking else view.usual.of_texts(has) or 0.0
    if part < stated or (part < usual / 2 and _is_missed(view, has, len(pages), usual)):
        wanted = f"stated: {percent(stated)}" if stated else f"usual: {percent(usual)}"
        detail = f"{percent(part)} of the articles have {what}; {wanted}"
        yield Sign("metadata", kind, detail, view.example(lacking))


def _is_missed(view: View, has: Callable[[Text], bool], least: int, usual: float) -> bool:
    """Whether the last articles, `least` of them or more, have the field so seldom that it is not by chance.

    Five articles say nothing of a field that every other one has: then more of the last ones are looked at.
    """
    texts = texts_of(view.recent)
    counts = range(least, len(texts) + 1)
    return any(too_few(sum(map(has, texts[-count:])), count, usual) for count in counts)


def _same_date(view: View, pages: list[Page]) -> Iterator[Sign]:
    """One time of publication for all: to the second, or no later than what came before.

    A weekly that publishes an issue at once has one day for all its articles too, but a later one each time.
    """
    learnt = [text.published for text in view.usual.texts if text.published]
    counts = Counter(page.text.published for page in pages if page.text and page.text.published)
    moment, count = counts.most_common(1)[0] if counts else (None, 0)
    if moment is None or count < LEAST or share(count, len(pages)) < 0.6:
        return
    if moment.second or moment.microsecond or (learnt and moment < max(learnt)):
        same = [page for page in pages if page.text and page.text.published == moment]
        detail = f"{some(count, pages, 'articles')} have the same time of publication: {moment:%Y-%m-%d %H:%M:%S}"
        yield Sign("metadata", "dates", detail, view.example(same))


def _capture_date(view: View, pages: list[Page]) -> Iterator[Sign]:
    """The time of publication is that of the crawl."""

    def just_now(page: Page) -> bool:
        return bool(page.text and page.text.published and abs(page.captured - page.text.published) < MOMENT)

    made_up = [page for page in pages if just_now(page)]
    part = share(len(made_up), len(pages))
    if part >= 0.6 and part >= 2 * (view.usual.of_pages(just_now) or 0.0):
        detail = f"{some(len(made_up), pages, 'articles')} are dated to the minute at which they were fetched"
        yield Sign("metadata", "dates", detail, view.example(made_up))


def _same_title(view: View, pages: list[Page]) -> Iterator[Sign]:
    """One title for most of the articles, such as the name of the site."""
    title, count = Counter(page.text.title for page in pages if page.text).most_common(1)[0]
    if count >= 3 and share(count, len(pages)) >= 0.5:
        same = [page for page in pages if page.text and page.text.title == title]
        yield Sign(
            "metadata", "titles", f"{some(count, pages, 'articles')} have the title “{title}”", view.example(same)
        )
