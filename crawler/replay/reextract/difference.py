"""What changes if the stored texts were made anew: which articles, by how much, and where.

An article is found again by the record that it was made from. Words are compared, not lines: a paragraph that gained
a word is not a paragraph that was replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from crawler.archive.layout import sidecar_path, text_folder
from crawler.articles import Rejected
from crawler.errors import ArchiveError
from crawler.items import Article, Page
from crawler.storage import texts

COMPARED = (
    "title", "language", "authors", "published", "published_precision", "modified", "section", "tags", "site_name",
    "description", "standfirst", "image", "canonical_url", "paywalled", "rights", "agency",
    "dateline",
)  # fmt: skip
"""Fields whose change is a change of the article."""

CONTEXT = 4
"""Words shown on each side of a change."""

_TOKEN = re.compile(r"\s+|\S+")

Show = Callable[["Change"], None]


@dataclass(frozen=True, slots=True)
class Change:
    """An article that comes out differently. `kind` is text, metadata, new or gone."""

    kind: str
    url: str
    record_id: str
    share: float = 0.0
    """The share of the words that changed, from 0 to 1."""
    lines: tuple[str, ...] = ()
    """The changes for people: [-what went-] and {+what came+}, with some words around them."""
    reason: str = ""
    """Why there is no article any more."""


class StoredTexts:
    """The articles that an archive holds, found by record, by address, or by the file they would be stored in."""

    def __init__(self, archives: Path) -> None:
        self._archives = archives
        self._sources: dict[str, _Stored] = {}

    def of(self, article: Article) -> Article | None:
        """The stored article that this one would replace, or None.

        It has the same text, or was made from the same record, or else is the last one from the same address: a
        version that was captured twice is stored once.
        """
        same = self._archives / texts.place(article, self._archives).path
        if same.exists():
            return _load(same)
        return self.of_record(article.source, article.record_id) or self.of_url(article.source, article.url)

    def of_record(self, source: str, record_id: str) -> Article | None:
        """The stored article that cites a record, or None."""
        path = self._of_source(source).by_record.get(record_id)
        return _load(path) if path else None

    def of_url(self, source: str, url: str) -> Article | None:
        """The stored article from an address that was captured last, or None."""
        found = self._of_source(source).by_url.get(url)
        return _load(found[1]) if found else None

    def urls(self, source: str) -> set[str]:
        """The addresses from which a source's articles were stored."""
        return set(self._of_source(source).by_url)

    def _of_source(self, source: str) -> _Stored:
        if source not in self._sources:
            self._sources[source] = _stored_in(text_folder(self._archives, source))
        return self._sources[source]


@dataclass(slots=True)
class _Stored:
    """Where the texts of a source are; by address with the time of the capture, the last one of each."""

    by_record: dict[str, Path] = field(default_factory=dict)
    by_url: dict[str, tuple[float, Path]] = field(default_factory=dict)


def _stored_in(folder: Path) -> _Stored:
    stored = _Stored()
    for path in sorted(folder.rglob("*.txt")):
        if sidecar_path(path).exists() and (article := _load(path)):
            stored.by_record[article.record_id] = path
            captured = article.captured.timestamp() if article.captured else 0.0
            stored.by_url[article.url] = max(stored.by_url.get(article.url, (0.0, path)), (captured, path))
    return stored


def _load(path: Path) -> Article | None:
    try:
        return texts.load(path)
    except ArchiveError:
        return None


class Comparison:
    """An output that writes nothing: it compares, shows each change, and counts."""

    def __init__(self, stored: StoredTexts, show: Show) -> None:
        self._stored = stored
        self._show = show
        self.counts: Counter[str] = Counter()
        self.fields: Counter[str] = Counter()
        """How many articles changed in each field of their metadata."""
        self.shares: list[float] = []

    def begin(self, unit: str) -> Comparison:
        """The same for every WARC."""
        return self

    def add(self, article: Article) -> None:
        """Compare an article with the stored one."""
        stored = self._stored.of(article)
        change = compare(stored, article) if stored else Change("new", article.url, article.record_id)
        self._count(change)
        if stored:
            self.fields.update(changed_fields(stored, article))

    def reject(self, page: Page, rejected: Rejected) -> None:
        """A page that holds no article now may have given one before."""
        record_id = page.capture.record_id
        if self._stored.of_record(page.source, record_id):
            self._count(Change("gone", page.url, record_id, reason=str(rejected.reason)))

    def lose(self, source: str, url: str, record_id: str, reason: str) -> None:
        """An article that is stored from an address, and is not made from it any more."""
        if self._stored.of_url(source, url):
            self._count(Change("gone", url, record_id, reason=reason))

    @property
    def changed(self) -> bool:
        """Whether anything would come out differently."""
        return any(number for kind, number in self.counts.items() if kind != "same")

    def finish(self) -> None:
        """Nothing is written."""

    def abandon(self) -> None:
        """Nothing is written."""

    def _count(self, change: Change | None) -> None:
        self.counts[change.kind if change else "same"] += 1
        if change:
            if change.kind == "text":
                self.shares.append(change.share)
            self._show(change)


def compare(old: Article, new: Article) -> Change | None:
    """How an article changed, or None where it did not."""
    named = [
        f"{name}: {_shown(getattr(old, name))} → {_shown(getattr(new, name))}" for name in changed_fields(old, new)
    ]
    if old.text == new.text:
        return Change("metadata", new.url, new.record_id, lines=tuple(named)) if named else None
    before, after = _TOKEN.findall(old.text), _TOKEN.findall(new.text)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return Change(
        "text", new.url, new.record_id, _share(matcher, before, after), (*named, *_hunks(matcher, before, after))
    )


def _share(matcher: SequenceMatcher[str], before: list[str], after: list[str]) -> float:
    """The words that are in one of two texts only, as a share of the words of both."""
    kept = sum(
        not token.isspace()
        for start, _, size in matcher.get_matching_blocks()
        for token in before[start : start + size]
    )
    words = sum(not token.isspace() for token in before + after)
    return 1 - 2 * kept / words if words else 0.0


def changed_fields(old: Article, new: Article) -> list[str]:
    """The fields of the metadata that differ."""
    known = {known.name for known in fields(Article)}
    return [name for name in COMPARED if name in known and getattr(old, name) != getattr(new, name)]


def _hunks(matcher: SequenceMatcher[str], before: list[str], after: list[str]) -> Iterator[str]:
    """Each group of changes in a line."""
    for group in matcher.get_grouped_opcodes(2 * CONTEXT):
        pieces = []
        for tag, start, end, new_start, new_end in group:
            old, new = "".join(before[start:end]), "".join(after[new_start:new_end])
            if tag == "equal":
                pieces.append(old)
            else:
                pieces.append((f"[-{old}-]" if old else "") + ("{+" + new + "+}" if new else ""))
        yield "… " + re.sub(r"\s*\n\s*", " ⏎ ", "".join(pieces).strip()) + " …"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value in (None, "") else str(value)
