"""Text out of the bytes of feeds and sitemaps, piece by piece, whatever encoding they claim to be in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from crawler.extraction.detect import detect

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
"""How "<" starts where the byte-order mark was forgotten (XML 1.0, appendix F)."""

_ESCAPING = frozenset({"iso2022_jp", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7"})
"""Encodings whose bytes are all ASCII: being valid UTF-8 says nothing about them."""

_NO_CHARSETS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape"})
"""Codecs of Python's that no document is written in."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932"}
_SUPERSETS |= {"utf-16": "utf-16-le"}
"""What browsers take these labels for (WHATWG Encoding): the larger set that is really in use, and the byte order where
no mark says it."""


def decode_pieces(pieces: Iterable[bytes], content_type: str | None, warnings: list[str]) -> Iterator[str]:
    """The text of `pieces`. What was wrong is appended to `warnings` by the time the last piece is out.

    Believed, in this order: a byte-order mark; UTF-8 where the bytes are valid UTF-8; the charset of the HTTP header
    `content_type`; the XML declaration; detection. Most wrong labels are on documents that are UTF-8, and text
    in another encoding is hardly ever valid UTF-8, so this order is right more often than the labels are.
    """
    rest = iter(pieces)
    start = next(rest, b"")
    encoding, mark = _beyond_doubt(start, content_type)
    rest = chain([start[mark:]], rest)
    if encoding:
        yield from codecs.iterdecode(rest, encoding, "replace")
        return
    pending = b""
    for piece in rest:
        piece = pending + piece
        try:
            text, used = codecs.utf_8_decode(piece, "strict", False)
        except UnicodeDecodeError:
            encoding = _fallback(start, piece, content_type, warnings)
            yield from codecs.iterdecode(chain([piece], rest), encoding, "replace")
            return
        yield text
        pending = piece[used:]
    if pending:
        warnings.append("the text ends inside a character")


def charset_of(content_type: str | None) -> str | None:
    """The charset that an HTTP Content-Type names, as Python calls it; None where none or an unknown one."""
    match = _CHARSET.search(content_type or "")
    return _known(match[1]) if match else None


def _beyond_doubt(start: bytes, content_type: str | None) -> tuple[str | None, int]:
    """The encoding where the first bytes leave no doubt, and the length of the byte-order mark."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return (None if encoding == "utf-8" else encoding), len(mark)
    for mark, encoding in _UNMARKED:
        if start.startswith(mark):
            return encoding, 0
    declared = charset_of(content_type) or _declared(start)
    return (declared if declared in _ESCAPING else None), 0


def _fallback(start: bytes, piece: bytes, content_type: str | None, warnings: list[str]) -> str:
    """The encoding to go on with from `piece`, the first that is not valid UTF-8."""
    if _is_damaged_utf8(piece):
        warnings.append("some bytes are not valid UTF-8, the characters were replaced")
        return "utf-8"
    labels = [label for label in (charset_of(content_type), _declared(start)) if label]
    for label in labels:
        if label != "utf-8" and _decodes(piece, label):
            return label
    detected = detect(piece)
    said = f"declared as {labels[0]}" if labels else "declared as nothing and not UTF-8"
    warnings.append(f"the encoding is {said}, but the text was read as {detected}")
    return detected


def _is_damaged_utf8(piece: bytes) -> bool:
    """Whether `piece` is UTF-8 with a few bad bytes, rather than another encoding."""
    text = piece.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - bad
    return good > bad


def _declared(start: bytes) -> str | None:
    """The encoding that the XML declaration names, as Python calls it."""
    match = _DECLARED.match(start)
    return _known(match[1].decode("ascii")) if match else None


def _known(label: str) -> str | None:
    """Python's name of an encoding, in the larger set that the label stands for; None where it has none."""
    try:
        name = codecs.lookup(label).name
        b"abcd".decode(label)
    except (LookupError, UnicodeError):  # unknown, or a codec that makes no text
        return None
    return None if name in _NO_CHARSETS else _SUPERSETS.get(name, name)


def _decodes(piece: bytes, encoding: str) -> bool:
    """Whether `piece` has a meaning in `encoding`; a character cut at its end does not matter."""
    if encoding.startswith(("utf-16", "utf-32")) and b"\0" not in piece:
        return False
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(piece)
    except UnicodeDecodeError:
        return False
    return True
