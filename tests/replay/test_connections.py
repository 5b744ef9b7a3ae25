"""How many connections a server keeps, and which of them it gives up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from crawler.replay import connections
from crawler.replay.web import Request, Response, Server


@pytest.fixture
def small_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with room for two; a request for /slow is answered once /go was asked for."""
    monkeypatch.setattr(connections, "MOST", 2)
    go = threading.Event()

    def answer(request: Request) -> Response:
        if request.path == "/slow":
            assert go.wait(20)
        if request.path == "/go":
            go.set()
        return Response.text("here")

    server = Server("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    go.set()
    server.shutdown()
    server.server_close()
    thread.join(20)


def connected(server: Server, sent: bytes, waiting: int = 0, working: int = 0) -> socket.socket:
    """A connection on which so much was sent, when the server has so many of either kind at least."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    client.sendall(sent)
    settled(server, waiting, working)
    return client


def settled(server: Server, waiting: int = 0, working: int = 0) -> None:
    """Wait until the server knows of so many connections of either kind at least."""
    known = server.connections
    while len(known._waiting) < waiting or len(known._working) < working:
        threading.Event().wait(0.005)


def asked(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def test_who_sends_no_request_makes_room(small_server: Server) -> None:
    """Of connections that say nothing, or a little now and then, the oldest goes; requests are answered."""
    silent = connected(small_server, b"", waiting=1)
    dripping = connected(small_server, b"GET / HTTP/1.1\r\nX-Slow: ", waiting=2)
    served = connected(small_server, asked("/"))
    assert served.recv(1000).endswith(b"here")
    assert silent.recv(1) == b""
    again = connected(small_server, asked("/"))
    assert again.recv(1000).endswith(b"here")
    assert dripping.recv(1) == b""
    for client in (silent, dripping, served, again):
        client.close()


def test_who_is_being_answered_stays(small_server: Server) -> None:
    """A connection that is kept open gives way, one whose answer takes its time does not."""
    slow = connected(small_server, asked("/slow"), working=1)
    kept = connected(small_server, asked("/"))
    assert kept.recv(1000).endswith(b"here")
    settled(small_server, waiting=1)
    go = connected(small_server, asked("/go"))
    assert go.recv(1000).endswith(b"here")
    assert kept.recv(1) == b""
    assert slow.recv(1000).endswith(b"here")
    for client in (slow, kept, go):
        client.close()


def test_where_all_are_being_answered_a_new_one_is_closed(small_server: Server) -> None:
    """It can come again; nobody else's answer is lost."""
    slow = [connected(small_server, asked("/slow"), working=number) for number in (1, 2)]
    one_more = connected(small_server, asked("/"))
    assert one_more.recv(1) == b""
    for client in (*slow, one_more):
        client.close()
