"""Payloads that are too large to be held get the same digest in the index as those that are held."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import cdxj
from crawler.archive.cdxj import Entry, entries
from crawler.archive.reader import Record, iterate
from crawler.archive.records import digest
from crawler.archive.streamed import streamed_digest

BODY = os.urandom(300_000)
CHUNKED = b"".join(b"%x;x=y\r\n%b\r\n" % (len(part), part) for part in (BODY[:70_000], BODY[70_000:])) + b"0\r\n\r\n"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

MESSAGES = {
    "plain": HTTP + b"\r\n" + BODY,
    "chunked": HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "chunked, cut": HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED[:200_000],
    "chunked by its head alone": HTTP + b"Transfer-Encoding: chunked\r\n\r\n" + BODY,
    "no HTTP": BODY,
}


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a.warc.zst"])
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_payload_that_is_not_held_has_the_digest_that_it_would_have(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], name: str, message: bytes
) -> None:
    warc = make_warc(name, [make_record("response", f"http://a/{number}", message) for number in range(2)])
    held = [record for record in iterate(warc) if isinstance(record, Record)]
    for record in held:
        assert streamed_digest(replace(record, block=message[:1000])) == digest(record.payload.data)


def test_large_records_without_a_digest_get_one_in_the_index(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    warc = make_warc("a.warc.gz", [make_record("response", "http://a/", MESSAGES["chunked"])])
    held = list(entries(warc))
    monkeypatch.setattr(cdxj, "KEPT", 1000)
    assert list(entries(warc)) == held
    assert isinstance(held[0], Entry)
    assert held[0].fields["digest"] == digest(BODY).removeprefix("sha1:")


def test_a_file_that_breaks_while_it_is_read_a_second_time_gives_no_digest(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    warc = make_warc("a.warc.gz", [make_record("response", "http://a/", MESSAGES["plain"])])
    (record,) = (found for found in iterate(warc) if isinstance(found, Record))
    warc.write_bytes(warc.read_bytes()[:1000])
    assert streamed_digest(replace(record, block=record.block[:1000])) is None


def test_a_head_that_is_longer_than_what_is_held_is_read_whole(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes]
) -> None:
    message = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\nContent-Type: text/html\r\n\r\n<p>"
    warc = make_warc("a.warc.gz", [make_record("response", "http://a/", message, WARC_Payload_Digest="sha1:X")])
    (entry,) = entries(warc)
    assert isinstance(entry, Entry)
    assert (entry.fields["mime"], entry.fields["digest"]) == ("text/html", "X")
