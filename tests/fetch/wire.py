"""A server on a raw socket, which sends exactly what it is told to and remembers exactly what it was sent."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Script:
    """What the server does with a request: it sends `pieces`, each in a packet of its own, and then `end`s."""

    pieces: tuple[bytes, ...]
    end: Literal["keep", "close", "drop", "reset", "hang"] = "keep"
    """Over TLS, "close" says goodbye and "drop" does not."""

    @property
    def sent(self) -> bytes:
        return b"".join(self.pieces)


@dataclass
class WireServer:
    """Serves scripts by path, and remembers the bytes of every request by path."""

    scripts: dict[str, Script | Callable[[int], Script]]
    context: ssl.SSLContext | None = None
    tunnel_context: ssl.SSLContext | None = None
    requests: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    connections: list[int] = field(default_factory=list)
    """Requests that each connection carried."""
    strays: list[bytes] = field(default_factory=list)
    """What came on connections and was no request."""

    def __enter__(self) -> WireServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve_safely, args=(connection,), daemon=True).start()

    def _serve_safely(self, connection: socket.socket) -> None:
        number = len(self.connections)
        self.connections.append(0)
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            self._serve(connection, number)
        except OSError:
            pass
        finally:
            connection.close()

    def _serve(self, connection: socket.socket, number: int) -> None:
        while request := self._read_request(connection):
            target = request.split(b" ")[1].decode()
            if request.startswith(b"CONNECT "):
                assert self.tunnel_context is not None
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                connection = self.tunnel_context.wrap_socket(connection, server_side=True)
                continue
            path = "/" + target.partition("://")[2].partition("/")[2] if "://" in target else target
            self.requests[path].append(request)
            self.connections[number] += 1
            script = self.scripts[path]
            if callable(script):
                script = script(len(self.requests[path]))
            for piece in script.pieces:
                connection.sendall(piece)
            if script.end == "hang":
                connection.recv(1)
            if script.end == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if script.end == "close" and isinstance(connection, ssl.SSLSocket):
                connection.unwrap()
            if script.end != "keep":
                return

    def _read_request(self, connection: socket.socket) -> bytes:
        """A whole request, by its head and Content-Length; empty where the client leaves instead."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                self.strays += [data] if data else []
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        fields = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
        length = next((int(value) for name, value in fields if name.lower() == b"content-length"), 0)
        while len(body) < length:
            piece = connection.recv(65536)
            data += piece
            body += piece
        return data


@dataclass(frozen=True)
class Crawled:
    """What came of a crawl."""

    folder: Path
    log: str
    outcomes: dict[str, dict[str, Any]]
    """By the URL that was asked for."""
    stats: dict[str, Any]

    @property
    def warcs(self) -> list[Path]:
        return sorted(self.folder.glob("*.warc.gz"))


Crawl = Callable[..., Crawled]
