"""Feeds and sitemaps as lists of records, read in constant memory.

Both are lists of records (`item`, `entry`, `url`, `sitemap`) of a few short fields. So no tree is built: each record is
handed on as soon as it ends. What is not well-formed is repaired on the way (`repair`), and libxml2 recovers
from the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from crawler.discovery.repair import Repair

MAX_FIELD = 16_384
"""Characters kept of a field; titles, dates and URLs are shorter."""

MAX_DEPTH = 500
"""Elements inside each other; below it are no records, only attacks."""

MAX_FIELDS = 200
"""Fields kept of a record; an entry with all its extensions has some thirty."""

MAX_ELEMENTS = 3_000_000
"""Elements read of a document: 60 for each of a full sitemap's 50,000 URLs. The rest of a longer one is not read."""

MAX_NAMES = 1000
"""Names of elements that are remembered."""

_NONE: Mapping[str, str] = {}
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What to look for: elements that are records, elements whose inside says nothing of a record, and fields.

    Names are in lower case, with the prefix that `prefixes` gives to their namespace. The namespace of the root
    element, whatever it is, and no namespace at all have no prefix; one that is not listed has the prefix "other".
    """

    records: frozenset[str]
    opaque: frozenset[str]
    fields: frozenset[str]
    prefixes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record. `bases` are the xml:base values in force, the outermost first; `language` is xml:lang."""

    name: str
    attributes: Mapping[str, str]
    text: str
    bases: tuple[str, ...] = ()
    language: str | None = None


@dataclass(slots=True)
class Record:
    """A record with its fields, in the order of the document; attributes go by their local names."""

    name: str
    attributes: Mapping[str, str]
    fields: list[Field] = field(default_factory=list)
    language: str | None = None


@dataclass(slots=True)
class _Text:
    """The text of a field while it comes in."""

    parts: list[str] = field(default_factory=list)
    room: int = MAX_FIELD

    def add(self, text: str) -> None:
        """Take `text` as far as there is room."""
        if self.room > 0:
            self.parts.append(text[: self.room])
            self.room -= len(text)


@dataclass(slots=True)
class _Open:
    """An element that has begun and not ended."""

    name: str
    attributes: Mapping[str, str]
    bases: tuple[str, ...] = ()
    language: str | None = None
    opaque: bool = False
    record: Record | None = None
    text: _Text | None = None
    """Where text goes: the element's own if it is a field, that of the field around it, or None."""


