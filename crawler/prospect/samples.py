"""What several articles of a site have in common: language, furniture, the zone of their times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from statistics import median
from typing import Any

from crawler.discovery.links import Link
from crawler.discovery.urls import canonical_url
from crawler.extraction.folding import fold
from crawler.extraction.rules import Rules
from crawler.prospect.answers import Answer, Extract

MOST = 0.6
"""Share of the articles that must say the same before it is taken for the site's habit."""

LONGEST_NUMBERED = 100
"""Characters of a line that may be furniture although numbers in it differ from page to page."""

_PIECES = re.compile(r"\s+[-–—|·:•»/]+\s+|\s*(?:--+|[|_｜])\s*")
"""What stands between the title of a page and the name of its site."""

QUARTER = timedelta(minutes=15)

FEWEST = 3
"""Articles on which something must be seen to be a habit."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A page that was fetched as an article, and what the extractor made of it."""

    answer: Answer
    extracted: dict[str, Any]

    async def again(self, extract: Extract, rules: Rules) -> Sample:
        """The same page, extracted by other rules; a page that could not be fetched stays as it is."""
        if not self.answer.ok:
            return self
        answer = self.answer
        return Sample(answer, await extract(answer.body, answer.content_type, answer.url, rules, answer.headers))

    @property
    def url(self) -> str:
        """The address that answered."""
        return self.answer.url

    @property
    def is_article(self) -> bool:
        """Whether there is an article on the page."""
        return "rejected" not in self.extracted

    @property
    def rejected(self) -> str:
        """Why there is none; empty where there is one."""
        return str(self.extracted.get("rejected", ""))

    @property
    def text(self) -> str:
        """The text without the title."""
        return str(self.extracted.get("text", "")).partition("\n\n")[2].strip()

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the text."""
        return [paragraph for paragraph in self.text.split("\n\n") if paragraph]

    @property
    def published(self) -> datetime | None:
        """The time of publication as the page states it, perhaps without a zone."""
        stated = self.extracted.get("published")
        return datetime.fromisoformat(stated) if stated else None


def articles(samples: Sequence[Sample]) -> list[Sample]:
    """Those samples that hold an article."""
    return [sample for sample in samples if sample.is_article]


def moments(samples: Sequence[Sample], listed: Mapping[str, Link]) -> list[datetime]:
    """When the articles were published, as their pages say.

    A time of day without a zone gets the offset that it has from the moment at which a feed lists the same article (by
    its canonical address), where that is one that zones have: whole quarters of an hour.
    """
    found = []
    for sample in articles(samples):
        moment = sample.published
        link = listed.get(canonical_url(sample.answer.asked)) or listed.get(canonical_url(sample.url))
        if moment and not moment.tzinfo and "T" in str(sample.extracted["published"]) and link and link.published:
            moment = _placed(moment, link.published)
        if moment:
            found.append(moment)
    return found


def _placed(local: datetime, moment: datetime) -> datetime:
    """A local time with its offset from the same moment as another place states it; as it is where none fits."""
    offset = local - moment.astimezone(UTC).replace(tzinfo=None)
    quarters = round(offset / QUARTER)
    close = abs(offset - quarters * QUARTER) <= timedelta(minutes=2)
    return local.replace(tzinfo=timezone(quarters * QUARTER)) if close and -48 <= quarters <= 56 else local


def rejections(samples: Sequence[Sample]) -> Counter[str]:
    """Why the others hold none, counted."""
    return Counter(sample.rejected for sample in samples if not sample.is_article)


def is_habit(count: int, among: int) -> bool:
    """Whether so many of so many articles show a habit of the site, and not chance."""
    return count >= min(FEWEST, among) and count >= MOST * among > 0


def language(samples: Sequence[Sample], marked: str, country: str) -> tuple[str, str]:
    """The language of most texts as a BCP 47 tag, and why; empty where no text tells.

    `marked` is what the front page says of itself. Its region is kept where it is that of the site's country, or where
    the language is written in more than one way.
    """
    counts = Counter(str(sample.extracted["language"]) for sample in articles(samples) if sample.extracted["language"])
    primary, _, region = marked.replace("_", "-").partition("-")
    if not counts:
        return (primary.lower(), "what the front page says of itself") if len(primary) in (2, 3) else ("", "")
    found, count = counts.most_common(1)[0]
    why = f"the language of {count} of {len(articles(samples))} texts"
    if primary.lower() == found and region and (region.upper() == country or found in ("zh", "pt")):
        return f"{found}-{region}", f"{why}, and the region that the front page states"
    return found, why


def standfirst(samples: Sequence[Sample]) -> tuple[bool, str]:
    """Whether pages mark a standfirst that is missing from the head of the text, and why."""
    kept = articles(samples)
    marked = [sample for sample in kept if sample.extracted.get("standfirst")]
    missing = [sample for sample in marked if not _leads(sample)]
    if is_habit(len(missing), len(kept)):
        return True, f"{len(missing)} of {len(kept)} articles have one that is not in their text"
    return False, ""


def _leads(sample: Sample) -> bool:
    standfirst = fold(str(sample.extracted["standfirst"]))
    return any(standfirst in fold(paragraph) for paragraph in sample.paragraphs[:3])


def repeated_lines(samples: Sequence[Sample]) -> list[str]:
    """Lines that stand in the texts of most articles, and so belong to none: the most frequent first.

    Lines that differ in their numbers only, such as a date with a source, are one; it comes back as the first article
    has it.
    """
    kept = articles(samples)
    if len(kept) < FEWEST:
        return []
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for sample in kept:
        lines = {" ".join(line.split()) for line in sample.text.splitlines() if line.strip()}
        for line in lines:
            first.setdefault(_numberless(line), line)
        counts.update({_numberless(line) for line in lines})
    wanted = max(FEWEST, MOST * len(kept))
    return [first[line] for line, count in counts.most_common() if count >= wanted and re.search(r"[^\W\d]", line)]


def _numberless(line: str) -> str:
    return re.sub(r"\d+", "0", line) if len(line) <= LONGEST_NUMBERED else line


def shared_title(titles: Sequence[str]) -> str:
    """What most of several pages' titles end or begin with, without the separator: the name of the site."""
    pieces = [_PIECES.split(title) for title in titles]
    for place in (-1, 0):
        counts = Counter(parts[place].strip() for parts in pieces if len(parts) > 1)
        if counts and is_habit(counts.most_common(1)[0][1], len(titles)):
            return counts.most_common(1)[0][0]
    return ""


def site_names(samples: Sequence[Sample]) -> Counter[str]:
    """What the articles say that their site is called."""
    return Counter(str(sample.extracted["site_name"]) for sample in articles(samples) if sample.extracted["site_name"])


def median_length(samples: Sequence[Sample]) -> int:
    """Characters of the median text; 0 where there is none."""
    lengths = [len(sample.text) for sample in articles(samples)]
    return int(median(lengths)) if lengths else 0


def share(samples: Sequence[Sample], field: str) -> float:
    """The share of the articles of which a field is filled."""
    kept = articles(samples)
    return sum(bool(sample.extracted.get(field)) for sample in kept) / len(kept) if kept else 0.0
