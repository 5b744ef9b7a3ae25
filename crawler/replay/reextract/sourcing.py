"""Whose page it is: the source whose rules hold for an address."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.errors import SourceError
from crawler.sources.catalogue import SourceCatalogue
from crawler.sources.model import Source

logger = logging.getLogger(__name__)

UNDETERMINED = "und"
"""The language of a source of which nothing is known (BCP 47)."""


class Sources:
    """The sources that are known, by the hosts of their articles; any other host is a source of its own.

    Where several sources have a host, the first by name whose patterns take the address has it, else the first.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = list(sources)

    @classmethod
    def of(cls, catalogue: SourceCatalogue) -> Sources:
        """All sources of a catalogue; those that cannot be used are logged and left out."""
        loaded = []
        for name in catalogue.names():
            try:
                loaded.append(catalogue.load(name))
            except SourceError as error:
                logger.warning("%s", error)
        return cls(loaded)

    def fingerprint(self) -> str:
        """What tells these sources, and their rules, from others."""
        stated = "\n".join(source.model_dump_json() for source in self._sources)
        return hashlib.sha256(stated.encode()).hexdigest()

    def titles(self) -> dict[str, str]:
        """What the sources are called, by name."""
        return {source.name: source.title for source in self._sources}

    def named(self, name: str) -> Source | None:
        """The source of this name, or None."""
        return next((source for source in self._sources if source.name == name), None)

    def of_url(self, url: str) -> Source:
        """The source that an address belongs to."""
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            host = ""
        having = self._having(host)
        return next((source for source in having if source.is_article(url)), having[0] if having else generic(host))

    @lru_cache(maxsize=10_000)  # noqa: B019  lives as long as the run
    def _having(self, host: str) -> list[Source]:
        return [source for source in self._sources if host and source.has_host(host)]


@lru_cache(maxsize=10_000)
def generic(host: str) -> Source:
    """A source without rules, for a host of which nothing is known; named after it."""
    bare = host.removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "_", bare).strip("_") or "unknown"
    named = name if name[0].isalpha() else f"site_{name}"
    home = f"http://{bare}/" if re.fullmatch(r"[a-z0-9.-]+", bare) else "http://unknown.invalid/"
    return Source.model_validate(
        {"name": named, "title": bare or "unknown", "homepage": home, "language": UNDETERMINED}
    )
