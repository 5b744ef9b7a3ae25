"""Makes a source of what was found out about a site: each value with the reason for it, and the file that says both."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.discovery.urls import host_of
from crawler.extraction.extract import page_tree
from crawler.extraction.parse import squeeze, visible_text
from crawler.prospect import furniture, places, samples
from crawler.prospect.survey import Survey
from crawler.sources.describe import as_toml
from crawler.sources.model import Source
from crawler.sources.reading import NAME, SUFFIX, read_source

WIDTH = 118
"""Characters of a line of the file, where a list is broken up."""

SECTION_PAGES = 3
"""Pages of a section that a crawl reads where the section has further ones."""

_PUBLIC_PARTS = frozenset("com co org net gov edu ac news info press media or ne go gob gouv nom www m mobile".split())
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of the file, its value, and why it has it."""

    table: str
    key: str
    value: object
    why: str = ""


@dataclass
class Draft:
    """A source file in the making."""

    name: str
    entries: list[Entry] = field(default_factory=list)

    def add(self, table: str, key: str, value: object, why: str = "") -> None:
        """Say what a key is to be; an empty value is left out."""
        if value not in ("", (), [], None):
            self.entries.append(Entry(table, key, value, why))

    def value(self, table: str, key: str) -> object:
        """What a key is to be; None where it was left out."""
        return next((entry.value for entry in self.entries if (entry.table, entry.key) == (table, key)), None)

    def toml(self, head: str) -> str:
        """The whole file; `head` is the comment on top."""
        lines = [*_comment(head), ""]
        table = ""
        for entry in sorted(self.entries, key=lambda entry: _TABLES.index(entry.table)):
            if entry.table != table:
                table = entry.table
                lines += ["", f"[{table}]"]
            lines += [*_comment(entry.why), *_assignment(entry.key, entry.value)]
        return "\n".join(lines) + "\n"

    def source(self, head: str = "draft") -> Source:
        """The source that the file would be. Raises SourceError where the model does not take it."""
        with tempfile.TemporaryDirectory(prefix="broadsheet-draft-") as folder:
            path = Path(folder) / f"{self.name}{SUFFIX}"
            path.write_text(self.toml(head), "utf-8")
            return read_source(path)


_TABLES = ["", "discovery", "articles", "extraction", "politeness"]


def make_draft(survey: Survey, name: str, today: date, allow_private: bool) -> Draft:
    """The source of a site, from what `survey` found."""
    draft = Draft(name)
    _about(draft, survey, today)
    _discovery(draft, survey)
    _articles(draft, survey)
    _extraction(draft, survey)
    if allow_private:
        draft.add("politeness", "allow_private", True, "given as --allow-private")
    return draft


def name_for(url: str) -> str:
    """A name for the source of a site, from its host: `https://www.example.co.uk/` is "example"."""
    host = host_of(url)
    parts = [part for part in host.split(".")[:-1] if part not in _PUBLIC_PARTS] or [host]
    if re.fullmatch(r"[\d.]+|.*:.*", host):
        parts = ["site", host, str(urlsplit(url).port or "")]
    name = _SEPARATORS.sub("_", "_".join(parts).lower()).strip("_")
    return name if NAME.fullmatch(name) else f"site_{name}".rstrip("_")


def _about(draft: Draft, survey: Survey, today: date) -> None:
    country, why_country = places.country_of(survey.homepage, survey.front.language)
    language, why_language = samples.language(survey.samples, survey.front.language, country)
    zone, why_zone = places.zone_of(country, samples.moments(survey.samples, survey.listed))
    title, why_title = _title(survey)
    draft.add("", "title", title, why_title)
    draft.add("", "homepage", survey.homepage)
    draft.add("", "language", language or "en", why_language or "not found out: the texts do not tell")
    draft.add("", "country", country, why_country)
    draft.add("", "timezone", zone, why_zone)
    draft.add("", "verified", today, "the day on which `scrapy newsource` looked at the site")


def _title(survey: Survey) -> tuple[str, str]:
    kept = samples.articles(survey.samples)
    stated = samples.site_names(survey.samples).most_common(1)
    if stated and samples.is_habit(stated[0][1], len(kept)):
        return stated[0][0], f"what {stated[0][1]} articles call their site"
    shared = samples.shared_title([squeeze(tree.findtext(".//title") or "") for tree in _trees(kept)])
    if shared:
        return shared, f"what the titles of {len(kept)} pages share"
    if survey.front.names:
        return survey.front.names[0], "what the front page calls itself"
    return host_of(survey.homepage), "the host, since no page names its site"


