"""What a page says about further pages of its article, and about other forms of it: read from its links, no I/O.

Many sites mark the next ARTICLE as `rel=next`. So a page counts as a further page only where it says so itself: its
canonical address is that of the first page, or its address has a page number and it links back to the page before. The
first page's word alone leads to a request, and never to a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import unquote

from crawler.discovery.amp import publishers_address
from crawler.discovery.pagination import MAX_ANCHORS, NEXT_TEXT
from crawler.discovery.urls import absolute, canonical_url, host_of
from crawler.extraction.numbering import Reading, readings, whole_of

if TYPE_CHECKING:
    from crawler.extraction.elements import Elements

Form = Literal["page", "single-page", "amp"]
"""What a page is of its article: a further page, the whole on one page, or an AMP twin."""

_SINGLE_TEXT = re.compile(
    r"\W*(?:(?:view|show|read|see)?\s*(?:as|on|the)?\s*(?:a |one |whole |full |entire )?"
    r"(?:single page|one page|all pages|full article|entire article)|view all|show all"
    r"|(?:artikel |text )?(?:auf|in) einer seite(?: lesen| anzeigen)?|komplettansicht"
    r"|(?:lire |afficher )?(?:sur |en )?une (?:seule )?page|(?:ver |leer )?en una (?:sola )?página"
    r"|(?:leggi )?(?:su|in) un'unica pagina|op één pagina|на одной странице"
    r"|单页阅读|阅读全文|全文を表示|1ページで読む)\W*",
    re.IGNORECASE,
)


RELATIVE = 30
"""Characters of a relative address that may name a page without naming the article: `?page=2`, `2/`."""

_NOT_RELATIVE = ("/", "http:", "https:", "javascript:", "mailto:")
_ON_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(?=[:/?]|$)")
"""The beginning of an address that says plainly which host it is on, as those behind "Share" do."""

_PREVIOUS = frozenset({"prev", "previous"})
_MARKED = re.compile("next|prev", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Where a page stands among the pages of its article. Addresses are absolute; None where there is none."""

    number: int = 1
    expected: int = 1
    """The highest page number that the page knows of."""
    base: str = ""
    """The canonical form of the article's address without a page number: the same on all its pages."""
    of: str | None = None
    """The page that has the article's own address, where this is another page or form of it."""
    form: Form | None = None
    """What this page is of that article."""
    next: str | None = None
    single: str | None = None
    """The article on one page."""
    amp: str | None = None


class _Link(NamedTuple):
    url: str
    rel: frozenset[str]
    text: str
    readings: list[Reading]

    def is_page(self, base: str, number: int) -> bool:
        return any(one.base == base and one.number == number for one in self.readings)


def page_links(elements: Elements, url: str, canonical: str | None) -> PageLinks | None:
    """What a page at `url`, which states that `canonical` address, says by its elements; None where it says nothing."""
    page = _Paged(elements, url, canonical)
    if page.is_amp and page.states_other:
        return PageLinks(base=page.stated, of=canonical, form="amp")
    if page.states_other and whole_of(url) == page.stated:
        return PageLinks(base=page.stated, of=canonical, form="single-page")
    amp, standing = page.amp(), page.standing()
    following, base, of = page.following(standing), standing.base, standing.of
    if canonical and following and page.states_other and whole_of(canonical) == base:
        of = canonical
    if not (of or following):
        return PageLinks(base=page.stated or base, amp=amp) if amp else None
    expected = page.highest(base, standing.number)
    single = page.single(base) if following else None
    return PageLinks(standing.number, expected, base, of, "page" if of else None, following, single, amp)


class _Standing(NamedTuple):
    """Which page of what a page is; `of` is the address of the first page, where it is another one."""

    base: str
    number: int
    of: str | None = None


