"""What a comparison with the stored texts shows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crawler.replay.reextract.difference import Change, Comparison, StoredTexts, compare
from crawler.storage import texts
from tests.replay.reextract.stories import article


def test_a_change_of_text_shows_the_words() -> None:
    """What went and what came stand in their sentence, and the share is of the words."""
    change = compare(article(), article(text="One\n\nA text of many words.\n"))
    assert change is not None
    assert (change.kind, round(change.share, 2)) == ("text", 0.17)
    assert change.lines == ("… One ⏎ A text of [-some-]{+many+} words. …",)


def test_a_change_of_metadata_names_the_fields() -> None:
    """Old and new value are shown; the same text is no change of text."""
    change = compare(article(), article(authors=["Ines"], published=datetime(2017, 7, 1, tzinfo=UTC)))
    assert change is not None
    assert change.kind == "metadata"
    assert change.lines == ("authors: nothing → Ines", "published: nothing → 2017-07-01 00:00:00+00:00")
    assert compare(article(), article()) is None


def test_stored_texts_are_compared_by_their_record(tmp_path: Path) -> None:
    """Same, changed, new and gone articles are told apart."""
    for number in range(3):
        stored = texts.place(article(record_id=f"<urn:{number}>", url=f"https://a.org/{number}"), tmp_path)
        texts.store(stored, tmp_path)
    shown: list[Change] = []
    comparison = Comparison(StoredTexts(tmp_path), shown.append)
    comparison.add(article(record_id="<urn:0>", url="https://a.org/0"))
    comparison.add(article(record_id="<urn:1>", url="https://a.org/1", text="One\n\nAnother text.\n"))
    comparison.add(article(record_id="<urn:9>", url="https://a.org/9", text="One\n\nA new one.\n"))
    assert comparison.counts == {"same": 1, "text": 1, "new": 1}
    assert [(change.kind, change.url[-1]) for change in shown] == [("text", "1"), ("new", "9")]
