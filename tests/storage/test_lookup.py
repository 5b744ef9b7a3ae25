"""The text of an article is found by the record that it was made of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.layout import text_folder
from crawler.archive.pages import Text
from crawler.items import Article
from crawler.storage.lookup import TextLookup
from crawler.storage.texts import place, store


def _stored(archives: Path, number: int) -> Article:
    article = Article(
        source="gazette",
        url=f"http://a/{number}",
        title=f"Title {number}",
        text=f"Title {number}\n\nText.\n",
        captured=datetime(2026, 11, 22, tzinfo=UTC),
        record_id=f"<urn:uuid:{number}>",
    )
    store(place(article, archives), archives)
    return article


def test_title_and_text_are_found_by_record(tmp_path: Path) -> None:
    articles = [_stored(tmp_path / "archives", number) for number in range(3)]
    lookup = TextLookup([text_folder(tmp_path / "archives", "gazette"), tmp_path / "nowhere"], tmp_path)
    assert [lookup.find(article.record_id) for article in articles] == [Text(a.title, a.text) for a in articles]
    assert lookup.find("<urn:uuid:9>") is None
    lookup.close()


def test_a_text_without_its_sidecar_is_passed_over(tmp_path: Path) -> None:
    folder = text_folder(tmp_path / "archives", "gazette")
    folder.mkdir(parents=True)
    (folder / "alone.txt").write_text("no sidecar\n")
    lookup = TextLookup([folder], tmp_path)
    assert lookup.find("") is None
    lookup.close()
