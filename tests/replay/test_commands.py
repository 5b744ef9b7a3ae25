"""`scrapy replay` and `scrapy reextract` as people call them: what they print, and how they end."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from crawler.commands import reextract, replay
from crawler.errors import UsageError
from crawler.replay import browser, cache, service
from crawler.replay.browser import arguments, find_browser
from crawler.replay.web import Server
from tests.replay.conftest import Recorder
from tests.replay.reextract.stories import story

ROOT = Path(__file__).parents[2]


def call(command: replay.Command | reextract.Command, archives: Path, *args: str) -> int:
    """Call a command in this process; its exit code."""
    command.settings = Settings({"ARCHIVES_DIR": str(archives)})
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    options, paths = parser.parse_known_args(list(args))
    command.run(paths, options)
    return command.exitcode


@pytest.fixture
def filled_archive(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An archive of two stories, and a cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for number in range(2):
        recorder.add(f"https://a.example/{number}", story(f"Story {number}"))
    recorder.close()
    return recorder.folder


def test_replay_says_what_is_wrong_with_its_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is not there, and a folder without WARCs."""
    (tmp_path / "empty").mkdir()
    assert call(replay.Command(), tmp_path, str(tmp_path / "nothing")) == 1
    assert "there is no such file or folder" in capsys.readouterr().err
    assert call(replay.Command(), tmp_path / "empty") == 1
    assert "holds no WARC" in capsys.readouterr().err
    assert call(replay.Command(), tmp_path, "a", "b") == 1
    assert "takes one PATH" in capsys.readouterr().err


