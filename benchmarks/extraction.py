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
import gzip
import hashlib
import importlib.util
import json
import re
import resource
import statistics
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.extraction.extract import extract
from crawler.extraction.language import language_of
from crawler.extraction.rules import Rules
from crawler.extraction.template import Seen, Template, learn

Page = dict[str, Any]
Output = dict[str, Any]
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
POOR = 0.8
"""A page with a lower F1 has lost its article, or drowned it."""

BEHIND = 0.5
"""By how much F1 a page is named as one on which another system did far better than ours."""

WARM_UP = 5
PARTS = 4
"""Parts that sites are divided into, by their names, so that the reader can be tried on sites that it has not seen."""


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


def ours(page: Page, template: Template | None = None) -> Output:
    body = page["html"].encode("utf-8", "replace")
    result = extract(body, "text/html; charset=utf-8", page["url"], Rules(), template=template)
    if "text" not in result:
        return {"text": "", "title": "", "authors": [], "date": None, "rejected": result["rejected"]}
    # The labels of the text are of the body alone; where a set's labels begin with the title, it is put back below.
    _, _, body = result["text"].partition("\n\n")
    return {
        **{name: result[name] for name in ("title", "authors", "language")},
        "date": result["published"],
        "text": body,
        "seen": Seen.of(result["text"], "", result["place"], result["removed"]),
        "place": result["place"],
        "rejected": result.get("rejected"),
    }


def trafilatura_in(**mode: bool) -> Callable[[Page], Output]:
    from trafilatura import bare_extraction
    from trafilatura import extract as extract_text

    def run(page: Page) -> Output:
        found = bare_extraction(page["html"], url=page["url"], include_comments=False, with_metadata=True, **mode)
        if found is None:
            return {"text": "", "title": "", "authors": [], "date": None}
        authors = [name for name in (found.author or "").split("; ") if name]
        text = (
            extract_text(page["html"], url=page["url"], include_comments=False, **mode)
            if mode.pop("text", False)
            else found.text
        )
        return {"text": text, "title": found.title, "authors": authors, "date": found.date}

    return run


def readability(page: Page) -> Output:
    from lxml.html import fromstring
    from readability import Document

    document = Document(page["html"])
    return {"text": fromstring(document.summary()).text_content(), "title": document.short_title()}


def resiliparse(page: Page) -> Output:
    from resiliparse.extract.html2text import extract_plain_text

    return {"text": extract_plain_text(page["html"], main_content=True, alt_texts=False, links=False)}


def newspaper(page: Page) -> Output:
    from newspaper import Article

    article = Article(page["url"], fetch_images=False)
    article.download(input_html=page["html"])
    article.parse()
    date = article.publish_date.isoformat() if article.publish_date else None
    return {"text": article.text, "title": article.title, "authors": article.authors, "date": date}


def systems() -> dict[str, Callable[[Page], Output]]:
    """The systems that are installed here, ours first."""
    found = {
        "ours": ours,
        "trafilatura": trafilatura_in(),
        "trafilatura-fast": trafilatura_in(fast=True),
        "trafilatura-precision": trafilatura_in(favor_precision=True),
        "trafilatura-recall": trafilatura_in(favor_recall=True),
    }
    for module, system in (("readability", readability), ("resiliparse", resiliparse), ("newspaper", newspaper)):
        if importlib.util.find_spec(module):
            found[module] = system
    return found


def part_of(site: str) -> int:
    return int(hashlib.md5(site.encode()).hexdigest(), 16) % PARTS


def read(path: Path, at_most: int) -> list[Page]:
    """The pages of a set, or a sample of it that is spread evenly over the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines if line.strip()]
    return pages[:: max(1, len(pages) // at_most)] if at_most else pages


def run(system: Callable[[Page], Output], pages: list[Page]) -> tuple[list[Output], float]:
    """What the system gives for each page, and the pages that it does in a CPU second."""
    for page in pages[:WARM_UP]:
        _guarded(system, page)
    started = time.process_time()
    outputs = [_guarded(system, page) for page in pages]
    return outputs, len(pages) / (time.process_time() - started)


def _guarded(system: Callable[[Page], Output], page: Page) -> Output:
    try:
        return system(page)
    except Exception as error:  # noqa: BLE001 - a system that fails on a page has found nothing there
        return {"text": "", "error": f"{type(error).__name__}: {error}"}


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


def by_site(pages: list[Page]) -> list[list[Page]]:
    """The pages of each site that has several."""
    sites: dict[str, list[Page]] = {}
    for page in pages:
        sites.setdefault(urlsplit(page["url"]).hostname or page["id"], []).append(page)
    return [site for site in sites.values() if len(site) > 1]


def show_templates(name: str, pages: list[Page]) -> None:
    """First sight beside the learnt template, over the sites of a set that have several pages."""
    sites = by_site(pages)
    pages = [page for site in sites for page in site]
    first, rate = run(ours, pages)
    found = {id(page): output for page, output in zip(pages, first, strict=True)}
    templates = {}
    for site in sites:
        for page in site:
            seen = [found[id(other)].get("seen") for other in site if other is not page]
            templates[id(page)] = learn(one for one in seen if one)
    known = {place for place, page in enumerate(pages) if templates[id(page)].places}
    second, faster = run(lambda page: ours(page, templates[id(page)]), pages)
    used = sum(_is_used(output, templates[id(page)]) for page, output in zip(pages, second, strict=True))
    print(f"{name}: {len(sites)} sites, {len(pages)} pages; a place is known for {len(known)}, used on {used}")
    for label, outputs, pace in (("first sight", first, rate), ("template", second, faster)):
        scores = [score(page, output) for page, output in zip(pages, with_title(pages, outputs), strict=True)]
        print(f"{name:<16}{label:<24}{summary(scores)}  {pace:.1f}", flush=True)
    _show_known(name, [page for place, page in enumerate(pages) if place in known], templates)


def _show_known(name: str, pages: list[Page], templates: dict[int, Template]) -> None:
    """The speed on the pages of sites whose place is known: at first sight, with the template, of trafilatura.

    All three on the same pages in one run, each page once.
    """
    systems: dict[str, Callable[[Page], Output]] = {
        "known: first sight": ours,
        "known: template": lambda page: ours(page, templates[id(page)]),
        "known: trafilatura": trafilatura_in(),
    }
    for label, system in systems.items():
        outputs, pace = run(system, pages)
        scores = [score(page, output) for page, output in zip(pages, with_title(pages, outputs), strict=True)]
        print(f"{name:<16}{label:<24}{summary(scores)}  {pace:.1f}", flush=True)


def _is_used(output: Output, template: Template) -> bool:
    return output.get("place") in {place.path for place in template.places}


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
