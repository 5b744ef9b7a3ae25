"""Loaded by the process from which worker processes are forked, and by nothing else (`crawler.extraction.workers`)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from multiprocessing import spawn
from pathlib import PurePath
from types import TracebackType

SCRAPY_PROGRAMS = ("scrapy", "scrapy.exe", "scrapy-script.py")


def show_failure(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What kept a worker from starting, for people; nothing where the pool had ended before the worker was up.

    Pebble takes away the locks of a pool before it ends the workers, so that one which is still starting finds none.
    """
    if not issubclass(kind, FileNotFoundError):
        sys.__excepthook__(kind, error, trace)


def without_scrapy(load: Callable[[str], object]) -> Callable[[str], None]:
    """`load`, which runs the program again that a worker's parent was started as, but for the program `scrapy`.

    Workers need nothing of it, and loading Scrapy takes each of them half a second.
    """

    def loading(path: str) -> None:
        if PurePath(path).name not in SCRAPY_PROGRAMS:
            load(path)

    return loading


def prepare() -> None:
    """Have failures of workers at their start told by `show_failure`, and keep Scrapy out of them."""
    sys.excepthook = show_failure
    name = "_fixup_main_from_path"
    if load := getattr(spawn, name, None):
        setattr(spawn, name, without_scrapy(load))


prepare()
