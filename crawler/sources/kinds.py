"""The kinds of value in a source file: a Python type, its check, and what it is in words.

The checks themselves are in `checks`; the words stand in error messages and in the documentation.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from crawler.sources import checks


class Kind(NamedTuple):
    """What a value is: in words, for messages and documentation, and as a pattern (ECMA 262), for editors."""

    words: str
    pattern: str = ""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the pattern to the JSON Schema of the value."""
        made = handler(schema)
        return made | {"pattern": self.pattern} if self.pattern else made


Name = Annotated[str, Kind("lower case letters, digits and _, a letter first")]
Text = Annotated[str, Kind("text")]
SomeText = Annotated[str, AfterValidator(checks.some_text), Kind("text that is not empty", r"\S")]
WebUrl = Annotated[str, AfterValidator(checks.web_url), Kind("absolute http or https URL", r"^https?://\S+$")]
Pattern = Annotated[str, AfterValidator(checks.pattern), Kind("regular expression (Python's re)", ".")]
Selector = Annotated[
    str, AfterValidator(checks.selector), Kind('CSS selector, or XPath beginning with "/", "./" or "("')
]
MaybeSelector = Annotated[
    str,
    AfterValidator(checks.selector_or_none),
    Kind('CSS selector, or XPath beginning with "/", "./" or "(", or empty'),
]
ArchiveTemplate = Annotated[
    str,
    AfterValidator(checks.archive_template),
    Kind("URL with {year}, {month}, {day} or {date} in it", r"^https?://\S+$"),
]
Language = Annotated[
    str,
    AfterValidator(checks.language),
    Kind('BCP 47 language tag, such as "en" or "pt-BR"', "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$"),
]
Country = Annotated[str, AfterValidator(checks.country), Kind('ISO 3166 code, such as "GR", or empty', "^([A-Z]{2})?$")]
Zone = Annotated[str, AfterValidator(checks.zone), Kind('IANA time zone, such as "Europe/Athens", or empty')]
Host = Annotated[str, AfterValidator(checks.host), Kind('host name, such as "blog.example.org" or "*.example.org"')]
UserAgent = Annotated[str, AfterValidator(checks.user_agent), Kind("text of visible ASCII characters, or empty")]
DottedClass = Annotated[
    str, AfterValidator(checks.dotted_class), Kind('dotted path of a class, such as "mine.spiders.Gazette", or empty')
]
Right = Literal["noarchive", "noindex", "noai", "noimageai", "tdm"]


def _false_or_day(value: object) -> object:
    if value is False or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise ValueError("it is neither false nor a day")


Verified = Annotated[
    Literal[False] | date, BeforeValidator(_false_or_day), Kind("false, or a day without quotes, such as 2026-11-22")
]
