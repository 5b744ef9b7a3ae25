"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), whole or cut off."""

from __future__ import annotations

import json
import re
from typing import Any

from crawler.discovery.links import language_tag, plain_title
from crawler.discovery.listing import Entry, Listing
from crawler.discovery.urls import absolute

MAX_CHARACTERS = 8_388_608
"""Read of a JSON Feed. It is parsed at once, and small values take thirty times their text in memory."""

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_COMMA = re.compile(r"[\s,]*")


def parse_json_feed(text: str, listing: Listing) -> None:
    """Put the items of a JSON Feed into `listing`; of one that is cut off or broken, those before the damage."""
    feed: Any
    try:
        feed = json.loads(text[:MAX_CHARACTERS].lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError) as error:
        listing.warnings.append(f"not well-formed JSON ({str(error)[:100]}), the items before it were read")
        feed = {"items": _whole_items(text[:MAX_CHARACTERS])}
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        listing.warnings.append("JSON, but no JSON Feed (it has no list of `items`)")
        return
    listing.language = language_tag(_text(feed, "language"))
    more = _text(feed, "next_url")
    if more and (found := absolute(listing.url, more)):
        listing.more.append(found)
    for item in feed["items"]:
        if not listing.add(_entry(item if isinstance(item, dict) else {}, listing.url)):
            break


def _entry(item: dict[str, Any], base: str) -> Entry:
    """An item: `url` is its page, `external_url` what it is about, `id` an address only where it looks like one."""
    identity = _text(item, "id") or ""
    candidates = [_text(item, "url"), _text(item, "external_url"), identity if identity.startswith("http") else None]
    urls = (absolute(base, candidate) for candidate in candidates if candidate)
    return Entry(
        url=next(filter(None, urls), None),
        title=plain_title(_text(item, "title")),
        published=[date for date in [_text(item, "date_published")] if date],
        modified=[date for date in [_text(item, "date_modified")] if date],
        language=language_tag(_text(item, "language")),
    )


def _text(values: dict[str, Any], key: str) -> str | None:
    """A value, if it is a text (or a number where a text was due)."""
    value = values.get(key)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _whole_items(text: str) -> list[Any]:
    """The items of a JSON Feed up to the first that cannot be read."""
    found: list[Any] = []
    start = _ITEMS.search(text)
    position = start.end() if start else len(text)
    decoder = json.JSONDecoder(strict=False)
    while position < len(text):
        space = _COMMA.match(text, position)
        try:
            item, position = decoder.raw_decode(text, space.end() if space else position)
        except (ValueError, RecursionError):
            break
        found.append(item)
    return found
