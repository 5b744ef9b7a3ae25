"""`scrapy demo`: what it says and what it ends with, the crawls themselves aside."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.archive.layout import warc_folder
from crawler.commands import demo

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = demo.Command()
    command.settings = Settings({"ARCHIVES_DIR": str(tmp_path / "archives")})
    return command


def options(command, *arguments):
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    return parser.parse_args(arguments)


def test_two_crawls_of_one_source_with_one_edition_each(command, monkeypatch, capsys):
    crawls = []

    def crawl(name, folder, settings):
        feed = (folder / f"{name}.toml").read_text().split('feeds = ["')[1].split('"')[0]
        with urllib.request.urlopen(feed) as response:
            crawls.append((name, settings, b"Swing bridge opens again" in response.read()))
        return 0

    monkeypatch.setattr(demo, "crawl", crawl)
    command.run([], options(command, "--port", "0", "-s", "LOG_LEVEL=ERROR"))
    name = crawls[0][0]
    settings = ["LOG_LEVEL=ERROR", f"ARCHIVES_DIR={Path('archives').absolute()}"]
    assert crawls == [(name, settings, False), (name, settings, True)]
    output = capsys.readouterr().out
    assert "Second crawl: the next edition is out. New: “Swing bridge opens again, two days early”" in output
    assert output.splitlines()[-2:] == [
        f"Look at archives/{name}/text/ (clean texts and their metadata) "
        f"and archives/{name}/warc/ (the pages as they were served).",
        "Next: scrapy replay archives",
    ]
    assert command.exitcode == 0


def test_a_crawl_that_fails_ends_the_demo_with_its_exit_code(command, monkeypatch, capsys):
    monkeypatch.setattr(demo, "crawl", lambda *_: 3)
    command.run([], options(command, "--port", "0"))
    assert command.exitcode == 3
    assert capsys.readouterr().out.endswith("The crawl ended with exit code 3: its messages are above.\n")


def test_a_crawl_that_is_stopped_ends_the_demo_quietly(command, monkeypatch, capsys):
    def crawl(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "crawl", crawl)
    command.run([], options(command, "--port", "0"))
    assert command.exitcode == 130
    assert capsys.readouterr().out.endswith("Stopped.\n")


def test_an_earlier_demo_in_the_archive_is_named(command, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(demo, "source_at", lambda port: contextlib.nullcontext(("demo", None)))
    monkeypatch.setattr(demo, "crawl", lambda *_: 1)
    command.run([], options(command, "--port", "0"))
    assert "An earlier demo" not in capsys.readouterr().out
    folder = warc_folder(tmp_path / "archives", "demo")
    folder.mkdir(parents=True)
    (folder / "demo-20261122T101500Z-00000-host-1.warc.gz").touch()
    command.run([], options(command, "--port", "0"))
    assert "An earlier demo archived this newspaper already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--port", "65536"], "--port 65536: give a port from 1 to 65535, or 0"), (["--port", "-1"], "--port -1")],
)
def test_a_port_that_cannot_be_is_refused(command, arguments, message):
    with pytest.raises(UsageError, match=message):
        command.run([], options(command, *arguments))


def test_an_argument_is_refused_because_there_are_none(command):
    with pytest.raises(UsageError, match="no arguments, but was given: sputnik"):
        command.run(["sputnik"], options(command))


def test_a_port_that_is_taken_says_how_to_go_on(command, newspaper):
    with pytest.raises(UsageError, match=f"port {newspaper.server_port} is in use .* scrapy demo --port 0"):
        command.run([], options(command, "--port", str(newspaper.server_port)))


SERVE = """
import argparse, signal, sys
from scrapy.settings import Settings
from crawler.commands.demo import Command
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts in the background ignore it
command, parser = Command(), argparse.ArgumentParser()
command.settings = Settings()
command.add_options(parser)
command.run([], parser.parse_args())
sys.exit(command.exitcode)
"""


def test_serving_ends_cleanly_with_ctrl_c():
    arguments = [sys.executable, "-u", "-c", SERVE, "--serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        address = next(line for line in process.stdout if line.startswith("Serving ")).split()[1]
        with urllib.request.urlopen(address) as response:
            assert b"The Brackwater Courier" in response.read()
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "\nStopped.\n"
        assert process.wait() == 0
