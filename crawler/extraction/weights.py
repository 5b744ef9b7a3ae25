"""The reader's weights: small decision trees, learnt from labelled pages, kept as data that anyone can look at.

`weights.json` holds `features` (names, see `features.FEATURES`), `trees` (each a node: `[feature, threshold, left,
right]` or a number, the leaf's score), `bias`, and where it was learnt. Its trees are added up; the sum is the log-odds
that a block belongs to the article. They were fitted on labelled pages that are not part of the project.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawler.extraction.features import FEATURES

Row = Sequence[float]

STAGES = ((24, -2.2, 2.2), (64, -3.3, 2.8))
"""After so many trees the others are not asked where the log-odds are under the first figure or over the second: most
blocks of a page are menus and footers, and the first trees say so."""

SETTLED = 4.0
"""Log-odds, for or against, of a block whose other trees are not asked: about what all of them would come to."""


@cache
def scorer() -> Callable[[Row], float]:
    """A function that gives the log-odds of a block's features; made once for each process."""
    data = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    places = [FEATURES.index(name) for name in data["features"]]
    ends = [0, *(end for end, _, _ in STAGES), len(data["trees"])]
    *early, last = [_compiled(data["trees"][begin:end], places) for begin, end in pairwise(ends)]
    stages = [(asked, low, high) for asked, (_, low, high) in zip(early, STAGES, strict=True)]
    bias = float(data.get("bias", 0.0))

    def score(row: Row) -> float:
        odds = bias
        for asked, low, high in stages:
            odds += asked(row)
            if odds < low:
                return min(odds, -SETTLED)
            if odds > high:
                return max(odds, SETTLED)
        return odds + last(row)

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
