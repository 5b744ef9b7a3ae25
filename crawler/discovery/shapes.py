"""The shape of a URL: what each part of its path is, and how much that looks like an article.

Sites write the addresses of their articles in one or a few ways: a date, a number, a long slug. Their sections,
tags and service pages look different. No part of this knows any site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from crawler.discovery.periods import period_in_url

Part = Literal["year", "month", "day", "date", "number", "id", "slug", "word"]
"""What a segment of a path is. An "id" is a word with a long number or code in it, a "word" is anything short."""

_MONTHS = frozenset("jan feb mar apr may jun jul aug sep oct nov dec".split())
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jspx?|cms|ece|do|story|amp)$", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|avif|svg|ico|mp[34]|m4[av]|webm|mov|avi|wav|ogg|zip|gz|rar|exe|dmg|apk|css|js|json|xml"
    r"|rss|atom|rdf|txt|csv|docx?|xlsx?|pptx?|epub|ics|woff2?)$",
    re.IGNORECASE,
)
_CODE = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=[a-z]*\d)[a-z0-9]{10,}", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{5,}")
_QUERY_ID = re.compile(
    r"(?:^|&)(?:p|id|aid|sid|nid|newsid|news_id|article|articleid|article_id|storyid|story|post|item|idarticle|itemid|content)"
    r"=[\w-]*\d[\w-]*(?:&|$)",
    re.IGNORECASE,
)
_QUERY_NAVIGATION = re.compile(
    r"(?:^|&)(?:page|paged|pg|pagina|s|q|search|query|sort|order|orderby|offset|start|replytocom|share|print|tag|cat"
    r"|category|author|filter|lang|view|cpage|redirect_to|login)=",
    re.IGNORECASE,
)

NEVER = frozenset(
    "tag tags tagged topic topics themen category categories categoria categorias kategorie kategorien rubrik "
    "rubrika author authors autor autore autoren auteur autores profile profiles user users member members page "
    "pages seite pagina search suche buscar recherche cerca login log-in signin sign-in signup sign-up logout "
    "register registration account accounts my myaccount subscribe subscription subscriptions abo abonnement "
    "newsletter newsletters privacy privacy-policy datenschutz cookies cookie-policy terms terms-of-service "
    "terms-of-use terms-and-conditions legal disclaimer impressum imprint about about-us uber-uns contact "
    "contact-us contacts kontakt contacto contatti help hilfe faq faqs support feedback rss feed feeds atom "
    "sitemap site-map jobs careers karriere advertise advertising werbung mediadaten store cart checkout donate "
    "donation donations spenden wp-login wp-login.php wp-admin wp-content wp-json cgi-bin cdn-cgi ads widget "
    "widgets embed mailto comment-page trackback hashtag keyword keywords media-kit press-room tv-guide games "
    "puzzles crosswords horoscopes etiqueta etiquetas schlagwort schlagworte stichwort mot-cle mots-cles tagi etiket "
    "etiketter etichetta etichette trefwoord ετικέτα ετικέτες ετικετα метка метки тег теги мітка وسم وسوم "
    "标签 標籤 话题 タグ キーワード 태그 συγγραφέας συντάκτης автор авторы автори كاتب 作者 著者 기자".split()
)
"""Segments that belong to the site and not to an article, wherever they stand as a whole segment."""

NEVER_LAST = frozenset(
    "archive archives archiv archivo archivio people by series thema tema temas comments amp print share weather "
    "wetter horoscope horoskop crossword puzzles app apps static assets shop video videos photos gallery live "
    "podcasts all latest more home".split()
)
"""Segments at which no article ends, but behind which one may stand (`/archives/12345.html`)."""

MARKERS = frozenset(
    "article articles story stories news post posts artikel article-detail noticia noticias nota notas articolo "
    "articoli notizie actualite actualites nachrichten nachricht novosti haber haberler blog entry detail read "
    "content view wiadomosci novini akhbar".split()
)
"""Segments that mostly stand before an article's own part."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the parts of a URL's path are; `extension` is a page's (".html"), `query` says that it names an article."""

    parts: tuple[Part, ...]
    segments: tuple[str, ...]
    extension: str
    query: bool

    @property
    def template(self) -> tuple[str, ...]:
        """What URLs of one kind on a site share: their parts, the extension, and whether the query counts."""
        return (*self.parts, self.extension, "?" if self.query else "")

    @property
    def lead(self) -> int:
        """How many words stand in front, the last segment not counted: the site's sections."""
        return next((at for at, part in enumerate(self.parts[:-1]) if part != "word"), max(0, len(self.parts) - 1))

    @property
    def kind(self) -> tuple[str, ...]:
        """The template, whatever the depth of the section."""
        return ("word", *self.template[self.lead :]) if self.lead else self.template


