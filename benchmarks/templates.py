"""What templates bring: pages at first sight, and again with what the other pages of their site teach."""

from __future__ import annotations

from collections.abc import Callable

from extractors import ours, run, trafilatura_in
from labelled import by_site
from scoring import Output, Page, score, summary, with_title

from crawler.extraction.template import Template, learn


def show_templates(name: str, pages: list[Page]) -> None:
    """First sight beside the learnt template, over the sites of a set that have several pages."""
    sites = by_site(pages)
    if not sites:
        print(f"{name}: no site has several pages here")
        return
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
    if known:
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
