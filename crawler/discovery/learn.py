"""Which URLs of a site are articles, learnt from what its feeds and sitemaps list against what its pages link.

Feeds list articles. Sitemaps list articles and some other pages; pages link to articles too. So neither list is
believed whole: URLs are grouped by their shape, a group is worth a pattern if enough of the listed URLs are in it,
and a pattern is narrowed, or other pages are excluded, until it takes none that is surely no article.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from crawler.discovery.expressions import END, expression, host_expression, literal, netloc_of, raw_segments
from crawler.discovery.shapes import likeness, shape_of, word_count
from crawler.discovery.urls import absolute, canonical_url, host_of, readable

MIN_SHARE = 0.03
"""Of the listed articles, that a group of URLs must hold to be worth a pattern."""

FEW = 200
"""Listed articles, up to which a kind of URL that is listed once may be worth a pattern."""

MAX_PATTERNS = 8
"""Patterns learnt of one site; with more, none of them means anything."""

PROBED = 100
"""Articles by whose addresses it is tried whether a pattern takes pages in other sections."""

FURNITURE = (
    *("amp", "audio", "author", "category", "gallerie", "gallery", "page", "photo", "podcast", "print", "search"),
    *("slideshow", "tag", "topic", "user", "video"),
)
"""Sections that many sites have, without articles or with doubles of them. Excluded beforehand where a pattern would
take them in and no listed article is in one."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """What was learnt: patterns as `articles.include` and `articles.exclude` have them, further hosts, and why.

    `coverage` is the share of the listed articles that the patterns take; `evidence` has a sentence for each pattern.
    No `include` means that nothing was learnt.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    coverage: float = 0.0
    evidence: tuple[str, ...] = ()

    def match(self, url: str) -> bool:
        """Whether the patterns take `url` for an article."""
        return any(re.search(pattern, url) for pattern in self.include) and not any(
            re.search(pattern, url) for pattern in self.exclude
        )


def learn_patterns(article_urls: Iterable[str], other_urls: Iterable[str], fixed: Iterable[str] = ()) -> Patterns:
    """Patterns for the articles of a site.

    `article_urls` are those that its feeds and sitemaps list, `other_urls` those that its pages link to: menus and
    services, and articles again. What is `fixed` is no article, whatever it looks like, unless it is listed. The first
    URL's host is the site's; others with articles are in `hosts`.
    """
    known, others = _distinct(article_urls), _distinct(other_urls)
    listed = list(known.values())
    linked = [url for identity, url in others.items() if identity not in known]
    articles = _articles(listed)
    if not articles:
        return Patterns(evidence=("no listed URL looks like an article",))
    never = [url for identity, url in _distinct(fixed).items() if identity not in known]
    surely_not = list(dict.fromkeys([*never, *_surely_not(linked, articles)]))
    include, evidence = _include(articles, surely_not)
    exclude, why_not = _exclude(include, articles, surely_not)
    taken = Patterns(tuple(include), tuple(exclude))
    coverage = sum(map(taken.match, articles)) / len(articles)
    families = dict.fromkeys(_family(url, articles) for url in articles if taken.match(url))
    hosts = tuple(family for family in families if family != host_of(listed[0]))
    return Patterns(taken.include, taken.exclude, hosts, coverage, (*evidence, *why_not))


def _distinct(urls: Iterable[str]) -> dict[str, str]:
    """The http(s) URLs among `urls`, one for each identity."""
    usable = (absolute("", url) for url in urls)
    return {canonical_url(url): url for url in usable if url}


def _articles(listed: list[str]) -> list[str]:
    """The listed URLs without those that are surely no article: services, tags, and sections of others."""
    sections = _sections(listed)
    kept = [url for url in listed if likeness(url) >= 0 and not _is_section(url, sections)]
    likely = [url for url in kept if likeness(url) > 0]
    return likely if len(likely) * 2 > len(kept) else kept


def _is_section(url: str, sections: set[str]) -> bool:
    """Whether a URL is one of `sections`."""
    shape = shape_of(url)
    return not shape.query and "/".join((host_of(url), *shape.segments)) in sections


def _sections(urls: Iterable[str]) -> set[str]:
    """The paths under which some URL is: the words in front of it, and each of their beginnings."""
    return {
        "/".join((host_of(url), *shape_of(url).segments[:end])) for url in urls for end in range(shape_of(url).lead + 1)
    }


def _surely_not(linked: list[str], articles: list[str]) -> list[str]:
    """The linked URLs that are surely no articles: by their shape, as sections, or far too short for this site."""
    sections = _sections(articles)
    kinds = {shape_of(url).kind for url in articles}
    usual = median(map(_slug_words, articles))
    found: list[str] = []
    for url in linked:
        like = likeness(url)
        is_short = like <= 2 and _slug_words(url) * 2 < usual
        strange = like <= 1 and shape_of(url).kind not in kinds
        if like <= 0 or _is_section(url, sections) or is_short or strange:
            found.append(url)
    return found


def _slug_words(url: str) -> int:
    """Words in the longest segment of a path."""
    return max((word_count(segment) for segment in shape_of(url).segments), default=0)


