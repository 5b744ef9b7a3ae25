"""Where new texts go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crawler.errors import ArchiveError, UsageError
from crawler.replay.reextract.outputs import find_units, open_output
from crawler.replay.reextract.run import Job, Report, process_warc
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from tests.replay.conftest import NOON, Recorder
from tests.replay.reextract.stories import closed, extract_here, no_parts, story, unresolved


def test_outputs_are_named_after_the_path_of_the_warc(tmp_path: Path) -> None:
    """Below its root, without endings, so that names are the same in every run and never shared."""
    for name in ("one/a/x.warc.gz", "one/b/x.warc.gz.open", "two/a/x.warc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(find_units([tmp_path / "one"]).values()) == ["a/x", "b/x"]
    assert list(find_units([tmp_path / "one", tmp_path / "two"]).values()) == ["one/a/x", "one/b/x", "two/a/x"]
    assert list(find_units([tmp_path / "one" / "a" / "x.warc.gz"]).values()) == ["x"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="empty holds no WARC"):
        find_units([tmp_path / "one", tmp_path / "empty"])


def test_parquet_holds_the_articles(recorder: Recorder, tmp_path: Path) -> None:
    """The columns are typed, and the file is there only when it is whole."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an optional extra")
    recorder.add("https://a.org/1", story("One"))
    job = Job(Selection(), Sources([]), open_output("parquet", tmp_path / "out"), unresolved, extract_here, no_parts)
    asyncio.run(process_warc(closed(recorder), "unit", job, Report(), lambda size: None))
    rows = parquet.read_table(tmp_path / "out" / "unit.parquet").to_pylist()
    assert [(row["title"], row["captured"]) for row in rows] == [("One", NOON)]


def test_without_pyarrow_parquet_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An optional package that is missing is an error for people."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pip install"):
        open_output("parquet", tmp_path)
