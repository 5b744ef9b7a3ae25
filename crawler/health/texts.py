"""Signs that pages come, and the articles in them are not found as they were: extraction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from crawler.health.facts import Text
from crawler.health.signs import LEAST, Sign, View, percent, some
from crawler.health.usual import ENOUGH, garbled, quartiles, repeated, share, too_few
from crawler.storage.parts import FURTHER
from crawler.storage.seen import WALLS

LINE = 90
"""Characters; a text whose paragraphs are shorter on average is a list rather than an article."""


def check_extraction(view: View) -> Iterator[Sign]:
    """The signs that texts are missing, cut, padded or wrong."""
    yield from _kept(view)
    if len(view.texts) >= LEAST:
        yield from _repeats(view)
        yield from _lengths(view)
        yield from _garbled(view)
        yield from _lists(view)


def _kept(view: View) -> Iterator[Sign]:
    """Few of the pages hold an article, where most did; for a new source, hardly any."""
    pages = [page for page in view.answered if page.outcome not in (*WALLS, *FURTHER)]
    lost = [page for page in pages if not page.kept]
    usual = view.usual.of_pages(lambda page: page.kept)
    kept = len(pages) - len(lost)
    few = share(kept, len(pages)) < 0.2 if usual is None else too_few(kept, len(pages), usual)
    if len(pages) >= LEAST and few:
        reason, _ = Counter(page.outcome for page in lost).most_common(1)[0]
        kind = "listings" if reason == "listing" else "empty"
        detail = f"{some(len(lost), pages, 'pages')} gave no article, most for the reason: {reason}"
        yield Sign("extraction", kind, detail, view.example(page for page in lost if page.outcome == reason))


def _lengths(view: View) -> Iterator[Sign]:
    """The median text is less than half as long as usual or over 1.6 times, and the bulk of texts is off with it."""
    stated, lengths = view.source.health.min_text_length, [text.characters for text in view.texts]
    example = view.example(page for page in view.asked if page.text)
    low, middle, high = quartiles(lengths)
    if stated:
        if middle < stated:
            detail = f"the median text has {middle:.0f} characters; min_text_length is {stated}"
            yield Sign("extraction", "short", detail, example)
        return
    if len(view.usual.texts) < ENOUGH:
        return
    usual_low, usual, usual_high = quartiles([text.characters for text in view.usual.texts])
    detail = f"the median text has {middle:.0f} characters; usual: {usual:.0f}"
    if middle < usual / 2 and high < usual_low:
        yield Sign("extraction", "short", detail, example)
    if middle > 1.6 * usual and low > usual_high:
        yield Sign("extraction", "long", f"{detail}. Is there something in the texts that is no article?", example)


def _repeats(view: View) -> Iterator[Sign]:
    """The same paragraphs stand in most of the texts, as they did not before."""
    part = repeated(view.texts)
    if part < 0.3:
        return
    usual = repeated(view.usual.texts) if len(view.usual.texts) >= ENOUGH else 0.0
    if part >= 2 * usual:
        repeats = Counter(digest for text in view.texts for digest in text.sketch)
        pages = [page for page in view.asked if page.text and any(repeats[d] >= 3 for d in page.text.sketch)]
        detail = f"{percent(part)} of the paragraphs stand in most of the last {len(view.texts)} texts"
        yield Sign("extraction", "repeated", detail, view.example(pages))


def _garbled(view: View) -> Iterator[Sign]:
    """Texts are mojibake: the encoding of the pages is misread."""
    pages = [page for page in view.asked if page.text and garbled(page.text)]
    part = share(len(pages), len(view.texts))
    if part >= 0.3 and part >= 2 * (view.usual.of_texts(garbled) or 0.0):
        detail = f"{some(len(pages), view.texts, 'texts')} are garbled: their encoding is misread"
        yield Sign("extraction", "encoding", detail, view.example(pages))


def _lists(view: View) -> Iterator[Sign]:
    """Texts are lists of short lines, where they were articles."""
    lines, usual = _line_lengths(view.texts), _line_lengths(view.usual.texts)
    if len(lines) < LEAST or len(usual) < ENOUGH:
        return
    typical = median(lines)
    if typical < LINE and typical < median(usual) * 0.4 and quartiles(lines)[2] < quartiles(usual)[0]:
        detail = (
            f"the paragraphs have {typical:.0f} characters, where {median(usual):.0f} are usual: lists, not articles"
        )
        yield Sign("extraction", "listings", detail, view.example(page for page in view.asked if page.text))


def _line_lengths(texts: list[Text]) -> list[float]:
    return [text.characters / text.paragraphs for text in texts if text.paragraphs]
