"""What a body is, by its content: servers put HTML at feed addresses, and call feeds text/html."""

from __future__ import annotations

import re
from typing import Literal

from crawler.discovery.charsets import decode_pieces
from crawler.discovery.inflate import inflate

Kind = Literal["feed", "sitemap", "html", "json", "xml", "robots", "text", "binary", "empty"]

HEAD = 65_536
"""Bytes (unpacked) that are looked at; the root element comes before, whatever comments stand above it."""

_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_ROOT = re.compile(
    r"<(?:(?P<html>!doctype\s+html\b|(?:\w+:)?(?:html|head|body)\b)"
    r"|(?:[\w.-]+:)?(?:(?P<feed>rss|rdf|feed|channel)|(?P<sitemap>urlset|sitemapindex))(?=[\s/>]))",
    re.IGNORECASE,
)
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org|"items"\s*:\s*\[')
_ROBOTS = re.compile(r"^[ \t]*(?:user-agent|disallow|allow|sitemap|crawl-delay)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_URL_LINE = re.compile(r"https?://\S+", re.IGNORECASE)


def kind_of(body: bytes, content_type: str | None = None) -> Kind:
    """What `body` is. Gzip is looked into. `content_type` is the HTTP header, and decides only between html and xml.

    "feed" is RSS, Atom or JSON Feed; "sitemap" is an index, an urlset, or lines of URLs.
    """
    text = "".join(decode_pieces(inflate(body, [], HEAD), content_type, [])).lstrip("\ufeff \t\r\n")
    if not text.strip("\0") or not text.split():
        return "binary" if text else "empty"
    if text[0] in "{[":
        return "feed" if _JSON_FEED.search(text) else "json"
    match = _ROOT.search(_COMMENT.sub("", text))
    if match:
        return "html" if match["html"] else "feed" if match["feed"] else "sitemap"
    return _without_root(text, content_type or "")


def _without_root(text: str, content_type: str) -> Kind:
    """What a text is in which no root element was found."""
    if "\0" in text or text.count("\ufffd") > len(text) / 20 or text.startswith("%PDF"):
        return "binary"
    lines = [line.strip() for line in text.splitlines()[:20] if line.strip()]
    if _URL_LINE.fullmatch(lines[0]) and sum(1 for line in lines if _URL_LINE.fullmatch(line)) * 2 >= len(lines):
        return "sitemap"
    if _ROBOTS.search(text):
        return "robots"
    if text.startswith("<?xml"):
        return "xml"
    return "html" if "html" in content_type.lower() or re.search(r"<(?:a|p|div|table|script)\b", text) else "text"
