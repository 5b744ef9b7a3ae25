"""The extractors that are compared: ours, and those of others that are installed; and how fast they are."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

from scoring import Output, Page

from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.extraction.template import Seen, Template

WARM_UP = 5
"""Pages that each system has seen before its time is taken."""


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
