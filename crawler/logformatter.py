"""How Scrapy's events are logged: a page that gives no article is news for the summary, not a warning each."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider, logformatter
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.items import Page


class LogFormatter(logformatter.LogFormatter):
    """Scrapy's messages, with the text of a page or an article left out of them."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> logformatter.LogFormatterResult:
        """One line at level DEBUG: the address and the reason."""
        return {"level": logging.DEBUG, "msg": "No article: %(url)s: %(why)s", "args": _named(item, exception)}

    def scraped(
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> logformatter.LogFormatterResult:
        """One line at level DEBUG: the address and the file."""
        kept = {"url": getattr(item, "url", ""), "why": getattr(item, "path", "")}
        return {"level": logging.DEBUG, "msg": "Kept: %(url)s: %(why)s", "args": kept}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> logformatter.LogFormatterResult:
        """One line at level ERROR: the address and what went wrong."""
        return {"level": logging.ERROR, "msg": "Failed: %(url)s: %(why)s", "args": _named(item, exception)}


def _named(item: Any, exception: BaseException) -> dict[str, Any]:
    return {"url": item.url if isinstance(item, Page) else getattr(item, "url", item), "why": exception}
