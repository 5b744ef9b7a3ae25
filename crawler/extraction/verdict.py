"""Why a page is no article: each reason a word that is counted, with what shows it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block
from crawler.extraction.folding import fold, size_of
from crawler.extraction.metadata import Metadata
from crawler.extraction.parse import says_more_than, visible_text
from crawler.extraction.rules import Rules
from crawler.extraction.survey import Survey, survey
from crawler.extraction.vocabulary import alternatives

Reason = Literal[
    "not-html", "bot-challenge", "consent-wall", "error-page", "empty-shell", "video", "listing", "too-short"
]

HTML_TYPES = (
    "text/html",
    "application/xhtml",
    "application/xml",
    "text/xml",
    "text/plain",
    "application/octet-stream",
    "",
)
SHORT = 1500
"""Characters of text; a page with more of an article is no challenge, consent wall or error page."""

RUNNING = 80
"""Size of a paragraph of running text; headlines and lines of menus are shorter."""

TOGETHER = 200
"""Size of running text that makes an article of a page at a site's root."""

TEASERS = 3
"""Paragraphs below headlines that lead elsewhere, from which a page may be a home page."""

LINKED = 0.8
"""Share of a line within links, from which it is a headline that leads to an article."""

HEADLINE = 20
"""Size of a headline at least; the name of a paper, which heads its home page, is mostly shorter."""

SHELL_LENGTH = 200
"""Characters of visible text on a whole page; one with fewer is built by a script, if at all."""


class Rejection(NamedTuple):
    """The reason why a page gives no article, and what showed it, for people."""

    reason: Reason
    detail: str


_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1f\x8b",
    b"OggS",
    b"ID3",
    b"\x00\x00\x00",
)
_CHALLENGE = re.compile(alternatives("pages", "challenge"), re.IGNORECASE)
_CHALLENGE_SCRIPTS = ("cdn-cgi/challenge-platform", "captcha-delivery.com", "_Incapsula", "px-captcha")
_CHALLENGE_IDS = ("challenge-form", "challenge-running", "px-captcha", "cf-wrapper")
_CHALLENGE_MARKS = " | ".join(
    [f"//script[contains(@src, '{part}')]" for part in _CHALLENGE_SCRIPTS]
    + [f"//*[@id='{name}']" for name in _CHALLENGE_IDS]
)
_CONSENT = re.compile(alternatives("pages", "consent"), re.IGNORECASE)
_CONSENT_HOST = re.compile(
    r"^(?:consent|guce|privacy|myprivacy|cookies?)\.|/(?:consent|privacy-?gate|cookie-?wall)(?:/|\?|$)", re.IGNORECASE
)
_ERROR = re.compile(alternatives("pages", "error"), re.IGNORECASE)
_SCRIPT_ROOT = (
    "//*[@id='root' or @id='app' or @id='__next' or @id='__nuxt' or @id='main-app' or @id='svelte' or @id='react-root']"
)
VIDEO_PARAGRAPHS = 2
"""Paragraphs that make an article of a page about a film; a caption, or the whole page in one block, is one."""

_VIDEO_KINDS = re.compile(r"video|audio|podcast|radio")


