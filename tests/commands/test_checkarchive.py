"""`scrapy checkarchive` says what is wrong, to people and to machines, and by its exit code."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler.archive.check import RULES
from crawler.commands.checkarchive import Command
from tests.check.warcs import CHUNKED_BODY, CHUNKED_HEAD, GOOD, gz, request, response, sha1, warcinfo

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
ENVIRONMENT = os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings", "PYTHONPATH": str(ROOT)}

BAD = response(fields={"WARC-IP-Address": "nowhere", "WARC-Block-Digest": sha1(b"other")})


@pytest.fixture
def scrapy_checkarchive(tmp_path: Path) -> Run:
    """Runs `scrapy checkarchive ...` in a folder that is no project, with this project's commands."""

    def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scrapy", "checkarchive", *map(str, args)]
        return subprocess.run(
            command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def checkarchive(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process, which is quicker."""

    def run(*args: str | Path) -> subprocess.CompletedProcess[str]:
        command = Command()
        parser = argparse.ArgumentParser()
        command.settings = Settings()
        command.add_options(parser)
        options, paths = parser.parse_known_args([str(arg) for arg in args])
        command.run(paths, options)
        captured = capsys.readouterr()
        return subprocess.CompletedProcess(args, command.exitcode, captured.out, captured.err)

    return run


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_good_file_gives_one_line_and_0(tmp_path: Path, scrapy_checkarchive: Run) -> None:
    result = scrapy_checkarchive(write(tmp_path / "a.warc.gz", gz(*GOOD)))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "1 file, 3 records: nothing to complain about\n"


def test_without_a_path_the_projects_archives_are_checked(tmp_path: Path, scrapy_checkarchive: Run) -> None:
    write(tmp_path / "archives" / "old" / "warc" / "a.warc.gz", gz(warcinfo(), BAD))
    result = scrapy_checkarchive()
    assert result.returncode == 1
    assert "ip-form" in result.stdout


def test_findings_for_people_say_all_and_end_in_a_summary(tmp_path: Path, checkarchive: Run) -> None:
    path = write(tmp_path / "a.warc.gz", gz(warcinfo(), BAD))
    result = checkarchive(path)
    offset = len(gz(warcinfo()))
    assert result.returncode == 1
    assert f"error: {path} at {offset} <urn:uuid:00000000-0000-4000-8000-000000000002>" in result.stdout
    assert "  ip-form: WARC-IP-Address 'nowhere' is not an IPv4 or IPv6 address [WARC 1.1 §5.10]" in result.stdout
    assert f"       1  ip-form                  {RULES['ip-form'].demands}" in result.stdout
    assert result.stdout.endswith("1 file, 2 records: 2 errors, 0 warnings\n")


def test_json_has_a_line_for_each_finding_and_the_summary(tmp_path: Path, checkarchive: Run) -> None:
    result = checkarchive("--json", write(tmp_path / "a.warc.gz", gz(warcinfo(), BAD)))
    *findings, summary = map(json.loads, result.stdout.splitlines())
    assert [finding["rule"] for finding in findings] == ["ip-form", "block-digest"]
    assert set(findings[0]) == {"file", "offset", "record_id", "rule", "severity", "message", "clause"}
    assert (summary["summary"], summary["errors"], summary["records"]) == (True, 2, 2)
    assert summary["rules"] == {"ip-form": 1, "block-digest": 1}


def test_warnings_alone_are_no_failure_unless_strict(tmp_path: Path, checkarchive: Run) -> None:
    path = write(tmp_path / "a.warc.gz", gz(warcinfo(), response(block=CHUNKED_HEAD + CHUNKED_BODY), request()))
    assert checkarchive(path).returncode == 0
    assert checkarchive("--strict", path).returncode == 1


def test_many_findings_of_one_rule_are_counted_unless_all_are_asked_for(tmp_path: Path, checkarchive: Run) -> None:
    path = write(tmp_path / "a.warc.gz", gz(*(response(n, fields={"WARC-IP-Address": "x"}) for n in range(50))))
    assert checkarchive(path).stdout.count("ip-form: WARC") == 20
    assert checkarchive("--all", path).stdout.count("ip-form: WARC") == 50
    assert "more of these; --all shows them" in checkarchive(path).stdout


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("picture.png", b"\x89PNG", "neither a WARC"),
        ("a.arc", b"filedesc://x", "ARC file"),
        (None, b"", "no such file or folder"),
    ],
)
def test_what_cannot_be_checked_gives_2(
    name: str | None, data: bytes, message: str, tmp_path: Path, checkarchive: Run
) -> None:
    result = checkarchive(write(tmp_path / name, data) if name else tmp_path / "nothing")
    assert result.returncode == 2
    assert message in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_an_empty_folder_is_not_a_clean_archive(tmp_path: Path, checkarchive: Run) -> None:
    (tmp_path / "empty").mkdir()
    result = checkarchive(tmp_path / "empty")
    assert (result.returncode, result.stdout) == (2, "0 files, 0 records: nothing was checked\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_file_that_may_not_be_read_is_named_and_the_rest_checked(tmp_path: Path, checkarchive: Run) -> None:
    write(tmp_path / "in" / "a.warc.gz", gz(*GOOD)).chmod(0)
    write(tmp_path / "in" / "b.warc.gz", gz(warcinfo(9), BAD))
    result = checkarchive(tmp_path / "in")
    assert result.returncode == 2
    assert "a.warc.gz: Permission denied" in result.stdout
    assert "ip-form" in result.stdout


def test_all_rules_are_listed(checkarchive: Run) -> None:
    text, machine = checkarchive("--rules"), checkarchive("--rules", "--json")
    assert text.returncode == machine.returncode == 0
    assert [json.loads(line)["id"] for line in machine.stdout.splitlines()] == list(RULES)
    assert all(f"{rule.id}: {rule.demands}" in text.stdout for rule in RULES.values())
    assert "WARC 1.1 §5.8" in text.stdout


def test_no_processes_is_refused(scrapy_checkarchive: Run) -> None:
    result = scrapy_checkarchive("--jobs", "0")
    assert result.returncode == 2
    assert "--jobs is 0; it must be 1 or more" in result.stdout + result.stderr


def test_a_reader_that_goes_away_ends_the_command(tmp_path: Path) -> None:
    """`scrapy checkarchive | head` ends without a traceback."""
    records = (response(n, fields={"WARC-IP-Address": "x"}) for n in range(3000))
    path = write(tmp_path / "a.warc.gz", gz(*records))
    command = f"{sys.executable} -m scrapy checkarchive --json {path} | head -n 1"
    result = subprocess.run(
        command, shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""