class RecordReader:
    """Reads records out of pieces of text; `root` is the name of the outermost element once that has begun."""

    def __init__(self, shape: Shape) -> None:
        self.root = ""
        self._shape = shape
        self._telling = shape.records | shape.fields | shape.opaque
        self._repair = Repair()
        self._namespace = ""
        self._names: dict[str, str] = {}
        self._stack: list[_Open] = []
        self._too_deep = 0
        self._elements = 0
        self._ended: list[Record] = []
        self._errors: list[str] = []
        self._has_end = False
        self._is_cut = False

    def read(self, pieces: Iterable[str]) -> Iterator[Record]:
        """Each record as it ends; the outer ones (`channel`, `feed`) come after those inside them."""
        parser = etree.XMLParser(
            target=self, recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
        )
        tail = ""
        for piece in self._repair(pieces):
            parser.feed(piece.encode())
            yield from self._taken()
            tail = self._look_for_end(tail + piece)
            if self._elements > MAX_ELEMENTS:
                break
        self._is_cut = not self._has_end
        self._errors = [f"line {error.line}: {error.message}" for error in parser.feed_error_log]
        while self._stack:
            self._end_one()
        yield from self._taken()

    def warnings(self) -> list[str]:
        """What was wrong, once all is read."""
        found = self._repair.warnings()
        if self._elements > MAX_ELEMENTS:
            found.append(f"more than {MAX_ELEMENTS:,} elements, the rest was not read")
        elif self._is_cut:
            found.append("cut off before its end, what came before was read")
        elif self._errors:
            found.append(f"not well-formed XML ({len(self._errors)} errors, the first in {self._errors[0]})")
        return found

    def _look_for_end(self, text: str) -> str:
        """Note whether the root's end tag is in `text`; gives what of it may be the beginning of one.

        libxml2 supplies missing end tags, and takes one element's for another's, so it cannot be asked.
        """
        end = rf"</(?:[\w.-]{{1,40}}:)?{re.escape(self.root)}\s{{0,40}}>"
        self._has_end = self._has_end or bool(self.root and re.search(end, text, re.IGNORECASE))
        return text[-128:]

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """The parser's call at a start tag."""
        self._elements += 1
        if len(self._stack) >= MAX_DEPTH:
            self._too_deep += 1
            return
        if not self.root:
            self._namespace, _, self.root = tag.lower().removeprefix("{").rpartition("}")
        around = self._stack[-1] if self._stack else _Open("", {})
        if not attributes and (self._names.get(tag) or self._name(tag)) not in self._telling:
            self._stack.append(around)  # it changes nothing for what is in it
            return
        element = self._element(tag, attributes, around)
        if element.name in self._shape.records and not element.opaque:
            self._forget_unended(element.name)
            element.record = Record(element.name, element.attributes, language=element.language)
        elif element.name in self._shape.fields and element.record and not element.opaque:
            element.text = _Text()
        self._stack.append(element)

    def data(self, text: str) -> None:
        """The parser's call for text."""
        if not self._too_deep and self._stack and (into := self._stack[-1].text):
            into.add(text)

    def end(self, tag: str) -> None:
        """The parser's call at an end tag, given or supplied."""
        if self._too_deep:
            self._too_deep -= 1
        elif self._stack:
            self._end_one()

    def close(self) -> None:
        """The parser's call at the end."""

    def _element(self, tag: str, attributes: Mapping[str, str], around: _Open) -> _Open:
        """An element inside `around`, with what it inherits."""
        name = self._names.get(tag) or self._name(tag)
        opaque = around.opaque or name in self._shape.opaque
        if not attributes:
            return _Open(name, _NONE, around.bases, around.language, opaque, around.record, around.text)
        base = attributes.get(f"{_XML}base")
        return _Open(
            name,
            {key.rpartition("}")[2].lower(): value for key, value in attributes.items()},
            (*around.bases, base) if base else around.bases,
            attributes.get(f"{_XML}lang", around.language),
            opaque,
            around.record,
            around.text,
        )

    def _name(self, tag: str) -> str:
        """An element's name as `Shape` writes it."""
        name = tag.lower()
        if tag.startswith("{"):
            namespace, _, name = name[1:].rpartition("}")
            if namespace != self._namespace:
                prefix = self._shape.prefixes.get(namespace, "other")
                name = f"{prefix}:{name}" if prefix else name
        if len(self._names) < MAX_NAMES:
            self._names[tag] = name
        return name

    def _forget_unended(self, name: str) -> None:
        """A record that begins inside another of its kind: the other's end tag is missing, so it ends here."""
        around = self._stack[-1].record if self._stack else None
        if around is None or around.name != name:
            return
        self._ended.append(around)
        for element in self._stack:
            if element.record is around:
                element.record = element.text = None

    def _end_one(self) -> None:
        """The innermost open element ends."""
        element = self._stack.pop()
        around = self._stack[-1] if self._stack else _Open("", {})
        if element.record is None:
            return
        if element.record is not around.record:
            self._ended.append(element.record)
        elif element.text and element.text is not around.text and len(element.record.fields) < MAX_FIELDS:
            text = "".join(element.text.parts).strip()
            element.record.fields.append(Field(element.name, element.attributes, text, element.bases, element.language))

    def _taken(self) -> list[Record]:
        """The records that have ended since the last call."""
        ended, self._ended = self._ended, []
        return ended
