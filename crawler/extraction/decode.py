"""Bytes of a page to text: which encoding it is in, by what it says and by what its bytes can be.

The order is that of the WHATWG HTML standard (byte order mark, HTTP charset, `<meta>`, detection) with one
difference: a declaration is checked against the bytes. A page that is valid UTF-8 is read as UTF-8 whatever it
declares, and one that declares UTF-8 and is not is read as what its bytes look like. Labels mean what the
WHATWG Encoding standard says (`latin-1` is windows-1252, `gb2312` is GB18030, `shift_jis` is windows-31j).
"""

from __future__ import annotations

import codecs
import re
from typing import Literal, NamedTuple

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from crawler.extraction.detect import detect

How = Literal["bom", "http", "meta", "content", "detected"]
"""What decided: a byte order mark, the HTTP header, the page's `<meta>` or XML declaration, or the bytes."""

UTF8_STRAY_SHARE = 0.1
"""A page with fewer broken bytes than this share of its non-ASCII bytes is UTF-8 with some damage."""

STATEFUL = frozenset({"iso2022_jp", "iso2022_jp_2004", "iso2022_kr", "hz"})
"""Encodings whose bytes are all ASCII, so that they are also valid UTF-8."""

_HIGH = re.compile(rb"[\x80-\xff]+")
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]")
_C1 = re.compile("[\x80-\x9f]")


class Decoded(NamedTuple):
    """A page's text, the Python name of the encoding it was read in, and what decided on it."""

    text: str
    encoding: str
    how: How
    utf8: bytes | None = None
    """The page as served where that is its text in UTF-8; to encode a text again takes longer than to look for tags."""


def decode_page(body: bytes, content_type: str | None) -> Decoded:
    """The text of `body`, an HTML page served with the Content-Type header `content_type`.

    Never raises: bytes that the encoding does not allow become U+FFFD, or, where single ones are astray in
    UTF-8, what they are in windows-1252. The byte order mark is not part of the text.
    """
    marked, bom = read_bom(body)
    if marked and bom:
        return Decoded(body[len(bom) :].decode(marked, "replace"), marked, "bom")
    if wide := _wide(body):
        return Decoded(body.decode(wide, "replace"), wide, "content")
    http, meta = http_content_type_encoding(content_type), _declared_in_page(body)
    for label, how in _stated(http, meta):
        if label in STATEFUL:
            return Decoded(to_unicode(body, label), label, how)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, http, meta)
    return _valid_utf8(body, text, http, meta)


def _stated(http: str | None, meta: str | None) -> list[tuple[str, How]]:
    stated: list[tuple[str | None, How]] = [(http, "http"), (meta, "meta")]
    return [(label, how) for label, how in stated if label]


def _declared_in_page(body: bytes) -> str | None:
    """The encoding of the first `<meta>` or XML declaration; UTF-16 there cannot be true (WHATWG), and means UTF-8."""
    label = html_body_declared_encoding(body[:8192])
    return "utf-8" if label and label.startswith(("utf-16", "utf-32")) else label


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, told by where the NULs of its ASCII markup stand."""
    head = body[:2048]
    if head.count(0) * 4 < len(head):
        return None
    if head.count(0) * 3 > len(head) * 2:
        return "utf-32-be" if head[0::4].count(0) > head[3::4].count(0) else "utf-32-le"
    return "utf-16-be" if head[0::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _valid_utf8(body: bytes, text: str, http: str | None, meta: str | None) -> Decoded:
    """UTF-8 by its bytes; all-ASCII text is also whatever was declared."""
    if text.isascii() and _ISO_2022_JP.search(body):
        return Decoded(to_unicode(body, "iso2022_jp"), "iso2022_jp", "detected")
    for label, how in _stated(http, meta):
        if label == "utf-8" or text.isascii():
            return Decoded(text, label, how, body)
    return Decoded(text, "utf-8", "content", body)


def _not_utf8(body: bytes, http: str | None, meta: str | None) -> Decoded:
    """A page that is not valid UTF-8: another declaration if it fits, damaged UTF-8, or what its bytes look like."""
    stated = [pair for pair in _stated(http, meta) if pair[0] != "utf-8"]
    for label, how in stated:
        text = _plausible(body, label)
        if text is not None:
            return Decoded(text, label, how)
    if (not stated or "utf-8" in (http, meta)) and _damaged_utf8(body):
        declared: How = "http" if http == "utf-8" else "meta" if meta == "utf-8" else "content"
        return Decoded(body.decode("utf-8", "broadsheet_stray"), "utf-8", declared)
    label = detect(body)
    return Decoded(to_unicode(body, label), label, "detected")


def _plausible(body: bytes, label: str) -> str | None:
    """`body` in the declared encoding, or None where the bytes say that the declaration is wrong."""
    text = to_unicode(body, label)
    high = sum(map(len, _HIGH.findall(body)))
    if text.count("\ufffd") > 1 + high * 0.02 or len(_C1.findall(text)) > 1 + high * 0.02:
        return None
    if label in ("cp1252", "iso8859-1", "iso8859-15") and detect(body) not in ("cp1252", "iso8859-15"):
        return None
    return text


def _damaged_utf8(body: bytes) -> bool:
    """Whether most of the non-ASCII bytes form UTF-8: then a cut or a foreign snippet, not another encoding."""
    high = sum(map(len, _HIGH.findall(body)))
    broken = body.decode("utf-8", "replace").count("\ufffd")
    return broken < high * UTF8_STRAY_SHARE or (broken <= 2 and high > 8)


def _stray(error: UnicodeError) -> tuple[str, int]:
    """A byte astray in UTF-8 is nearly always a quotation mark or dash pasted in from windows-1252."""
    assert isinstance(error, UnicodeDecodeError)
    broken = error.object[error.start : error.end]
    if len(broken) == 1 and 0x80 <= broken[0] <= 0x9F:
        return broken.decode("cp1252", "replace"), error.end
    return "\ufffd", error.end


codecs.register_error("broadsheet_stray", _stray)
