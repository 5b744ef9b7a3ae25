"""The payload digest of a record whose block is too large to be held in memory."""

from __future__ import annotations

import base64
import hashlib

from crawler.archive.chunked import Dechunker
from crawler.archive.reader import stream_block
from crawler.archive.record import Record


def streamed_digest(record: Record) -> str | None:
    """The digest of the payload (transfer-encoding removed), read anew from the file in pieces; memory stays flat.

    `record` was read with at least its HTTP head. None where the payload is in another transfer-coding than chunked,
    or the file breaks. It is what `digest(record.payload.data)` gives of a record that is held whole.
    """
    codings = [coding for coding in record.http.codings("Transfer-Encoding") if coding != "identity"]
    if codings not in ([], ["chunked"]):
        return None
    entity, as_stored = hashlib.sha1(usedforsecurity=False), hashlib.sha1(usedforsecurity=False)
    dechunker = Dechunker() if codings else None
    size, head = 0, len(record.http.raw)
    for piece in stream_block(record):
        body = memoryview(piece)[max(0, head - size) :]
        size += len(piece)
        if dechunker is None or not dechunker.begun:
            as_stored.update(body)
        for data in dechunker.feed(body) if dechunker else ():
            entity.update(data)
    if size != record.size:
        return None
    # What does not begin with a chunk was stored without the coding that its head names.
    found = entity if dechunker and dechunker.begun else as_stored
    return "sha1:" + base64.b32encode(found.digest()).decode()
