"""How a page's text gets onto the wire: the codec it is really in, and what the page and its server say it is."""

from __future__ import annotations

import codecs
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wire:
    """`codec` is Python's name for the bytes sent; `header` and `meta` are the charsets claimed (None: no claim)."""

    codec: str = "utf-8"
    header: str | None = "utf-8"
    meta: str | None = "utf-8"
    bom: bytes = b""

    def encode(self, page: str) -> bytes:
        """The bytes of an HTML page; characters that the codec lacks become numeric references."""
        return self.bom + page.encode(self.codec, "xmlcharrefreplace")

    @property
    def content_type(self) -> str:
        """The Content-Type header of the page."""
        return f"text/html; charset={self.header}" if self.header else "text/html"


WIRES = {
    "plain": Wire(),
    "header-only": Wire(meta=None),
    "capital-header": Wire(header='"UTF-8"', meta=None),
    "windows-1251": Wire("cp1251", "windows-1251", None),
    "windows-1251-meta": Wire("cp1251", None, "windows-1251"),
    # The label of the standard covers more than Python's codec of that name: (1) in a circle is in cp932 alone.
    "shift_jis-meta": Wire("cp932", None, "Shift_JIS"),
    "gb18030": Wire("gb18030", "GB18030", None),
    # What most Chinese pages of the time said, and what they were: browsers read gb2312 as gb18030.
    "gb18030-as-gb2312": Wire("gb18030", None, "gb2312"),
    "latin-1-as-utf-8": Wire("latin-1", "utf-8", None),
    # Curly quotes at 0x91 to 0x94: browsers read iso-8859-1 as windows-1252.
    "windows-1252-as-latin-1": Wire("cp1252", "ISO-8859-1", "iso-8859-1"),
    "ascii-references": Wire("ascii", "us-ascii", None),
    "utf-8-bom-as-latin-1": Wire("utf-8", "iso-8859-1", None, codecs.BOM_UTF8),
    "utf-16-bom": Wire("utf-16-le", None, None, codecs.BOM_UTF16_LE),
    "undeclared": Wire("utf-8", None, None),
}
"""Each way of mislabelling that the newspaper has, by the name that its content files use."""
