"""The templates of sites: learnt from the texts that the archive holds, and read back from its WARCs.

A crawl learns once, before its first capture, and writes what it learnt into each of its WARCs
(`crawler.archive.template_records`). From then on a text depends on its WARC and on nothing that was learnt since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from pathlib import Path

from crawler.archive.layout import OPEN
from crawler.archive.template_records import template_record
from crawler.errors import ArchiveError
from crawler.extraction.template import Seen, Template, learn
from crawler.items import Article
from crawler.storage.catalogue import Catalogue
from crawler.storage.texts import load

RECENT = 200
"""The last articles of a source that a template is learnt from."""


@dataclass(frozen=True, slots=True)
class KnownTemplate:
    """A template that a crawl knew, and the record that holds it."""

    record_id: str
    template: Template


def learnt(archives: Path, source: str, catalogue: Catalogue) -> Template:
    """What the last articles of `source` have in common; texts that cannot be read are passed over."""
    return learn(seen_in(article) for article in _recent(archives, source, catalogue))


def _recent(archives: Path, source: str, catalogue: Catalogue) -> list[Article]:
    found = []
    for path in catalogue.recent_texts(source, RECENT):
        try:
            found.append(load(archives / path))
        except ArchiveError:
            continue
    return found


def seen_in(article: Article) -> Seen:
    """What is to be learnt from an article: its lines, with those that an earlier template took."""
    captured = article.captured.astimezone(UTC).isoformat() if article.captured else ""
    return Seen.of(article.text, captured, article.place, article.removed)


def known_in(warc: Path, source: str) -> KnownTemplate | None:
    """The template of `source` that the crawl that wrote `warc` knew; None where it knew none, or none can be read."""
    return _known(warc.with_name(warc.name.removesuffix(OPEN)), source)


@lru_cache(maxsize=256)
def _known(final: Path, source: str) -> KnownTemplate | None:
    for path in (final, final.with_name(final.name + OPEN)):
        try:
            record = template_record(path, source)
            return KnownTemplate(record.id, Template.from_json(record.block)) if record else None
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return None
    return None
