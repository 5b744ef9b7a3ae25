"""How gzip members are unpacked: by zlib-ng, or by zlib in twice the time on machines that zlib-ng is not built for.

Unpacking is half of the work of every reader of WARCs. What is written is always packed by zlib, so that the same
exchanges give the same bytes everywhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

MODULE: ModuleType = zlib
"""Which of the two it is."""

with suppress(ImportError):
    MODULE = import_module("zlib_ng.zlib_ng")

InflateErrors: tuple[type[Exception], ...] = (zlib.error, MODULE.error)
"""What is raised where the bytes are damaged."""


class Inflater(Protocol):
    """A decompressor of one member, as zlib has it."""

    def decompress(self, data: bytes | memoryview, max_length: int = 0, /) -> bytes:
        """What `data` unpacks to, at most `max_length` bytes of it (0: all)."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""

    @property
    def unused_data(self) -> bytes:
        """What was given and lies behind the member's end."""

    @property
    def unconsumed_tail(self) -> bytes:
        """What was given and is not unpacked yet, for `max_length`."""


gunzip = cast(Callable[[], Inflater], partial(MODULE.decompressobj, 31))
"""Makes a decompressor of one gzip member."""
