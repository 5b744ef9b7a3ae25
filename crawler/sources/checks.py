"""What the values of a source file must be: one function for each kind, from the written value to the kept one.

Each raises ValueError with the reason, as a clause to follow the value: "it has no host".
"""

from __future__ import annotations

import re
import string
import warnings
from datetime import date
from difflib import get_close_matches
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from crawler.sources.selectors import compile_selector

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*", re.IGNORECASE)
"""Language, script, region and variants of RFC 5646, section 2.1; its extensions have no use here."""

HOST = re.compile(r"(\*\.)?([^\W_]([\w-]{0,61}[^\W_])?\.)*[^\W_]([\w-]{0,61}[^\W_])?")
DOTTED_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
ARCHIVE_FIELDS = ("year", "month", "day", "date")
"""What an archive template may name: whole numbers, and the day itself (`{date:%d-%m-%y}`)."""


def web_url(value: str) -> str:
    """An absolute http or https URL with a host and without a password."""
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError("it contains white space")
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"it cannot be read as a URL ({error})") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("it does not begin with http:// or https://")
    if not parts.hostname:
        raise ValueError("it has no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds a user name or password, which would be written into the archive")
    return value


def pattern(value: str) -> str:
    """A regular expression of Python's `re` that does not match everything, nor will mean something else one day."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            compiled = re.compile(value)
    except FutureWarning as doubt:
        raise ValueError(f"it is ambiguous ({doubt}); put a backslash before [, --, && or ~~ inside a set") from None
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"it is no regular expression ({error})") from None
    if compiled.search(""):
        raise ValueError("it matches the empty text, and so everything")
    return value


def selector(value: str) -> str:
    """A CSS or XPath selector."""
    compile_selector(value)
    return value


def selector_or_none(value: str) -> str:
    """A CSS or XPath selector, or the empty text for none."""
    return selector(value) if value else value


def archive_template(value: str) -> str:
    """A URL with places for the day, such as `https://example.org/{year}/{month:02}/{day:02}/`."""
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(value) if name is not None]
    except ValueError as error:
        raise ValueError(f"its braces cannot be read ({error})") from None
    unknown = [name for name in fields if name not in ARCHIVE_FIELDS]
    if unknown:
        raise ValueError(f"it names {{{unknown[0]}}}; the places are {', '.join(f'{{{n}}}' for n in ARCHIVE_FIELDS)}")
    if not fields:
        raise ValueError("it names no day; list it under sections if it is one page")
    try:
        web_url(fill_archive(value, date(2017, 7, 12)))
    except ValueError as error:
        raise ValueError(f"filled for 2017-07-12 {error}") from None
    return value


def fill_archive(template: str, day: date) -> str:
    """The URL of the archive page that `template` names for `day`."""
    return template.format(year=day.year, month=day.month, day=day.day, date=day)


def language(value: str) -> str:
    """A BCP 47 language tag, in its recommended case (`pt-br` becomes `pt-BR`)."""
    if not LANGUAGE_TAG.fullmatch(value):
        raise ValueError("it is no language tag")
    first, *rest = value.split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cased.get(len(part), str.lower)(part) for part in rest)])


def country(value: str) -> str:
    """An ISO 3166-1 two-letter code, or the empty text."""
    if value and not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError("it is no country code of two capital letters")
    if value == "UK":
        raise ValueError("the code of the United Kingdom is GB")
    return value


def zone(value: str) -> str:
    """The name of a time zone that this machine knows, or the empty text."""
    if not value:
        return value
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # KeyError is the usual one; OSError where it names a folder of zones
        near = get_close_matches(value, available_timezones(), n=1)
        raise ValueError("it is no time zone" + (f"; did you mean {near[0]!r}?" if near else "")) from None
    return value


def host(value: str) -> str:
    """A host name in lower case, without scheme, port or path; `*.` in front takes in its subdomains."""
    if not HOST.fullmatch(value):
        raise ValueError("it is no host name")
    return value.lower()


def user_agent(value: str) -> str:
    """A User-Agent header's value (visible ASCII), or the empty text."""
    if not re.fullmatch(r"[\x20-\x7e]*", value) or value != value.strip():
        raise ValueError("a header may hold only visible ASCII characters and single spaces inside")
    return value


def dotted_class(value: str) -> str:
    """The dotted path of a Python class, or the empty text; it is imported only when the source is loaded."""
    if value and not DOTTED_CLASS.fullmatch(value):
        raise ValueError("it is no dotted path of a class")
    return value


def some_text(value: str) -> str:
    """A text that says something."""
    if not value.strip():
        raise ValueError("it is empty")
    return value
