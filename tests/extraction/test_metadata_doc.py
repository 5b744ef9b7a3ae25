"""docs/metadata.md names every field of the sidecar, and no other."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from crawler.items import Article
from crawler.storage.texts import sidecar

PAGE = Path(__file__).parents[2] / "docs" / "metadata.md"


def test_the_page_about_metadata_names_the_fields_of_a_sidecar():
    article = Article("paper", "https://paper.example/a", "A", "A\n\nB\n", captured=datetime(2026, 1, 1, tzinfo=UTC))
    described = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(described) == sorted(json.loads(sidecar(article)))
