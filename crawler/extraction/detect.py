"""The encoding of a page that does not say it, or says it wrong, from the letters that its bytes would be.

Each encoding of the web is tried; the text it gives is scored by the share of its non-ASCII characters that are
among the commonest letters of the language written in it. Text read in a wrong encoding scores low: common
letters of one encoding are rare characters, capitals or signs in another. charset-normalizer decides where no
encoding scores well.
"""

from __future__ import annotations

import re
from functools import lru_cache

from charset_normalizer import from_bytes

SAMPLE = 8000
"""Non-ASCII bytes that are looked at; more does not change the outcome."""

SURE = 0.5
"""A score from here on decides at once."""

CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшю"
CANDIDATES: tuple[tuple[str, str], ...] = (
    ("cp932", "のにはをたがでてとしれさいるもなかっらりことうんすまきくあけそー、。「」"),
    ("euc_jp", "のにはをたがでてとしれさいるもなかっらりことうんすまきくあけそー、。「」"),
    ("cp949", "이다는의에을가고하지로한은서사를기도자인대시나리어정일아부보수해전라만들안제상원국조과했있"),
    (
        "gb18030",
        "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
        "，。、“”：（）《》新日月市公部场家业报道",
    ),
    (
        "big5hkscs",
        "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經"
        "，。、「」：（）新日月市公部場家業報導",
    ),
    ("cp1251", CYRILLIC + "іїєґўјљњћџђ«»—"),
    ("koi8_r", CYRILLIC),
    ("iso8859_5", CYRILLIC),
    ("cp866", CYRILLIC),
    ("cp1253", "αοιετσνηυρπκμλςάόίέήγδωχβφώύθ"),
    ("cp1255", "יוהלאתרבמשנעדקחפכסצגטזםןךףץ"),
    ("cp1256", "اليمنرتبودعةهسفقكحجشصطخأإضىغذئزءثظپچگی،"),
    ("cp874", "านรกอเงยลมทวตสดแะปีข่้าคหชบิั็ใไุูพืจ์ถศำโผฟ"),
    ("iso8859_2", "ąćęłńóśźżáéíúýčďěňřšťůžăâîșțőűäöüôĺľŕđ„”"),
    ("cp1250", "ąćęłńóśźżáéíúýčďěňřšťůžăâîșțőűäöüôĺľŕđ„”–"),
    ("cp1254", "ıişğüöçâİŞĞÜÖÇ“”’"),
    ("cp1257", "āčēģīķļņšūžąęėįųõäöü„“”–"),
    ("cp1252", "éèàçùâêîôûëïüöäßñóáíúòìãõåøæœ«»“”‘’–—…°·¿¡€ÄÖÜÉÅØ\xa0"),
)

MULTIBYTE = frozenset({"cp932", "euc_jp", "cp949", "gb18030", "big5hkscs"})
LATIN = frozenset({"iso8859_2", "cp1250", "cp1254", "cp1257", "cp1252"})

LATIN_RUN = 1.7
"""Accented Latin letters stand alone between ASCII ones: runs of non-ASCII bytes are shorter than this on average."""

LANGUAGES = {
    "cp1250": {"pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sr", "sq"},
    "iso8859_2": {"pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro"},
    "cp1254": {"tr", "az"},
    "cp1257": {"lt", "lv", "et"},
}
"""Latin encodings are hard to tell apart by their letters: these are not taken for a page in another language."""

_MARKUP = re.compile(rb"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)
_RUN = re.compile(rb"(?:[\x80-\xff][\x21-\x7e]?)*[\x80-\xff]{1,}[\x40-\x7e]?")
_HIGH = re.compile(rb"[\x80-\xff]+")
_LANG = re.compile(rb"""<html\b[^>]*?\blang\s*=\s*["']?([A-Za-z]{2})""", re.IGNORECASE)


def detect(body: bytes) -> str:
    """The Python name of the encoding that `body` is most likely in; windows-1252 where nothing tells."""
    match = _LANG.search(body[:4096])
    return _detect(_sample(body), match.group(1).decode().lower() if match else "")


@lru_cache(maxsize=4)
def _detect(sample: bytes, language: str) -> str:
    runs = _HIGH.findall(sample)
    latin = sum(map(len, runs)) < LATIN_RUN * len(runs)
    scores: dict[str, float] = {}
    for encoding, common in CANDIDATES:
        if latin != (encoding in LATIN) or (language and language not in LANGUAGES.get(encoding, {language})):
            continue
        scores[encoding] = _score(sample, encoding, frozenset(common))
        if not language and encoding in LANGUAGES:
            scores[encoding] *= 0.8
        if encoding in MULTIBYTE and scores[encoding] >= SURE and encoding != "gb18030":
            break  # no single-byte text reads as everyday Japanese or Korean
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= SURE else (sample and _ask_library(sample)) or "cp1252"


def _sample(body: bytes) -> bytes:
    """The stretches of text around non-ASCII bytes, without markup and scripts."""
    text = _MARKUP.sub(b" ", body[:400_000])
    if not text.strip():
        text = body
    kept, size = [], 0
    for run in _RUN.findall(text):
        kept.append(run)
        size += len(run)
        if size > SAMPLE:
            break
    return b" ".join(kept)


def _score(sample: bytes, encoding: str, common: frozenset[str]) -> float:
    """The share of non-ASCII characters that are common letters, less what cannot be read; 0 to 1."""
    text = sample.decode(encoding, "replace")
    others = [character for character in text if character > "\x7f"]
    if not others:
        return 0.0
    share = sum(character in common for character in others) / len(others)
    broken = sum(character == "\ufffd" or "\x80" <= character <= "\x9f" for character in others) / len(others)
    # A hundred characters cover well over half of running Chinese or Korean, thirty letters nearly all of Russian.
    boost = 1.6 if encoding in MULTIBYTE else 1.0
    return max(0.0, min(1.0, share * boost) - 3 * broken)


def _ask_library(sample: bytes) -> str | None:
    """What charset-normalizer says; its UTF-16 is left out, since bytes between ASCII ones are none."""
    found = from_bytes(sample).best()
    return found.encoding if found and not found.encoding.startswith(("utf_16", "utf_32")) else None
