"""How text becomes searchable in any script: folding, words, queries for SQLite FTS5, snippets.

SQLite's own tokenizers take a Chinese sentence for one word and keep Russian and Arabic words apart from their
inflected forms. So words are made here, the same way for the index, the query and the snippet, and the FTS5 table
(tokenizer `ascii`) only splits at spaces:

- case, accents, Arabic and Hebrew vowel signs fold away; Arabic alef, ya and ta marbuta forms are one letter each,
  and the article (al-, wal-, bal- ...) comes off;
- scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) become one word a character, and a run of them
  in a query becomes a phrase;
- a Cyrillic or Greek word of a query also finds words that differ in the last one or two letters, an Arabic one those
  with other endings of number, gender and possession, a Korean one those with other particles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670"
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}_])[\w{_MARKS}])+")
_FOLDED_AWAY = re.compile(rf"[{_MARKS}]")
_ARABIC = re.compile(r"[\u0600-\u06ff]+")
_ARABIC_ARTICLE = re.compile(r"^(?:وال|بال|فال|كال|ولل|ال|لل)(?=..)")
_ARABIC_LETTERS = str.maketrans({"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا"})
_INFLECTED = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]{4,}")
_ARABIC_ENDING = re.compile(r"(?<=...)(?:ات|ون|ين|ان|ها|هم|يه|يا|ه|ي)$")
_HANGUL = re.compile(r"[\uac00-\ud7a3]{2,}")
_KOREAN_PARTICLE = re.compile(
    r"(?<=..)(?:에서는|에서|에게|으로|부터|까지|이라고|라고|이나|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
_ONE_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_QUERY_PART = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')

SNIPPET_WORDS = 36
"""Words in a snippet; scripts without spaces have about as many characters."""


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word as the index knows it."""
    if word.isascii():
        return word.lower()
    folded = _FOLDED_AWAY.sub("", unicodedata.normalize("NFKD", word.casefold()))
    folded = unicodedata.normalize("NFC", folded)
    if _ARABIC.fullmatch(folded):
        folded = _ARABIC_ARTICLE.sub("", folded.translate(_ARABIC_LETTERS))
    return folded


def searchable(text: str) -> str:
    """What the FTS5 table holds for a text: its folded words, a space between them."""
    return " ".join(fold(word) for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a query asks for: folded words in a row; the last one may be the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False

    def matches(self, words: list[str], at: int) -> bool:
        """Whether the words of a text are this term from index `at` on."""
        *whole, last = self.words
        found = words[at : at + len(self.words)]
        if len(found) < len(self.words) or found[:-1] != whole:
            return False
        return found[-1].startswith(last) if self.prefix else found[-1] == last

    @property
    def expression(self) -> str:
        """The term in the language of FTS5."""
        return f'"{" ".join(self.words)}"' + ("*" if self.prefix else "")


def parse(query: str) -> list[Term]:
    """What somebody typed: words, "phrases in quotes", -excluded, and begin* for the beginning of a word."""
    terms: list[Term] = []
    for minus, phrase, word in _QUERY_PART.findall(query):
        words = tuple(fold(found) for found in _WORD.findall(phrase or word))
        if words:
            terms.append(_term(words, bool(minus), quoted=bool(phrase), starred=word.endswith("*")))
    return terms


def _term(words: tuple[str, ...], excluded: bool, quoted: bool, starred: bool) -> Term:
    last = words[-1]
    if starred:
        return Term(words, prefix=True, excluded=excluded)
    stem = _stem(last) if not quoted and len(words) == 1 else None
    return Term((stem,), prefix=True, excluded=excluded) if stem else Term(words, excluded=excluded)


def _stem(word: str) -> str | None:
    """What the forms of a folded word begin with; None where it is known in one form only."""
    if _INFLECTED.fullmatch(word):
        return word[: -2 if len(word) > 5 else -1]
    if len(word) > 3 and _ARABIC.fullmatch(word):
        return _ARABIC_ENDING.sub("", word)
    return _KOREAN_PARTICLE.sub("", word) if _HANGUL.fullmatch(word) else None


def expression(terms: list[Term]) -> str | None:
    """The FTS5 MATCH expression of a query; None where nothing is asked for (no term, or only excluded ones)."""
    wanted = [term.expression for term in terms if not term.excluded]
    excluded = [term.expression for term in terms if term.excluded]
    if not wanted:
        return None
    joined = " AND ".join(wanted)
    return f"({joined}) NOT ({' OR '.join(excluded)})" if excluded else joined


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a snippet, and whether it is what was asked for."""

    text: str
    hit: bool = False


def snippet(text: str, terms: list[Term], length: int = SNIPPET_WORDS) -> list[Piece]:
    """The stretch of `text` where most of the terms are found, hits apart; its beginning where none is."""
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [fold(text[start:end]) for start, end in spans]
    hits = list(_hits(words, [term for term in terms if not term.excluded]))
    first = _best_start(hits, length)
    last = min(first + length, len(spans))
    if not spans:
        return []
    marked = {index for start, size, _ in hits for index in range(start, start + size)}
    return list(_pieces(text, spans, first, last, marked))


def _hits(words: list[str], terms: list[Term]) -> Iterator[tuple[int, int, int]]:
    """Where terms are found: first word, number of words, number of the term."""
    for at in range(len(words)):
        for number, term in enumerate(terms):
            if term.matches(words, at):
                yield at, len(term.words), number


def _best_start(hits: list[tuple[int, int, int]], length: int) -> int:
    """The first word of the window that has the most different terms, with some words before its first hit."""
    best, most = 0, 0
    for index, (start, _, _) in enumerate(hits):
        terms = {term for at, _, term in hits[index : index + length] if at < start + length}
        if len(terms) > most:
            best, most = start, len(terms)
    return max(0, best - length // 5)


def _pieces(text: str, spans: list[tuple[int, int]], first: int, last: int, marked: set[int]) -> Iterator[Piece]:
    at = spans[first][0]
    if first:
        yield Piece("…\N{NO-BREAK SPACE}")
    for index in range(first, last):
        start, end = spans[index]
        if index in marked:
            if start > at:
                yield Piece(text[at:start])
            yield Piece(text[start:end], hit=True)
            at = end
    end = spans[last - 1][1]
    if last == len(spans):
        yield Piece(text[at:].rstrip())
    else:
        yield Piece(text[at:end] + "\N{NO-BREAK SPACE}…")
