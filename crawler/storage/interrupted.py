"""Runs that ended before their time, and what they may not have asked for yet."""

from __future__ import annotations

import sqlite3

LEFT_TO_ANOTHER = "requisites/left_to_another"
"""Figure of a run that did not look at what earlier ones had left: another crawl of its source was running."""

_CUT = "'crashed', 'shutdown', 'cancelled', 'archive_failed'"
"""Reasons of runs that ended before their time; a run that was killed has none."""

_SINCE = f"""
SELECT min(started), min(id) FROM runs AS cut
WHERE source = :source AND id <> :run AND (reason IS NULL OR reason IN ({_CUT}) OR reason LIKE 'closespider%')
  AND NOT EXISTS (
    SELECT 1 FROM runs
    WHERE source = :source AND reason = 'finished' AND json_extract(stats, '$."{LEFT_TO_ANOTHER}"') IS NULL
      AND id > cut.id
      AND started >= coalesce(
        cut.ended, (SELECT max(date) FROM captures WHERE captures.run = cut.id), cut.started))
"""

LEFT_BEHIND = """
source = ? AND (date >= ? OR run >= ?)
AND (role IN ('article', 'part', 'section') OR role = 'requisite' AND mime = 'text/css')
AND status = 200 AND truncated IS NULL ORDER BY date
"""
"""Pages and style sheets since the first such run, for the values of `cut_since`; by its number too, since the clock
may have been set back meanwhile."""


def cut_since(database: sqlite3.Connection, source: str, run: int) -> tuple[str, int] | None:
    """When the first run of `source` began that was cut and that no later one made up for, and its number.

    None where there is none. `run` is the one that asks.
    """
    started, number = database.execute(_SINCE, {"source": source, "run": run}).fetchone()
    return None if started is None else (started, number)
