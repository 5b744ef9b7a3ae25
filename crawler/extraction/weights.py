"""The reader's weights: small decision trees, learnt from labelled pages, kept as data that anyone can look at.

`weights.json` holds `features` (names, see `features.FEATURES`), `trees` (each a node: `[feature, threshold, left,
right]` or a number, the leaf's score), `bias`, and where it was learnt. Its trees are added up; the sum is the log-odds
that a block belongs to the article. They were fitted on labelled pages that are not part of the project.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from crawler.extraction.features import FEATURES

Row = Sequence[float]

FIRST = 24
"""Trees that are asked first; most blocks of a page are menus and footers, and these say so at once."""

HOPELESS = -3.0
"""Log-odds after the first trees, under which the others are not asked."""


@cache
def scorer() -> Callable[[Row], float]:
    """A function that gives the log-odds of a block's features; made once for each process."""
    data = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    places = [FEATURES.index(name) for name in data["features"]]
    first = _compiled(data["trees"][:FIRST], places)
    rest = _compiled(data["trees"][FIRST:], places)
    bias = float(data.get("bias", 0.0))

    def score(row: Row) -> float:
        odds = bias + first(row)
        return odds if odds < HOPELESS else odds + rest(row)

    return score


def _compiled(trees: list[Any], places: list[int]) -> Callable[[Row], float]:
    """Trees as one Python expression, which runs some ten times as fast as a walk over them."""
    source = "+".join(_expression(tree, places) for tree in trees) or "0.0"
    function: Callable[[Row], float] = eval(f"lambda r: {source}", {})
    return function


def _expression(node: Any, places: list[int]) -> str:
    if not isinstance(node, list):
        return f"({float(node)!r})"
    feature, threshold, left, right = node
    condition = f"r[{places[int(feature)]}]<={float(threshold)!r}"
    return f"({_expression(left, places)} if {condition} else {_expression(right, places)})"
