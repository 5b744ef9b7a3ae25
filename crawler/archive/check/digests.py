"""Labelled digests (WARC 1.1 §5.8): what `sha1:GJ4Q…` says, and whether some bytes have that digest.

The standard fixes neither algorithm nor encoding. Base 16, 32 and 64 are told apart by their length, as
the community's annotations to the standard recommend.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

_ALGORITHMS = {
    "md5": "md5",
    "sha1": "sha1",
    "sha-1": "sha1",
    "sha224": "sha224",
    "sha-224": "sha224",
    "sha256": "sha256",
    "sha-256": "sha256",
    "sha384": "sha384",
    "sha-384": "sha384",
    "sha512": "sha512",
    "sha-512": "sha512",
    "sha3-256": "sha3_256",
    "sha3-512": "sha3_512",
    "blake2b": "blake2b",
    "blake2s": "blake2s",
}
"""The labels in use, and hashlib's name of each."""

_SIZES = {name: hashlib.new(name, usedforsecurity=False).digest_size for name in set(_ALGORITHMS.values())}


class Hasher(Protocol):
    """What hashlib gives."""

    def update(self, data: memoryview, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The digest of what was taken in."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest: hashlib's name of the algorithm, and the value itself, free of its encoding."""

    algorithm: str
    value: bytes

    def __str__(self) -> str:
        if self.algorithm == "sha1":
            return "sha1:" + base64.b32encode(self.value).decode()
        return f"{self.algorithm}:{self.value.hex()}"


class UnknownAlgorithm(ValueError):
    """A label that we know no algorithm for."""


def parse_digest(label: str) -> Digest:
    """The digest that `label` states. UnknownAlgorithm, or ValueError with what is wrong with it."""
    name, colon, value = label.partition(":")
    if not colon or not value:
        raise ValueError("it is not written algorithm:value")
    algorithm = _ALGORITHMS.get(name.lower())
    if algorithm is None:
        raise UnknownAlgorithm(name)
    return Digest(algorithm, _decode(value, _SIZES[algorithm], algorithm))


def _decode(value: str, size: int, algorithm: str) -> bytes:
    """The bytes of `value` in whichever base has the right length for `size` bytes."""
    for length, decode in _encodings(size):
        if len(value) != length:
            continue
        try:
            decoded = decode(value)
        except (ValueError, binascii.Error):
            continue
        if len(decoded) == size:
            return decoded
    raise ValueError(f"{value!r} is no {algorithm} value of {size} bytes in base 16, 32 or 64")


def _encodings(size: int) -> list[tuple[int, Callable[[str], bytes]]]:
    """Length and decoder of each way to write `size` bytes: with padding where the base has any, and without."""
    unpadded32, unpadded64 = -(-size * 8 // 5), -(-size * 8 // 6)
    return [
        (size * 2, bytes.fromhex),
        (-(-size // 5) * 8, _base32),
        (unpadded32, _base32),
        (-(-size // 3) * 4, _base64),
        (unpadded64, _base64),
    ]


def _base32(value: str) -> bytes:
    return base64.b32decode(value + "=" * (-len(value) % 8), casefold=True)


def _base64(value: str) -> bytes:
    padded = value + "=" * (-len(value) % 4)
    return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)


def new_hasher(algorithm: str) -> Hasher:
    """A hasher of hashlib's `algorithm`."""
    return hashlib.new(algorithm, usedforsecurity=False)
