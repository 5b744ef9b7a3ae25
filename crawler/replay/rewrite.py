"""Archived HTML and CSS for the static view: links lead into the archive, and nothing in the page runs.

Scripts, plug-ins and event handlers go; addresses of what the page shows (images, styles, frames, media) lead to the
same archive at the same time; what was inside <noscript> is shown, as a browser without scripts would. The charset is
found as browsers do (byte order mark, HTTP header, meta), and the answer is UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import lxml.html
from lxml.etree import ParserError
from lxml.html import HtmlElement
from w3lib.encoding import html_to_unicode

Modifier = str
"""How a resource is shown, as web archives write it behind the timestamp: "" or `fr_` for a page in a frame, `im_`,
`cs_`, `id_` ..."""

EMBEDDED = {
    ("img", "src"): "im_",
    ("input", "src"): "im_",
    ("image", "href"): "im_",
    ("image", "{http://www.w3.org/1999/xlink}href"): "im_",
    ("image", "xlink:href"): "im_",
    ("audio", "src"): "oe_",
    ("video", "src"): "oe_",
    ("video", "poster"): "im_",
    ("source", "src"): "oe_",
    ("track", "src"): "oe_",
    ("frame", "src"): "fr_",
    ("iframe", "src"): "fr_",
    ("body", "background"): "im_",
    ("table", "background"): "im_",
    ("tr", "background"): "im_",
    ("td", "background"): "im_",
    ("th", "background"): "im_",
}
"""Attributes whose address is shown inside the page, and how."""

LAZY = ("data-src", "data-lazy-src", "data-original")
"""Where pages keep an image's address until a script sets it."""

REMOVED = ("script", "base", "template")
OPENED = ("noscript", "object", "embed", "applet")
"""What goes and leaves its content: that is what a browser shows that does not run it."""

LINK_TYPES = {"stylesheet": "cs_", "icon": "im_", "apple-touch-icon": "im_"}
"""The `rel` of the <link> elements that are kept; others preload, prefetch or point elsewhere."""

