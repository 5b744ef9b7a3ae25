"""What the commands show of a site: where its lists are and why, its patterns, three of its articles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crawler.discovery.urls import readable
from crawler.prospect.checking import Check
from crawler.prospect.draft import Draft
from crawler.prospect.listings import Listing
from crawler.prospect.samples import Sample, articles, rejections
from crawler.prospect.stages import Checked
from crawler.prospect.survey import Survey
from crawler.prospect.trouble import Verdict
from crawler.sources.describe import as_toml

SHOWN = 3
"""Articles that are shown."""

FIRST_LINES = 320
"""Characters of each that are shown."""

LEVELS = {"ok": "green", "warning": "yellow", "failed": "bold red"}


def show_findings(console: Console, survey: Survey, draft: Draft) -> None:
    """Where articles are listed and why each place was kept or left out, and the other values with their reasons."""
    table = Table(
        title="Where articles are listed", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for heading in ("", "address", "why"):
        table.add_column(heading, overflow="fold")
    for listing in (*survey.feeds, *survey.sitemaps):
        if listing.kept or listing.links or listing.index:
            table.add_row(_mark(listing.kept, listing.kind), readable(listing.url), listing.reason)
    for section in survey.sections:
        table.add_row(_mark(True, "section"), readable(section.url), f"{section.articles} links to articles")
    tried = [
        listing for listing in (*survey.feeds, *survey.sitemaps) if not (listing.kept or listing.links or listing.index)
    ]
    console.print(table)
    if tried:
        console.print(Text(f"  {_tried(tried)}", style="dim"))
    console.print()
    _show_values(console, draft)


def _tried(tried: Sequence[Listing]) -> str:
    shown = "; ".join(f"{listing.url} ({listing.reason})" for listing in tried[:3])
    return f"also tried: {shown}" + (f"; and {len(tried) - 3} more" if len(tried) > 3 else "")


def _mark(kept: bool, kind: str) -> Text:
    return Text(f"+ {kind}", style="green") if kept else Text(f"- {kind}", style="dim")


def _show_values(console: Console, draft: Draft) -> None:
    table = Table(title="What the source says", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("key", "value", "why"):
        table.add_column(heading, overflow="fold")
    for entry in draft.entries:
        if entry.table == "discovery" and entry.key != "archives":
            continue
        value = entry.value if isinstance(entry.value, (list, tuple)) else [entry.value]
        shown = "\n".join(as_toml(item) for item in value)
        table.add_row(f"{entry.table}.{entry.key}".lstrip("."), Text(shown), Text(entry.why))
    console.print(table)


def show_articles(console: Console, samples: Sequence[Sample]) -> None:
    """Three articles as they would be kept, and how many of the pages gave one."""
    good = articles(samples)
    console.print()
    refused = "".join(f", {count} {reason}" for reason, count in rejections(samples).most_common())
    console.print(Text(f"{len(good)} of {len(samples)} pages gave an article{refused}", style="bold"))
    for sample in good[:SHOWN]:
        _show_article(console, sample)


def _show_article(console: Console, sample: Sample) -> None:
    fields = sample.extracted
    said = [moment(fields.get("published")) or "no date", ", ".join(fields.get("authors") or ()) or "no author"]
    said += [f"{len(sample.text)} characters", f"{len(sample.paragraphs)} paragraphs"]
    console.print()
    console.print(Text(str(fields["title"]), style="bold"))
    console.print(Text(readable(sample.url), style="dim"), soft_wrap=True)
    console.print(Text(" | ".join(said), style="cyan"))
    console.print(Padding(Text(shorten(" ".join(sample.paragraphs), FIRST_LINES)), (0, 0, 0, 2)))


def show_verdict(console: Console, verdict: Verdict, survey: Survey) -> None:
    """Why no source can be made of a site, and what a person can do."""
    console.print()
    console.print(Text(f"No source can be made of this site ({verdict.cause}).", style="bold red"))
    console.print(Text(verdict.detail))
    console.print(Text(verdict.advice))
    found = [listing.url for listing in (*survey.kept_feeds, *survey.kept_sitemaps)]
    if found:
        console.print(Text(f"Found all the same: {', '.join(found)}", style="dim"))


def show_check(console: Console, check: Check) -> None:
    """The articles in a table, then a verdict for each stage."""
    if check.pages:
        console.print(_table(check))
    for stage in check.stages:
        first, *rest = stage.told
        console.print(Text.assemble((f"{stage.name:<11}", "bold"), (f"{stage.level:<8}", LEVELS[stage.level]), first))
        for line in rest:
            console.print(Padding(Text(line), (0, 0, 0, 19)))


def _table(check: Check) -> Table:
    """The articles; what was dropped and what is missing have columns where there is anything of it."""
    table = Table(title=f"{check.source.title}: articles", title_justify="left", show_lines=True)
    table.add_column("title and address", overflow="fold", ratio=1)
    table.add_column("date", max_width=10)
    table.add_column("authors", max_width=18)
    table.add_column("characters", justify="right")
    table.add_column("paragraphs", justify="right")
    dropped, warned = any(page.dropped for page in check.pages), any(map(_warnings, check.pages))
    if dropped:
        table.add_column("dropped by the rules", max_width=24)
    if warned:
        table.add_column("warnings", max_width=24)
    for page in check.pages:
        table.add_row(*_facts(page), *[_dropped(page)] * dropped, *[Text(_warnings(page), style="red")] * warned)
    return table


def _facts(page: Checked) -> list[Text]:
    sample, fields = page.sample, page.sample.extracted
    address = Text(readable(sample.url), style="dim")
    if not sample.is_article:
        return [address, *[Text("")] * 4]
    title = Text.assemble((str(fields["title"]), "bold"), "\n", address)
    shown = [moment(fields.get("published")), ", ".join(fields.get("authors") or ())]
    return [title, *map(Text, [*shown, str(len(sample.text)), str(len(sample.paragraphs))])]


def _dropped(page: Checked) -> Text:
    return Text(f"{len(page.dropped)}: “{shorten(page.dropped[0], 50)}”" if page.dropped else "")


def _warnings(page: Checked) -> str:
    """Why there is no article, or what an article lacks; empty where all is well."""
    sample, fields = page.sample, page.sample.extracted
    if not sample.is_article:
        return ": ".join(filter(None, (sample.rejected, str(fields.get("detail") or ""))))
    missing = {"published": "no date", "authors": "no author"}
    warnings = [said for name, said in missing.items() if not fields.get(name)]
    return ", ".join(warnings + ["not free to read"] * bool(fields.get("paywalled")))


def moment(stated: str | None) -> str:
    """A time as people write it: "2026-11-22 06:00 +01:00"; empty where there is none."""
    found = re.fullmatch(r"([\d-]{10})T(\d\d:\d\d)[\d:.]*(.*)", stated or "")
    return " ".join(filter(None, found.groups())) if found else stated or ""


def shorten(text: str, most: int) -> str:
    """The beginning of a text, with three dots where something is missing."""
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."
