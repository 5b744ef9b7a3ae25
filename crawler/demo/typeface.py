"""The newspaper's own typeface, "Courier Crate": letters of little crates, built as a TrueType font in a WOFF file.

The tables are as OpenType has them (https://learn.microsoft.com/typography/opentype/spec/otff), the file as
https://www.w3.org/TR/WOFF/ has it. Only Latin capitals are in it; small letters look the same.
"""

from __future__ import annotations

import struct
import zlib
from itertools import groupby

LETTERS = """
.###. ####. .###. ####. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###. ####. .###. ####. .#### #####
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## ##..# #...# #...# #...# #...# #.... ..#..
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# #.#.# #...# #...# #...# #...# #.... ..#..
##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #...# #..## #...# ####. #...# ####. .###. ..#..
#...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #...# #...# #.... #.#.# #.#.. ....# ..#..
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...# #.... #..#. #..#. ....# ..#..
#...# ####. .###. ####. ##### #.... .###. #...# .###. .##.. #...# ##### #...# #...# .###. #.... .##.# #...# ####. ..#..

#...# #...# #...# #...# #...# #####
#...# #...# #...# #...# #...# ....#
#...# #...# #...# .#.#. .#.#. ...#.
#...# #...# #.#.# ..#.. ..#.. ..#..
#...# .#.#. #.#.# .#.#. ..#.. .#...
#...# .#.#. ##.## #...# ..#.. #....
.###. ..#.. #...# #...# ..#.. #####
"""
"""A to Z, five crates wide and seven high."""

CRATE = 100
"""Units of a crate's side; a letter takes five, and one of space."""

UNITS_PER_EM = 1000
ADVANCE = 6 * CRATE
ASCENT, DESCENT = 8 * CRATE, -2 * CRATE
MAGIC = 0x5F0F3CF5
CHECKSUM = 0xB1B0AFBA
NAME = "Courier Crate"

Box = tuple[int, int, int, int]
"""Left, bottom, right, top."""


def woff() -> bytes:
    """The typeface as a WOFF file; the same bytes for the same zlib."""
    tables = _tables()
    head_size = 44 + 20 * len(tables)
    directory, data = b"", b""
    for tag, table in sorted(tables.items()):
        packed = min(zlib.compress(table, 9), table, key=len)
        entry = (head_size + len(data), len(packed), len(table), _checksum(table))
        directory += tag + struct.pack(">IIII", *entry)
        data += _padded(packed)
    size = 12 + 16 * len(tables) + sum(len(_padded(table)) for table in tables.values())
    whole = head_size + len(data)
    head = struct.pack(">4sIIHHIHHIIIII", b"wOFF", 0x00010000, whole, len(tables), 0, size, 1, 0, 0, 0, 0, 0, 0)
    return head + directory + data


def _letters() -> list[list[str]]:
    """The rows of each letter, from the top."""
    return [
        list(rows)
        for block in LETTERS.strip().split("\n\n")
        for rows in zip(*(line.split() for line in block.splitlines()), strict=True)
    ]


def _boxes(rows: list[str]) -> list[Box]:
    """The boxes that a letter is piled up from: one for each run of crates in a row."""
    boxes = []
    for height, row in enumerate(reversed(rows)):
        column = 0
        for filled, run in groupby(row):
            width = len(list(run))
            if filled == "#":
                boxes.append((column * CRATE, height * CRATE, (column + width) * CRATE, (height + 1) * CRATE))
            column += width
    return boxes


def _glyph(boxes: list[Box]) -> bytes:
    """A simple glyph, each box a contour that runs clockwise; empty for a space."""
    if not boxes:
        return b""
    points = [point for x0, y0, x1, y1 in boxes for point in ((x0, y0), (x0, y1), (x1, y1), (x1, y0))]
    xs, ys = zip(*points, strict=True)
    head = struct.pack(">hhhhh", len(boxes), min(xs), min(ys), max(xs), max(ys))
    ends = struct.pack(f">{len(boxes)}H", *range(3, len(points), 4))
    on_curve = b"\x01" * len(points)
    return _padded(head + ends + b"\0\0" + on_curve + _deltas(xs) + _deltas(ys))


