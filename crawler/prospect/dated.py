"""Archive pages by date: guessed from the dates in the addresses of articles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_DAY = re.compile(
    r"(?P<head>https?://[^?#]*?/)(?P<year>20\d\d)(?P<s1>[/-])(?P<month>\d\d)(?P<s2>[/-])(?P<day>\d\d)(?=[/-])"
)
_MONTH = re.compile(r"(?P<head>https?://[^?#]*?/)(?P<year>20\d\d)(?P<s1>[/-])(?P<month>\d\d)(?=/)")


def candidates(urls: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Templates that the addresses of articles suggest: the template, the page for one of them, the articles of it.

    The finest first: a day, then a month.
    """
    for pattern in (_DAY, _MONTH):
        pages: dict[str, tuple[str, list[str]]] = {}
        for url in urls:
            match = pattern.match(url)
            if match and "{" not in match["head"]:
                page = match[0] + "/"
                pages.setdefault(page, (_template(match), []))[1].append(url)
        for page, (template, of_it) in sorted(pages.items(), key=lambda item: -len(item[1][1]))[:1]:
            yield template, page, of_it


def _template(match: re.Match[str]) -> str:
    place = f"{match['head']}{{year}}{match['s1']}{{month:02}}"
    if "day" in match.groupdict():
        place += f"{match['s2']}{{day:02}}"
    return place + "/"
