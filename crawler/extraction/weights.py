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
from operator import itemgetter
from pathlib import Path
from typing import Any

from crawler.extraction.features import FEATURES, FLAGS

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
    numbers_of, flags_of = (itemgetter(*map(FEATURES.index, names)) for names in _numbers_and_flags(data["features"]))
    ends = [0, *(end for end, _, _ in STAGES), len(data["trees"])]
    *early, last = [_compiled(data["trees"][begin:end], len(data["features"])) for begin, end in pairwise(ends)]
    stages = [(asked, low, high) for asked, (_, low, high) in zip(early, STAGES, strict=True)]
    bias = float(data.get("bias", 0.0))

    def score(row: Row) -> float:
        # Python compares two floats twice as fast as a float and a number of another kind; flags are floats already.
        values = (*map(float, numbers_of(row)), *flags_of(row))
        odds = bias
        for asked, low, high in stages:
            odds += asked(*values)
            if odds < low:
                return min(odds, -SETTLED)
            if odds > high:
                return max(odds, SETTLED)
        return odds + last(*values)

    return score


def _numbers_and_flags(features: list[str]) -> tuple[list[str], list[str]]:
    """`features` up to the first that is a flag of a box, and the others, all of which are."""
    first = next(place for place, name in enumerate(features) if name.startswith(FLAGS))
    return features[:first], features[first:]


def _compiled(trees: list[Any], features: int) -> Callable[..., float]:
    """Trees as one Python expression of the features, which runs some twenty times as fast as a walk over them."""
    source = "+".join(map(_expression, trees)) or "0.0"
    function: Callable[..., float] = eval(f"lambda {','.join(f'f{place}' for place in range(features))}: {source}", {})
    return function


def _expression(node: Any) -> str:
    if not isinstance(node, list):
        return f"({float(node)!r})"
    feature, threshold, left, right = node
    return f"({_expression(left)} if f{int(feature)}<={float(threshold)!r} else {_expression(right)})"
