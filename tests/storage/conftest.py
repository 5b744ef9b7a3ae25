"""Articles and captures to store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from crawler.archive.exchange import Capture, Via
from crawler.items import Article, Image

MORNING = datetime(2026, 3, 4, 7, 30, tzinfo=UTC)


@pytest.fixture
def make_capture() -> Callable[..., Capture]:
    """Captures one minute apart, each with a record of its own; keyword arguments override fields."""
    numbers = count()

    def make(url: str = "https://gazette.example/2026/03/04/bridge/", **fields: Any) -> Capture:
        number = next(numbers)
        values: dict[str, Any] = {
            "record_id": f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>",
            "kind": "response",
            "url": url,
            "date": MORNING + timedelta(minutes=number),
            "warc": "gazette-20260304T073000Z-00000-host-1.warc.gz",
            "offset": 1000 * number,
            "length": 900,
            "status": 200,
            "mime": "text/html",
            "payload_digest": f"sha1:{number:032d}",
            "size": 5000,
            "via": Via("article", "https://gazette.example/feed/"),
        }
        return Capture(**values | fields)

    return make


@pytest.fixture
def make_article() -> Callable[..., Article]:
    """An article with every field filled; keyword arguments override fields."""

    def make(**fields: Any) -> Article:
        values: dict[str, Any] = {
            "source": "gazette",
            "url": "https://gazette.example/2026/03/04/bridge/",
            "title": "Old Bridge Reopens: «Ένα» 桥",
            "text": "Old Bridge Reopens: «Ένα» 桥\n\nThe bridge\u00a0is open.\n",
            "language": "en",
            "authors": ["Ada Nowak", "Βασίλης Ρήγας"],
            "published": datetime.fromisoformat("2026-03-05T00:10:00+02:00"),
            "modified": datetime.fromisoformat("2026-03-05T09:00:00+02:00"),
            "tags": ["bridges"],
            "image": Image("https://gazette.example/bridge.jpg", "The bridge", "A. Photographer"),
            "record_id": "<urn:uuid:00000000-0000-4000-8000-000000000000>",
            "warc": "gazette-20260304T073000Z-00000-host-1.warc.gz",
            "offset": 1000,
            "captured": MORNING,
            "payload_digest": "sha1:AAAA",
            "extractor": "broadsheet test",
        }
        return Article(**values | fields)

    return make
