"""What a page and its response reserve: robots directives, TDM reservations (TDMRep), paywalls."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.extraction.facts import PageFacts

RIGHTS = ("noarchive", "noindex", "noai", "noimageai", "nosnippet", "nocache")
"""Robots directives that reserve something; the others (nofollow, max-snippet) do not concern an archive."""


def paywalled(page: PageFacts) -> bool:
    """Whether the page says that its article is not free to read."""
    said = [
        str(node.get("isAccessibleForFree")).lower()
        for node in (page.node, *page.nodes)
        if "isAccessibleForFree" in node
    ]
    tiers = page.meta("tier")
    return any(value in ("false", "no", "http://schema.org/false") for value in said) or any(
        tier.lower() in ("locked", "metered", "premium", "paid") for tier in tiers
    )


def reservations(page: PageFacts, headers: Mapping[str, str]) -> list[str]:
    """Reservation signals of the page and its response, in a fixed order (see STANDARDS: rights signals)."""
    lowered = {name.lower(): value for name, value in headers.items()}
    directives = ",".join([*page.meta("robots"), lowered.get("x-robots-tag", "")]).lower()
    said = {part.split(":")[-1].strip() for part in directives.split(",")}
    if "none" in said:
        said.add("noindex")
    found = [signal for signal in RIGHTS if signal in said]
    mining = [*page.named(["tdm-reservation"]), lowered.get("tdm-reservation", "")]  # the page's word comes first
    if mining[0].strip() == "1":
        found.append("tdm")
    return found
