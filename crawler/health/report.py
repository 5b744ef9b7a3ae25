"""Verdicts for people: a table in plain text, and the sentences behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from crawler.health.judge import Standing, Verdict

WIDTH = 100
"""Characters of a line of names."""

HEADER = ("NAME", "HEALTH", "STAGE", "SINCE", "LAST RUN", "EXAMPLE")


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns, which pipes and narrow terminals leave as they are; the first row is the header."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in rows
    )


def day(moment: datetime | None) -> str:
    """A day in UTC; "-" for none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}" if moment else "-"


def minute(moment: datetime | None) -> str:
    """A time in UTC to the minute; "-" for none."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else "-"


def sentence(source: str, standing: Standing) -> str:
    """One sign in a line, without its example."""
    sign = standing.sign
    return f"{source}: {sign.stage} fails since {day(standing.since)}: {sign.detail}"


def report(verdicts: Iterable[Verdict]) -> str:
    """The table of the verdicts, what is wrong with each broken source, and which were never crawled.

    With none but the last kind they make the table.
    """
    found = list(verdicts)
    crawled = [verdict for verdict in found if verdict.last_run]
    never = [verdict.source for verdict in found if not verdict.last_run]
    if not crawled:
        return _table(found)
    rest = textwrap.fill(f"Never crawled: {', '.join(never)}", WIDTH, subsequent_indent="  ") if never else ""
    return _table(crawled) + (f"\n{rest}\n" if rest else "")


def _table(verdicts: Sequence[Verdict]) -> str:
    rows = [HEADER]
    rows += [
        (
            verdict.source,
            verdict.state,
            verdict.stage or "-",
            day(verdict.since),
            minute(verdict.last_run),
            verdict.signs[0].sign.example if verdict.signs else "-",
        )
        for verdict in verdicts
    ]
    lines = [f"{sentence(verdict.source, one)}\n" for verdict in verdicts for one in verdict.signs]
    return columns(rows) + ("\n" if lines else "") + "".join(lines)