def _deltas(values: tuple[int, ...]) -> bytes:
    return struct.pack(f">{len(values)}h", *(b - a for a, b in zip((0, *values), values, strict=False)))


def _tables() -> dict[bytes, bytes]:
    letters = [_boxes(rows) for rows in _letters()]
    missing: list[Box] = [(0, 0, 5 * CRATE, 7 * CRATE)]
    glyphs = [_glyph(boxes) for boxes in (missing, [], *letters)]
    offsets = [sum(map(len, glyphs[:n])) // 2 for n in range(len(glyphs) + 1)]
    most = max(map(len, letters))
    tables = {
        b"OS/2": _os2(),
        b"cmap": _cmap(),
        b"glyf": b"".join(glyphs),
        b"head": _head(0),
        b"hhea": struct.pack(">IhhhHhhhhhh8xhH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, 0, CRATE, 500, 1, 0, 0, 0, 1),
        b"hmtx": struct.pack(">Hh", ADVANCE, 0) + b"\0\0" * (len(glyphs) - 1),
        b"loca": struct.pack(f">{len(offsets)}H", *offsets),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, len(glyphs), 4 * most, most, 0, 0, 2, *[0] * 8),
        b"name": _name(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -CRATE, CRATE // 2, 0, 0, 0, 0, 0),
    }
    return tables | {b"head": _head(CHECKSUM - _checksum(_sfnt(tables)))}


def _head(adjustment: int) -> bytes:
    extent = (0, 0, 5 * CRATE, 7 * CRATE)
    start = struct.pack(">IIIIHH16x", 0x10000, 0x10000, adjustment % 2**32, MAGIC, 3, UNITS_PER_EM)
    return start + struct.pack(">hhhhHHhhh", *extent, 0, 8, 2, 0, 0)


def _os2() -> bytes:
    """The metrics that Windows wants, version 4."""
    script = (0,) * 10
    start = struct.pack(">HhHHH11h10x", 4, ADVANCE, 400, 5, 0, *script, 0)
    unicode_ranges = struct.pack(">IIII4s", 1, 0, 0, 0, b"NONE")
    line = struct.pack(">HHHhhhHH", 0x40, 0x20, 0x7A, ASCENT, DESCENT, 0, ASCENT, -DESCENT)
    return start + unicode_ranges + line + struct.pack(">IIhhHHH", 1, 0, 7 * CRATE, 7 * CRATE, 0, 0x20, 1)


def _cmap() -> bytes:
    """Format 4: the space is glyph 1, A to Z and a to z are both glyphs 2 to 27."""
    segments = [(0x20, 0x20, 1), (0x41, 0x5A, 2), (0x61, 0x7A, 2), (0xFFFF, 0xFFFF, 0)]
    firsts, lasts, glyphs = zip(*segments, strict=True)
    deltas = [(glyph - first) % 65536 for first, glyph in zip(firsts, glyphs, strict=True)]
    body = struct.pack(">4HH4H4H4H", *lasts, 0, *firsts, *deltas, 0, 0, 0, 0)
    subtable = struct.pack(">HHHHHHH", 4, 14 + len(body), 0, 8, 8, 2, 0) + body
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + subtable


def _name() -> bytes:
    """Family, style, full name and PostScript name, in English."""
    names = {1: NAME, 2: "Regular", 4: NAME, 6: NAME.replace(" ", "")}
    records, text = b"", b""
    for number, name in names.items():
        encoded = name.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(encoded), len(text))
        text += encoded
    return struct.pack(">HHH", 0, len(names), 6 + len(records)) + records + text


def _sfnt(tables: dict[bytes, bytes]) -> bytes:
    """The tables as a TrueType file, for the checksum that `head` holds of it."""
    power = len(tables).bit_length() - 1
    head = struct.pack(">IHHHH", 0x10000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    offset, directory = 12 + 16 * len(tables), b""
    for tag, table in sorted(tables.items()):
        directory += tag + struct.pack(">III", _checksum(table), offset, len(table))
        offset += len(_padded(table))
    return head + directory + b"".join(_padded(table) for _, table in sorted(tables.items()))


def _checksum(table: bytes) -> int:
    padded = _padded(table)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) % 2**32


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
