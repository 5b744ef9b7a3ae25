"""How near a text and its fields are to a label: bags of 4-grams of words, as in benchmarks/extraction.py."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Page = dict[str, Any]
Output = dict[str, Any]
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
POOR = 0.8
"""A page with a lower F1 has lost its article, or drowned it."""


@dataclass(slots=True)
class Score:
    """One page under one system: precision (None without output), recall and F1 of its text, and its fields."""

    page: Page
    output: Output
    precision: float | None
    recall: float
    f1: float
    exact: bool
    fields: dict[str, bool] = field(default_factory=dict)


def words(text: str | None) -> list[str]:
    return WORD.findall(text or "")


def shingles(text: str | None, length: int = 4) -> Counter[tuple[str, ...]]:
    tokens = words(text)
    return Counter(tuple(tokens[at : at + length]) for at in range(max(1, len(tokens) - length + 1)) if tokens)


def fold(text: str | None) -> str:
    return " ".join(words(unicodedata.normalize("NFKC", text or "").casefold()))


def score(page: Page, output: Output) -> Score:
    label, found = shingles(page["text"]), shingles(output.get("text"))
    shared = sum((label & found).values())
    precision = shared / found.total() if found else None
    f1 = 2 * shared / (label.total() + found.total()) if label or found else 1.0
    exact = words(page["text"]) == words(output.get("text"))
    return Score(page, output, precision, shared / (label.total() or 1), f1, exact, _fields(page, output))


def _fields(page: Page, output: Output) -> dict[str, bool]:
    """Whether each labelled field is right; fields that the system does not give are left out."""
    right = {}
    if page.get("title") and "title" in output:
        right["title"] = fold(page["title"]) == fold(output["title"])
    if page.get("authors") and "authors" in output:
        right["authors"] = set(map(fold, page["authors"])) == set(map(fold, output["authors"] or []))
    if page.get("date") and "date" in output:
        right["date"] = page["date"][:10] == (output["date"] or "")[:10]
    if page.get("language") and output.get("language"):
        right["language"] = page["language"] == output["language"]
    return right


def with_title(pages: list[Page], outputs: list[Output]) -> list[Output]:
    """Outputs with the title in front, for sets whose labels mostly begin with it."""
    begins = [bool(page.get("title")) and fold(page["text"]).startswith(fold(page["title"])) for page in pages]
    if statistics.mean(begins) < 0.5:
        return outputs
    return [
        output
        if not output.get("title") or fold(output["text"]).startswith(fold(output["title"]))
        else {**output, "text": f"{output['title']}\n\n{output['text']}"}
        for output in outputs
    ]


def summary(scores: list[Score]) -> str:
    """The figures of one system over one set, as cells of the table."""
    precision = statistics.mean([one.precision for one in scores if one.precision is not None] or [0.0])
    recall = statistics.mean(one.recall for one in scores)
    f1 = 2 * precision * recall / ((precision + recall) or 1)
    poor = statistics.mean(one.f1 < POOR for one in scores)
    cells = [
        f"{f1:.4f}",
        f"{precision:.4f}",
        f"{recall:.4f}",
        f"{poor:6.1%}",
        f"{statistics.mean(one.exact for one in scores):.3f}",
    ]
    for name in ("title", "authors", "date", "language"):
        known = [one.fields[name] for one in scores if name in one.fields]
        cells.append(f"{statistics.mean(known):.3f}" if known else "    -")
    return "  ".join(cells)