def _trees(kept: Sequence[samples.Sample]) -> list[HtmlElement]:
    trees = (page_tree(sample.answer.body, sample.answer.content_type) for sample in kept)
    return [tree for tree in trees if tree is not None]


def _discovery(draft: Draft, survey: Survey) -> None:
    feeds, sitemaps, sections = survey.kept_feeds, survey.kept_sitemaps, survey.sections
    draft.add("discovery", "feeds", [feed.url for feed in feeds], _reasons((f.url, f.reason) for f in feeds))
    draft.add("discovery", "sitemaps", [one.url for one in sitemaps], _reasons((s.url, s.reason) for s in sitemaps))
    if survey.quiet_since and sitemaps:
        why = f"the site has listed nothing new since {survey.quiet_since:%Y-%m-%d}: its sitemaps are read whole"
        draft.add("discovery", "sitemap_days", 0, why)
    draft.add(
        "discovery",
        "sections",
        [section.url for section in sections],
        _reasons((s.url, f"{s.articles} links to articles") for s in sections),
    )
    further = [section.more for section in sections if section.more]
    if further:
        draft.add("discovery", "pages", SECTION_PAGES, f"sections go on on further pages, such as {further[0]}")
    draft.add("discovery", "archives", survey.archives, "the dates in the articles' addresses; one such page was read")


def _articles(draft: Draft, survey: Survey) -> None:
    learnt = survey.learnt
    said = [
        sentence.removeprefix(pattern).strip()
        for pattern, sentence in zip(_patterns(survey), learnt.evidence, strict=False)
    ]
    taken, kept_out = said[: len(learnt.include)], said[len(learnt.include) :]
    draft.add("articles", "include", list(learnt.include), "learnt from what is listed: " + "\n".join(taken))
    draft.add("articles", "exclude", list(learnt.exclude), "\n".join(kept_out))
    draft.add("articles", "hosts", list(learnt.hosts), "where a part of the listed articles is")


def _patterns(survey: Survey) -> list[str]:
    return [*survey.learnt.include, *survey.learnt.exclude]


def _extraction(draft: Draft, survey: Survey) -> None:
    kept = samples.articles(survey.samples)
    trees = _trees(kept)
    drops = furniture.suggest_drops(trees)
    lines = []
    for line in samples.repeated_lines(survey.samples):
        drop = furniture.drop_for(line, trees)
        if drop is None:
            lines.append(furniture.drop_line(line))
        elif drop.selector not in [other.selector for other in drops]:
            drops.append(drop)
    pages = [(tree, sample.paragraphs) for tree, sample in zip(trees, kept, strict=True)]
    drops += furniture.labels(pages, drops)
    drops = [drop for drop in drops if not furniture.eats(drop, pages)]
    seen = _reasons((drop.selector, f"{drop.what}, on {drop.seen} of {len(trees)} articles") for drop in drops)
    draft.add("extraction", "drop", [drop.selector for drop in drops], seen)
    draft.add("extraction", "drop_lines", lines, f"stand in the texts of most of {len(kept)} articles")
    standfirst, why = samples.standfirst(survey.samples)
    if standfirst:
        draft.add("extraction", "standfirst", True, why)
    name = str(draft.value("", "title"))
    if samples.is_habit(sum(_carries(sample, tree, name) for sample, tree in zip(kept, trees, strict=True)), len(kept)):
        draft.add("extraction", "title", "h1", "without it the titles carry the name of the site")


def _carries(sample: samples.Sample, tree: HtmlElement, name: str) -> bool:
    """Whether a title, as it was extracted, ends in the name of the site although the headline does not."""
    title = str(sample.extracted["title"])
    headlines = [visible_text(headline) for headline in tree.iter("h1")]
    return title.endswith(name) and len(headlines) == 1 and headlines[0] != title and headlines[0] in title


def _reasons(found: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{url}: {reason}" for url, reason in found)


def _comment(text: str) -> list[str]:
    """`text` as comment lines; long ones are broken between words, control characters left out."""
    lines = []
    for line in text.splitlines():
        words = "".join(letter for letter in line if letter.isprintable()).split(" ")
        current = "#"
        for word in words:
            if len(current) + len(word) + 1 > WIDTH and current != "#":
                lines.append(current)
                current = "#  "
            current += f" {word}"
        lines.append(current)
    return lines if text else []


def _assignment(key: str, value: object) -> list[str]:
    line = f"{key} = {as_toml(value)}"
    if len(line) <= WIDTH or not isinstance(value, Sequence) or isinstance(value, str):
        return [line]
    return [f"{key} = [", *(f"    {as_toml(item)}," for item in value), "]"]
