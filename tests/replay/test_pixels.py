"""The sample newspaper, live and replayed: what the browser shows is equal, pixel for pixel."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.archive.exchange import Exchange
from crawler.archive.writer import ArchiveWriter
from crawler.demo.server import NewspaperServer, serving
from crawler.replay.service import Replay
from tests.replay.chromium import Chromium, chromium_path
from tests.replay.conftest import NOON

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="needs Chromium (Debian: apt-get install chromium)"),
]

PAGES = {
    "front": "/",
    "lazy pictures and a most-read list": "/town/2024/03/05/sluice-gate-repair",
    "a sound": "/culture/2024/03/01/harbour-walk-podcast",
    "Arabic": "/neighbours/2024/02/27/mina-arabi",
    "Chinese": "/neighbours/2024/03/05/xin-cha-guan",
    "an old blog": "/news.php?id=1187",
    "a section": "/science",
}


SOUND = "/media/harbour-walk.wav"
SOUND_SECONDS = """new Promise(done => {
  const sound = document.querySelector("audio");
  const tell = () => done(sound.error ? sound.error.message : sound.duration);
  sound.onloadedmetadata = sound.onerror = tell;
  sound.preload = "metadata";
  sound.load();
})"""
"""The length of the page's sound, which the player asks for in ranges; or why it cannot be played."""


def fetch(url: str) -> Exchange:
    """One exchange over a socket, byte for byte."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    request = (
        f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    ).encode()
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(request)
        response = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    return Exchange(url, "GET", NOON, request, response)


@pytest.fixture(scope="module")
def live_shots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NewspaperServer, dict[str, bytes], Path]]:
    """Screenshots of the live newspaper, and an archive of all that its pages asked for."""
    folder = tmp_path_factory.mktemp("pixels")
    writer = ArchiveWriter(folder / "archive", "pixels", info={"software": "test"})
    shots: dict[str, bytes] = {}
    seen: set[str] = set()
    with serving() as server:
        chromium = Chromium()
        for name, path in PAGES.items():
            chromium.open(server.url + path)
            shots[name] = settled(chromium)
            for url in chromium.requested():
                if url.startswith(server.url) and url not in seen:
                    seen.add(url)
                    writer.write(fetch(url))
        writer.write(fetch(server.url + SOUND))
        chromium.close()
        writer.close()
        yield server, shots, folder


def settled(chromium: Chromium) -> bytes:
    """A screenshot once the page's scripts have done their work and all pictures are there."""
    chromium.wait("!document.querySelector('.most-read ol') || document.documentElement.dataset.ready == 'yes'")
    chromium.wait("[...document.images].every(image => image.complete)")
    return chromium.screenshot()


def test_the_replayed_newspaper_looks_as_the_live_one(
    live_shots: tuple[NewspaperServer, dict[str, bytes], Path],
) -> None:
    """Every page is the same to the last pixel, nothing is missing, sound plays, and the live server is not asked."""
    server, shots, folder = live_shots
    asked_before = server.asked()
    replay = Replay(folder / "archive", cache_folder=folder / "cache")
    replay.start()
    chromium = Chromium(replay.proxy_port, replay.identity.spki)
    try:
        replayed = {}
        missing = {}
        for name, path in PAGES.items():
            chromium.open(server.url + path)
            replayed[name] = settled(chromium)
            missing[name] = replay.showing.visits()[0].missing
        chromium.open(server.url + PAGES["a sound"])
        seconds = chromium.run(SOUND_SECONDS)
        different = [name for name, shot in shots.items() if replayed[name] != shot]
    finally:
        chromium.close()
        replay.stop()
    assert different == []
    assert seconds == 3
    assert missing == {name: [] for name in PAGES}
    assert server.asked() == asked_before
