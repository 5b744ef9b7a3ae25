"""Verdicts for people: a table in plain text, and the sentences behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from crawler.health.judge import Standing, Verdict

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
    """The table of the verdicts, and below it what is wrong with each broken source."""
    verdicts = list(verdicts)
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
