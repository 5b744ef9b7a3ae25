"""Text files and sidecars: placed by publication day, written whole, the same whatever the order."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive.layout import sidecar_path, slug
from crawler.errors import ArchiveError
from crawler.items import Article
from crawler.storage import texts

Make = Callable[..., Article]


def test_the_folder_is_the_day_of_publication_in_the_zone_that_the_page_states(
    make_article: Make, tmp_path: Path
) -> None:
    assert texts.place(make_article(), tmp_path).path.startswith("gazette/text/2026/03/05/old-bridge-reopens-ένα-桥-")


def test_without_a_publication_date_the_folder_is_the_utc_day_of_the_capture(
    make_article: Make, tmp_path: Path
) -> None:
    captured = datetime.fromisoformat("2026-03-05T01:00:00+02:00")
    assert "/2026/03/04/" in texts.place(make_article(published=None, captured=captured), tmp_path).path


def test_the_text_file_holds_the_text_and_nothing_else(make_article: Make, tmp_path: Path) -> None:
    article = texts.place(make_article(), tmp_path)
    assert texts.store(article, tmp_path)
    assert (tmp_path / article.path).read_bytes() == article.text.encode()


def test_what_was_stored_is_read_back(make_article: Make, tmp_path: Path) -> None:
    article = texts.place(make_article(), tmp_path)
    texts.store(article, tmp_path)
    assert replace(texts.load(tmp_path / article.path), path=article.path) == article


def test_the_sidecar_names_the_record(make_article: Make) -> None:
    assert json.loads(texts.sidecar(make_article()))["record"] == {
        "id": "<urn:uuid:00000000-0000-4000-8000-000000000000>",
        "warc": "gazette-20260304T073000Z-00000-host-1.warc.gz",
        "offset": 1000,
        "date": "2026-03-04T07:30:00+00:00",
        "digest": "sha1:AAAA",
    }


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_files_cite_the_earliest_capture_whatever_the_order(
    make_article: Make, tmp_path: Path, order: tuple[int, int]
) -> None:
    first = texts.place(make_article(), tmp_path)
    assert first.captured
    again = replace(first, captured=first.captured + timedelta(days=1), record_id="<urn:uuid:later>")
    for number in order:
        texts.store((first, again)[number], tmp_path)
    assert texts.load(tmp_path / first.path).record_id == first.record_id


def test_storing_the_same_version_again_says_that_it_is_not_new(make_article: Make, tmp_path: Path) -> None:
    article = texts.place(make_article(), tmp_path)
    assert [texts.store(article, tmp_path), texts.store(article, tmp_path)] == [True, False]


def test_an_edited_text_gets_a_file_of_its_own(make_article: Make, tmp_path: Path) -> None:
    first = texts.place(make_article(), tmp_path)
    edited = texts.place(make_article(text=first.text + "\nCorrection: it is half open.\n"), tmp_path)
    assert first.path != edited.path
    assert first.path[:-12] == edited.path[:-12]


def test_nothing_half_written_is_left_behind(make_article: Make, tmp_path: Path) -> None:
    article = texts.place(make_article(), tmp_path)
    texts.store(article, tmp_path)
    names = {path.name for path in (tmp_path / article.path).parent.iterdir()}
    assert names == {Path(article.path).name, sidecar_path(Path(article.path)).name}


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"record": 1}', b'{"record": {}}'])
def test_a_broken_sidecar_is_named_and_written_anew(make_article: Make, tmp_path: Path, damage: bytes) -> None:
    article = texts.place(make_article(), tmp_path)
    texts.store(article, tmp_path)
    beside = sidecar_path(tmp_path / article.path)
    beside.write_bytes(damage)
    with pytest.raises(ArchiveError, match=beside.name):
        texts.load(tmp_path / article.path)
    texts.store(article, tmp_path)
    assert texts.load(tmp_path / article.path).title == article.title


@pytest.mark.parametrize(
    "title", ["", "!!!", "/../../etc/passwd", "x" * 500, "語" * 500, "a\x00b", "Ω" * 40 + " " + "ω" * 90]
)
def test_any_title_makes_a_file_name(make_article: Make, tmp_path: Path, title: str) -> None:
    article = texts.place(make_article(title=title), tmp_path)
    texts.store(article, tmp_path)
    assert (tmp_path / article.path).is_relative_to(tmp_path / "gazette" / "text" / "2026")
    assert "/" not in slug(title)


def test_a_capture_without_a_zone_is_never_shown_as_local_time(make_article: Make) -> None:
    shown = json.loads(texts.sidecar(make_article(captured=datetime(2026, 3, 4, 7, 30, tzinfo=UTC))))
    assert shown["record"]["date"].endswith("+00:00")
