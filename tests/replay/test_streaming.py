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


def chunked(body: bytes, size: int, end: bytes = b"0\r\nX-Trailer: 1\r\n\r\n") -> bytes:
    """`body` as a server sends it in chunks, with an extension on each."""
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x;name=value\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


@pytest.fixture
def opened_with(recorder: Recorder, open_library: Open) -> Callable[..., streaming.Stream | None]:
    """The body of a film with these headers, to be passed on in pieces, or None."""

    def opened(body: bytes, headers: bytes, accepted: frozenset[str] = frozenset()) -> streaming.Stream | None:
        recorder.add(FILM, body, "video/mp4", headers=headers)
        recorder.close()
        library = open_library(recorder.folder)
        library.refresh()
        memento = library.find(FILM)
        assert memento is not None
        return library.open(memento, accepted)[1]

    return opened


CHUNKED = b"Transfer-Encoding: chunked\r\n"
CODED = b"Content-Encoding: gzip\r\n"
FEW_MEGABYTES = PATTERN * 3


@pytest.mark.parametrize("size", [1000, 70_000, 1 << 30])
def test_what_came_in_chunks_is_passed_on_without_them(
    opened_with: Callable[..., streaming.Stream | None], size: int
) -> None:
    """Whole or a part of it, however large the chunks are."""
    stream = opened_with(chunked(FEW_MEGABYTES, size), CHUNKED)
    assert stream is not None
    assert (len(stream), b"".join(stream)) == (len(FEW_MEGABYTES), FEW_MEGABYTES)
    assert b"".join(stream[99_990:100_010]) == FEW_MEGABYTES[99_990:100_010]


def test_what_the_client_can_decode_is_passed_on_as_it_is(
    opened_with: Callable[..., streaming.Stream | None],
) -> None:
    """A content-coding that it names; in chunks as well."""
    stream = opened_with(chunked(FEW_MEGABYTES, 9000), CODED + CHUNKED, frozenset({"gzip", "br"}))
    assert stream is not None
    assert b"".join(stream) == FEW_MEGABYTES


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (FEW_MEGABYTES, CODED),
        (FEW_MEGABYTES, CHUNKED),
        (chunked(FEW_MEGABYTES, 1 << 20, end=b""), CHUNKED),
        (chunked(FEW_MEGABYTES, 1 << 20), b"Transfer-Encoding: gzip, chunked\r\n"),
        (chunked(b"small", 10), CHUNKED),
    ],
)
def test_the_rest_is_read_whole(
    opened_with: Callable[..., streaming.Stream | None], body: bytes, headers: bytes
) -> None:
    """What has to be decoded, broken chunks, other transfer-codings, and what is small."""
    assert opened_with(body, headers) is None


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
