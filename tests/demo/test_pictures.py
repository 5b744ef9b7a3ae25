"""Pictures, sounds and the typeface: whole files of their formats, the same each time."""

import io
import struct
import wave
import zlib
from itertools import pairwise

import pytest
from lxml import etree

from crawler.demo import pictures, typeface


def chunks(image):
    offset = 8
    while offset < len(image):
        length, name = struct.unpack_from(">I4s", image, offset)
        data = image[offset + 8 : offset + 8 + length]
        assert struct.unpack_from(">I", image, offset + 8 + length)[0] == zlib.crc32(name + data)
        yield name, data
        offset += 12 + length


@pytest.mark.parametrize(("name", "width", "height"), [("quay", 320, 180), ("old-sluice", 640, 360), ("x", 1, 12)])
def test_a_picture_is_a_png_of_its_size(name, width, height):
    image = pictures.png(name, width, height)
    parts = dict(chunks(image))
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", parts[b"IHDR"][:8]) == (width, height)
    pixels = zlib.decompress(parts[b"IDAT"])
    assert len(pixels) == height * (width + 1)
    assert max(pixels) < len(parts[b"PLTE"]) // 3


def test_pictures_differ_by_name_and_are_small():
    images = {pictures.png(name, 640, 360) for name in ("quay", "old-sluice", "lighthouse", "salt-works")}
    assert len(images) == 4
    assert max(map(len, images)) < 8_000


def test_the_blank_picture_is_one_pixel():
    assert struct.unpack(">II", dict(chunks(pictures.blank()))[b"IHDR"][:8]) == (1, 1)


def test_the_icon_holds_a_png():
    icon = pictures.icon()
    assert icon[:4] == b"\0\0\1\0"
    assert next(chunks(icon[22:]))[0] == b"IHDR"


def test_a_portrait_is_an_svg():
    assert etree.fromstring(pictures.portrait("tom-quill")).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_tone_is_a_wav_of_its_length():
    with wave.open(io.BytesIO(pictures.tone(440, 1.5))) as sound:
        assert sound.getnframes() == 12_000


def font_tables():
    font = typeface.woff()
    count = struct.unpack_from(">H", font, 12)[0]
    for n in range(count):
        tag, offset, packed, size, checksum = struct.unpack_from(">4sIIII", font, 44 + 20 * n)
        data = font[offset : offset + packed]
        yield tag, zlib.decompress(data) if packed < size else data, size, checksum


def test_the_typeface_is_a_woff_whose_tables_are_whole():
    font = typeface.woff()
    assert font[:4] == b"wOFF"
    assert struct.unpack_from(">I", font, 8)[0] == len(font)
    tags = []
    for tag, data, size, checksum in font_tables():
        assert len(data) == size
        if tag != b"head":
            padded = data + b"\0" * (-size % 4)
            assert sum(struct.unpack(f">{len(padded) // 4}I", padded)) % 2**32 == checksum
        tags.append(tag)
    assert tags == sorted([b"OS/2", b"cmap", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"name", b"post"])


def test_the_typeface_has_a_glyph_for_each_letter():
    tables = {tag: data for tag, data, _, _ in font_tables()}
    offsets = struct.unpack(f">{len(tables[b'loca']) // 2}H", tables[b"loca"])
    lengths = [b - a for a, b in pairwise(offsets)]
    assert len(lengths) == 28
    assert [n for n, length in enumerate(lengths) if length == 0] == [1]
    assert {len(tables[name]) for name in (b"head", b"hhea", b"OS/2", b"maxp", b"post")} == {54, 36, 96, 32}
