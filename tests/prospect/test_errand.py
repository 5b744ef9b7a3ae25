"""What an errand says of questions that got no answer."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError, ResponseDataLossError

from crawler.prospect.answers import Answer
from crawler.prospect.errand import SiteFetcher


def asked(error: Exception) -> Answer:
    """The answer where the downloader ends with `error`."""

    async def download(request: Request) -> Any:
        raise error

    signals = SimpleNamespace(connect=lambda *_, **__: None)
    crawler: Any = SimpleNamespace(signals=signals, engine=SimpleNamespace(download_async=download))
    return asyncio.run(SiteFetcher(crawler, 1).fetch("https://paper.example/", "article"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ResponseDataLossError(), "cut off"),
        (DownloadTimeoutError(), "timed out"),
        (DownloadTimeoutError("Getting it took longer than 60 seconds."), "Getting it took longer than 60 seconds"),
        (CannotResolveHostError(), "there is no such host"),
    ],
)
def test_why_there_is_no_answer_is_said_in_words(error: Exception, said: str) -> None:
    """Also where the error has none of its own."""
    assert asked(error).why_not == said
