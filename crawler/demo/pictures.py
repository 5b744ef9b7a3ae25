"""The newspaper's pictures and sounds, drawn from their names: small, and the same every time."""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from collections.abc import Iterator
from hashlib import sha256

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SKIES = ((214, 228, 240), (248, 214, 170), (168, 196, 214), (236, 200, 190), (120, 140, 170))
SEAS = ((31, 86, 115), (52, 98, 96), (70, 84, 110), (24, 60, 84))
LAND = (58, 66, 52)
SUN = (255, 244, 214)
LAND_INDEX, SUN_INDEX = 32, 33
"""Where land and sun lie in the palette, behind 16 shades of sky and 16 of sea."""

SAMPLE_RATE = 8000
"""Samples a second."""

Colour = tuple[int, int, int]


def png(name: str, width: int, height: int) -> bytes:
    """A view of the estuary as a PNG: sky, sun, a far shore, the sea. `name` decides how it looks."""
    seed = sha256(name.encode()).digest()
    return _png(width, height, 3, _palette(seed), b"".join(b"\0" + row for row in _rows(seed, width, height)))


def blank() -> bytes:
    """One transparent pixel, for pictures that wait to be scrolled to."""
    return _png(1, 1, 6, b"", b"\0\0\0\0\0")


def icon() -> bytes:
    """The favicon: an ICO file that holds a PNG of 16 by 16 pixels."""
    image = png("gull", 16, 16)
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(image), 22) + image


def portrait(name: str) -> bytes:
    """A portrait as an SVG: head and shoulders in colours that `name` decides."""
    digest = sha256(name.encode()).digest()
    hue, skin = digest[0] * 360 // 256, 20 + digest[1] % 15
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" fill="hsl({hue},30%,80%)"/>'
        f'<circle cx="32" cy="26" r="12" fill="hsl({skin},45%,60%)"/>'
        f'<path d="M10 64c2-20 42-20 44 0z" fill="hsl({(hue + 180) % 360},35%,40%)"/></svg>\n'
    ).encode()


def tone(hertz: int, seconds: float) -> bytes:
    """A tone as a WAV file: mono, 8 bit, 8 kHz."""
    count = int(SAMPLE_RATE * seconds)
    samples = bytes(128 + round(80 * math.sin(2 * math.pi * hertz * n / SAMPLE_RATE)) for n in range(count))
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(samples)
    return out.getvalue()


def _palette(seed: bytes) -> bytes:
    """16 shades of sky, then 16 of sea, then the shore and the sun."""
    sky, sea = SKIES[seed[0] % len(SKIES)], SEAS[seed[1] % len(SEAS)]
    shades = [_mix(sky, (255, 255, 255), n / 24) for n in range(16)] + [_mix(sea, (0, 0, 0), n / 40) for n in range(16)]
    return bytes(value for colour in [*shades, LAND, SUN] for value in colour)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _rows(seed: bytes, width: int, height: int) -> Iterator[bytes]:
    horizon = height * (45 + seed[2] % 20) // 100
    shore = [int(_shore(seed, x / width) * height) for x in range(width)]
    for y in range(horizon):
        row = bytearray([y * 15 // horizon]) * width
        _draw_sun(row, y, seed, horizon, height // 12)
        if horizon - y <= max(shore):
            row = bytearray(LAND_INDEX if horizon - y <= shore[x] else row[x] for x in range(width))
        yield bytes(row)
    for y in range(height - horizon):
        yield bytes([16 + y * 15 // (height - horizon)]) * width


def _draw_sun(row: bytearray, y: int, seed: bytes, horizon: int, radius: int) -> None:
    x, depth = len(row) * (15 + seed[3] % 70) // 100, y - horizon * (20 + seed[4] % 50) // 100
    if abs(depth) <= radius:
        half = math.isqrt(radius**2 - depth**2)
        left, right = max(x - half, 0), min(x + half, len(row))
        row[left:right] = bytes([SUN_INDEX]) * (right - left)


def _shore(seed: bytes, x: float) -> float:
    """The height of the far shore at `x`, both as shares of the picture."""
    return 0.05 + 0.03 * math.sin(7 * x + seed[5]) + 0.015 * math.sin(29 * x + seed[6])


def _png(width: int, height: int, kind: int, palette: bytes, rows: bytes) -> bytes:
    """A PNG, 8 bits a sample, from filtered rows (https://www.w3.org/TR/png-3/, section 11)."""
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return PNG_SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks if data or name == b"IEND")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
