"""Learn the reader's weights anew from labelled pages, and write crawler/extraction/weights.json.

    python benchmarks/train_reader.py --data FOLDER [--out weights.json] [--without 0]

FOLDER is that of benchmarks/extraction.py. Needs lightgbm and numpy, which Broadsheet itself does not. Sites are
divided into four parts by their name; `--without N` leaves part N out, so that the figures of `extraction.py --part N`
are of sites that the weights have not seen.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lightgbm
import numpy
from labelled import PARTS, part_of, read
from scoring import fold, words

from crawler.extraction.extract import page_tree
from crawler.extraction.features import FEATURES, describe
from crawler.extraction.metadata import read_metadata
from crawler.extraction.rules import Rules
from crawler.extraction.survey import Survey, survey

TREES = 160
PARAMETERS = {
    "objective": "cross_entropy",
    "learning_rate": 0.1,
    "num_leaves": 24,
    "max_bin": 63,
    "min_child_samples": 200,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "seed": 1,
    "verbose": -1,
}
NEWS = 1.5
"""Weight of a page of a news set beside one of the others."""

OTHERS = {"wcxb-articles": 0.6, "daniel-sites": 0.8}
EASY = 0.25
"""Share of the plainly hopeless blocks (short, in boxes without running text) that is learnt from, each for four."""

LONG = 8
"""Words of a block that shows by itself where the labelled text begins and ends."""


def labels(page: dict[str, Any], found: Survey, title: str) -> list[float]:
    """How much of each block is in the labelled text, 0 to 1; -1 where that cannot be told, and for the headline."""
    gold = words(page["text"])
    runs = {tuple(gold[at : at + 4]) for at in range(len(gold) - 3)}
    lines = {" ".join(words(line)) for line in page["text"].split("\n")}
    joined = f" {' '.join(gold)} "
    shares, sure = [], []
    for place, one in enumerate(found.found):
        tokens = words(one.block.text)
        text = " ".join(tokens)
        if fold(one.block.text) == fold(title):
            share = -1.0
        elif len(tokens) >= 4:
            own = [tuple(tokens[at : at + 4]) for at in range(len(tokens) - 3)]
            share = sum(run in runs for run in own) / len(own)
            if share >= 0.7 and len(tokens) >= LONG:
                sure.append(place)
        else:
            share = 1.0 if text in lines else -1.0 if f" {text} " in joined else 0.0
        shares.append(share)
    if not sure:
        return shares
    near, around = range(sure[0] - 3, sure[-1] + 4), range(sure[0] - 6, sure[-1] + 7)
    for place, one in enumerate(found.found):
        if shares[place] == 1.0 and len(words(one.block.text)) < 4 and place not in near:
            shares[place] = 0.0
        elif shares[place] > 0.5 and place not in around:
            shares[place] = -1.0
    return shares


def examples(data: Path, without: int | None) -> Iterator[tuple[list[list[float]], list[float], list[float]]]:
    """Of each page its features, labels and weights; the weights of a page add up to the same for each of its set."""
    for path in sorted(data.glob("*.jsonl.gz")):
        weight = OTHERS.get(path.name.split(".")[0], NEWS)
        for page in read(path, 0):
            if part_of(page["site"]) == without:
                continue
            tree = page_tree(page["html"].encode("utf-8", "replace"), "text/html; charset=utf-8")
            if tree is None:
                continue
            metadata = read_metadata(tree, page["url"], Rules())
            found = survey(tree)
            if not found.found:
                continue
            stated = (metadata.title, metadata.stated_body, metadata.description or "", metadata.authors)
            rows = describe(found, *stated)
            shares = labels(page, found, metadata.title)
            sizes = [math.sqrt(min(len(words(one.block.text)), 100) + 1) for one in found.found]
            total = sum(size for size, share in zip(sizes, shares, strict=True) if share >= 0) or 1.0
            asked = [place for place, row in enumerate(rows) if row is not None]
            yield (
                [row for row in rows if row is not None],
                [shares[place] for place in asked],
                [weight * sizes[place] / total for place in asked],
            )


def learn(data: Path, without: int | None) -> lightgbm.Booster:
    rows, shares, weights = (
        numpy.concatenate([numpy.asarray(column, dtype=numpy.float32) for column in columns])
        for columns in zip(*examples(data, without), strict=True)
    )
    share1, size = FEATURES.index("share1"), FEATURES.index("size")
    easy = (shares < 0.1) & (rows[:, share1] < 0.05) & (rows[:, size] < 4.4)
    kept = (shares >= 0) & (~easy | (numpy.random.default_rng(0).random(len(shares)) < EASY))
    weights = weights * numpy.where(easy, 1 / EASY, 1.0)
    pool = lightgbm.Dataset(rows[kept], numpy.clip(shares[kept], 0, 1), weight=weights[kept])
    return lightgbm.train(PARAMETERS, pool, TREES)


def tree_of(node: dict[str, Any], places: dict[int, int]) -> Any:
    if "leaf_value" in node:
        return round(node["leaf_value"], 5)
    left, right = (tree_of(node[side], places) for side in ("left_child", "right_child"))
    return [places[node["split_feature"]], float(f"{node['threshold']:.6g}"), left, right]


def used(node: dict[str, Any]) -> Iterator[int]:
    if "leaf_value" not in node:
        yield node["split_feature"]
        yield from used(node["left_child"])
        yield from used(node["right_child"])


def write(booster: lightgbm.Booster, path: Path) -> None:
    """The trees as the JSON that `crawler.extraction.weights` reads."""
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    features = sorted({feature for tree in trees for feature in used(tree)})
    places = {feature: place for place, feature in enumerate(features)}
    lines = ",\n".join(json.dumps(tree_of(tree, places), separators=(",", ":")) for tree in trees)
    names = json.dumps([FEATURES[feature] for feature in features])
    path.write_text(
        f'{{"made_by": "benchmarks/train_reader.py",\n"features": {names},\n"bias": 0.0,\n"trees": [\n{lines}\n]}}\n'
    )
    print(f"{len(trees)} trees over {len(features)} features: {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "crawler/extraction/weights.json")
    parser.add_argument("--without", type=int, choices=range(PARTS), help="leave the sites of this part out")
    options = parser.parse_args()
    write(learn(options.data, options.without), options.out)


if __name__ == "__main__":
    main()