_UNTOUCHED = re.compile(r"\s*(?:#|data:|about:|blob:|mailto:|tel:|$)", re.IGNORECASE)
_WEB = re.compile(r"https?:", re.IGNORECASE)
_CSS_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)'"]*))\s*\)""", re.IGNORECASE)
_CSS_IMPORT = re.compile(r"""(@import\s+)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CSS_CHARSET = re.compile(rb'@charset\s+"([\w.:-]+)"', re.IGNORECASE)
_SRCSET = re.compile(r"\s*([^\s,]\S*[^\s,])((?:\s+[\d.]+[wxh])*)\s*(?:,|$)")


@dataclass(frozen=True)
class Rewriter:
    """Rewrites the resources of one capture. `url` is the archived address, against which links resolve.

    `embed(url, modifier)` gives the address of something shown inside the page; `link(url)` that of another page;
    with `in_frame`, links without a target stay in their frame.
    """

    url: str
    embed: Callable[[str, Modifier], str]
    link: Callable[[str], str]
    in_frame: bool = False

    def html(self, body: bytes, content_type: str | None) -> bytes:
        """The page, in UTF-8."""
        _, text = html_to_unicode(content_type, body, default_encoding="utf-8")
        try:
            page = lxml.html.document_fromstring(
                text.encode("utf-8", "replace"),
                parser=lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, default_doctype=False),
            )
        except (ParserError, ValueError):
            return b"<!doctype html><meta charset=utf-8>"
        doctype = page.getroottree().docinfo.doctype or ""
        self._rewrite_tree(page)
        return bytes(lxml.html.tostring(page, encoding="utf-8", doctype=doctype or None))

    def css(self, body: bytes, content_type: str | None) -> bytes:
        """The style sheet, in UTF-8."""
        named = _CSS_CHARSET.match(body)
        default = named[1].decode("latin-1") if named else "utf-8"
        header = content_type if content_type and "charset" in content_type.lower() else f"text/css; charset={default}"
        _, text = html_to_unicode(header, body, default_encoding="utf-8")
        return self.css_text(re.sub(r'^@charset\s+"[^"]*";', "", text), self.url).encode("utf-8", "replace")

    def css_text(self, text: str, base: str) -> str:
        """CSS with its url()s and @imports led into the archive."""
        text = _CSS_IMPORT.sub(lambda m: f'{m[1]}"{self._embed(base, m[2] or m[3] or "", "cs_")}"', text)
        return _CSS_URL.sub(lambda m: f'url("{self._embed(base, m[1] or m[2] or m[3] or "", "oe_")}")', text)

    def _rewrite_tree(self, page: HtmlElement) -> None:
        base = _base(page, self.url)
        _insert_charset(page)
        for element in list(page.iter(*REMOVED)):
            element.drop_tree()
        for element in list(page.iter(*OPENED)):
            _drop_placeholder(element)
            element.drop_tag()
        for element in list(page.iter("meta")):
            if (element.get("http-equiv") or "").lower() not in ("", "content-language"):
                element.drop_tree()
        for element in list(page.iter()):
            if isinstance(element.tag, str):
                self._rewrite_element(element, base)

    def _rewrite_element(self, element: HtmlElement, base: str) -> None:
        tag = str(element.tag).lower()
        if tag == "link":
            self._rewrite_link(element, base)
        if tag == "style" and element.text:
            element.text = self.css_text(element.text, base)
        _drop_active(element)
        self._rewrite_embedded(element, tag, base)
        if tag in ("a", "area") and element.get("href"):
            self._rewrite_anchor(element, base)

    def _rewrite_link(self, element: HtmlElement, base: str) -> None:
        kinds = [LINK_TYPES[rel] for rel in (element.get("rel") or "").lower().split() if rel in LINK_TYPES]
        if kinds and element.get("href"):
            element.set("href", self._embed(base, element.get("href", ""), kinds[0]))
        else:
            element.drop_tree()

    def _rewrite_embedded(self, element: HtmlElement, tag: str, base: str) -> None:
        if tag == "img":
            _undo_lazy_loading(element)
        for name, value in list(element.attrib.items()):
            if name == "style":
                element.set(name, self.css_text(value, base))
            elif name in ("srcset", "imagesrcset"):
                element.set(
                    name, _SRCSET.sub(lambda m: f"{self._embed(base, m[1], 'im_')}{m[2]}, ", value).rstrip(", ")
                )
            elif modifier := EMBEDDED.get((tag, name)):
                element.set(name, self._embed(base, value, modifier))

    def _rewrite_anchor(self, element: HtmlElement, base: str) -> None:
        href = element.get("href", "")
        if _UNTOUCHED.match(href):
            return
        url = _join(base, href)
        target = element.get("target", "")
        if not url:
            del element.attrib["href"]
        elif self.in_frame if not target else not target.startswith("_"):
            element.set("href", self.embed(url, "fr_"))
        else:
            element.set("href", self.link(url))
            element.set("target", "_top")

    def _embed(self, base: str, value: str, modifier: Modifier) -> str:
        if _UNTOUCHED.match(value):
            return value
        url = _join(base, value)
        return self.embed(url, modifier) if url else ""


def _join(base: str, address: str) -> str | None:
    """The absolute http(s) address, or None where it is none (javascript:, a broken one)."""
    try:
        url = urljoin(base, re.sub(r"[\t\r\n]", "", address.strip()))
    except ValueError:
        return None
    return url if _WEB.match(url) else None


def _base(page: HtmlElement, url: str) -> str:
    for element in page.iter("base"):
        if element.get("href"):
            return _join(url, element.get("href", "")) or url
    return url


def _insert_charset(page: HtmlElement) -> None:
    """Say UTF-8 in the page too, for those who save it."""
    for meta in list(page.iter("meta")):
        if meta.get("charset"):
            meta.drop_tree()
    head = page.find("head")
    if head is None:
        head = lxml.html.Element("head")
        page.insert(0, head)
    head.insert(0, lxml.html.Element("meta", charset="utf-8"))


def _undo_lazy_loading(image: HtmlElement) -> None:
    source = next((image.get(name) for name in LAZY if image.get(name)), None)
    if source:
        image.set("src", source)
    if image.get("data-srcset") and not image.get("srcset"):
        image.set("srcset", image.get("data-srcset", ""))
    image.attrib.pop("loading", None)


def _drop_placeholder(noscript: HtmlElement) -> None:
    """Remove the lazy image in front of a <noscript> that holds the image itself."""
    before = noscript.getprevious()
    if (
        before is not None
        and before.tag == "img"
        and noscript.tag == "noscript"
        and noscript.find(".//img") is not None
    ):
        before.drop_tree()


def _drop_active(element: HtmlElement) -> None:
    """Take away what runs, what would be sent, and what would forbid the rewritten address."""
    for name in list(element.attrib):
        lowered = str(name).lower()
        if lowered.startswith("on") or lowered in (
            "integrity",
            "crossorigin",
            "nonce",
            "ping",
            "srcdoc",
            "sandbox",
            "csp",
        ):
            del element.attrib[name]
        elif lowered in ("action", "formaction", "xlink:href") or lowered.endswith("}href"):
            _drop_address(element, name)


def _drop_address(element: HtmlElement, name: str) -> None:
    """Forms go nowhere; SVG's own links neither, but its images and references within the page stay."""
    if element.tag not in ("image", "use"):
        element.set(name, "")
