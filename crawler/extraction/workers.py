"""Extraction in worker processes: off the event loop, and so that one bad page costs only itself.

Why processes, and why pebble: docs/design.md, decision 13. A page that crashes its worker (lxml is C), hangs it or
takes too much memory ends with an `ExtractionError`; the other workers go on, and a new one takes the place.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pebble import ProcessExpired, ProcessPool

from crawler import forkserver
from crawler.errors import ExtractionError

if TYPE_CHECKING:
    from crawler.extraction.extract import Extracted
    from crawler.extraction.rules import Rules
    from crawler.extraction.template import Template

PAGES_A_WORKER = 1000
"""After so many pages a worker is replaced: what a library leaks stays bounded."""

MEMORY = 2 * 1024**3
"""Bytes of address space of a worker; a page of 20 MiB needs a tenth of it."""

ATTEMPTS = 2
"""Pools that a page is given to; a page that breaks a second one is to blame."""

ENDING = 20.0
"""Seconds that the workers have to end of themselves."""

LOOK = 5.0
"""Seconds between looks whether the pool that works on a page is still there."""

_PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal that the kernel sends when the parent dies."""


def extract_in_worker(*arguments: Any) -> Extracted:
    """`crawler.extraction.extract.extract`, which the workers have loaded and their parent does not need."""
    from crawler.extraction.extract import extract

    return extract(*arguments)


class ExtractionPool:
    """Worker processes that extract pages; start and stop it with `async with`, or call `close` at the end.

    `timeout` is in seconds of one page's extraction. The processes start with the first page.
    """

    def __init__(
        self,
        workers: int = 2,
        timeout: float = 30.0,
        memory: int = MEMORY,
        pages_a_worker: int = PAGES_A_WORKER,
        function: Callable[..., Extracted] = extract_in_worker,
    ) -> None:
        self.timeout = timeout
        self._function = function
        self._make = partial(_make_pool, workers, memory, pages_a_worker)
        self._pool = self._make()
        self._started: ProcessPool | None = None
        self._starting = asyncio.Lock()
        self._starting_or_ending = threading.Lock()
        self._stopped = False
        self._waiting: set[Future[Extracted]] = set()
        # Pebble's workers are no daemons: one that is started while the interpreter ends would be waited for for ever.
        atexit.register(self.stop)

    async def extract(
        self,
        body: bytes,
        content_type: str,
        url: str,
        rules: Rules,
        headers: Mapping[str, str] | None = None,
        template: Template | None = None,
    ) -> Extracted:
        """What `crawler.extraction.extract.extract` gives for these arguments, from a worker.

        Raises ExtractionError where the page crashed its worker, or took longer or more memory than it may.
        """
        arguments = (body, content_type, url, rules, dict(headers) if headers else None, template)
        try:
            return await self._run(arguments)
        except TimeoutError:
            raise ExtractionError(f"{url}: extraction took longer than {self.timeout:g} seconds") from None
        except ProcessExpired as error:
            raise ExtractionError(f"{url}: extraction crashed its worker (exit code {error.exitcode})") from None
        except MemoryError:
            raise ExtractionError(f"{url}: extraction needed more memory than a worker may have") from None
        except CancelledError:
            raise ExtractionError(f"{url}: extraction has been stopped") from None
        except Exception as error:
            if self._stopped:  # a pipe that closes while a page goes through it gives errors of many kinds
                raise ExtractionError(f"{url}: extraction has been stopped") from None
            raise ExtractionError(f"{url}: extraction failed with {type(error).__name__}: {error}") from error

    async def _run(self, arguments: tuple[object, ...]) -> Extracted:
        """What the function gives in a worker. Where the pool broke meanwhile, it is asked again in a new one, once."""
        for _ in range(ATTEMPTS - 1):
            await self._start()
            pool = self._pool
            try:
                return await self._result(self._scheduled(arguments))
            except BrokenProcessPool:
                self._renew(pool)
        return await self._result(self._scheduled(arguments))

    async def _result(self, future: Future[Extracted]) -> Extracted:
        """What `future` gives. A pool that breaks just as a page is handed to it forgets that page."""
        pool, waiting = self._pool, asyncio.wrap_future(future)
        try:
            while not (await asyncio.wait({waiting}, timeout=LOOK))[0]:
                if not self._stopped and not pool.active and not waiting.done():
                    raise BrokenProcessPool("the pool ended and said nothing of the page")
            return waiting.result()
        finally:
            waiting.cancel()

    async def _start(self) -> None:
        """Start the workers off the event loop: until what they are forked from is loaded a second may go by."""
        if self._started is not self._pool:
            async with self._starting:
                if self._started is not self._pool:
                    await asyncio.to_thread(self._start_workers)

    def _start_workers(self) -> None:
        with self._starting_or_ending:
            pool = self._pool
            if not self._stopped and pool.active:  # to ask starts it
                self._started = pool

    def _scheduled(self, arguments: tuple[object, ...]) -> Future[Extracted]:
        for _ in range(ATTEMPTS):
            pool = self._pool
            if self._stopped:
                break
            try:
                future: Future[Extracted] = pool.schedule(self._function, args=arguments, timeout=self.timeout)
            except RuntimeError:
                self._renew(pool)
            else:
                self._waiting.add(future)
                future.add_done_callback(self._waiting.discard)
                return future
        raise CancelledError

    def _renew(self, broken: ProcessPool) -> None:
        """Take a new pool in place of `broken`: pebble gives up all of it when a worker that had nothing to do dies."""
        if self._pool is broken and not self._stopped:
            self._pool = self._make()
            threading.Thread(target=_end, args=(broken,), daemon=True).start()

    async def close(self) -> None:
        """Stop the workers; pages still in work end with an ExtractionError."""
        await asyncio.to_thread(self.stop)

    def stop(self) -> None:
        """As `close`, for callers without an event loop."""
        self._stopped = True
        atexit.unregister(self.stop)
        ending = threading.Thread(target=self._end, daemon=True)
        ending.start()
        ending.join(ENDING)
        if ending.is_alive():
            for worker in multiprocessing.active_children():
                worker.kill()
            ending.join(ENDING)
        for future in tuple(self._waiting):
            with suppress(InvalidStateError):
                future.set_exception(BrokenProcessPool("stopped"))

    def _end(self) -> None:
        with self._starting_or_ending:
            _end(self._pool)

    async def __aenter__(self) -> ExtractionPool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _make_pool(workers: int, memory: int, pages_a_worker: int) -> ProcessPool:
    return ProcessPool(
        max_workers=workers,
        max_tasks=pages_a_worker,
        initializer=_prepare_worker,
        initargs=(memory,),
        context=forkserver.context(),
    )


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare_worker(memory: int) -> None:
    """Runs first in each worker: Ctrl-C is the parent's to handle, and the worker does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(memory)
    gc.freeze()  # what is loaded stays: no collection walks over it again
    if sys.platform == "linux":
        # The kernel's word holds even while a C library has the interpreter's lock.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _limit_memory(memory: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):
        return


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
