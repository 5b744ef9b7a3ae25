"""One WARC record as one gzip member, written by warcio, with heads byte for byte and digests of our own."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

WARC_VERSION = "1.1"

COMPRESSION = 6
"""zlib's own default: half the time of warcio's 9, for about one per cent more bytes."""

Fields = list[tuple[str, str]]
"""Named fields of a record, in order."""

_HEADS = 2
"""How often warcio writes before the body: the named fields, and the HTTP head."""


def digest(data: bytes) -> str:
    """`data`'s SHA-1 as WARC files label it: `sha1:BASE32`."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def write_record(kind: str, fields: Fields, head: bytes | None, body: bytes, *, packed: bool = False) -> bytes:
    """A record of type `kind`, as a gzip member. `head` is that of the HTTP message, None where the block is none.

    A `packed` body is in a compressed format already, and is not compressed again.
    """
    block = body if head is None else head if kind == "revisit" else head + body
    named: dict[str, Any] = dict(fields)
    named["WARC-Block-Digest"] = digest(block)
    record = _WARCIO.create_warc_record(
        "",
        kind,
        payload=io.BytesIO(body),
        length=len(body),
        warc_headers_dict=named,
        http_headers=None if head is None else _Verbatim(head),
    )
    member = _PackedMember() if packed else _Member()
    _WARCIO._write_warc_record(member, record)
    return bytes(member.out)


class _Warcio(WARCWriter):  # type: ignore[misc]
    """warcio's writer, which compresses nothing and takes no payload digests: it takes chunks for the payload."""

    NO_PAYLOAD_DIGEST_TYPES = ("warcinfo", "response", "revisit", "request", "metadata", "conversion")

    def __init__(self) -> None:
        super().__init__(None, gzip=False, warc_version=WARC_VERSION)


_WARCIO = _Warcio()


class _Verbatim(StatusAndHeaders):  # type: ignore[misc]
    """A head that warcio writes byte for byte; its own would percent-encode what is not ASCII."""

    def __init__(self, raw: bytes) -> None:
        super().__init__("", [])
        self.headers_buff = raw

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Leave the bytes as they are."""

    def __bool__(self) -> bool:
        return True


class _Member:
    """A gzip member, as the file that warcio writes a record to."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._deflate = zlib.compressobj(COMPRESSION, zlib.DEFLATED, 31)

    def write(self, data: bytes) -> None:
        self.out += self._deflate.compress(data)

    def flush(self) -> None:
        self.out += self._deflate.flush()


class _PackedMember:
    """A gzip member (RFC 1952) whose first part, the heads, is compressed and whose body is only wrapped.

    Deflate finds nothing in a gzipped page or a JPEG, and takes twenty times as long as stored blocks.
    """

    HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

    def __init__(self) -> None:
        self.out = bytearray(self.HEADER)
        self._deflate = zlib.compressobj(COMPRESSION, zlib.DEFLATED, -15)
        self._writes = self._size = self._crc = 0

    def write(self, data: bytes) -> None:
        if self._writes == _HEADS:
            self.out += self._deflate.flush(zlib.Z_FULL_FLUSH)
            self._deflate = zlib.compressobj(0, zlib.DEFLATED, -15)
        self._writes += 1
        self._size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        self.out += self._deflate.compress(data)

    def flush(self) -> None:
        self.out += self._deflate.flush()
        self.out += self._crc.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little")
