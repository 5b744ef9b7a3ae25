"""The language that a text is in, by its script and its commonest words; what the page states only breaks a tie."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from crawler.extraction.choice import Candidate, Choice
from crawler.extraction.vocabulary import common_words

SAMPLE = 6000
"""Characters of the text that are looked at."""

CLOSE = 0.85
"""The stated language is believed where it scores at least this share of the best."""

SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("ja", "\u3040", "\u30ff"),
    ("ko", "\uac00", "\ud7af"),
    ("zh", "\u4e00", "\u9fff"),
    ("el", "\u0370", "\u03ff"),
    ("he", "\u0590", "\u05ff"),
    ("ar", "\u0600", "\u06ff"),
    ("hi", "\u0900", "\u097f"),
    ("bn", "\u0980", "\u09ff"),
    ("pa", "\u0a00", "\u0a7f"),
    ("gu", "\u0a80", "\u0aff"),
    ("ta", "\u0b80", "\u0bff"),
    ("te", "\u0c00", "\u0c7f"),
    ("kn", "\u0c80", "\u0cff"),
    ("ml", "\u0d00", "\u0d7f"),
    ("si", "\u0d80", "\u0dff"),
    ("th", "\u0e00", "\u0e7f"),
    ("my", "\u1000", "\u109f"),
    ("ka", "\u10a0", "\u10ff"),
    ("hy", "\u0530", "\u058f"),
    ("am", "\u1200", "\u137f"),
    ("km", "\u1780", "\u17ff"),
    ("ru", "\u0400", "\u04ff"),
)
SHARED_SCRIPTS = {
    "ru": ("ru", "uk", "be", "bg", "sr", "mk", "kk"),
    "ar": ("ar", "fa", "ur", "ps"),
    "hi": ("hi", "mr", "ne"),
}

LETTERS = {
    "ru": "ыэё", "uk": "їєґ", "be": "ў", "sr": "јљњђћџ", "mk": "ѓќѕј", "kk": "әғқңөұһ",
    "fa": "پچژگ", "ur": "ٹڈڑںے", "ps": "ټډړږښځڅ",
    "pl": "łżźćńśą", "hu": "őű", "tr": "ğı", "ro": "țșţ", "cs": "řůě", "sk": "ľĺŕ", "de": "ß", "az": "ə",
    "lv": "ķļņģ", "lt": "ėųį", "is": "ðþ", "vi": "đơư", "sq": "ë", "es": "ñ¿¡", "pt": "ãõ", "fr": "œ", "et": "õ",
}  # fmt: skip
"""Letters that few other languages of the same script have."""

LETTER_WEIGHT = 1.0
"""What one such letter counts; a common word counts from 0.5 to 1.5."""

KIN = {"sr": "hr", "bs": "hr", "sh": "hr"}
"""Languages that are told from another by what the page states, since their commonest words are the same."""

SPARSE = 0.13
"""Share of a text's words under which the commonest words of a language do not show that it is written in it."""

_WORD = re.compile(r"[^\W\d_]+")
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_NOT_LATIN = re.compile("[^\x00-\u036f]+")


def language_of(text: str, stated: str = "") -> str | None:
    """The language of `text` as an ISO 639-1 code, `stated` (a BCP 47 tag) where the text does not tell."""
    stated = stated.split("-")[0].split("_")[0].lower()
    stated = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl"}.get(stated, stated)
    sample = text[:SAMPLE]
    others = "".join(_NOT_ASCII.findall(sample))
    script = _script(sample, others)
    if script and script not in SHARED_SCRIPTS:
        return script
    among = SHARED_SCRIPTS.get(script, ()) if script else _latin()
    scores = _scores(sample, others, among)
    if not scores:
        return stated or script or None
    best = max(scores, key=lambda language: (scores[language], language))
    if KIN.get(stated) == best or (stated and stated not in common_words() and scores[best] < SPARSE * _length(sample)):
        return stated
    return stated if scores.get(stated, 0) >= CLOSE * scores[best] else best


def language_choice(text: str, stated: str | None, by_source: str) -> Choice:
    """The language of `text` (see `language_of`), with what the page and its source state."""
    candidates = [Candidate(place, said) for place, said in (("page", stated), ("source", by_source)) if said]
    found = language_of(text, stated or by_source)
    return Choice(found, "text", "its letters and commonest words", "high" if found == stated else "medium", candidates)


def _script(sample: str, not_ascii: str) -> str | None:
    """The language (or the first of several) that is written in the script of most letters; None for Latin."""
    others = {one: count for one, count in Counter("".join(_NOT_LATIN.findall(not_ascii))).items() if one.isalpha()}
    if not others:
        return None
    letters = sum(count for one, count in Counter(sample).items() if one.isalpha())
    counts: Counter[str] = Counter()
    for character, count in others.items():
        counts[next((name for name, low, high in SCRIPTS if low <= character <= high), "")] += count
    if counts["ja"] * 10 > counts["ja"] + counts["zh"] and counts["ja"]:
        counts["ja"] += counts.pop("zh", 0)
    counts.pop("", None)
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    # A Chinese or Korean word is one or two characters, and so outweighs its number of letters.
    weight = 3 if name in ("ja", "zh", "ko") else 1
    return name if count * weight * 2 > letters else None


@cache
def _latin() -> tuple[str, ...]:
    others = {language for shared in SHARED_SCRIPTS.values() for language in shared}
    return tuple(language for language in common_words() if language not in others)


@cache
def _vocabulary(languages: tuple[str, ...]) -> dict[str, tuple[tuple[str, float], ...]]:
    """For each common word its languages, and its weight: the fewer languages have it, the more it says."""
    having: dict[str, list[str]] = {}
    for language in languages:
        for word in dict.fromkeys(common_words()[language]):
            having.setdefault(word, []).append(language)
    return {word: tuple((language, 1 / len(found)) for language in found) for word, found in having.items()}


def _scores(sample: str, not_ascii: str, languages: tuple[str, ...]) -> dict[str, float]:
    vocabulary = _vocabulary(languages)
    scores: dict[str, float] = {}
    for word, count in Counter(_WORD.findall(sample.casefold())).items():
        for language, weight in vocabulary.get(word, ()):
            scores[language] = scores.get(language, 0.0) + count * (0.5 + weight)
    if special := Counter("".join(_NOT_ASCII.findall(not_ascii.casefold()))):
        for language in languages:
            if count := sum(map(special.__getitem__, LETTERS.get(language, ""))):
                scores[language] = scores.get(language, 0.0) + LETTER_WEIGHT * count
    return scores


def _length(sample: str) -> int:
    """Words of a sample."""
    return len(_WORD.findall(sample))
