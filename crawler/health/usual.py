"""What is usual for a source: learnt from its healthy runs, robustly, and never from broken ones."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from math import comb
from statistics import median, quantiles

from crawler.health.facts import Page, Run, Text
from crawler.health.listings import Listing
from crawler.progress import FOUND, PASSED_OVER, Stats

ENOUGH = 8
"""Pages after which shares and lengths are judged by what was usual; before, by what is stated and what is absurd."""

REMEMBERED = 300
"""Pages that shares and lengths are learnt from, the newest."""

RUNS = 60
"""Runs that counts are learnt from, the newest."""

COMPARED = 60
"""Texts that are compared with each other."""

NOT_OURS = "not an article of this source"


CHANCE = 0.01
"""What comes by chance more often than this is no sign: of five articles where two thirds have an author, one."""


def share(count: int, whole: int) -> float:
    """A part of a whole, 0 of nothing."""
    return count / whole if whole else 0.0


def too_few(count: int, whole: int, usual: float) -> bool:
    """Whether `count` of `whole` is less than half of the usual share, and not by chance (binomial distribution)."""
    if share(count, whole) >= usual / 2:
        return False
    chance = sum(comb(whole, n) * usual**n * (1 - usual) ** (whole - n) for n in range(count + 1))
    return chance < CHANCE


def texts_of(pages: Iterable[Page]) -> list[Text]:
    """The texts of pages, as far as they are there."""
    return [page.text for page in pages if page.text]


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The lower quartile, the median, the upper quartile of two values or more."""
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def repeated(texts: Sequence[Text]) -> float:
    """The share of paragraphs that stand in at least half of the texts, and in three of them."""
    compared = texts[-COMPARED:]
    counts = Counter(digest for text in compared for digest in text.sketch)
    least = max(3, len(compared) / 2)
    return share(sum(count for count in counts.values() if count >= least), counts.total())


def garbled(text: Text) -> bool:
    """Whether so much of a text is mojibake that its encoding was misread: three characters in a thousand."""
    return (text.garbled or 0) >= 3 and (text.garbled or 0) * 1000 >= 3 * text.characters


def matched_links(stats: Stats) -> tuple[int, int]:
    """The links of a run's listings that the source takes for articles, and those that it does not."""
    passed = {name.removeprefix(PASSED_OVER): int(n) for name, n in stats.items() if name.startswith(PASSED_OVER)}
    others = passed.pop(NOT_OURS, 0)
    passed.pop("changed since the last crawl", 0)  # these are counted among the found ones too
    return int(stats.get(FOUND, 0)) + sum(passed.values()), others


class Usual:
    """What the healthy runs so far taught. A figure is None as long as too little is known."""

    def __init__(self) -> None:
        self.pages: deque[Page] = deque(maxlen=REMEMBERED)
        """Pages that the server answered, whether they held an article or not."""
        self.listings: dict[str, Listing] = {}
        """The last good state of each listing, by its address."""
        self.fresh: set[str] = set()
        """The listings that had something new at one time, by their rhythm."""
        self._asked: deque[tuple[int, int]] = deque(maxlen=RUNS)
        self._failures: deque[dict[str, int]] = deque(maxlen=RUNS)
        self._matched: deque[float] = deque(maxlen=RUNS)

    def learn(self, run: Run, fresh: list[Page]) -> None:
        """Learn from a healthy run and the pages that it asked for as the first."""
        self.pages.extend(page for page in fresh if page.answered)
        self._asked.append((len(fresh), sum(page.refused for page in fresh)))
        self._failures.append(run.failures())
        ours, others = matched_links(run.stats)
        if ours + others:
            self._matched.append(share(ours, ours + others))

    def learn_listings(self, run: Run) -> None:
        """Remember what the listings of a run held, those that held anything."""
        good = {url: noted for url, noted in run.listings.items() if not noted.failed and not noted.empty}
        self.listings |= good
        for url, noted in good.items():
            if noted.newest and noted.patience and run.moment - noted.newest <= noted.patience:
                self.fresh.add(url)

    @property
    def texts(self) -> list[Text]:
        """The texts learnt from."""
        return texts_of(self.pages)

    def of_pages(self, holds: Callable[[Page], bool]) -> float | None:
        """The usual share of pages for which `holds` is true."""
        return share(sum(map(holds, self.pages)), len(self.pages)) if len(self.pages) >= ENOUGH else None

    def of_texts(self, holds: Callable[[Text], bool]) -> float | None:
        """The usual share of texts for which `holds` is true."""
        texts = self.texts
        return share(sum(map(holds, texts)), len(texts)) if len(texts) >= ENOUGH else None

    def refused(self) -> float | None:
        """The usual share of addresses that are answered with an error."""
        asked = sum(asked for asked, _ in self._asked)
        return share(sum(refused for _, refused in self._asked), asked) if asked >= ENOUGH else None

    def failures(self, reason: str) -> float:
        """How many articles of a run usually fail without an answer, for this reason; 0 where nothing is known."""
        return median(failures.get(reason, 0) for failures in self._failures) if self._failures else 0.0

    def matched(self) -> float | None:
        """The usual share of links that the source takes for articles; one run is enough to know."""
        return median(self._matched) if self._matched else None