def test_replay_says_what_is_wrong_with_its_options(
    filled_archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time that is none, a port in use, a browser that is not there."""
    assert call(replay.Command(), filled_archive, "--at", "tomorrow") == 1
    assert "--at tomorrow is no time" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert call(replay.Command(), filled_archive, "--no-browser", "--port", str(taken.getsockname()[1])) == 1
    assert "is in use" in capsys.readouterr().err
    monkeypatch.setenv(browser.VARIABLE, "/no/such/browser")
    assert call(replay.Command(), filled_archive) == 1
    assert "BROADSHEET_BROWSER names /no/such/browser" in capsys.readouterr().err


@pytest.mark.parametrize("taken", [False, True])
def test_content_is_at_the_port_after_that_of_the_pages(
    filled_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    """So that the addresses of mementos last; anywhere else where that port is taken."""
    asked: list[int] = []

    class Asked(Server):
        def __init__(self, bind: str, port: int, *rest: Any) -> None:
            asked.append(port)
            if taken and len(asked) == 2:
                raise UsageError("in use")
            super().__init__(bind, 0, *rest)

    monkeypatch.setattr(service, "Server", Asked)
    replayed = service.Replay(filled_archive, port=8480, cache_folder=tmp_path)
    replayed.start()
    replayed.stop()
    pages = int(replayed.url.rstrip("/").rsplit(":", 1)[1])
    assert asked == [8480, pages + 1, *([0] if taken else [])]


def test_replay_serves_until_it_is_interrupted(filled_archive: Path, tmp_path: Path) -> None:
    """It says where, what it read and what it could not, and Ctrl-C ends it without a traceback."""
    (filled_archive / "broken.warc.gz").write_bytes(b"<html>")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "replay", str(filled_archive), "--port", "0", "--no-articles"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Cannot be read" in line:
            pages = "".join(re.findall(r"is at (http://\S+)", "".join(said)))
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"{pages}no/such/page", timeout=30)
            process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    printed = "".join(said)
    for expected in ("is at http://127.0.0.1:", "2 captures, 2 WARCs", "broken.warc.gz", "No display was found"):
        assert expected in printed
    assert "Traceback" not in printed
    assert "/no/such/page" not in printed


def test_an_unwritable_cache_folder_is_no_hindrance(tmp_path: Path) -> None:
    """The index is then kept in a temporary place, which goes at the end."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    opened = cache.open_cache(tmp_path, blocked / "folder")
    path = opened.path
    assert opened.temporary
    assert path.exists()
    opened.close()
    assert not path.exists()


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    """It holds nothing that the archive does not."""
    first = cache.open_cache(tmp_path, tmp_path / "cache")
    first.close()
    first.path.write_bytes(b"not a database" * 100)
    second = cache.open_cache(tmp_path, tmp_path / "cache")
    with second.connection() as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (0,)
    assert not second.temporary
    second.close()


def test_the_browser_has_no_network_but_the_proxy(tmp_path: Path) -> None:
    """A profile of its own, all hosts through the proxy, loopback too, and one key trusted."""
    flags = arguments(tmp_path, 1234, "KEY=")
    assert f"--user-data-dir={tmp_path}" in flags
    assert "--proxy-server=http://127.0.0.1:1234" in flags
    assert "--proxy-bypass-list=<-loopback>" in flags
    assert "--ignore-certificate-errors-spki-list=KEY=" in flags
    assert any(flag.startswith("--host-resolver-rules=MAP * ~NOTFOUND") for flag in flags)
    assert "--ignore-certificate-errors" not in flags


def test_the_named_browser_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's choice goes before what is installed; none at all is None."""
    program = tmp_path / "my-browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv(browser.VARIABLE, str(program))
    assert find_browser() == program
    monkeypatch.delenv(browser.VARIABLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "MAC_APPLICATIONS", ())
    assert find_browser() is None


def test_reextract_writes_compares_and_goes_on(
    filled_archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines come out, a second call has nothing to do, and a comparison finds what is not stored."""
    out = tmp_path / "out"
    common = (str(filled_archive), "--jobs", "1")
    assert call(reextract.Command(), tmp_path, *common, "-o", str(out), "--format", "jsonl") == 0
    assert "1 WARCs: 2 articles" in capsys.readouterr().out
    (file,) = out.glob("*.jsonl")
    assert [json.loads(line)["title"] for line in file.read_text().splitlines()] == ["Story 0", "Story 1"]
    call(reextract.Command(), tmp_path, *common, "-o", str(out), "--format", "jsonl")
    assert "0 WARCs and 1 done before: 2 articles" in capsys.readouterr().out
    call(reextract.Command(), tmp_path, *common, "--diff", "--url", "/0$")
    printed = capsys.readouterr().out
    assert "new: https://a.example/0" in printed
    assert "1 new" in printed


REEXTRACT = """
import sys
from scrapy.cmdline import execute

sys.argv[:1] = ["scrapy", "reextract"]
try:
    execute()
finally:
    print(*sys.modules)
"""

OF_THE_WORKERS = {"trafilatura", "courlan", "crawler.extraction.extract", "crawler.extraction.clean"}


def test_the_parent_of_a_reextraction_never_loads_the_extraction(filled_archive: Path, tmp_path: Path) -> None:
    """Workers have it loaded; loading it in the parent too would keep them waiting for their first page."""
    command = [sys.executable, "-c", REEXTRACT, str(filled_archive), "-o", str(tmp_path / "out"), "-j", "1"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "1 WARCs: 2 articles" in printed
    assert not OF_THE_WORKERS & set(printed.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Give --output FOLDER, or --diff"),
        (("--diff", "--jobs", "-1"), "--jobs -1"),
        (("--diff", "--timeout", "0"), "--timeout 0"),
        (("--diff", "--timeout", "nan"), "--timeout nan"),
        (("--diff", "--host", "a b"), "--host a b is no host"),
        (("--diff", "/no/such/folder"), "there is no such file or folder"),
    ],
)
def test_reextract_says_what_is_wrong(
    filled_archive: Path, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str
) -> None:
    """Each message names the option and what is allowed."""
    assert call(reextract.Command(), filled_archive, *args) == 1
    assert message in capsys.readouterr().err
