"""Each capture of a WARC gets one line, with what pywb's indexer says of it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.archive.cdxj import Entry, entries, parse_line, timestamp
from crawler.archive.reader import Damage

URL = "https://www.Example.com/News?b=2&a=1"
HTTP = "application/http; msgtype=response"


def _entries(path: Path) -> list[Entry]:
    return [entry for entry in entries(path) if isinstance(entry, Entry)]


def _sha1(data: bytes) -> str:
    return base64.b32encode(hashlib.sha1(data).digest()).decode()


def test_a_response_has_all_that_is_needed_to_find_it(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    page = make_record("response", URL, response(b"<p>", "Content-Type: text/html; charset=utf-8"), Content_Type=HTTP)
    path = make_warc("a.warc.gz", [make_record("warcinfo", None, b"software: x\r\n"), page])
    (entry,) = _entries(path)
    raw = path.read_bytes()
    offset = int(entry.fields["offset"])
    assert entry.line().decode() == (
        "com,example)/news?a=1&b=2 20261122101500 "
        + json.dumps(
            {
                "url": URL,
                "mime": "text/html",
                "status": "200",
                "digest": _sha1(b"<p>"),
                "length": str(len(raw) - offset),
                "offset": str(offset),
                "filename": "a.warc.gz",
            }
        )
        + "\n"
    )
    assert raw[offset:].startswith(b"\x1f\x8b")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.zst", "a.warc.gz.open"])
def test_every_kind_of_file_gives_the_same_captures(
    name: str, make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    pages = [make_record("response", f"http://a/{n}", response(b"x" * n), Content_Type=HTTP) for n in range(3)]
    found = _entries(make_warc(name, pages))
    assert [entry.key for entry in found] == ["a)/0", "a)/1", "a)/2"]
    assert {entry.fields["filename"] for entry in found} == {name.removesuffix(".open")}


KINDS = [
    ("request", "application/http; msgtype=request", None),
    ("warcinfo", "application/warc-fields", None),
    ("metadata", "application/warc-fields", None),
    ("metadata", "text/anvl", None),
    ("metadata", "text/html", "text/html"),
    ("resource", "image/png", "image/png"),
    ("conversion", "text/plain; charset=utf-8", "text/plain"),
]


@pytest.mark.parametrize(("kind", "content_type", "mime"), KINDS)
def test_which_records_get_a_line(
    kind: str,
    content_type: str,
    mime: str | None,
    make_warc: Callable[..., Path],
    make_record: Callable[..., bytes],
) -> None:
    """Those that can be shown: no requests, nothing that only describes a crawl."""
    found = _entries(make_warc("a.warc", [make_record(kind, "http://a/", b"GET / x", Content_Type=content_type)]))
    assert [entry.fields["mime"] for entry in found] == ([mime] if mime else [])
    assert all("status" not in entry.fields for entry in found)


def test_a_revisit_is_marked_and_keeps_the_digest_of_its_original(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    revisit = make_record("revisit", URL, response(b""), WARC_Payload_Digest="sha1:ABC", Content_Type=HTTP)
    (entry,) = _entries(make_warc("a.warc.gz", [revisit]))
    assert entry.fields["mime"] == "warc/revisit"
    assert entry.fields["digest"] == "ABC"
    assert "status" not in entry.fields


CHUNKED = b"2;ext=1\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "fields", "stated", "digest"),
    [
        (b"abc", (), "sha1:XYZ", "XYZ"),
        (b"abc", (), "sha256:0123", "sha256:0123"),
        (b"abc", (), None, _sha1(b"abc")),
        (CHUNKED, ("Transfer-Encoding: chunked",), None, _sha1(b"abc")),
    ],
    ids=["stated", "another algorithm", "computed", "computed of the entity, not of its chunks"],
)
def test_digest_is_that_of_the_payload(
    body: bytes,
    fields: tuple[str, ...],
    stated: str | None,
    digest: str,
    make_warc: Callable[..., Path],
    make_record: Callable[..., bytes],
    response: Callable[..., bytes],
) -> None:
    page = make_record("response", URL, response(body, *fields), WARC_Payload_Digest=stated, Content_Type=HTTP)
    (entry,) = _entries(make_warc("a.warc.gz", [page]))
    assert entry.fields["digest"] == digest


def _pair(make_record: Callable[..., bytes], response: Callable[..., bytes], request_first: bool) -> Iterator[bytes]:
    """A POST and its answer, tied as writers do it: the second refers to the first."""
    first, second = "<urn:uuid:1>", "<urn:uuid:2>"
    post = b"POST /News HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nq=x&r=Y"
    messages = [("response", response(b"ok")), ("request", post)]
    for (kind, block), record_id, tied in zip(
        reversed(messages) if request_first else messages, (first, second), (None, first), strict=True
    ):
        yield make_record(
            kind,
            URL,
            block,
            WARC_Record_ID=record_id,
            WARC_Concurrent_To=tied,
            Content_Type=f"application/http; msgtype={kind}",
        )


@pytest.mark.parametrize("request_first", [True, False])
def test_what_was_posted_is_part_of_the_key(
    request_first: bool,
    make_warc: Callable[..., Path],
    make_record: Callable[..., bytes],
    response: Callable[..., bytes],
) -> None:
    (entry,) = _entries(make_warc("a.warc.gz", _pair(make_record, response, request_first)))
    assert entry.key == "com,example)/news?__wb_method=post&a=1&b=2&q=x&r=y"
    assert entry.fields["url"] == URL
    assert entry.fields["method"] == "POST"
    assert entry.fields["requestBody"] == "q=x&r=Y"


def test_a_request_of_another_capture_changes_no_key(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    page = make_record("response", URL, response(b"ok"), Content_Type=HTTP)
    post = make_record("request", URL, b"POST / HTTP/1.1\r\n\r\n", WARC_Concurrent_To="<urn:uuid:9>")
    (entry,) = _entries(make_warc("a.warc.gz", [page, post]))
    assert "method" not in entry.fields


def test_addresses_in_brackets_or_with_blanks_are_made_whole(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    """wget 1.19 put target URIs in angle brackets; others leave blanks in them."""
    pages = [make_record("response", url, response(b""), Content_Type=HTTP) for url in ("<http://a/b>", "http://a/b c")]
    assert [entry.fields["url"] for entry in _entries(make_warc("a.warc.gz", pages))] == [
        "http://a/b",
        "http://a/b%20c",
    ]


def test_damage_is_named_and_the_rest_is_indexed(
    make_warc: Callable[..., Path], make_record: Callable[..., bytes], response: Callable[..., bytes]
) -> None:
    pages = [make_record("response", f"http://a/{n}", response(b"x" * 999), Content_Type=HTTP) for n in range(3)]
    path = make_warc("a.warc.gz", pages)
    second = _entries(path)[1].offset
    raw = bytearray(path.read_bytes())
    raw[second + 100] ^= 0xFF
    path.write_bytes(raw)
    found = list(entries(path))
    assert [entry.key for entry in found if isinstance(entry, Entry)] == ["a)/0", "a)/2"]
    assert [damage.offset for damage in found if isinstance(damage, Damage)] == [second]


def test_an_arc_file_is_named_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "old.warc"
    path.write_bytes(b"filedesc://old.arc 0.0.0.0 20010101000000 text/plain 76\n1 0 InternetArchive\n")
    (damage,) = entries(path)
    assert isinstance(damage, Damage)
    assert "ARC" in damage.reason


@pytest.mark.parametrize(
    ("date", "digits"),
    [
        ("2026-11-22T10:15:00Z", "20261122101500"),
        ("2026-11-22T10:15:00.123456Z", "20261122101500"),
        ("2026-11", "20261101000000"),
        ("", "00000101000000"),
    ],
)
def test_timestamp_has_fourteen_digits(date: str, digits: str) -> None:
    assert timestamp(date) == digits


def test_a_line_can_be_read_back() -> None:
    entry = Entry("a)/", "20261122101500", {"url": "http://a/ä", "offset": "7"})
    assert parse_line(entry.line()) == entry
    with pytest.raises(ValueError, match="not enough values"):
        parse_line(b"a)/\n")
