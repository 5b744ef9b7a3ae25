"""Spiders made from source files, and what Scrapy's own commands do with them."""

from __future__ import annotations

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from scrapy import Request
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.errors import SourceError
from crawler.spiders import loader as loader_module
from crawler.spiders.loader import SourceLoader

ROOT = Path(__file__).parents[2]
SOURCE = 'title = "{0}"\nhomepage = "https://www.{0}.example/"\nlanguage = "en"\n'
STAND_IN = '''
from scrapy import Spider

class NewsSpider(Spider):
    """Stands in for the spider that crawls: these tests are about which class is made, with which settings."""

    async def start(self):
        print("crawling", self.source.homepage, self.settings["DOWNLOAD_DELAY"], self.settings["USER_AGENT"])
        return
        yield

    def parse(self, response):
        """
        @url data:,x
        @returns items 0 0
        """

class Special(NewsSpider):
    custom_settings = {"DOWNLOAD_DELAY": 7.0}
'''
SETTINGS = """
from crawler.spiders import loader

loader.NEWS_SPIDER = "stand_in.NewsSpider"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SourceLoader"
TELNETCONSOLE_ENABLED = REMOTE_CONTROL_ENABLED = False
LOG_LEVEL = "ERROR"
USER_AGENT = "Project/1.0"
SOURCES_DIR = "mine"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Scrapy project with the sources echo, herald and broken in its folder "mine", beside the shipped ones."""
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = project_settings\n")
    (tmp_path / "project_settings.py").write_text(SETTINGS)
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    (tmp_path / "mine").mkdir()
    add(tmp_path, "echo", "politeness.delay = 3\n")
    add(tmp_path, "herald", 'spider = "stand_in.Special"\npoliteness.user_agent = "Herald/2.0"\n')
    add(tmp_path, "broken", "delay = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "stand_in", raising=False)
    monkeypatch.setattr(loader_module, "NEWS_SPIDER", "stand_in.NewsSpider")
    return tmp_path


def add(project: Path, name: str, more: str = "") -> None:
    (project / "mine" / f"{name}.toml").write_text(SOURCE.format(name) + more)


def add_local(project: Path, name: str, port: int, more: str = "") -> None:
    text = f'title = "{name}"\nhomepage = "http://127.0.0.1:{port}/"\nlanguage = "en"\n{more}'
    (project / "mine" / f"{name}.toml").write_text(text)


def loader_of(project: Path) -> SourceLoader:
    return SourceLoader.from_settings(Settings({"SOURCES_DIR": str(project / "mine")}))


def scrapy(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{project}"}
    environment.pop("SCRAPY_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_source_becomes_a_spider_class_of_its_name(project: Path) -> None:
    spider = loader_of(project).load("echo")
    assert spider.name == "echo"
    assert spider.__bases__[0].__name__ == "NewsSpider"
    assert spider.source.homepage == "https://www.echo.example/"  # type: ignore[attr-defined]


def test_a_class_is_made_once_and_only_when_it_is_asked_for(project: Path) -> None:
    loader = loader_of(project)
    assert "stand_in" not in sys.modules
    assert loader.load("echo") is loader.load("echo")


def test_the_sources_settings_lie_between_the_projects_and_the_command_lines(project: Path) -> None:
    settings = Settings({"DOWNLOAD_DELAY": 5}, priority="project")
    loader_of(project).load("echo").update_settings(settings)
    assert settings.getfloat("DOWNLOAD_DELAY") == 3
    settings.set("DOWNLOAD_DELAY", 4, priority="cmdline")
    loader_of(project).load("echo").update_settings(settings)
    assert settings.getfloat("DOWNLOAD_DELAY") == 4


def test_settings_of_a_python_class_win_over_those_of_its_file(project: Path) -> None:
    settings = Settings()
    loader_of(project).load("herald").update_settings(settings)
    assert settings.getfloat("DOWNLOAD_DELAY") == 7
    assert settings["USER_AGENT"] == "Herald/2.0"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("no_such_module.Spider", "No module named 'no_such_module'"),
        ("stand_in.Missing", "has no attribute 'Missing'"),
        ("pathlib.Path", "no spider; allowed: a subclass of"),
        ("scrapy.Spider", "no spider; allowed: a subclass of"),
        ("ugly.Spider", "invalid syntax"),
    ],
)
def test_a_class_that_cannot_be_used_is_an_error_of_the_source(project: Path, path: str, reason: str) -> None:
    (project / "ugly.py").write_text("class Spider !")
    add(project, "special", f'spider = "{path}"\n')
    with pytest.raises(SourceError, match=rf"special\.toml: spider: found '{path}'.*{reason}"):
        loader_of(project).load("special")


def test_an_unknown_name_is_the_key_error_that_scrapy_asks_for(project: Path) -> None:
    with pytest.raises(KeyError) as caught:
        loader_of(project).load("ecko")
    assert isinstance(caught.value, UsageError)
    assert str(caught.value).startswith('there is no source "ecko"; did you mean "echo"?')


def test_a_broken_source_is_a_usage_error_and_a_source_error(project: Path) -> None:
    with pytest.raises(UsageError, match=r'broken\.toml: line 4, delay: unknown key; "delay" belongs') as caught:
        loader_of(project).load("broken")
    assert isinstance(caught.value, SourceError)


def test_a_missing_folder_shows_when_a_source_is_asked_for(tmp_path: Path) -> None:
    loader = SourceLoader.from_settings(Settings({"SOURCES_DIR": str(tmp_path / "none")}))
    with pytest.raises(UsageError, match="none cannot be listed"):
        loader.list()
    with pytest.raises(UsageError, match="none cannot be listed"):
        loader.load("echo")
    with pytest.raises(UsageError, match="none cannot be listed"):
        loader.find_by_request(Request("https://www.echo.example/"))


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://www.echo.example/2017/x", ["echo"]),
        ("https://echo.example/", ["echo"]),
        ("https://echo.example:8443/", ["echo"]),
        ("https://unknown.example/", []),
        ("data:,x", []),
        ("http://127.0.0.1:9001/story/1", ["local_one"]),
        ("http://127.0.0.1:9002/story/1", ["local_two", "local_two_too"]),
        ("http://127.0.0.1:9002/live/1", ["local_two"]),
    ],
)
def test_a_request_finds_sources_by_host_name_then_port_then_pattern(project: Path, url: str, names: list[str]) -> None:
    add_local(project, "local_one", 9001)
    add_local(project, "local_two", 9002)
    add_local(project, "local_two_too", 9002, "articles.exclude = ['/live/']")
    assert loader_of(project).find_by_request(Request(url)) == names


