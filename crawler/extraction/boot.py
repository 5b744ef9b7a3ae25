"""Loaded by the process from which worker processes are forked, and by nothing else (`crawler.extraction.workers`)."""

from __future__ import annotations

import sys
from types import TracebackType


def show_failure(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What kept a worker from starting, for people; nothing where the pool had ended before the worker was up.

    Pebble takes away the locks of a pool before it ends the workers, so that one which is still starting finds none.
    """
    if not issubclass(kind, FileNotFoundError):
        sys.__excepthook__(kind, error, trace)


def prepare() -> None:
    """Have failures of workers at their start told by `show_failure`."""
    sys.excepthook = show_failure


prepare()
