"""The headline, out of all the places where a page states it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from crawler.extraction.clean import fold
from crawler.extraction.parse import squeeze, visible_text

LONGEST = 300
"""Characters; what is longer is no headline."""

_SEPARATOR = re.compile(r"\s+[|–—·•»«›:/]+\s+|\s+-+\s+|\s*[|ㅣ│]\s*|\s+::\s+")


def visible_headings(tree: HtmlElement) -> list[str]:
    """What the page's headings of the first two levels say, first level first, each in the order of the page."""
    found = []
    for tag in ("h1", "h2"):
        for element in list(tree.iter(tag))[:20]:
            text = visible_text(element)
            if text and len(text) <= LONGEST:
                found.append(text)
    return found


def choose_title(stated: Sequence[str], headings: Sequence[str], page_title: str, site_names: Iterable[str]) -> str:
    """The headline: what most places agree on, as the page shows it to its reader; empty where there is none.

    `stated` are the titles of JSON-LD, OpenGraph and the like, the most trustworthy first; `page_title` is that of
    `<title>`, which often carries the name of the site, as `stated` ones do at times.
    """
    names = {fold(name) for name in site_names if name}
    cleaned = [title for title in (without_site(squeeze(title), names) for title in stated) if title]
    if page_title:
        cleaned.append(without_site(squeeze(page_title), names, [*cleaned, *headings]))
    cleaned = [title for title in cleaned if fold(title) and fold(title) not in names]
    shown = [heading for heading in headings if fold(heading) and fold(heading) not in names]
    votes = [fold(title) for title in cleaned]
    if agreed := _agreed(votes[: len(stated)]):
        return next((heading for heading in shown if fold(heading) == agreed), cleaned[votes.index(agreed)])
    for heading in shown:
        if fold(heading) in votes:
            return heading
    for heading in shown:
        if any(_same(fold(heading), vote) for vote in votes):
            return heading
    if not cleaned:
        return shown[0] if shown else ""
    return max(cleaned, key=lambda title: (votes.count(fold(title)), -cleaned.index(title)))


def _agreed(votes: Sequence[str]) -> str | None:
    """The title that the first place of all states and two others too, whatever the page shows as a heading."""
    return votes[0] if len(votes) > 2 and votes.count(votes[0]) > 2 else None


def _same(heading: str, vote: str) -> bool:
    """Whether one is the other with a little more (a kicker before it, a site's name behind it)."""
    shorter, longer = sorted((heading, vote), key=len)
    return len(shorter) > 20 and len(shorter) > 0.6 * len(longer) and shorter in longer


def without_site(title: str, names: set[str], known: Iterable[str] = ()) -> str:
    """`title` without the site's name before or behind it: one of `names`, or all that `known` titles lack."""
    held = [other for other in known if len(other) > 10 and (title.startswith(other) or title.endswith(other))]
    if held and _SEPARATOR.search(title):
        return max(held, key=len)
    parts = list(_SEPARATOR.finditer(title))
    if parts and fold(title[parts[-1].end() :]) in names:
        return without_site(title[: parts[-1].start()].strip(), names)
    if parts and fold(title[: parts[0].start()]) in names:
        return without_site(title[parts[0].end() :].strip(), names)
    return title


def site_in_title(page_title: str, title: str) -> str | None:
    """The site's name, where `<title>` is the headline with a name behind it."""
    rest = squeeze(page_title).removeprefix(title) if title else ""
    match = _SEPARATOR.match(" " + rest.lstrip())
    name = rest.lstrip()[match.end() - 1 :].strip() if match and rest != squeeze(page_title) else ""
    return name if 2 <= len(name) <= 40 and not _SEPARATOR.search(name) else None