def test_scrapy_list_prints_the_good_ones_and_warns_of_the_others(project: Path) -> None:
    done = scrapy(project, "list")
    assert done.returncode == 0
    assert {"echo", "herald", "demo"} <= set(done.stdout.split())
    assert "broken" not in done.stdout
    assert "warning: passed over: mine/broken.toml: line 4, delay: unknown key" in done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_crawl_runs_a_source_and_the_command_line_wins(project: Path) -> None:
    assert "crawling https://www.echo.example/ 3.0 Project/1.0" in scrapy(project, "crawl", "echo").stdout
    done = scrapy(project, "crawl", "herald", "-s", "USER_AGENT=Mine/3.0", "-s", "DOWNLOAD_DELAY=0.5")
    assert "crawling https://www.herald.example/ 0.5 Mine/3.0" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["crawl", "broken"],
            'mine/broken.toml: line 4, delay: unknown key; "delay" belongs in the table [politeness]',
        ),
        (["crawl", "ecko"], 'there is no source "ecko"; did you mean "echo"?'),
        (["shell", "--spider", "ecko", "-c", "1"], 'there is no source "ecko"; did you mean "echo"?'),
        (["check", "ecko"], 'there is no source "ecko"; did you mean "echo"?'),
        (["list", "-s", "SOURCES_DIR=none"], "the folder of sources none cannot be listed: No such file"),
        (["crawl", "echo", "-s", "SOURCES_DIR=none"], "the folder of sources none cannot be listed: No such file"),
    ],
)
def test_a_command_that_cannot_go_on_says_why_without_a_traceback(
    project: Path, arguments: list[str], message: str
) -> None:
    done = scrapy(project, *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_scrapy_check_runs_the_contracts_of_a_source(project: Path) -> None:
    done = scrapy(project, "check", "echo")
    assert done.returncode == 0
    assert "Ran 1 contract" in done.stderr


def test_scrapy_shell_takes_the_spider_of_the_address(project: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        add_local(project, "local", server.server_port)
        address = f"http://127.0.0.1:{server.server_port}/story"
        done = scrapy(project, "shell", address, "-c", "print('spider', spider.name)", "-s", "RETRY_ENABLED=0")
        server.shutdown()
    assert "spider local" in done.stdout
