"""Makes a test of an archived page: the page as it was served, and the text and metadata that it should give.

The files are those of `tests/pages/`, where each triple is a test (`tests/extraction/test_pages.py`): NAME.html
is the body with its content-encoding removed, NAME.txt the whole text file, NAME.json the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crawler.archive.layout import slug
from crawler.extraction.rules import Rules
from crawler.prospect.answers import Answer
from crawler.storage.atomic import write_atomically

EXPECTED = (
    "title",
    "authors",
    "language",
    "published",
    "published_precision",
    "modified",
    "section",
    "tags",
    "site_name",
    "description",
    "standfirst",
    "canonical_url",
    "paywalled",
    "rights",
)
"""Metadata that a test holds the extractor to."""

TELLING_HEADERS = ("x-robots-tag", "tdm-reservation", "tdm-policy")
"""Headers of a response that the extractor reads."""

SUFFIXES = (".html", ".txt", ".json")


def fixture_name(source: str, extracted: Mapping[str, Any], url: str) -> str:
    """The name of a test: the source's, and the title's, or the end of the address where there is none."""
    title = str(extracted.get("title") or url.rstrip("/").rpartition("/")[2])
    return f"{source}-{slug(title)[:40].strip('-')}"


def fixture_files(
    name: str, answer: Answer, extracted: Mapping[str, Any], rules: Rules, shipped_source: str
) -> dict[str, bytes]:
    """The files of a test by their names. `shipped_source` names the rules where they are those of a shipped source."""
    said: dict[str, Any] = {"url": answer.url, "content_type": answer.content_type}
    headers = {key: value for key, value in answer.headers.items() if key in TELLING_HEADERS}
    if headers:
        said["headers"] = headers
    said |= {"source": shipped_source} if shipped_source else {"rules": _stated(rules)}
    files = {f"{name}.html": answer.body}
    if "rejected" in extracted:
        said["rejected"] = extracted["rejected"]
    else:
        said["expected"] = {key: extracted.get(key) for key in EXPECTED}
        files[f"{name}.txt"] = str(extracted["text"]).encode()
    files[f"{name}.json"] = (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()
    return files


def _stated(rules: Rules) -> dict[str, Any]:
    """The rules that are not the default's."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(rules).items()
        if value != getattr(Rules(), key)
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write the files of a test; their paths. Raises OSError."""
    for name, data in files.items():
        write_atomically(folder / name, data)
    return [folder / name for name in files]
