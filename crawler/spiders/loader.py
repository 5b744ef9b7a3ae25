"""One spider for each source file: what makes `scrapy list`, `crawl`, `shell` and `check` work without spider code."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawler.errors import SourceError
from crawler.sources.catalogue import SETTING, SourceCatalogue, source_folders
from crawler.sources.model import Source
from crawler.spiders.politeness import apply_politeness

NEWS_SPIDER = "crawler.spiders.news.NewsSpider"
"""Imported when a spider is loaded, so that listing sources stays quick."""


class BrokenSource(SourceError, UsageError):
    """A source that cannot be used; Scrapy's commands show its message and stop with exit code 2."""


class UnknownSource(BrokenSource, KeyError):
    """There is no source of that name; Scrapy asks loaders for a KeyError."""

    __str__ = Exception.__str__  # that of KeyError would quote the message


class SourceLoader:
    """Scrapy's SPIDER_LOADER_CLASS: a spider class for each source of a catalogue, made when it is asked for."""

    def __init__(self, catalogue: SourceCatalogue) -> None:
        self.catalogue = catalogue
        self._classes: dict[str, type[Spider]] = {}

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """A loader for the shipped sources, and those of SOURCES_DIR and BROADSHEET_SOURCES. Nothing is read yet."""
        return cls(SourceCatalogue(source_folders(settings.get(SETTING), os.environ)))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider class of a source.

        Raises UnknownSource (a KeyError) with the nearest name, or BrokenSource with all that is wrong with the file.
        """
        if spider_name not in self._classes:
            with _shown_by_scrapy():
                if spider_name not in self.catalogue.names():
                    raise UnknownSource(self.catalogue.unknown(spider_name))
                self._classes[spider_name] = self._spider_class(self.catalogue.load(spider_name))
        return self._classes[spider_name]

    def list(self) -> builtins.list[str]:
        """The names of the sources that can be used; says on stderr what is wrong with the others."""
        with _shown_by_scrapy():
            errors = self.catalogue.errors()
        for broken in errors.values():
            sys.stderr.write(f"warning: passed over: {broken}\n")
        return [name for name in self.catalogue.names() if name not in errors]

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The names of the sources whose hosts the request's is among; fewer, where only some take it for an article.

        Ports count only between sources of one host name, such as several on a loopback address.
        """
        parts = urlsplit(request.url)
        with _shown_by_scrapy():
            errors = self.catalogue.errors()
        sources = [self.catalogue.load(name) for name in self.catalogue.names() if name not in errors]
        found = [source for source in sources if source.has_host(parts.hostname or "")]
        same_port = [source for source in found if urlsplit(source.homepage).port == parts.port] or found
        articles = [source for source in same_port if source.is_article(request.url)] or same_port
        return [source.name for source in articles]

    def _spider_class(self, source: Source) -> type[Spider]:
        base = self._base(source)

        class SourceSpider(base):  # type: ignore[misc, valid-type]
            name = source.name

            @classmethod
            def update_settings(cls, settings: BaseSettings) -> None:
                apply_politeness(source, settings)
                super().update_settings(settings)

        SourceSpider.source = source
        SourceSpider.__doc__ = f"The spider of {source.title} ({source.homepage})."
        SourceSpider.__module__ = base.__module__
        SourceSpider.__name__ = SourceSpider.__qualname__ = f"{base.__name__}_{source.name}"
        return SourceSpider

    def _base(self, source: Source) -> type[Spider]:
        """The class that the source names, else NewsSpider."""
        news_spider: type[Spider] = _import_class(NEWS_SPIDER)
        if not source.spider:
            return news_spider
        where = f"{self.catalogue.path(source.name)}: spider: found {source.spider!r}"
        try:
            found = _import_class(source.spider)
        except (ImportError, SyntaxError, AttributeError) as error:
            hint = "allowed: the dotted path of a class that Python can import from here"
            raise BrokenSource(f"{where}: {error}; {hint}") from error
        if not (isinstance(found, type) and issubclass(found, news_spider)):
            raise BrokenSource(f"{where}: it is no spider; allowed: a subclass of {NEWS_SPIDER}")
        return found


@contextmanager
def _shown_by_scrapy() -> Iterator[None]:
    """Give each SourceError the type that Scrapy's commands show without a traceback."""
    try:
        yield
    except UsageError:
        raise
    except SourceError as error:
        raise BrokenSource(str(error)) from None


def _import_class(path: str) -> Any:
    """What stands at a dotted path. An error inside its module, other than of import, is left to be seen."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)
