"""The process from which all worker processes are forked, with what they need loaded in it."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

LOADED = ["crawler.extraction.boot", "crawler.extraction.extract"]


def context() -> ForkServerContext:
    """Where workers are made."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(LOADED)
    return made


def begin() -> None:
    """Start that process now, so that it is ready when the first worker is wanted: loading takes it half a second."""
    context()
    forkserver.ensure_running()
