"""What a check sees, and what it says: the signs that a source is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from crawler.health.facts import History, Page, Run, Text
from crawler.health.usual import Usual, texts_of
from crawler.sources.model import Source

Stage = Literal["discovery", "fetch", "extraction", "metadata"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order in which a crawl goes through them: the first that fails is the one to mend."""

LEAST = 5
"""Pages that a judgement takes at least. Where a run has fewer, the last ones of earlier runs count too."""


@dataclass(frozen=True, slots=True)
class Sign:
    """That something is wrong: the stage, the kind in a word, a sentence for people, and an address that shows it."""

    stage: Stage
    kind: str
    detail: str
    example: str


@dataclass(slots=True)
class View:
    """A run as a check sees it.

    `fresh` are the pages that it asked for as the first. `asked` are these or, where they are few, the `LEAST`
    addresses that were asked for last, each with its newest answer; `recent` are these and some before them.
    Redirects are in none.
    """

    source: Source
    history: History
    run: Run
    before: Run | None
    fresh: list[Page]
    asked: list[Page]
    recent: list[Page]
    usual: Usual

    @property
    def answered(self) -> list[Page]:
        """The pages of `asked` that the server gave, and that were looked into."""
        return [page for page in self.asked if page.answered]

    @property
    def texts(self) -> list[Text]:
        """The texts that came of `asked`."""
        return texts_of(self.asked)

    def example(self, pages: Iterable[Page]) -> str:
        """The address of the newest of `pages`; the homepage where there is none."""
        return max(pages, key=lambda page: page.captured).url if (pages := list(pages)) else self.source.homepage


def percent(value: float) -> str:
    """A share for people: "40 %"."""
    return f"{100 * value:.0f} %"


def some(count: int, whole: Sequence[object] | int, what: str) -> str:
    """A count for people: "4 of 5 pages", "all 5 pages"."""
    total = whole if isinstance(whole, int) else len(whole)
    return f"all {total} {what}" if count == total else f"{count} of {total} {what}"
