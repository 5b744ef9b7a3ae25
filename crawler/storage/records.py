"""Reads the records of captures back, revisits with the payload of their original."""

from __future__ import annotations

from pathlib import Path

from crawler.archive.exchange import Capture
from crawler.archive.layout import warc_file, warc_folder
from crawler.archive.reader import Record, read_record
from crawler.errors import RecordError
from crawler.storage.catalogue import Catalogue


def capture_record(archives: Path, source: str, capture: Capture, catalogue: Catalogue) -> Record:
    """The record of a capture of `source`; the catalogue knows where the original of a revisit is.

    Raises RecordError where the WARC is not there or cannot be read, or the catalogue has no original.
    """
    path = warc_file(archives, source, capture.warc)
    if path is None:
        raise RecordError(f"{capture.warc} is not in {warc_folder(archives, source)}")
    record = read_record(path, capture.offset)
    if capture.kind == "response":
        return record
    found = catalogue.original(capture.payload_digest)
    if found is None:
        raise RecordError(f"{path}, offset {capture.offset}: the original of this revisit is not in the catalogue")
    return record.resolve(capture_record(archives, *found, catalogue))
