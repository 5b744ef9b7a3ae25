"""What a robots.txt allows, by RFC 9309. Protego matches paths; groups and their rules are ours to choose.

Protego takes the group whose name is longest and within the user agent; the RFC wants every group that
names the product token itself, merged. Protego lets a Crawl-delay line end a list of user agents, and takes
`Allow: /index.html` for the folder too; the RFC knows neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from protego import Protego

MAX_BYTES = 1024 * 1024
"""What is read of a robots.txt; the RFC wants at least 500 KiB."""

FORBIDDEN = "forbidden by robots.txt"
UNREACHABLE = "robots.txt could not be read"
"""The reasons for which a page is refused, as they are counted."""

ANYONE = "*"

_KINDS = ("agent", "allow", "disallow", "delay", "sitemap")

_TOKEN = r"[A-Za-z0-9_-]+"
_COMPATIBLE = re.compile(rf"compatible;\s*({_TOKEN})", re.IGNORECASE)
_LINE = re.compile(
    r"(?:(?P<agent>user[ -]?agent)|(?P<allow>allow)|(?P<disallow>diss?all?ow|disallaw|diasllow)"
    r"|(?P<delay>crawl[ -]delay)|(?P<sitemap>site-?maps?))(?:\s*:|\s)\s*(?P<value>.*)",
    re.IGNORECASE,
)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_ODD_LINE_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What Python takes for line ends, and the RFC does not."""


def product_token(user_agent: str) -> str:
    """The name that robots.txt files know a crawler by: "Foobot" of "Foobot/1.0" or "X (compatible; Foobot/1.0)"."""
    found = _COMPATIBLE.search(user_agent) or re.match(rf"\s*({_TOKEN})", user_agent)
    return found[1] if found else user_agent


@dataclass(slots=True)
class _Group:
    """The rules of one or more user agents."""

    agents: list[str] = field(default_factory=list)
    rules: list[tuple[str, str]] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    closed: bool = False
    """Whether a further user agent begins another group."""


class Robots:
    """What one crawler may fetch of one site."""

    def __init__(self, rules: list[tuple[str, str]], crawl_delay: float | None, sitemaps: list[str]) -> None:
        self.crawl_delay = crawl_delay
        """Seconds between requests that the site asks for; None where it asks for nothing."""
        self.sitemaps = sitemaps
        lines = [f"{kind}: {_for_protego(kind, pattern)}" for kind, pattern in rules]
        self._protego = Protego.parse("\n".join(["User-agent: *", *lines]))

    @classmethod
    def parse(cls, body: bytes, token: str) -> Robots:
        """The rules for the crawler with the product token `token`; whatever is unreadable in `body` is left out."""
        groups, sitemaps = _groups(_text(body))
        name = token.lower()
        ours = [group for group in groups if name in group.agents] or [
            group for group in groups if ANYONE in group.agents
        ]
        rules = [rule for group in ours for rule in group.rules]
        return cls(rules, max((delay for group in ours for delay in group.delays), default=None), sitemaps)

    @classmethod
    def allow_all(cls) -> Robots:
        """For a site that has no robots.txt (RFC 9309, 2.3.1.3)."""
        return cls([], None, [])

    @classmethod
    def disallow_all(cls) -> Robots:
        """For a site whose robots.txt cannot be reached (RFC 9309, 2.3.1.4)."""
        return cls([("disallow", "/")], None, [])

    def allowed(self, url: str) -> bool:
        """Whether `url` may be fetched; the robots.txt itself always may."""
        return urlsplit(url).path == "/robots.txt" or self._protego.can_fetch(url, ANYONE)


def _text(body: bytes) -> str:
    """The file as text: UTF-8 with or without byte order mark; a line that was cut at the limit is left out."""
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    return body.decode("utf-8-sig", "replace")


def _groups(text: str) -> tuple[list[_Group], list[str]]:
    """All groups in order, and the sitemaps. Only rules, also empty ones, end a list of user agents."""
    groups: list[_Group] = []
    sitemaps: list[str] = []
    for kind, value in _lines(text):
        if kind == "sitemap":
            sitemaps.append(value)
        elif kind == "agent":
            if not groups or groups[-1].closed:
                groups.append(_Group())
            groups[-1].agents.append(_agent(value))
        elif groups and kind == "delay":
            groups[-1].delays += _seconds(value)
        elif groups:
            groups[-1].closed = True
            groups[-1].rules += [(kind, value)] if value else []
    return groups, sitemaps


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Kind and value of each line that means something. A missing colon and common misspellings are let pass."""
    for line in _LINE_ENDS.split(text):
        found = _LINE.match(line.partition("#")[0].strip())
        if found:
            yield next(kind for kind in _KINDS if found[kind]), found["value"]


def _agent(value: str) -> str:
    """The product token that a User-agent line names: "foobot" of "Foobot/1.0"."""
    if value.split()[:1] == [ANYONE]:
        return ANYONE
    found = re.match(_TOKEN, value)
    return found[0].lower() if found else ""


def _seconds(value: str) -> list[float]:
    """The number of a Crawl-delay line, as a list of one, or of none where it is no sensible number."""
    try:
        seconds = float(value)
    except ValueError:
        return []
    return [seconds] if 0 <= seconds < float("inf") else []


def _for_protego(kind: str, pattern: str) -> str:
    """The pattern so that Protego reads it as the RFC does."""
    pattern = _ODD_LINE_ENDS.sub(lambda found: quote(found[0]), pattern)
    return f"{pattern}*" if kind == "allow" and pattern.endswith("/index.html") else pattern
