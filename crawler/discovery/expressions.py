"""Regular expressions for article URLs, made from examples of one kind and meant to be read by people."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from crawler.discovery.shapes import shape_of
from crawler.discovery.urls import host_of

ANY = "[^/?#]+"
"""A segment of a path, whatever it is."""

END = "([?#]|$)"
"""What follows an address: a query, a fragment, nothing."""

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ENDINGS = (
    (re.compile(rf".+?[-_]{_UUID}", re.IGNORECASE), rf"{ANY}[-_]{_UUID}"),
    (re.compile(r".+-\d{4,}"), rf"{ANY}-\d{{4,}}"),
    (re.compile(r".+_\d{4,}"), rf"{ANY}_\d{{4,}}"),
    (re.compile(r".+~\d+"), rf"{ANY}~\d+"),
    (re.compile(r"\d{4,}-.+"), rf"\d{{4,}}-{ANY}"),
    (re.compile(r"[a-z]{1,4}\d{5,}-.+"), rf"[a-z]{{1,4}}\d{{5,}}-{ANY}"),
    (re.compile(r".+-[a-z]?(?=[a-z]*\d)[0-9a-z]{7,}"), rf"{ANY}-[0-9a-z]{{7,}}"),
)
"""Marks of an article in its slug, and how they are written as a pattern; the surest first."""


def host_expression(hosts: Sequence[str]) -> str:
    """The beginning of a pattern for URLs on `hosts` (without www.), up to the path."""
    if len(hosts) == 1:
        return rf"^https?://(www\.)?{literal(hosts[0])}/"
    parents = {host.partition(".")[2] for host in hosts}
    if len(parents) == 1 and "." in next(iter(parents)):
        return rf"^https?://[\w-]+\.{literal(parents.pop())}/"
    return rf"^https?://(www\.)?({'|'.join(map(literal, sorted(hosts)))})/"


def expression(urls: Sequence[str], words: int = 0) -> str:
    """A pattern for `urls`, which are of one kind (`Shape.kind`); a slug must have `words` hyphens at least."""
    start = host_expression(sorted({netloc_of(url) for url in urls}))
    if shape_of(urls[0]).query:
        return start + _query_path(urls) + _query(urls)
    shapes = [shape_of(url) for url in urls]
    raws = [raw_segments(url) for url in urls]
    lead = _lead([raw[: shape.lead] for raw, shape in zip(raws, shapes, strict=True)])
    first = shapes[0]
    parts = [
        _segment(part, [raw[shape.lead + at] for raw, shape in zip(raws, shapes, strict=True)], words)
        for at, part in enumerate(first.parts[first.lead :])
    ]
    page = r"/index\.[a-z]+" if any("/index." in url for url in urls) else "/?"
    return start + lead + "/".join(parts) + (literal(first.extension) or page) + END


def literal(text: str) -> str:
    """`text` as a pattern for itself; only what means something else is escaped. Percent-encoding has no case."""
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
    return f"(?i:{escaped})" if "%" in text else escaped


def netloc_of(url: str) -> str:
    """The host without www., and the port if there is one."""
    port = urlsplit(url).port
    return f"{host_of(url)}:{port}" if port else host_of(url)


def raw_segments(url: str) -> list[str]:
    """The segments of a path as they are written in the URL, the last without its extension."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    shape = shape_of(url)
    if shape.extension and segments:
        segments[-1] = segments[-1][: -len(shape.extension)]
    return segments[: len(shape.parts)]


def _lead(leads: list[list[str]]) -> str:
    """The words in front: those that all share, and a pattern for the rest."""
    shared = _shared(leads)
    depths = {len(lead) - len(shared) for lead in leads}
    beginning = "".join(f"{literal(word)}/" for word in shared)
    if depths == {0}:
        return beginning
    if len(depths) == 1:
        return beginning + f"{ANY}/" * depths.pop()
    return beginning + f"({ANY}/)" + ("*" if 0 in depths else "+")


def _shared(sequences: Sequence[Sequence[str]]) -> list[str]:
    """What all begin with."""
    alike = itertools.takewhile(lambda column: len(set(column)) == 1, zip(*sequences, strict=False))
    return [column[0] for column in alike]


def _segment(part: str, values: list[str], words: int) -> str:
    """A pattern for the values that one segment has."""
    if part == "year":
        return r"\d{4}"
    if part in ("month", "day"):
        return "[a-z]{3}" if not all(map(str.isdecimal, values)) else _digits(values)
    if part == "date":
        forms = {re.sub(r"\d+", lambda run: rf"\d{{{len(run[0])}}}", value) for value in values}
        return forms.pop() if len(forms) == 1 else r"[\d._-]+"
    if part == "number":
        return _digits(values)
    if part == "id":
        return _identifier(values)
    return _slug(values, words)


def _digits(values: list[str]) -> str:
    """A pattern for numbers of the lengths seen; longer ones will come."""
    lengths = {len(value) for value in values}
    if lengths == {1, 2} or lengths == {1}:
        return r"\d{1,2}" if max(map(int, values)) <= 31 else r"\d+"
    if len(lengths) == 1 and max(lengths) <= 4:
        return rf"\d{{{max(lengths)}}}"
    return rf"\d{{{max(1, min(lengths) - 1)},}}"


def _identifier(values: list[str]) -> str:
    """A pattern for codes: what they share in front, and letters and digits of about their length."""
    if all(re.fullmatch(_UUID, value, re.IGNORECASE) for value in values):
        return _UUID
    shared = re.sub(r"\d.*", "", "".join(_shared(values))) if len(values) > 1 else ""
    rests = [value[len(shared) :] for value in values]
    shortest = max(1, min(map(len, rests)) - 1)
    letters = next((kind for kind in (r"\d", "[0-9a-z]", "[0-9A-Z]", r"\w") if _all_of(kind, rests)), "[^/?#]")
    return f"{literal(shared)}{letters}{{{shortest},}}"


def _all_of(kind: str, values: list[str]) -> bool:
    """Whether all `values` are made of characters of a class."""
    return all(re.fullmatch(f"{kind}+", value, re.ASCII) for value in values)


def _slug(values: list[str], words: int) -> str:
    """A pattern for slugs: the mark that all of them bear, or else any segment with `words` hyphens."""
    if len(set(values)) == 1 and len(values) > 1:
        return literal(values[0])
    for mark, written in _ENDINGS:
        if all(mark.fullmatch(value) for value in values):
            return written
    times = "+" if words == 1 else f"{{{words},}}"
    return f"[^/?#-]+(-[^/?#-]+){times}" if words else ANY


def _query_path(urls: Sequence[str]) -> str:
    """The path of URLs whose query names the article: mostly one script."""
    paths = {urlsplit(url).path.lstrip("/") for url in urls}
    return literal(paths.pop()) if len(paths) == 1 else "[^?#]*"


def _query(urls: Sequence[str]) -> str:
    """A query with the parameter that tells the articles apart: in all of them, with the most values."""
    queries = [dict(parse_qsl(urlsplit(url).query)) for url in urls]
    names = [name for name in queries[0] if all(name in query for query in queries)]
    best = max(names, key=lambda name: (len({query[name] for query in queries}), "id" in name))
    value = r"\d+" if all(query[best].isdecimal() for query in queries) else r"[\w-]+"
    return rf"\?([^#]*&)?{literal(best)}={value}(&|#|$)"