class _Paged:
    """A page that is looked at for its place among others."""

    def __init__(self, elements: Elements, url: str, canonical: str | None) -> None:
        self._elements = elements
        self._url = url
        self._own = canonical_url(url)
        self._readings = readings(url)
        self._canonical = canonical
        self.stated = canonical_url(canonical) if canonical else ""
        based = next((element.get("href") for element in elements.tagged("base")), None)
        self._base = (absolute(url, based) or url) if based else url

    @property
    def is_amp(self) -> bool:
        """Whether the page is written in AMP HTML (https://amp.dev/documentation/guides-and-tutorials/learn/spec/amphtml)."""
        return any(name in self._elements.tree.attrib for name in ("amp", "\u26a1"))

    @property
    def states_other(self) -> bool:
        """Whether the page states another address for its article than its own."""
        return bool(self._canonical) and self.stated != self._own

    def amp(self) -> str | None:
        """The AMP twin that the page names, on the publisher's own host."""
        for link in self._elements.tagged("link"):
            named = link.get("href") if link.get("rel") == "amphtml" else None
            found = absolute(self._base, named) if named else None
            found = publishers_address(found) if found else None
            if found and canonical_url(found) != self._own:
                return found
        return None

    @cached_property
    def _links(self) -> list[_Link]:
        """The links that may be to pages of the same article: those marked next or prev, and those of like address."""
        return list(self._found())

    def _found(self) -> Iterator[_Link]:
        host, may_be = host_of(self._url), _may_be(self._readings)
        for element in islice(chain(self._elements.tagged("link"), self._elements.tagged("a")), MAX_ANCHORS):
            reference, rel = element.get("href"), element.get("rel")
            # Hundreds of links come by here, and few get further.
            if not reference or "#" in reference or not (may_be(reference) or (rel and _is_marked(rel))):
                continue
            if (named := _ON_HOST.match(reference)) and host_of(named[0]) != host:
                continue
            found = absolute(self._base, reference)
            if found and host_of(found) == host:
                text = " ".join((element.text_content() or element.get("title", ""))[:80].split())
                yield _Link(found, frozenset((rel or "").lower().split()), text, readings(found))

    def standing(self) -> _Standing:
        """Which page of its article the page is, as far as its own links bear it out."""
        for base, number, plain in self._readings[:-1]:
            if self._canonical and any(one.base == base and one.number == 1 for one in readings(self._canonical)):
                if self.states_other:
                    return _Standing(base, number, self._canonical)
                continue
            if (number > 1 or plain) and (before := self._before(base, number, plain)):
                return _Standing(base, number, before)
        if self.states_other and any(self._leads_back(link) for link in self._links):
            return _Standing(self.stated, 1, self._canonical)
        first = next((one for one in self._readings[:-1] if one.number == 1), self._readings[-1])
        if any(link.is_page(first.base, 2) for link in self._links):
            return _Standing(first.base, 1)
        return _Standing(self._own, 1)

    def _before(self, base: str, number: int, plain: bool) -> str | None:
        """The first page where the page links to it, else the one before; by number, or as marked in plain forms."""
        for wanted in dict.fromkeys((1, number - 1)):
            for link in self._links:
                marked = plain and bool(link.rel & _PREVIOUS)
                is_other = canonical_url(link.url) != self._own
                if is_other and link.is_page(base, wanted) and (link.text == str(wanted) or marked):
                    return link.url
        return None

    def _leads_back(self, link: _Link) -> bool:
        """Whether a link is marked as that to the page before, and that page is of the article stated here."""
        found = canonical_url(link.url)
        return bool(link.rel & _PREVIOUS) and (
            found == self.stated or found.startswith((self.stated + "/", self.stated + "?"))
        )

    def following(self, standing: _Standing) -> str | None:
        """The next page of the article, as far as can be said without having it."""
        base, number = standing.base, standing.number
        for link in self._links:
            if link.is_page(base, number + 1) and self._leads_on(link, base, number + 1):
                return link.url
        if number == 1 and not standing.of:
            return next((link.url for link in self._links if "next" in link.rel and self._extends(link, base)), None)
        return None

    def _leads_on(self, link: _Link, base: str, number: int) -> bool:
        """Whether a link of the right address is meant for the next page: any link, where the form says enough."""
        if canonical_url(link.url) == self._own:
            return False
        plain = any(one.plain and one.base == base and one.number == number for one in link.readings)
        numbered = number > 2 or self._own == base
        return plain or link.text == str(number) or (numbered and self._says_next(link))

    def _says_next(self, link: _Link) -> bool:
        return "next" in link.rel or bool(link.text and NEXT_TEXT.fullmatch(link.text))

    def _extends(self, link: _Link, base: str) -> bool:
        """Whether an address that is marked as next goes on from this one: below it, or with a parameter more.

        Some sites count from 0: the page behind the one without a number is `?page=1`.
        """
        found = canonical_url(link.url)
        if any(one.base == base and one.number == 1 and one.plain for one in link.readings):
            return found != self._own
        return found.startswith((self._own + "/", self._own + "?", self._own + "&"))

    def single(self, base: str) -> str | None:
        """The address of the article on one page: the stated one, or a link by its address or its words."""
        if self._canonical and whole_of(self._canonical) == base:
            return self._canonical
        return next(
            (link.url for link in self._links if whole_of(link.url) == base or self._is_single(link, base)), None
        )

    def _is_single(self, link: _Link, base: str) -> bool:
        found = canonical_url(link.url)
        return found != base and found.startswith(base) and bool(_SINGLE_TEXT.fullmatch(link.text))

    def highest(self, base: str, least: int) -> int:
        """The highest number of a page of the article that is linked to."""
        numbers = (one.number for link in self._links for one in link.readings if one.base == base)
        return max([least, *numbers])


@lru_cache(maxsize=512)
def _is_marked(rel: str) -> bool:
    return _MARKED.search(rel) is not None


def _stem(base: str) -> str:
    """The last name in an address, without what may follow it: what addresses of the same article have in common."""
    path, _, query = base.partition("?")
    # At the root of a site, all its links would be alike.
    name = path.partition("://")[2].partition("/")[2].rstrip("/").rpartition("/")[2]
    return re.sub(r"\.[a-z]{2,5}$", "", name, flags=re.IGNORECASE) or query[:20]


def _may_be(own: list[Reading]) -> Callable[[str], bool]:
    """What says whether an address as written may be one of the article's: it names it, or only where it differs."""
    stems = {_stem(one.base) for one in own} - {""}
    named = stems | {unquote(stem) for stem in stems}

    def may_be(reference: str) -> bool:
        for stem in named:
            if stem in reference:
                return True
        return len(reference) <= RELATIVE and not reference.startswith(_NOT_RELATIVE)

    return may_be
