"""AMP pages in the caches and viewers of search engines, and where their publishers have them."""

from __future__ import annotations

import re

_AMP_CACHE = re.compile(
    r"https?://(?:[a-z0-9-]+\.cdn\.ampproject\.org/(?:[cv]|wp|viewer)/|(?:www\.)?google\.[a-z.]+/amp/|(?:www\.)?bing-amp\.com/c/)(s/)?"
    r"([a-z0-9][a-z0-9.-]*\.[a-z]{2,}/.*)",
    re.IGNORECASE,
)


def publishers_address(url: str) -> str:
    """The publisher's address of a page in an AMP cache or viewer; other addresses come back as they are.

    https://developers.google.com/amp/cache/overview: `/c/` holds documents, `/v/` the viewer's, `s/` stands for https.
    """
    found = _AMP_CACHE.match(url)
    if not found:
        return url
    return ("https://" if found[1] else "http://") + found[2]
