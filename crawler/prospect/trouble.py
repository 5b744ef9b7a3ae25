"""Why no source can be made of a site, said plainly, and the exit code that stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.extraction.extract import page_tree
from crawler.extraction.verdict import refuse_page
from crawler.prospect.answers import Answer
from crawler.prospect.frontpage import FrontPage
from crawler.prospect.samples import MOST, Sample, articles, rejections

Cause = Literal[
    "dead", "private", "refused", "robots", "consent-wall", "bot-challenge", "script-built", "no-articles", "not-html"
]

EXIT_CODES: dict[Cause, int] = {
    "dead": 3,
    "private": 3,
    "not-html": 3,
    "robots": 4,
    "refused": 5,
    "consent-wall": 5,
    "bot-challenge": 5,
    "script-built": 6,
    "no-articles": 7,
}
"""0 is success, 1 that the source was not written, 2 wrong usage; these are in docs/newsource.md."""

ADVICE: dict[Cause, str] = {
    "dead": "Check the address in a browser, and that this machine reaches the internet.",
    "private": "A site on a network of your own needs --allow-private.",
    "not-html": "Give the address of the front page, as a browser shows it.",
    "robots": "The site does not want to be crawled, and Broadsheet keeps to that. Ask its owner for access.",
    "refused": "It may refuse crawlers, or this network, or ask for less haste. Look at it in a browser.",
    "consent-wall": "Its pages come only after a click of consent, which a crawler must not give. "
    "Ask its owner, or look for a feed or a text edition without it.",
    "bot-challenge": "Browsers get in only after a test, which Broadsheet does not get round. Ask its owner.",
    "script-built": "Its pages are empty until a script fills them, and Broadsheet runs no scripts. Some sites have "
    "another edition (AMP, print, mobile) that is plain HTML.",
    "no-articles": "If it is a news site all the same, write a source file by hand (docs/sources.md): a section "
    "page, and a pattern for its articles.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why no source can be made: the cause, and what showed it."""

    cause: Cause
    detail: str

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return EXIT_CODES[self.cause]

    @property
    def advice(self) -> str:
        """What a person can do."""
        return ADVICE[self.cause]


def front_trouble(answer: Answer) -> Verdict | None:
    """Why nothing further needs to be asked, by the answer for the front page; None where it is worth going on."""
    match answer.trouble:
        case "robots" | "robots-unreachable":
            return Verdict("robots", f"{answer.asked}: {answer.why_not}.")
        case "private":
            return Verdict("private", answer.detail)
        case "no-host" | "no-answer" | "failed" | "enough" | "not-archived":
            return Verdict("dead", f"{answer.asked} cannot be fetched: {answer.detail or answer.why_not}.")
    tree = page_tree(answer.body, answer.content_type) if answer.body.strip() else None
    refused = refuse_page(tree, answer.url) if tree is not None else None
    if refused and refused.reason == "bot-challenge":
        return Verdict("bot-challenge", f"The front page is a test for browsers: {refused.detail}.")
    if answer.status in (401, 402, 403, 406, 429, 451, 503):
        return Verdict("refused", f"{answer.url} answers with HTTP {answer.status}.")
    if answer.status != 200:
        return Verdict("dead", f"{answer.url} answers with HTTP {answer.status}.")
    if tree is None or not _is_html(answer):
        return Verdict(
            "not-html", f"{answer.url} is no web page; the server calls it {answer.content_type or 'nothing'}."
        )
    return None


def _is_html(answer: Answer) -> bool:
    kind = answer.content_type.lower()
    return "html" in kind or b"<html" in answer.body[:4096].lower() or b"<!doctype" in answer.body[:512].lower()


def samples_trouble(samples: Sequence[Sample], front: FrontPage, has_lists: bool) -> Verdict | None:
    """Why no source can be made of a site whose pages were looked at; None where there are articles."""
    good = articles(samples)
    if good and len(good) * 2 >= len(samples):
        return None
    if front.blocked and not has_lists:
        return _blocked(front)
    if not samples:
        return Verdict("no-articles", "Neither feeds nor sitemaps nor the front page lead to anything like an article.")
    reason, count = rejections(samples).most_common(1)[0]
    seen = f"{count} of {len(samples)} pages that looked like articles"
    if count < MOST * len(samples) and good:
        return None
    example = next(sample for sample in samples if sample.rejected == reason)
    told = f"{seen} gave none ({reason}; such as {example.url})."
    causes: dict[str, Cause] = {
        "empty-shell": "script-built",
        "consent-wall": "consent-wall",
        "bot-challenge": "bot-challenge",
        "robots.txt forbids it": "robots",
        "HTTP 403": "refused",
        "HTTP 401": "refused",
        "HTTP 429": "refused",
    }
    return Verdict(causes.get(reason, "no-articles"), told)


def _blocked(front: FrontPage) -> Verdict:
    assert front.blocked is not None
    causes: dict[str, Cause] = {"consent-wall": "consent-wall", "bot-challenge": "bot-challenge"}
    causes["empty-shell"] = "script-built"
    return Verdict(causes.get(front.blocked.reason, "not-html"), f"The front page: {front.blocked.detail}.")
