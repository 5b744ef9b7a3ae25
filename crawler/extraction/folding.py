"""What texts are compared by: their words, and how much they say. Light: loaded where no page is read, too."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalnum() else ord(" ") for code in range(128)) + bytes(128)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def fold(text: str) -> str:
    """`text` for comparison: lower case, words only, one space between."""
    if text.isascii():
        return " ".join(text.encode().translate(_ASCII_WORDS).decode().split())
    return " ".join(_WORD.findall(text.casefold()))


def size_of(text: str) -> float:
    """The length of `text` in Latin letters: an ideograph or syllable says as much as two and a half."""
    return len(text) + 1.5 * len(_WIDE.findall(text)) if not text.isascii() else len(text)
