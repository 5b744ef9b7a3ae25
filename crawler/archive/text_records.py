"""The article in the archive itself: its text as a conversion record, its metadata as a metadata record.

WARC 1.1, 6.8 (conversion: "an alternative version of another record's content") and 6.5 (metadata). Both refer to the
response that the text was made from, so that a WARC alone carries the article. Their targets are addresses of their own
(`urn:text:URL`, the form of Browsertrix's text records, and `urn:metadata:URL`): under that of the page, players that
take the newest record of an address would show the text in its place. Records of the first versions had the page's.
"""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.archive.exchange import Original
from crawler.archive.records import format_date, new_record_id
from crawler.archive.serialize import Fields, write_record


def text_members(made_from: Original, text: bytes, sidecar: bytes, warcinfo_id: str) -> list[bytes]:
    """The two records, a gzip member each: metadata (the sidecar's JSON), then conversion (the text, UTF-8)."""
    now = format_date(datetime.now(UTC))

    def fields(kind: str, name: str, content_type: str) -> Fields:
        return [
            ("WARC-Type", kind),
            ("WARC-Record-ID", new_record_id()),
            ("WARC-Date", now),
            ("WARC-Target-URI", f"urn:{name}:{made_from.url}"),
            ("WARC-Warcinfo-ID", warcinfo_id),
            ("WARC-Refers-To", made_from.record_id),
            ("Content-Type", content_type),
        ]

    return [
        write_record("metadata", fields("metadata", "metadata", "application/json"), None, sidecar),
        write_record("conversion", fields("conversion", "text", "text/plain; charset=utf-8"), None, text),
    ]
