"""Records as other programs write them, byte by byte."""

from __future__ import annotations

import tempfile
from pathlib import Path

from crawler.archive.reader import Record, iterate

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello</p>"


def make_record(block: bytes = PAGE, **fields: str) -> bytes:
    """A WARC 1.0 response record with what the test changes; a field given as "" is left out."""
    named = {
        "WARC-Type": "response",
        "WARC-Record-ID": "<urn:uuid:1>",
        "WARC-Date": "2020-02-03T04:05:06Z",
        "WARC-Target-URI": "<http://news.example/>",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\r\n" for name, value in named.items() if value]
    return b"WARC/1.0\r\n" + "".join(lines).encode() + b"\r\n" + block + b"\r\n\r\n"


def records(path: Path) -> list[Record]:
    found = list(iterate(path))
    assert all(isinstance(item, Record) for item in found), found
    return [item for item in found if isinstance(item, Record)]


def chunk(data: bytes) -> bytes:
    return b"%x;extension=1\r\n%s\r\n0\r\nTrailer: x\r\n\r\n" % (len(data), data)


def read_bytes(data: bytes) -> Record:
    """The only record of a file with this content."""
    with tempfile.NamedTemporaryFile(suffix=".warc") as file:
        file.write(data)
        file.flush()
        [record] = records(Path(file.name))
        return record
