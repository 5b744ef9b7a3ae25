"""`scrapy archive` does its jobs, and says in a sentence why it cannot."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


def _warc(path: Path, url: str = "http://a/") -> Path:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>A</title>"
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-11-22T10:15:00Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    return path


@pytest.fixture
def scrapy_archive(tmp_path: Path) -> Run:
    """Runs `scrapy archive ...` in a folder that is no project, with this project's commands."""

    def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scrapy", "archive", *map(str, args)]
        environment = os.environ | {
            "SCRAPY_SETTINGS_MODULE": "crawler.settings",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
        }
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_index_is_written_beside_the_warcs_of_every_folder(tmp_path: Path, scrapy_archive: Run) -> None:
    for source in ("one", "two"):
        _warc(tmp_path / "archives" / source / "warc" / f"{source}.warc.gz", f"http://{source}/")
    (tmp_path / "archives" / "old.arc.gz").touch()
    result = scrapy_archive("index")
    assert result.returncode == 0, result.stderr
    for source in ("one", "two"):
        assert (
            (tmp_path / "archives" / source / "warc" / "index.cdxj")
            .read_text()
            .startswith(f"{source})/ 20261122101500")
        )
    assert "old.arc.gz is not read: it is ARC" in result.stderr
    assert "1 file left out" in result.stderr


def test_index_can_be_printed(tmp_path: Path, scrapy_archive: Run) -> None:
    result = scrapy_archive("index", _warc(tmp_path / "x" / "a.warc.gz"), "-o", "-")
    assert json.loads(result.stdout.split(" ", 2)[2])["filename"] == "a.warc.gz"
    assert not (tmp_path / "x" / "index.cdxj").exists()


def test_damage_is_named_and_sets_the_exit_code(tmp_path: Path, scrapy_archive: Run) -> None:
    warc = _warc(tmp_path / "a.warc.gz")
    warc.write_bytes(warc.read_bytes() + b"\x1f\x8b\x08broken")
    result = scrapy_archive("index", tmp_path)
    assert result.returncode == 2
    assert f"{warc}, offset " in result.stderr
    assert "1 place could not be read and is left out" in result.stderr


def test_stats_are_a_table_or_json(tmp_path: Path, scrapy_archive: Run) -> None:
    _warc(tmp_path / "gazette" / "warc" / "a.warc.gz")
    table = scrapy_archive("stats", tmp_path)
    assert "1 WARC" in table.stdout
    assert "gazette" in table.stdout
    plain = json.loads(scrapy_archive("stats", tmp_path, "--json").stdout)
    assert plain["sources"]["gazette"]["captures"] == 1
    assert not (tmp_path / "gazette" / "warc" / "index.cdxj").exists(), "counting writes nothing beside the WARCs"


def test_an_index_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path, scrapy_archive: Run) -> None:
    result = scrapy_archive("index", _warc(tmp_path / "a.warc.gz"), "-o", "nowhere/all.cdxj")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: Cannot write the index nowhere/all.cdxj: No such file or directory.")


def test_stats_are_counted_where_the_index_cannot_be_brought_level(tmp_path: Path, scrapy_archive: Run) -> None:
    """As in an archive on a disk that may only be read."""
    _warc(tmp_path / "a.warc.gz")
    assert scrapy_archive("index", tmp_path).returncode == 0
    _warc(tmp_path / "b.warc.gz", "http://b/")
    (tmp_path / "index.cdxj.open").mkdir()
    result = scrapy_archive("stats", tmp_path, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["total"]["captures"] == 2


def test_a_package_is_exported(tmp_path: Path, scrapy_archive: Run) -> None:
    _warc(tmp_path / "archives" / "gazette" / "warc" / "a.warc.gz", "http://a/1")
    _warc(tmp_path / "archives" / "other" / "warc" / "b.warc.gz", "http://a/2")
    (tmp_path / "urls.txt").write_text("# what we want\nhttp://www.a/1\n")
    for options in (["--source", "gazette"], ["--urls", "urls.txt"], ["--until", "2026-11-22", "--source", "gazette"]):
        result = scrapy_archive("export", "--wacz", "out.wacz", *options)
        assert result.returncode == 0, result.stderr
        assert "1 capture, 1 page, 1 WARC" in result.stderr
        pages = zipfile.ZipFile(tmp_path / "out.wacz").read("pages/pages.jsonl").splitlines()
        assert [json.loads(page)["title"] for page in pages[1:]] == ["A"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["index", "nowhere"], "There is no nowhere"),
        (["index", "empty"], "no file ends in .warc, .warc.gz or .warc.zst"),
        (["export", "."], "export needs --wacz OUT"),
        (["export", "x.warc.gz", "--wacz", "out.wacz", "--since", "yesterday"], "--since is 'yesterday'"),
        (["export", "x.warc.gz", "--wacz", "out.wacz", "--until", "2000-01-01"], "no capture is in that range"),
        (["export", "x.warc.gz", "--wacz", "out.wacz", "--urls", "none.txt"], "none.txt"),
        (["rebuild", "empty"], "nothing to rebuild in empty"),
        (["rebuild", "strange"], 'there is no source "gazette"'),
        (["burn"], "allowed: one of index"),
        ([], "found: nothing"),
        (["index", "--processes", "0"], "--processes is 0"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(
    args: list[str], message: str, tmp_path: Path, scrapy_archive: Run
) -> None:
    _warc(tmp_path / "x.warc.gz")
    (tmp_path / "empty").mkdir()
    _warc(tmp_path / "strange" / "gazette" / "warc" / "a.warc.gz")
    result = scrapy_archive(*args)
    assert result.returncode != 0
    assert message in result.stderr
    assert "Traceback" not in result.stderr
