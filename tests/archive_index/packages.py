"""What tests of exports need: pages, and packages read back."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

from crawler.archive.cdxj import Entry, parse_line
from crawler.archive.reader import Record, read_record

PAGE = b"<html><head><title>The\n  t&iuml;tle</title></head><body>text</body></html>"
SAME = PAGE.replace(b"text</body>", b"<img src=/1.png>%b</body>" % (b"<p>unchanged</p>" * 50))


class Package:
    """A WACZ read back."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)
        self.warcs = [name for name in self.zip.namelist() if name.startswith("archive/")]

    def read(self, name: str) -> bytes:
        return self.zip.read(name)

    def jsonl(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read(name).splitlines()]

    def entries(self) -> list[Entry]:
        return [parse_line(line) for line in gzip.decompress(self.read("indexes/index.cdx.gz")).splitlines()]

    def record(self, entry: Entry, folder: Path) -> Record:
        """The record that a line of the index points to, read by its offset."""
        path = folder / entry.fields["filename"]
        path.write_bytes(self.read(f"archive/{entry.fields['filename']}"))
        record = read_record(path, entry.offset)
        blank_lines = 4 if path.suffix == ".warc" else 0
        assert record.length == int(entry.fields["length"]) + blank_lines
        return record


def page_response(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    return (
        "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *fields, "", ""]).encode() + body
    )


def urls_of(package: Package) -> list[str]:
    return [f"{entry.fields['url']} {entry.timestamp[:8]}" for entry in package.entries()]
