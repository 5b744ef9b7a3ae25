"""HTTP messages as servers really send them, taken apart."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard

from crawler.archive.message import (
    Decoded,
    Head,
    dechunk,
    remove_content_encoding,
    remove_transfer_encoding,
    split_head,
    split_response,
)

TEXT = b"The quick brown fox. " * 200
GZIPPED = gzip.compress(TEXT, mtime=0)
RAW_DEFLATE = zlib.compressobj(wbits=-15)
RAW_DEFLATED = RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush()


@pytest.mark.parametrize(
    ("message", "head", "body"),
    [
        (b"A\r\nb: c\r\n\r\nrest", b"A\r\nb: c\r\n\r\n", b"rest"),
        (b"A\nb: c\n\nrest\r\n\r\n", b"A\nb: c\n\n", b"rest\r\n\r\n"),
        (b"A\r\nb: c\n\r\nrest", b"A\r\nb: c\n\r\n", b"rest"),
        (b"A\r\nb: c\r\n", b"A\r\nb: c\r\n", b""),
        (b"A\r\n\r\n", b"A\r\n\r\n", b""),
    ],
)
def test_the_head_ends_at_the_first_blank_line_of_either_kind(message: bytes, head: bytes, body: bytes) -> None:
    assert split_head(message) == (head, body)


def test_what_does_not_start_as_a_response_is_all_body() -> None:
    head, body = split_response(b"SSH-2.0-OpenSSH\r\n\r\n")
    assert (head.raw, head.status, body) == (b"", None, b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize(
    ("line", "status", "version"),
    [
        (b"HTTP/1.1 200 OK", 200, "1.1"),
        (b"HTTP/1.0 404", 404, "1.0"),
        (b"HTTP/1.1 200 ", 200, "1.1"),
        (b"http/1.1  301 Moved", 301, "1.1"),
        (b"HTTP/1.1 OK", None, None),
        (b"HTTP/2 200", 200, "2"),
    ],
)
def test_status_lines_are_read_as_servers_write_them(line: bytes, status: int | None, version: str | None) -> None:
    head = Head(line + b"\r\n\r\n")
    assert (head.status, head.version, head.start) == (status, version, line)


def test_fields_keep_order_duplicates_and_bytes_and_join_folded_lines() -> None:
    head = Head(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nX-Odd : caf\xe9\r\nno colon\r\nset-cookie: b\r\n"
        b"X-Folded: one\r\n\ttwo\r\nEmpty:\r\n\r\nBody: no\r\n"
    )
    assert head.fields == [
        (b"Set-Cookie", b"a"),
        (b"X-Odd", b"caf\xe9"),
        (b"set-cookie", b"b"),
        (b"X-Folded", b"one two"),
        (b"Empty", b""),
    ]
    assert head.values("SET-COOKIE") == [b"a", b"b"]
    assert head.get("x-odd") == "café"
    assert head.get("missing") is None


def test_mime_is_lower_case_without_parameters() -> None:
    assert Head(b"HTTP/1.1 200\r\nContent-Type: Text/HTML; charset=x\r\n\r\n").mime == "text/html"
    assert Head(b"HTTP/1.1 200\r\nContent-Type: ;\r\n\r\n").mime is None


@pytest.mark.parametrize(
    ("body", "payload", "whole"),
    [
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello", True),
        (b'5;name="a;b"\r\nhello\r\n1 \r\n!\r\n0\r\nX-Trailer: 1\r\n\r\n', b"hello!", True),
        (b"00A\r\n0123456789\r\n0;last\r\n\r\n", b"0123456789", True),
        (b"5\nhello\n0\n\n", b"hello", True),
        (b"5\r\nhello\r\n3\r\nab", b"helloab", False),
        (b"5\r\nhello\r\n", b"hello", False),
        (b"5\r\nhello\r\nxyz\r\n", b"hello", False),
        (b"0\r\n\r\n", b"", True),
        (b"", b"", False),
        (b"<html>stored de-chunked", b"<html>stored de-chunked", False),
    ],
)
def test_chunks_give_the_entity_and_say_whether_it_is_whole(body: bytes, payload: bytes, whole: bool) -> None:
    assert dechunk(body) == Decoded(payload, whole)


def test_a_transfer_coding_below_chunked_is_removed_too_and_content_codings_are_kept() -> None:
    head = Head(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Encoding: br\r\n\r\n")
    packed = brotli.compress(TEXT)
    wire = gzip.compress(packed)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(wire), wire)
    assert remove_transfer_encoding(head, chunked) == Decoded(packed, True)


@pytest.mark.parametrize(
    ("codings", "data"),
    [
        (["gzip"], GZIPPED),
        (["x-gzip"], GZIPPED + b"\0" * 8),
        (["gzip"], gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        (["deflate"], zlib.compress(TEXT)),
        (["deflate"], RAW_DEFLATED),
        (["br"], brotli.compress(TEXT)),
        (["zstd"], zstandard.compress(TEXT[:7]) + zstandard.compress(TEXT[7:])),
        (["gzip", "br"], brotli.compress(GZIPPED)),
        (["identity"], TEXT),
        ([], TEXT),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_every_content_coding_is_removed_also_when_stacked(codings: list[str], data: bytes) -> None:
    assert remove_content_encoding(codings, data) == Decoded(TEXT, True)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_cut_body_gives_what_can_be_read(coding: str) -> None:
    noise = bytes(range(256)) * 2000
    packed = {
        "gzip": gzip.compress(noise, 1),
        "deflate": zlib.compress(noise, 1),
        "br": brotli.compress(noise, quality=0),
        "zstd": zstandard.compress(noise),
    }[coding]
    decoded = remove_content_encoding([coding], packed[:-5])
    assert not decoded.whole
    assert noise.startswith(decoded.data)


def test_gzip_is_read_up_to_the_byte_before_the_damage() -> None:
    stored = zlib.compressobj(0, zlib.DEFLATED, 31)
    data = bytearray(stored.compress(TEXT) + stored.flush())
    data[-8:-4] = b"\0\0\0\0"  # the checksum
    assert remove_content_encoding(["gzip"], bytes(data)) == Decoded(TEXT[:-1], False)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "compress", "deflate"])
def test_a_body_that_is_not_in_the_coding_it_names_is_left_as_it_is(coding: str) -> None:
    assert remove_content_encoding([coding], b"<html>plain") == Decoded(b"<html>plain", False)


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.compress)]
)
def test_an_empty_page_that_was_packed_is_empty(coding: str, pack: object) -> None:
    assert remove_content_encoding([coding], pack(b"")) == Decoded(b"", True)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstandard.compress)]
)
def test_a_bomb_is_cut_at_the_limit(coding: str, pack: object) -> None:
    bomb = pack(b"\0" * 3_000_000)  # type: ignore[operator]
    assert remove_content_encoding([coding], bomb, limit=1000) == Decoded(b"\0" * 1000, False)
