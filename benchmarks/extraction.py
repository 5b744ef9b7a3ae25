"""How good and how fast the extraction is, against labelled pages and beside other extractors.

    python benchmarks/extraction.py --data FOLDER [--sets zyte-news ...] [--systems ours trafilatura ...] [--worst 5]
    python benchmarks/extraction.py --data FOLDER --templates [--sets ...]

FOLDER holds one NAME.jsonl.gz a set, one JSON object a line: id, url, language, title, authors, date (YYYY-MM-DD),
text (the label) and html. The text metric is that of Scrapinghub's article-extraction-benchmark: bags of 4-grams of
words for each page; precision is the mean over pages with output, recall over all, F1 their harmonic mean.
Ideographs and kana count as a word each. Times are CPU seconds of this process, each system alone after a warm-up.

Our text is scored whatever the verdict: that a page is no article is what the crawl goes by, and here somebody says
that it is one. The pages that a crawl would refuse are named, and so are those on which another system is far better.

With --templates: the pages of sites that have several in a set, extracted on first sight, and again with the template
that is learnt, without labels, from the other pages of the site. `used` counts pages whose place was known.
"""

from __future__ import annotations

import argparse
import difflib
import resource
import sys
from collections.abc import Iterable
from pathlib import Path

from extractors import run, systems
from labelled import PARTS, part_of, read
from scoring import Score, score, summary, with_title
from templates import show_templates

from crawler.extraction.language import language_of

BEHIND = 0.5
"""By how much F1 a page is named as one on which another system did far better than ours."""


def show_worst(scores: list[Score], count: int) -> None:
    for one in sorted(scores, key=lambda one: one.f1)[:count]:
        print(f"\n--- {one.f1:.3f}  {one.page['id']}  {one.page['url']}  {one.output.get('rejected') or ''}")
        label, found = one.page["text"].splitlines(), (one.output.get("text") or "").splitlines()
        for line in difflib.unified_diff(
            [line for line in label if line], [line for line in found if line], "label", "found", "", n=0
        ):
            print(line[:300])


def show_behind(scores: dict[str, list[Score]]) -> None:
    """The pages that a crawl would refuse, and those on which ours is far behind another system."""
    refused = [one for one in scores["ours"] if one.output.get("rejected")]
    for one in refused:
        print(f"  a crawl would refuse ({one.output['rejected']}), F1 {one.f1:.3f}: {one.page['url']}")
    for name, others in scores.items():
        for one, other in zip(scores["ours"], others, strict=True):
            if one.f1 < other.f1 - BEHIND:
                print(f"  F1 {one.f1:.3f}, {name} {other.f1:.3f}: {one.page['url']}")


def show_languages(scores: list[Score]) -> None:
    grouped: dict[str, list[Score]] = {}
    for one in scores:
        grouped.setdefault(one.page.get("language") or language_of(one.page["text"]) or "?", []).append(one)
    for language, group in sorted(grouped.items()):
        print(f"  {language:<22}{len(group):>5} pages  {summary(group)}")


def show_fields(scores: list[Score], name: str) -> None:
    for one in scores:
        if one.fields.get(name) is False:
            print(f"  {name}: {one.page['id'][:40]}  label {one.page[name]!r}  found {one.output[name]!r}")


def main(arguments: Iterable[str] | None = None) -> None:
    available = systems()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the labelled sets")
    parser.add_argument("--sets", nargs="*", default=[], help="names of sets (default: all)")
    parser.add_argument("--systems", nargs="*", default=["ours", "trafilatura"], choices=list(available))
    parser.add_argument("--sample", type=int, default=0, help="pages of each set at most")
    parser.add_argument(
        "--part", type=int, choices=range(PARTS), help="only sites of this part (train_reader --without)"
    )
    parser.add_argument("--worst", type=int, default=0, help="show the worst N pages of each system as differences")
    parser.add_argument("--languages", action="store_true", help="figures for each language too")
    parser.add_argument("--templates", action="store_true", help="first sight beside learnt templates")
    parser.add_argument(
        "--wrong", choices=["title", "authors", "date", "language"], help="show where this field is wrong"
    )
    options = parser.parse_args(arguments)
    paths = [
        path
        for path in sorted(options.data.glob("*.jsonl.gz"))
        if not options.sets or path.name.split(".")[0] in options.sets
    ]
    if not paths:
        sys.exit(
            f"{options.data} has no set NAME.jsonl.gz" + (f" of {', '.join(options.sets)}" if options.sets else "")
        )
    print(f"{'set':<16}{'system':<24}F1      P       R       <0.8    exact  title  author date   lang   pages/CPU-s")
    for path in paths:
        pages = [page for page in read(path, options.sample) if options.part in (None, part_of(page["site"]))]
        if options.templates:
            show_templates(path.name.split(".")[0], pages)
            continue
        by_system: dict[str, list[Score]] = {}
        for name in options.systems:
            outputs, rate = run(available[name], pages)
            scores = [score(page, output) for page, output in zip(pages, with_title(pages, outputs), strict=True)]
            by_system[name] = scores
            print(f"{path.name.split('.')[0]:<16}{name:<24}{summary(scores)}  {rate:.1f}", flush=True)
            if options.languages:
                show_languages(scores)
            if options.wrong:
                show_fields(scores, options.wrong)
            show_worst(scores, options.worst)
        if "ours" in by_system:
            show_behind(by_system)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory of the whole run: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
