"""The statistics of an archive as tables for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from crawler.archive.stats import Stats, Tally, busiest


def print_stats(found: Stats) -> None:
    """Print what an archive holds, the busiest rows of each table."""
    console = Console()
    still = f" ({found.open_files} still being written)" if found.open_files else ""
    console.print(
        f"{plural(found.files, 'WARC')}{still}, {size(found.file_bytes)}, {plural(found.total.captures, 'capture')} "
        f"of {plural(found.addresses, 'address', 'addresses')}"
    )
    if found.others.captures:
        others = plural(found.others.captures, "other record")
        console.print(f"and {others} (texts, metadata, added files), {size(found.others.bytes)}")
    if found.first and found.last:
        console.print(f"from {_shown(found.first)} to {_shown(found.last)} UTC")
    saved = f"{plural(found.total.revisits, 'revisit')}, saving {size(found.total.saved)}"
    console.print(f"{saved}\n")
    for title, table, rows in (
        ("Source", found.sources, 50),
        ("Day", found.days, 14),
        ("Type", found.types, 12),
        ("Status", found.statuses, 12),
    ):
        console.print(_table(title, table, rows))


def _table(title: str, tallies: dict[str, Tally], rows: int) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    for heading in ("captures", "revisits", "size", "saved"):
        table.add_column(heading, justify="right")
    shown = busiest(tallies, rows)
    for name, tally in sorted(shown) if title in ("Source", "Day") else shown:
        table.add_row(name, f"{tally.captures:,}", f"{tally.revisits:,}", size(tally.bytes), size(tally.saved))
    if len(tallies) > rows:
        table.add_row(f"... and {len(tallies) - rows} more", "", "", "", "")
    table.add_row()
    return table


def size(count: float) -> str:
    """`count` bytes in a unit that can be read."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _shown(timestamp: str) -> str:
    return f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]} {timestamp[8:10]}:{timestamp[10:12]}"


def plural(count: int, noun: str, several: str = "") -> str:
    """`count` and its noun."""
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"