@lru_cache(maxsize=65_536)
def shape_of(url: str) -> Shape:
    """The shape of `url`; segments are without percent-encoding, the last without its extension."""
    split = urlsplit(url)
    path = unquote(split.path)
    found = _EXTENSION.search(path)
    extension = found[0].lower() if found else ""
    segments = tuple(segment for segment in path.removesuffix(found[0] if found else "").split("/") if segment)
    if segments and segments[-1].lower() in ("index", "default"):
        segments, extension = segments[:-1], ""
    parts: list[Part] = []
    for segment in segments:
        parts.append(_part(segment, parts))
    return Shape(tuple(parts), segments, extension, bool(_QUERY_ID.search(split.query)))


def is_page(url: str) -> bool:
    """Whether `url` may be a page at all, by its extension."""
    return not _FILE.search(urlsplit(url).path)


def likeness(url: str) -> int:
    """How much `url` looks like an article's, from -5 (never) over 0 (nothing known) to 6; 2 and more is likely."""
    shape = shape_of(url)
    query = urlsplit(url).query
    if not is_page(url) or _is_never(shape) or (_QUERY_NAVIGATION.search(query) and not shape.query):
        return -5
    if not shape.parts:
        return 2 if shape.query else -5
    last = shape.parts[-1]
    if last in ("year", "month", "day", "date") and not shape.extension:
        return -5 if period_in_url(url) else 0
    score = _weight_of_end(shape) + 2 * shape.query
    score += 3 if any(part in ("year", "date") for part in shape.parts[:-1]) or _dated(shape.segments[-1]) else 0
    score += any(segment.lower() in MARKERS for segment in shape.segments[:-1])
    return min(6, score + bool(shape.extension))


def _weight_of_end(shape: Shape) -> int:
    """What the last segment says: an id or a number most, then a slug by its length."""
    last = shape.parts[-1]
    if last in ("id", "number"):
        return 3 if _LONG_NUMBER.search(shape.segments[-1]) or last == "id" else 1
    score = min(3, max(0, word_count(shape.segments[-1]) - 1)) if last == "slug" else 0
    return score + 2 * any(part in ("id", "number") for part in shape.parts[:-1])


def word_count(segment: str) -> int:
    """Words in a slug; three characters of a script without spaces count as one."""
    words = [word for word in re.split(r"[-_+.,~ ]+", segment) if word]
    return sum(max(1, len(word) // 3 if _is_unspaced(word) else 1) for word in words)


def _part(segment: str, before: list[Part]) -> Part:
    """What one segment is, given those before it."""
    if re.fullmatch(r"(?:19|20)\d\d", segment):
        return "year"
    if before and before[-1] == "year" and (re.fullmatch(r"0?[1-9]|1[0-2]", segment) or segment.lower() in _MONTHS):
        return "month"
    if before and before[-1] == "month" and re.fullmatch(r"0?[1-9]|[12]\d|3[01]", segment):
        return "day"
    if re.fullmatch(r"(?:19|20)\d\d[-_.]?[01]?\d(?:[-_.]?[0-3]?\d)?", segment):
        return "date" if _dated(segment) else "number"
    if before and before[-1] == "year" and re.fullmatch(r"[01]\d[0-3]\d", segment):
        return "date"
    if segment.isdecimal():
        return "number"
    if word_count(segment) >= 3 or (word_count(segment) == 2 and len(segment) >= 12):
        return "slug"
    if _LONG_NUMBER.search(segment) or _CODE.fullmatch(segment):
        return "id"
    return "slug" if _is_unspaced(segment) and len(segment) >= 6 else "word"


def _is_never(shape: Shape) -> bool:
    """Whether a segment says that this is no article."""
    names = [segment.lower() for segment in shape.segments]
    if any(name in NEVER for name in names[:-1]):
        return True
    return bool(names) and (names[-1] in NEVER | NEVER_LAST or names[-1].startswith(("wp-", "~", "@")))


def _dated(segment: str) -> bool:
    """Whether a segment begins with or ends in a day."""
    found = period_in_url(f"http://x/{segment}")
    return found is not None and found.days <= 31


def _is_unspaced(word: str) -> bool:
    """Whether a word is in a script that writes without spaces (Chinese, Japanese, Thai)."""
    return any("\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\u9fff" for c in word)
