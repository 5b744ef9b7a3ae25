"""Labelled digests (WARC 1.1 §5.8): what `sha1:GJ4Q…` says, and whether some bytes have that digest.

The standard fixes neither algorithm nor encoding. Base 16, 32 and 64 are told apart by their length, as
the community's annotations to the standard recommend.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

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

_HASHERS: dict[str, Callable[..., Any]] = {name: getattr(hashlib, name) for name in _ALGORITHMS.values()}
_SIZES = {name: hasher(usedforsecurity=False).digest_size for name, hasher in _HASHERS.items()}


_SHA1_LENGTH = 32
"""Characters of a SHA-1 in base 32, by far the most common digest: 160 bits without padding."""

_BASE32_DIGITS: dict[int, str | int] = {
    **dict.fromkeys(range(128), "?"),
    **str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv"),
    **str.maketrans("abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnop"),
}
"""From RFC 4648's alphabet to that of `int`, which decodes twenty times as fast as `base64` does."""


class Hasher(Protocol):
    """What hashlib gives."""

    def update(self, data: memoryview, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """The digest of what was taken in."""


class Digest(NamedTuple):
    """A digest: hashlib's name of the algorithm, and the value itself, free of its encoding."""

    algorithm: str
    value: bytes

    def __str__(self) -> str:
        if self.algorithm == "sha1":
            return "sha1:" + base64.b32encode(self.value).decode()
        return f"{self.algorithm}:{self.value.hex()}"

    @property
    def label(self) -> str:
        """The digest as `algorithm:hex`, which is one for all ways to write it."""
        return f"{self.algorithm}:{self.value.hex()}"


class UnknownAlgorithm(ValueError):
    """A label that we know no algorithm for."""


def algorithm_of(label: str) -> str:
    """hashlib's name of the algorithm called `label`; raises UnknownAlgorithm where we know none."""
    algorithm = _ALGORITHMS.get(label.lower())
    if algorithm is None:
        raise UnknownAlgorithm(label)
    return algorithm


@lru_cache(maxsize=64)
def parse_digest(label: str) -> Digest:
    """The digest that `label` states. UnknownAlgorithm, or ValueError with what is wrong with it."""
    name, colon, value = label.partition(":")
    if not colon or not value:
        raise ValueError("it is not written algorithm:value")
    algorithm = algorithm_of(name)
    if algorithm == "sha1" and len(value) == _SHA1_LENGTH:
        return Digest(algorithm, _base32_sha1(value))
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


def _base32_sha1(value: str) -> bytes:
    try:
        return int(value.translate(_BASE32_DIGITS), 32).to_bytes(_SHA1_LENGTH * 5 // 8)
    except ValueError:
        raise ValueError(f"{value!r} is no sha1 value in base 32") from None


def _base64(value: str) -> bytes:
    padded = value + "=" * (-len(value) % 4)
    return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)


def new_hasher(algorithm: str) -> Hasher:
    """A hasher of hashlib's `algorithm`."""
    hasher: Hasher = _HASHERS[algorithm](usedforsecurity=False)
    return hasher


@cache
def digest_of_nothing(algorithm: str) -> bytes:
    """The digest of no bytes at all."""
    return new_hasher(algorithm).digest()
