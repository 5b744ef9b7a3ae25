"""The next page of a section, and the pages of an archive by date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.discovery.urls import absolute, canonical_url, host_of
from crawler.sources.checks import fill_archive
from crawler.sources.selectors import compile_selector

MAX_ANCHORS = 20_000
"""Links read of a page; real front pages have up to a thousand."""

_NEXT_WORDS = (
    "next|next page|older|older posts|older entries|older articles|previous posts|"
    "weiter|nächste|nächste seite|ältere beiträge|ältere artikel|"
    "suivant|suivante|suivants|page suivante|articles plus anciens|articles précédents|"
    "siguiente|siguientes|página siguiente|entradas antiguas|entradas anteriores|anteriores|"
    "próxima|próximo|próxima página|seguinte|página seguinte|mais antigas|"
    "successiva|successivo|pagina successiva|avanti|articoli meno recenti|"
    "volgende|volgende pagina|oudere berichten|nästa|nästa sida|neste|neste side|næste|seuraava|"
    "далее|следующая|следующая страница|дальше|вперёд|вперед|предыдущие записи|ранее|"
    "наступна|наступна сторінка|далі|następna|następna strona|następne|dalej|starsze wpisy|další|ďalšia|következő|"
    "sonraki|sonraki sayfa|ileri|επόμενη|επόμενο|επόμενη σελίδα|παλαιότερα|"
    "التالي|التالية|الصفحة التالية|بعدی|صفحه بعد|הבא|עמוד הבא|अगला|आगे|"
    "下一页|下一頁|下页|次へ|次のページ|次|다음|다음 페이지|trang sau|tiếp|selanjutnya|berikutnya|ถัดไป"
)
NEXT_TEXT = re.compile(rf"[\s<«‹←]*(?:{_NEXT_WORDS})[\s>»›→.…]*|[\s]*[>»›→]+[\s]*", re.IGNORECASE)
"""The text of a link to the next, that is the older, page; arrows that point on count, those that point back do not."""

_NEXT_MARKED = (
    "//a[contains(concat(' ', normalize-space(@rel), ' '), ' next ')]",
    "//link[contains(concat(' ', normalize-space(@rel), ' '), ' next ')]",
    "//div[contains(@class, 'nav-previous')]//a",
    "//a[contains(@class, 'next') and contains(@class, 'page')]",
    "//*[contains(@class, 'pagination') or contains(@class, 'pager') or contains(@class, 'paging')]"
    "//*[contains(concat(' ', @class, ' '), ' next ')]/descendant-or-self::a",
)
"""Where themes mark it; `nav-previous` is WordPress's for older posts."""

_PAGE_IN_PATH = re.compile(r"(/(?:page|pagina|seite|p|pg|strana|sayfa|sida)[/-]?)(\d{1,5})(?=/?$)", re.IGNORECASE)
_PAGE_IN_QUERY = re.compile(
    r"((?:^|&)(?:page|paged|pg|p|pagina|seite|sayfa|strana|pageno|page_no)=)(\d{1,5})(?=&|$)", re.IGNORECASE
)


def next_page_url(tree: HtmlElement, base: str, url: str, selector: str = "", encoding: str = "utf-8") -> str | None:
    """The next page of the section at `url`, or None.

    By `selector` if one is given (CSS or XPath, which finds an element with `href` or the address itself; ValueError
    if it cannot be read); else by rel=next, by what themes mark, by the words and arrows of many languages, and at
    last by the number: `/page/2/`, `?page=2`.
    """
    ways = [_selected(tree, selector)] if selector else [_marked(tree), _worded(tree), _numbered(tree, base, url)]
    here = canonical_url(url)
    for way in ways:
        for reference in way:
            found = absolute(base, reference, encoding) if reference and not reference.startswith("#") else None
            if found and canonical_url(found) != here and (selector or host_of(found) == host_of(url)):
                return found
    return None


def archive_pages(templates: Iterable[str], since: date, until: date) -> list[str]:
    """The archive pages for the days from `since` to `until`, both included, the newest first.

    A template names `{year}`, `{month}`, `{day}` or `{date:...}` (strftime); one that names no day has a page for
    each month, one without a month for each year.
    """
    days = [until - timedelta(days=back) for back in range((until - since).days + 1)]
    return list(dict.fromkeys(fill_archive(template, day) for day in days for template in templates))


def _selected(tree: HtmlElement, selector: str) -> Iterator[str]:
    """What a source's own selector finds."""
    matches = compile_selector(selector)(tree)
    for match in matches if isinstance(matches, list) else [matches]:
        yield match.get("href", "") if isinstance(match, HtmlElement) else str(match)


def _marked(tree: HtmlElement) -> Iterator[str]:
    """Links that the page marks as leading to the next."""
    for path in _NEXT_MARKED:
        for link in tree.xpath(path):
            yield link.get("href", "")


def _worded(tree: HtmlElement) -> Iterator[str]:
    """Links that say so."""
    for link in islice(tree.iter("a"), MAX_ANCHORS):
        said = (link.text_content()[:60].strip(), link.get("aria-label", "")[:60], link.get("title", "")[:60])
        if any(text and NEXT_TEXT.fullmatch(text.strip()) for text in said):
            yield link.get("href", "")


def _numbered(tree: HtmlElement, base: str, url: str) -> Iterator[str]:
    """A link to this page's address with the number after its own; a page without a number is the first."""
    section, number = _numbering(url)
    for link in islice(tree.iter("a"), MAX_ANCHORS):
        reference = link.get("href", "")
        found = absolute(base, reference) if str(number + 1) in reference else None
        if found and _numbering(found) == (section, number + 1):
            yield reference


def _numbering(url: str) -> tuple[str, int]:
    """The section's address without the page's number, and the number."""
    split = urlsplit(url)
    path, query, number = split.path, split.query, 1
    if found := _PAGE_IN_PATH.search(path):
        path, number = path[: found.start()], int(found[2])
    elif found := _PAGE_IN_QUERY.search(query):
        query, number = query.replace(found[0], "").strip("&"), int(found[2])
    return canonical_url(f"{split.scheme}://{split.netloc}{path}{'?' if query else ''}{query}"), number
