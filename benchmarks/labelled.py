"""Labelled pages: a set is a file NAME.jsonl.gz, one JSON object a line (its keys: benchmarks/extraction.py)."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from urllib.parse import urlsplit

from scoring import Page

PARTS = 4
"""Parts that sites are divided into, by their names, so that the reader can be tried on sites that it has not seen."""


def part_of(site: str) -> int:
    return int(hashlib.md5(site.encode()).hexdigest(), 16) % PARTS


def read(path: Path, at_most: int) -> list[Page]:
    """The pages of a set, or a sample of it that is spread evenly over the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines if line.strip()]
    return pages[:: max(1, len(pages) // at_most)] if at_most else pages


def by_site(pages: list[Page]) -> list[list[Page]]:
    """The pages of each site that has several."""
    sites: dict[str, list[Page]] = {}
    for page in pages:
        sites.setdefault(urlsplit(page["url"]).hostname or page["id"], []).append(page)
    return [site for site in sites.values() if len(site) > 1]
