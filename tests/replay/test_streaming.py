"""Large captures are passed on piece by piece."""

from __future__ import annotations

import hashlib
import http.client
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.errors import RecordError
from crawler.replay import library as libraries
from crawler.replay import streaming
from tests.replay.conftest import Recorder, Served

FILM = "https://a.org/film.mp4"
SIZE = 100 << 20
PATTERN = bytes(range(256)) * 4096
"""Repeated, it makes a film: a megabyte of which each piece is known."""

Open = Callable[[Path], libraries.Library]


@pytest.fixture(scope="module")
def served_film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A film of 100 MiB, a revisit of it, and the same in a coding, which is not passed on so."""
    folder = tmp_path_factory.mktemp("film")
    recorder = Recorder(folder / "archive")
    recorder.add(FILM, PATTERN * (SIZE // len(PATTERN)), "video/mp4")
    recorder.add(FILM + "?again", PATTERN * (SIZE // len(PATTERN)), "video/mp4")
    recorder.close()
    served = Served(folder / "archive", folder / "cache")
    yield served
    served.replay.stop()


def ask(served: Served, url: str, wanted: str = "", method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    """An answer of the proxy, its body by its digest where it is long."""
    connection = http.client.HTTPConnection("127.0.0.1", served.replay.proxy_port, timeout=60)
    connection.request(method, url, headers={"Range": wanted} if wanted else {})
    answer = connection.getresponse()
    digest = hashlib.sha256()
    body = b""
    while piece := answer.read(1 << 16):
        digest.update(piece)
        body = piece if len(piece) < 1000 else b""
    connection.close()
    return answer, body or digest.digest()


@pytest.mark.parametrize("url", [FILM, FILM + "?again"])
def test_a_film_is_passed_on_in_bounded_memory(served_film: Served, url: str) -> None:
    """All of it, and its end, byte for byte; a revisit has the bytes of its original."""
    whole = hashlib.sha256()
    for _ in range(SIZE // len(PATTERN)):
        whole.update(PATTERN)
    tracemalloc.start()
    try:
        answer, digest = ask(served_film, url)
        end, body = ask(served_film, url, "bytes=-5")
        middle, there = ask(served_film, url, f"bytes={SIZE // 2}-{SIZE // 2 + 9}")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (answer.status, answer.headers["Content-Length"], digest) == (200, str(SIZE), whole.digest())
    assert (end.status, end.headers["Content-Range"]) == (206, f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}")
    assert (body, there) == (PATTERN[-5:], PATTERN[:10])
    assert middle.headers["Content-Length"] == "10"
    assert most < SIZE // 2


def test_its_head_alone_and_a_range_beyond_it(served_film: Served) -> None:
    """As with small captures."""
    assert ask(served_film, FILM, method="HEAD")[0].headers["Content-Length"] == str(SIZE)
    assert ask(served_film, FILM, f"bytes={SIZE}-")[0].status == 416


def test_the_static_view_and_the_record_come_in_pieces_too(
    served_film: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing reads a large record whole."""
    monkeypatch.setattr(libraries.Library, "read", lambda *args: pytest.fail("read whole"))
    assert len(served_film.get(f"/web/2017im_/{FILM}", content=True, Range="bytes=0-9")[2]) == 10
    memento = served_film.replay.captures.find(FILM)
    assert memento is not None
    assert int(served_film.get(f"/records/{memento.id}")[1]["Content-Length"]) == memento.length


@pytest.mark.parametrize("headers", [b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_what_is_in_a_coding_is_read_whole(recorder: Recorder, open_library: Open, headers: bytes) -> None:
    """What it holds is not what is sent."""
    recorder.add(FILM, bytes(2 << 20), "video/mp4", headers=headers)
    recorder.close()
    library = open_library(recorder.folder)
    library.refresh()
    memento = library.find(FILM)
    assert memento is not None
    assert library.open(memento)[1] is None


def test_a_film_that_is_cut_off_ends_with_an_error_for_people(
    recorder: Recorder, open_library: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with a traceback, and not with less than was announced and no word."""
    recorder.add(FILM, bytes(2 << 20), "video/mp4")
    path = recorder.close()
    assert path is not None
    library = open_library(recorder.folder)
    library.refresh()
    memento = library.find(FILM)
    assert memento is not None
    monkeypatch.setattr(libraries, "LOOKED_AT_FROM", 0)
    stream = library.open(memento)[1]
    assert isinstance(stream, streaming.Stream)
    path.write_bytes(path.read_bytes()[: memento.offset + memento.length - 1000])
    with pytest.raises(RecordError, match="cannot be read at offset"):
        list(stream)
