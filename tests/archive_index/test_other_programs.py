"""Every job reads what other programs write: their files, packed in each way, and those of a real wget."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from crawler.archive.cdxj import REVISIT_MIME, Entry, entries
from crawler.archive.check import check
from crawler.archive.export import export_wacz
from crawler.archive.reader import Record, iterate
from crawler.archive.selection import Selection
from crawler.demo.server import NewspaperServer
from crawler.replay import library as replays
from crawler.replay.cache import open_cache
from tests.check.test_foreign import STYLES, Style

FORMS = {".warc.gz": gzip.compress, ".warc": bytes, ".warc.zst": zstandard.ZstdCompressor().compress}
HTTP = ("http:", "https:")


def packed(style: Style, form: str, folder: Path) -> Path:
    """The records of a style in a file of that form."""
    source, path = folder / "source.gz", folder / f"packed{form}"
    source.write_bytes(style.data)
    found = [record for record in iterate(source, keep=0) if isinstance(record, Record)]
    members = [style.data[record.offset : record.offset + record.length] for record in found]
    path.write_bytes(b"".join(FORMS[form](gzip.decompress(member)) for member in members))
    source.unlink()
    return path


def errors(*paths: Path) -> list[str]:
    findings: list[str] = []
    check(paths, lambda finding: findings.append(str(finding)) if finding.severity == "error" else None)
    return findings


@pytest.fixture
def library(tmp_path: Path) -> Iterator[replays.Library]:
    """The replay of the folder `read`."""
    (tmp_path / "read").mkdir()
    cache = open_cache(tmp_path / "read", tmp_path / "cache")
    yield replays.Library(tmp_path / "read", cache)
    cache.close()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_form_of_a_file_is_indexed_exported_and_replayed(
    style: Style, form: str, library: replays.Library, tmp_path: Path
) -> None:
    path = packed(style, form, tmp_path / "read")
    found = list(entries(path))
    lines = [entry for entry in found if isinstance(entry, Entry)]
    assert lines
    assert len(lines) == len(found), "nothing is damaged"
    export_wacz([path], tmp_path / "out.wacz", Selection())
    assert errors(path, tmp_path / "out.wacz") == []
    library.refresh()
    assert library.problems() == []
    shown = [entry for entry in lines if entry.fields["url"].startswith(HTTP) and entry.fields["mime"] != "text/plain"]
    for entry in shown:
        memento = library.find(entry.fields["url"])
        assert memento is not None, entry
        if entry.fields["mime"] != REVISIT_MIME:
            assert library.read(memento).block


@pytest.mark.parametrize("options", [[], ["--no-warc-compression"], ["--warc-cdx", "--no-warc-keep-log"]], ids=str)
@pytest.mark.skipif(shutil.which("wget") is None, reason="wget is not installed")
def test_what_wget_archives_is_read(
    options: list[str], newspaper: NewspaperServer, library: replays.Library, tmp_path: Path
) -> None:
    asked = ["wget", "-q", "-p", "-e", "robots=off", "--tries=1", f"--warc-file={tmp_path / 'read' / 'w'}", *options]
    (tmp_path / "files").mkdir()
    subprocess.run([*asked, f"{newspaper.url}/", f"{newspaper.url}/gone"], cwd=tmp_path / "files", check=False)
    (path,) = (tmp_path / "read").glob("w.warc*")
    assert errors(tmp_path / "read") == []
    statuses = {entry.fields["url"]: entry.fields.get("status") for entry in entries(path) if isinstance(entry, Entry)}
    assert (statuses[f"{newspaper.url}/"], statuses[f"{newspaper.url}/gone"]) == ("200", "404")
    export_wacz([path], tmp_path / "out.wacz", Selection())
    assert errors(tmp_path / "out.wacz") == []
    library.refresh()
    memento = library.find(f"{newspaper.url}/")
    assert memento is not None
    assert b"Brackwater" in library.read(memento).decoded_body().data
