"""What comes back when an address is asked for, and the reasons why nothing does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crawler.archive.exchange import Role
from crawler.extraction.rules import Rules

Trouble = Literal["robots", "robots-unreachable", "private", "no-host", "no-answer", "not-archived", "enough", "failed"]
"""Why there is no answer; "enough" where the number of requests that may be made is used up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request for `asked`: the response of `url`, to which redirects led, or why there is none."""

    asked: str
    url: str
    status: int = 0
    content_type: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in lower case."""
    trouble: Trouble | None = None
    detail: str = ""
    """What went wrong, for people."""

    @property
    def ok(self) -> bool:
        """Whether a body came with status 200."""
        return self.trouble is None and self.status == 200

    @property
    def why_not(self) -> str:
        """Why it is of no use, in a few words; empty where it is."""
        if self.trouble:
            return _WORDS.get(self.trouble) or self.detail
        return "" if self.ok else f"HTTP {self.status}"


_WORDS: dict[Trouble, str] = {
    "robots": "robots.txt forbids it",
    "robots-unreachable": "robots.txt cannot be read, and so nothing may be fetched",
    "private": "its address is not public",
    "no-host": "there is no such host",
    "enough": "not asked for: enough requests were made",
    "not-archived": "not in the archive",
}

Fetch = Callable[[str, Role], Awaitable[Answer]]
"""Gets what is at an address, for a purpose that is written into the archive. Never raises for a bad answer."""

Extract = Callable[[bytes, str, str, Rules, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""The extractor: body, content type, address, rules and headers to the fields of an article or a rejection."""
