"""What a text looks like in a few numbers, so that a source's health can be judged without reading its texts again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

DIGEST_BYTES = 4
"""Of a paragraph's digest: enough, since only the texts of one run are compared with each other."""

SKETCH_SIZE = 16
"""Digests that are kept of a text. The smallest ones are: texts that share a paragraph keep it or drop it together."""

SHORTEST = 20
"""Characters of a paragraph that counts; "By our reporter" may well stand in every text."""

_CONTINUED = "[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]"
"""The bytes 0x80 to 0xbf, which go on with a character in UTF-8, as Latin-1 and windows-1252 show them."""

_GARBLED = re.compile(
    f"[\u00c2-\u00df]{_CONTINUED}|[\u00e0-\u00ef]{_CONTINUED}{{2}}|[\u00f0-\u00f4]{_CONTINUED}{{3}}"
    "|[\u0080-\u009f\ufffd]"
    "|[\u00c0-\u00ff]{4,}"  # a Cyrillic or Greek code page taken for Latin-1
)


@dataclass(frozen=True, slots=True)
class Traits:
    """`paragraphs` below the title, characters that are `garbled`, and a `sketch` of what the paragraphs are.

    Two texts with the same paragraph have its digest in both sketches, or in neither.
    """

    paragraphs: int
    garbled: int
    sketch: bytes


def traits_of(text: str) -> Traits:
    """The traits of an article's text, whose first paragraph is its title."""
    paragraphs = [part for part in text.split("\n\n")[1:] if part.strip()]
    digests = {_digest(part) for part in paragraphs if len(part) >= SHORTEST}
    garbled = sum(len(match[0]) for match in _GARBLED.finditer(text))
    return Traits(len(paragraphs), garbled, b"".join(sorted(digests)[:SKETCH_SIZE]))


def digests_in(sketch: bytes) -> frozenset[bytes]:
    """The digests of paragraphs that a sketch holds."""
    return frozenset(sketch[at : at + DIGEST_BYTES] for at in range(0, len(sketch), DIGEST_BYTES))


def _digest(paragraph: str) -> bytes:
    words = " ".join(paragraph.split()).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(words, digest_size=DIGEST_BYTES).digest()