def _include(articles: list[str], surely_not: list[str]) -> tuple[list[str], list[str]]:
    """Patterns for the kinds of URLs that are worth one, and a sentence for each."""
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for url in articles:
        groups[(_family(url, articles), *shape_of(url).kind)].append(url)
    include: list[str] = []
    evidence: list[str] = []
    for group in sorted(groups.values(), key=len, reverse=True)[: 3 * MAX_PATTERNS]:
        rest = [url for url in group if not any(re.search(pattern, url) for pattern in include)]
        if len(include) < MAX_PATTERNS and rest and _is_worth_it(rest, len(articles)):
            pattern = _narrowed(group, surely_not)
            taken = sum(1 for url in articles if re.search(pattern, url))
            include.append(pattern)
            evidence.append(f"{pattern} takes {taken} of {len(articles)} listed articles, such as {readable(rest[0])}")
    return include, evidence


def _is_worth_it(group: list[str], articles: int) -> bool:
    """Whether so many of the listed articles are in `group` that it is no accident.

    On a small list one is enough, if it bears a date, a number or a code: such are articles and hardly anything else.
    """
    shape = shape_of(group[0])
    marked = shape.query or not {"year", "date", "number", "id"}.isdisjoint(shape.parts)
    if articles <= FEW and marked and likeness(group[0]) >= 2:
        return True
    return len(group) >= max(2 if articles > 5 else 1, MIN_SHARE * articles)


def _family(url: str, articles: list[str]) -> str:
    """What hosts are taken together: all subdomains (`*.`) where articles are on three or more, else each alone."""
    host = host_of(url)
    parent = host.partition(".")[2]
    hosts = {host_of(other) for other in articles}
    siblings = [other for other in hosts if other.partition(".")[2] == parent]
    return f"*.{parent}" if "." in parent and len(siblings) >= 3 else host


def _narrowed(group: list[str], surely_not: list[str]) -> str:
    """The widest pattern for a group that takes the fewest of the URLs that are no articles."""
    hyphens = sorted(_last(url).count("-") for url in group)
    least = hyphens[len(hyphens) // 20]
    patterns = [expression(group), *(expression(group, words) for words in range(1, least + 1))]
    return min(patterns, key=lambda pattern: sum(1 for url in surely_not if re.search(pattern, url)))


def _last(url: str) -> str:
    """The last segment of a path."""
    return next(reversed(shape_of(url).segments), "")


def _exclude(include: list[str], articles: list[str], surely_not: list[str]) -> tuple[list[str], list[str]]:
    """Patterns for what the patterns take and should not, and a sentence for each."""
    exclude, evidence = _furniture(include, articles)
    so_far = Patterns(tuple(include), tuple(exclude))
    sections, single = _foreign_sections([url for url in surely_not if so_far.match(url)], articles)
    by_host: dict[str, set[str]] = defaultdict(set)
    for host, section in sections:
        by_host[host].add(section)
    for host, names in by_host.items():
        exclude.append(f"{host_expression([host])}({'|'.join(sorted(map(literal, names)))})/")
        evidence.append(f"{exclude[-1]} keeps out sections in which no article is listed")
    for url in single:
        path = literal(urlsplit(url).path.strip("/"))
        exclude.append(f"{host_expression([netloc_of(url)])}{path}/?{END}")
        evidence.append(f"{exclude[-1]} keeps out a page that looks like an article and is linked as none")
    return exclude, evidence


def _foreign_sections(wrong: list[str], articles: list[str]) -> tuple[set[tuple[str, str]], list[str]]:
    """The first segments under which no article is (with their hosts), and the URLs that no such segment tells."""
    ours = {(netloc_of(url), segment) for url in articles for segment in _front(url)}
    sections: set[tuple[str, str]] = set()
    single: list[str] = []
    for url in wrong:
        front = _front(url)
        if front and (netloc_of(url), front[0]) not in ours:
            sections.add((netloc_of(url), front[0]))
        else:
            single.append(url)
    return sections, single


def _front(url: str) -> tuple[str, ...]:
    """The first segment as it is written, percent-encoding in capitals, if something follows it."""
    segments = raw_segments(url)
    return (re.sub("%[0-9a-f]{2}", lambda code: code[0].upper(), segments[0]),) if len(segments) > 1 else ()


def _furniture(include: list[str], articles: list[str]) -> tuple[list[str], list[str]]:
    """A pattern for the usual sections of a site, where `include` would take pages in them."""
    ours = {segment.lower() for url in articles for segment in shape_of(url).segments}
    names = [name for name in FURNITURE if not ours & {name, f"{name}s"} and _takes(include, articles, name)]
    if not names:
        return [], []
    pattern = f"/({'|'.join(names)})s?/"
    return [pattern], [f"{pattern} keeps out what most sites have, though no such page was seen"]


def _takes(include: list[str], articles: list[str], section: str) -> bool:
    """Whether a pattern takes a page in `section` for an article, by pages there that are called as articles are."""
    moved = {re.sub(r"(?<=[^/:]/)[^/?#]+(?=/)", section, url, count=1) for url in articles[:PROBED]}
    moved |= {f"https://{netloc_of(url)}/{section}/a-name-of-some-length" for url in articles[:PROBED]}
    return any(re.search(pattern, url) for pattern in include for url in moved if f"/{section}/" in url)