def refuse_bytes(body: bytes, content_type: str) -> Rejection | None:
    """A rejection for what is not HTML, by its type and its first bytes."""
    mime = content_type.split(";")[0].strip().lower()
    if not body.strip():
        return Rejection("not-html", "the response has no body")
    if not mime.startswith(HTML_TYPES[:5]) and mime not in HTML_TYPES:
        return Rejection("not-html", f"the response says that it is {mime}")
    head = body[:512].lstrip()
    if head.startswith(_MAGIC):
        return Rejection("not-html", f"the body starts with {head[:4]!r}")
    if mime != "text/html" and b"<" not in body[:2048] and b"<\x00" not in body[:2048]:
        return Rejection("not-html", "the body has no markup")
    if re.match(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", head, re.DOTALL):
        return Rejection("not-html", "the body is a feed or a sitemap")
    return None


def refuse_page(tree: HtmlElement, url: str) -> Rejection | None:
    """A rejection for a page that stands in for the one asked for, before any text is looked for."""
    title = " ".join((tree.findtext(".//title") or "").split())
    parts = urlsplit(url)
    if _CONSENT_HOST.search(parts.hostname or "") or _CONSENT_HOST.search(parts.path):
        return Rejection("consent-wall", f"the address is {url}")
    if says_more_than(tree, SHORT):
        return None
    text = visible_text(tree)
    if _CHALLENGE.search(title) or tree.xpath(_CHALLENGE_MARKS):
        return Rejection("bot-challenge", title or "the page carries a challenge script")
    if len(text) < SHORT // 2 and _CHALLENGE.search(text):
        return Rejection("bot-challenge", _around(_CHALLENGE, text))
    if _CONSENT.search(title) or len(_CONSENT.findall(text)) >= 2:
        return Rejection("consent-wall", title or _around(_CONSENT, text))
    return None


def judge(
    tree: HtmlElement,
    url: str,
    metadata: Metadata,
    blocks: list[Block],
    rules: Rules,
    page: Survey | None = None,
) -> Rejection | None:
    """A rejection for a page whose text, as found, is no article; `tree` is the page as served.

    `page` is what of it was looked through to find `blocks`, where it was; else all of it is.
    """
    length = round(sum(size_of(block.text) for block in blocks))
    if length < SHORT and (
        _ERROR.fullmatch(metadata.title) or _ERROR.fullmatch(" ".join((tree.findtext(".//title") or "").split()))
    ):
        return Rejection("error-page", metadata.title)
    if listing := _listing(tree, url, metadata, blocks, length, page):
        return listing
    if _is_video(url, metadata) and (length < rules.min_text_length or _paragraphs(blocks) < VIDEO_PARAGRAPHS):
        return Rejection("video", f"a video or audio page with {length} characters of text")
    if length >= rules.min_text_length:
        return None
    whole = visible_text(tree)
    if len(whole) < SHELL_LENGTH or (length == 0 and tree.xpath(_SCRIPT_ROOT) and len(whole) < SHORT):
        return Rejection("empty-shell", f"the page as served has {len(whole)} characters of text")
    return Rejection("too-short", f"{length} characters of text, where {rules.min_text_length} are asked for")


def _is_video(url: str, metadata: Metadata) -> bool:
    """Whether the page says that a film or a sound is what it is about."""
    return any(_VIDEO_KINDS.search(kind) for kind in metadata.kinds) or bool(
        re.search(r"/(?:videos?|podcasts?|audio)/", url)
    )


def _paragraphs(blocks: list[Block]) -> int:
    """Blocks of running text, as captions, menus and datelines are not."""
    return sum(len(block.text) >= 120 for block in blocks)


def _listing(
    tree: HtmlElement, url: str, metadata: Metadata, blocks: list[Block], length: int, page: Survey | None
) -> Rejection | None:
    """A home, section or tag page: it says so, or has an address without a name and no running text."""
    path = urlsplit(url).path.strip("/")
    kinds = set(metadata.kinds)
    articles = any("article" in kind or "posting" in kind for kind in kinds)
    home = "website" in kinds and not _is_headed(tree, metadata.title)
    if not path and not articles and (home or not _holds_running_text(page or survey(tree), blocks)):
        return Rejection("listing", "the address is that of a home page")
    if kinds & {"collectionpage", "searchresultspage", "itemlist"} and not articles:
        return Rejection("listing", "the page says that it is a collection")
    if (
        re.search(r"(?:^|/)(?:tags?|categor(?:y|ies)|topics?|authors?|search|page/\d+)(?:/[^/]+){0,2}$", path)
        and not articles
    ):
        return Rejection("listing", f"the address is that of a list: /{path}")
    if (
        kinds & {"website"}
        and not articles
        and metadata.published is None
        and length
        and _paragraphs(blocks) <= 1
        and len(blocks) >= 8
    ):
        return Rejection("listing", "many short lines, no date, no running text")
    return None


def _is_headed(tree: HtmlElement, title: str) -> bool:
    """Whether a heading says what the page's title says, and leads nowhere: a home page's headlines are links."""
    folded = fold(title)
    return any(
        heading.find(".//a") is None and fold(text) in folded
        for heading in tree.iter("h1", "h2", "h3", "h4")
        if size_of(text := visible_text(heading)) >= HEADLINE
    )


def _holds_running_text(page: Survey, blocks: list[Block]) -> bool:
    """Whether there is running text, and not teasers: paragraphs that each follow a headline that leads on."""
    running = {block.text: size for block in blocks if (size := size_of(block.text)) >= RUNNING}
    teasers = []
    before = False
    for found in page.found:
        if before and found.block.text in running:
            teasers.append(running[found.block.text])
        before = found.linked > LINKED * len(found.block.text)
    total = sum(running.values())
    return total >= TOGETHER and (len(teasers) < TEASERS or sum(teasers) < total / 2)


def _around(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return text[max(0, match.start() - 20) : match.end() + 40].strip() if match else ""
