"""XML as it is found, made well-formed character by character while it streams through.

A document type is skipped whole, so no entity can be declared, expand or fetch anything.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator

MAX_DEFECTS = 500_000
"""Characters repaired; what has more is no document, and what follows is not read."""

_HELD_BACK = 128
"""Characters at the end of a piece that wait for the next one where a reference or a tag may be cut."""

_SECTION = re.compile(r"<!\[CDATA\[|<!--|<!DOCTYPE|<\?xml\s[^>]{0,500}\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"[\[>]")
_ENDS = {"<![CDATA[": re.compile("]]>"), "<!--": re.compile("-->"), "<!DOCTYPE": _DOCTYPE}
_SUBSET_END = re.compile(r"\]\s*>")
_ILLEGAL = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_CONTROL = re.compile(f"[{_ILLEGAL}]+")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#?\w{1,32};)?")
_LESS = re.compile("<(?![A-Za-z_:/!?\u0080-\uffff])")
# Three patterns, each with one character or class in front, are ten times as fast as one with three alternatives.

_DEFECTS = {
    "before": "text before the XML declaration",
    "control": "control characters",
    "ampersand": "unescaped ampersands",
    "entity": "entities that XML does not know",
    "less": "unescaped < signs",
}

_START = re.compile(r"<\?xml\s|<(?:[\w.-]+:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)(?=[\s/>])", re.IGNORECASE)
"""Where a feed or sitemap begins. Before it stand blank lines and the notices of broken PHP scripts."""


class Repair:
    """Text in, well-formed XML text out, as far as characters go; counts what it had to repair.

    Drops what comes before the first tag, the XML declaration (the text is decoded already), the document type,
    comments and control characters; escapes bare ampersands and "<"; replaces HTML's entities.
    """

    def __init__(self) -> None:
        self.defects: Counter[str] = Counter()
        self._until: re.Pattern[str] | None = None
        self._kept = False
        self._started = False
        self._has_doctype = False

    def __call__(self, pieces: Iterable[str]) -> Iterator[str]:
        """The repaired text of `pieces`."""
        rest = ""
        for piece in pieces:
            rest = self._start(rest + piece)
            if self._started:
                done, rest = self._take(rest)
                yield done
            if self.defects.total() > MAX_DEFECTS:
                return
        if self._started and not self._until:
            yield self._mend(rest.removesuffix("<"))

    def warnings(self) -> list[str]:
        """A sentence for what was repaired, or nothing."""
        said = [f"{words} ({self.defects[name]})" for name, words in _DEFECTS.items() if self.defects[name]]
        return ["not well-formed, but repaired: " + ", ".join(said)] if said else []

    def _start(self, text: str) -> str:
        """`text` from the start of the document on; the last of it where that has not come."""
        if self._started:
            return text
        match = _START.search(text)
        if not match:
            return text[-_HELD_BACK:]
        self._started = True
        before = text[: match.start()]
        if before and (match[0].startswith("<?") or not before.lstrip().startswith(("<!", "<?"))):
            self.defects["before"] = 1
        return text[match.start() :]

    def _take(self, text: str) -> tuple[str, str]:
        """What of `text` is complete, repaired, and the rest."""
        done: list[str] = []
        position, complete = 0, True
        while complete:
            step = self._outside if self._until is None else self._inside
            taken, position, complete = step(text, position)
            done.append(taken)
        return "".join(done), text[position:]

    def _outside(self, text: str, position: int) -> tuple[str, int, bool]:
        """Text up to the next section: repaired, where it stops, and whether a section begins there."""
        opening = _SECTION.search(text, position)
        if not opening:
            stop = self._safe_end(text, position)
            return self._mend(text[position:stop]), stop, False
        return self._mend(text[position : opening.start()]) + self._open(opening[0]), opening.end(), True

    def _inside(self, text: str, position: int) -> tuple[str, int, bool]:
        """A section, or what there is of it: what stays, where it stops, and whether it ended there."""
        ending = self._until.search(text, position) if self._until else None
        if not ending:
            stop = max(position, len(text) - _HELD_BACK)
            return self._kept_of(text[position:stop]), stop, False
        self._until = _SUBSET_END if ending[0] == "[" else None
        return self._kept_of(text[position : ending.end()]), ending.end(), True

    def _kept_of(self, section: str) -> str:
        """What of the inside of a section goes on: all but control characters of CDATA, nothing of others."""
        return _CONTROL.sub("", section) if self._kept else ""

    def _open(self, opening: str) -> str:
        """Enter a section; what stays of its opening."""
        self._until = _ENDS.get(opening.upper())
        self._has_doctype |= self._until is _DOCTYPE
        self._kept = opening.upper() == "<![CDATA["
        return "<![CDATA[" if self._kept else ""

    def _safe_end(self, text: str, position: int) -> int:
        """Where to cut `text`, so that no reference or opening falls in two."""
        cut = max(text.rfind("<", position), text.rfind("&", position))
        held = 1600 if text[cut : cut + 3].lower() in ("<!d", "<?x") else _HELD_BACK
        return cut if cut >= max(position, len(text) - held) else len(text)

    def _mend(self, text: str) -> str:
        """Text outside sections with its bad characters repaired."""
        text = _CONTROL.sub(self._without_control, text)
        text = _AMPERSAND.sub(self._reference, text)
        text, count = _LESS.subn("&lt;", text)
        self.defects["less"] += count
        return text

    def _without_control(self, match: re.Match[str]) -> str:
        """Control characters, dropped."""
        self.defects["control"] += len(match[0])
        return ""

    def _reference(self, match: re.Match[str]) -> str:
        """An ampersand, escaped, or a reference, replaced by what it means."""
        if not match[1]:
            self.defects["ampersand"] += 1
            return "&amp;"
        if not match[1].startswith("#") and not self._has_doctype:
            self.defects["entity"] += 1
        return html.escape(_CONTROL.sub("", html.unescape(match[0])))
