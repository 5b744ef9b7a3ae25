"""What a crawl knew of its site when it began, in the WARC itself: the site's template as a metadata record.

It stands right behind the warcinfo record of each file, which it refers to (WARC 1.1, 6.5), and holds for all captures
of that file. So one WARC alone gives the texts that the crawl made of it. Its target is no address
of the web, and nothing replays it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.reader import Damage, Record, iterate
from crawler.archive.records import format_date, new_record_id
from crawler.archive.serialize import write_record

TARGET = "urn:broadsheet:template:"
"""What the target of such a record begins with; the name of the source follows."""

_PLACE = 2
"""Which record of its file it is."""


def template_member(source: str, template: bytes, warcinfo_id: str) -> bytes:
    """The record of a template (JSON) of `source`, as a gzip member."""
    fields = [
        ("WARC-Type", "metadata"),
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Date", format_date(datetime.now(UTC))),
        ("WARC-Target-URI", TARGET + source),
        ("WARC-Warcinfo-ID", warcinfo_id),
        ("WARC-Refers-To", warcinfo_id),
        ("Content-Type", "application/json"),
    ]
    return write_record("metadata", fields, None, template)


def template_record(path: Path, source: str) -> Record | None:
    """The record in the WARC at `path` that holds the template of `source`; None where it has none.

    Raises OSError where the file cannot be read.
    """
    for place, record in enumerate(iterate(path), 1):
        if isinstance(record, Damage) or place > _PLACE:
            return None
        if record.type == "metadata":
            return record if record.url == TARGET + source else None
        if record.type != "warcinfo":
            return None
    return None
