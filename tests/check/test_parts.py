"""The parts that rules are made of: digests in every base, chunks in every piece, dates of every precision."""

from __future__ import annotations

import base64
import hashlib

import pytest

from crawler.archive.check.digests import UnknownAlgorithm, parse_digest
from crawler.archive.check.fields import valid_date
from crawler.archive.check.header import parse_header
from crawler.archive.chunked import Dechunker
from tests.check.warcs import CHUNKED_BODY, ENTITY

SHA1, SHA256, MD5 = (hashlib.new(name, b"text").digest() for name in ("sha1", "sha256", "md5"))


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("sha1:" + base64.b32encode(SHA1).decode(), SHA1),
        ("sha1:" + base64.b32encode(SHA1).decode().lower(), SHA1),
        ("sha1:" + SHA1.hex(), SHA1),
        ("SHA-1:" + SHA1.hex().upper(), SHA1),
        ("sha1:" + base64.b64encode(SHA1).decode(), SHA1),
        ("sha256:" + SHA256.hex(), SHA256),
        ("sha-256:" + base64.b32encode(SHA256).decode(), SHA256),
        ("sha256:" + base64.b32encode(SHA256).decode().rstrip("="), SHA256),
        ("sha256:" + base64.urlsafe_b64encode(SHA256).decode().rstrip("="), SHA256),
        ("md5:" + MD5.hex(), MD5),
        ("md5:" + base64.b32encode(MD5).decode(), MD5),
    ],
)
def test_a_digest_is_read_in_each_base(label: str, value: bytes) -> None:
    assert parse_digest(label).value == value


@pytest.mark.parametrize(
    "label", ["", "sha1", "sha1:", "sha1:" + "1" * 32, "sha1:" + "ä" * 32, "sha1:" + "z" * 40, "md5:abc"]
)
def test_what_is_no_digest_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"value|it is not written"):
        parse_digest(label)


def test_an_unknown_algorithm_is_named() -> None:
    with pytest.raises(UnknownAlgorithm, match="crc32"):
        parse_digest("crc32:00")


def dechunked(body: bytes, size: int) -> tuple[bytes, Dechunker]:
    chunks = Dechunker()
    data = b"".join(
        bytes(piece) for at in range(0, len(body), size) for piece in chunks.feed(memoryview(body[at : at + size]))
    )
    return data, chunks


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 100])
@pytest.mark.parametrize(
    "body", [CHUNKED_BODY, CHUNKED_BODY.replace(b"\r\n", b"\n"), CHUNKED_BODY[:-2] + b"Trailer: x\r\n\r\n"]
)
def test_chunks_come_off_however_the_body_is_cut_in_pieces(body: bytes, size: int) -> None:
    data, chunks = dechunked(body, size)
    assert (data, chunks.ended, chunks.broken) == (ENTITY, True, False)


@pytest.mark.parametrize(
    ("body", "data", "state"),
    [
        (b"", b"", (False, False, False)),
        (b"Hello, world\n and more", b"", (False, True, False)),
        (b"5\r\nHello\r\n", b"Hello", (True, False, False)),
        (b"5\r\nHel", b"Hel", (True, False, False)),
        (b"5\r\nHello\r\nzz\r\n", b"Hello", (True, True, False)),
        (b"5" * 20_000, b"", (False, True, False)),
        (b"0\r\n\r\n", b"", (True, False, True)),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 50_000])
def test_what_is_not_well_chunked_is_told(body: bytes, data: bytes, state: tuple[bool, bool, bool], size: int) -> None:
    taken, chunks = dechunked(body, size)
    assert taken == data
    assert (chunks.begun, chunks.broken, chunks.ended) == state


@pytest.mark.parametrize(
    ("date", "in_10", "in_11"),
    [
        ("2026-11-22T10:15:00Z", True, True),
        ("2026-11-22T10:15:00.123456789Z", False, True),
        ("2026-11-22T10:15:00.1234567890Z", False, False),
        ("2026-11-22T10:15Z", False, True),
        ("2026-11-22", False, True),
        ("2026-11", False, True),
        ("2026", False, True),
        ("2026-11-22T10:15:00", False, False),
        ("2026-11-22T25:15:00Z", False, False),
        ("20261122101500", False, False),
        ("", False, False),
    ],
)
def test_dates_are_those_of_the_version(date: str, in_10: bool, in_11: bool) -> None:
    assert (valid_date(date, "1.0"), valid_date(date, "1.1")) == (in_10, in_11)


def test_a_header_is_read_without_regard_to_case_and_blanks() -> None:
    header = parse_header(b"WARC/1.0\r\nwarc-type:revisit\r\nWARC-Target-URI:  <http://x/> \r\nX: a\r\n b\r\n\r\n")
    assert (header.type, header.target_uri, header.get("x"), header.version) == ("revisit", "http://x/", "a b", "1.0")
