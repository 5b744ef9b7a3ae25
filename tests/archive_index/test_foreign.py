"""Nothing that holds archived pages is passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.archive.foreign import find_foreign


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("IAH-2006.arc.gz", "ARC"),
        ("OLD.ARC", "ARC"),
        ("a.wacz", "WACZ"),
        ("a.warc.bz2", "whole"),
        ("CC-MAIN-2026.warc.wet.gz", "texts"),
        ("page.mhtml", "saved by a browser"),
    ],
)
def test_each_kind_is_named_with_what_it_is(name: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / name).touch()
    (found,) = find_foreign(tmp_path)
    assert kind in str(found)
    assert str(tmp_path / "below" / name) in str(found)


def test_a_file_named_itself_is_found_too(tmp_path: Path) -> None:
    (tmp_path / "a.arc").touch()
    assert [found.path for found in find_foreign(tmp_path / "a.arc")] == [tmp_path / "a.arc"]


def test_warcs_and_other_files_are_not_foreign(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "a.warc", "a.warc.zst", "a.warc.gz.open", "index.cdxj", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.arc").mkdir()
    assert list(find_foreign(tmp_path)) == []
