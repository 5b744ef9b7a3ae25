"""What a run of `scrapy reextract`, or a comparison, came to, for people."""

from __future__ import annotations

import sys
from statistics import median

from crawler.replay.reextract.difference import Change, Comparison
from crawler.replay.reextract.run import ARTICLES, DAMAGED, FAILED, REJECTED, Report

SHOWN_PROBLEMS = 20


def show_change(change: Change) -> None:
    """Print a change for people."""
    by = f", {100 * change.share:.1f} % of the words" if change.kind == "text" else ""
    why = f" ({change.reason})" if change.reason else ""
    print(f"{change.kind}{by}{why}: {change.url}")
    for line in change.lines:
        print(f"    {line}")


def print_report(report: Report, comparison: Comparison | None) -> None:
    """Print what was done, and on standard error what could not be read."""
    for problem in report.problems[:SHOWN_PROBLEMS]:
        print(f"Cannot be read: {problem}", file=sys.stderr)
    if len(report.problems) > SHOWN_PROBLEMS:
        print(f"... and {len(report.problems) - SHOWN_PROBLEMS} more", file=sys.stderr)
    counts = report.counts
    skipped = f" and {report.skipped} done before" if report.skipped else ""
    print(f"{report.warcs} WARCs{skipped}: {counts[ARTICLES]:,} articles, {counts[REJECTED]:,} pages that hold none")
    if report.reasons:
        print("  none: " + ", ".join(f"{reason} {number:,}" for reason, number in report.reasons.most_common()))
    if counts[FAILED] or counts[DAMAGED]:
        print(f"  {counts[FAILED]:,} pages failed, {counts[DAMAGED]:,} places could not be read")
    if comparison:
        print_comparison(comparison)


def print_comparison(comparison: Comparison) -> None:
    """Print how many articles change, and in what."""
    named = (
        ("same", "the same"),
        ("text", "other text"),
        ("metadata", "other metadata only"),
        ("new", "new"),
        ("gone", "gone"),
    )
    print("  stored texts: " + ", ".join(f"{comparison.counts[kind]:,} {name}" for kind, name in named))
    if comparison.shares:
        print(f"  where the text changes: {100 * median(comparison.shares):.1f} % of the words (median)")
    if comparison.fields:
        print("  fields: " + ", ".join(f"{name} {number:,}" for name, number in comparison.fields.most_common()))
