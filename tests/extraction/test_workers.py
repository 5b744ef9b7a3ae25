"""Worker processes: what one page does to its worker costs that page alone."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from pebble import ProcessPool

from crawler.errors import ExtractionError
from crawler.extraction import workers
from crawler.extraction.rules import Rules
from crawler.extraction.workers import ExtractionPool

URL = "https://paper.example/2024/05/06/bridge"


def misbehave(body, *_):
    """Stands in for the extraction: the page's body says what happens."""
    if body == b"crash":
        ctypes.string_at(0)
    if body == b"exit":
        os._exit(3)
    if body == b"hang":
        time.sleep(600)
    if body == b"raise":
        raise ValueError("a library's own error")
    if body == b"eat":
        return {"text": "x" * 8 * 1024**3}
    return {"text": body.decode(), "pid": os.getpid()}


async def results(pool, *bodies):
    """The outcome of each body, all handed over at once: a result or an error."""
    return await asyncio.gather(
        *(pool.extract(body, "text/html", URL, Rules()) for body in bodies), return_exceptions=True
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"crash", "crashed"),
        (b"exit", "exit code 3"),
        (b"hang", "longer than 1 seconds"),
        (b"raise", "a library's own error"),
        (b"eat", "memory"),
    ],
)
def test_a_bad_page_costs_itself_alone(body, said):
    async def scenario():
        async with ExtractionPool(workers=2, timeout=1, function=misbehave) as pool:
            return await results(pool, b"one", body, b"two", b"three")

    first, bad, *others = asyncio.run(scenario())
    assert isinstance(bad, ExtractionError)
    assert said in str(bad)
    assert URL in str(bad)
    assert [first["text"], *(other["text"] for other in others)] == ["one", "two", "three"]


def test_the_event_loop_goes_on_while_a_page_is_extracted(article_page, sentences):
    async def scenario():
        turns = 0
        async with ExtractionPool(workers=1) as pool:
            task = asyncio.create_task(pool.extract(article_page(*sentences), "text/html", URL, Rules()))
            while not task.done():
                await asyncio.sleep(0)
                turns += 1
            return turns, await task

    turns, result = asyncio.run(scenario())
    assert result["title"] == "A bridge is opened"
    assert turns > 10


class Reluctant(ProcessPool):
    """Starts its workers once it has seen a turn of the event loop."""

    turned = threading.Event()

    def _start_pool(self):
        assert self.turned.wait(20), "the event loop stands still"
        super()._start_pool()


def test_the_event_loop_goes_on_while_workers_start(monkeypatch):
    """The first article of a crawl finds none: what they are forked from has to be loaded first."""

    async def scenario():
        async with ExtractionPool(workers=1, function=misbehave) as pool:
            task = asyncio.create_task(pool.extract(b"one", "text/html", URL, Rules()))
            await asyncio.sleep(0)
            Reluctant.turned.set()
            return await task

    monkeypatch.setattr(workers, "ProcessPool", Reluctant)
    assert asyncio.run(scenario())["text"] == "one"


def test_a_worker_is_replaced_after_its_share_of_pages():
    async def scenario():
        async with ExtractionPool(workers=1, pages_a_worker=2, function=misbehave) as pool:
            return [(await pool.extract(b"page", "text/html", URL, Rules()))["pid"] for _ in range(4)]

    assert len(set(asyncio.run(scenario()))) == 2


def test_a_stopped_pool_says_so():
    async def scenario():
        pool = ExtractionPool(workers=1, function=misbehave)
        await pool.close()
        await pool.extract(b"page", "text/html", URL, Rules())

    with pytest.raises(ExtractionError, match="stopped"):
        asyncio.run(scenario())


def test_a_worker_that_dies_with_nothing_to_do_costs_no_page():
    """The kernel may kill one for memory that another process took."""

    async def scenario():
        async with ExtractionPool(workers=2, function=misbehave) as pool:
            seen = []
            for _ in range(3):
                seen.append(await pool.extract(b"page", "text/html", URL, Rules()))
                os.kill(seen[-1]["pid"], signal.SIGKILL)
                await asyncio.to_thread(wait_for_end, seen[-1]["pid"])
            last = await asyncio.gather(*(pool.extract(b"page", "text/html", URL, Rules()) for _ in range(4)))
            return seen + last

    assert [result["text"] for result in asyncio.run(scenario())] == ["page"] * 7


class Forgetful:
    """A pool that broke just as a page was handed to it: pebble answers for that page never."""

    active = False

    def schedule(self, *_, **__):
        return Future()

    def stop(self):
        pass

    join = stop


def test_a_page_that_a_breaking_pool_forgot_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(workers, "LOOK", 0.01)

    async def scenario():
        async with ExtractionPool(workers=1, function=misbehave) as pool:
            pool._pool = Forgetful()
            return await pool.extract(b"page", "text/html", URL, Rules())

    assert asyncio.run(scenario())["text"] == "page"


def test_pages_that_are_too_large_for_the_pipe_do_not_keep_a_pool_from_stopping():
    async def scenario():
        pool = ExtractionPool(workers=1, timeout=600, function=misbehave)
        large = b"x" * 2_000_000
        tasks = [asyncio.ensure_future(pool.extract(b"hang", "text/html", URL, Rules()))]
        tasks += [asyncio.ensure_future(pool.extract(large, "text/html", URL, Rules())) for _ in range(3)]
        await asyncio.sleep(0)
        await pool.close()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(error) for error in asyncio.run(scenario())] == [f"{URL}: extraction has been stopped"] * 4


PARENT = """
import asyncio, signal, sys
from crawler.extraction.rules import Rules
from crawler.extraction.workers import ExtractionPool

def hang(*arguments):
    import os, time
    print(os.getpid(), flush=True)
    time.sleep(600)

async def main():
    pool = ExtractionPool(workers=1, timeout=600, function=hang)
    await pool.extract(b"", "", "https://paper.example/", Rules())

if __name__ == "__main__":
    # A shell lets what it starts in the background ignore Ctrl-C, and these tests may be started so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(main())
"""


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_workers_do_not_outlive_their_parent(tmp_path, signal_number):
    """However the parent ends, its workers end, and on Ctrl-C print nothing."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as parent:
        try:
            worker = int(parent.stdout.readline())
            # A process group of its own is what a terminal's Ctrl-C reaches: parent and worker alike.
            if signal_number == signal.SIGINT:
                os.kill(worker, signal.SIGINT)
            parent.send_signal(signal_number)
            _, errors = parent.communicate(timeout=60)
        finally:
            parent.kill()  # else a parent that hangs would be waited for here, for ever
    deadline = time.monotonic() + 20
    while alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(worker)
    assert errors.count("Traceback") <= 1 + (signal_number == signal.SIGINT)
    assert "ForkServer" not in errors


def wait_for_end(pid):
    while alive(pid):
        time.sleep(0.01)


def alive(pid):
    """Whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except OSError:
        return False


STARTED_TOO_LATE = """
import multiprocessing, os
from crawler.extraction.workers import ExtractionPool

class Gone:
    def __init__(self, error):
        self.error = error

    def __reduce__(self):
        return (os.stat, ("/no/such/lock",)) if self.error == "lock" else (int, ("no number",))

if __name__ == "__main__":
    pool = ExtractionPool()
    for error in ("lock", "other"):
        worker = multiprocessing.get_context("forkserver").Process(target=print, args=(Gone(error),))
        worker.start()
        worker.join()
"""


def test_a_worker_that_starts_when_its_pool_has_ended_says_nothing_and_other_failures_are_told(tmp_path):
    """A crawl may be over before its last worker is up: the locks that it was to use are gone then."""
    script = tmp_path / "late.py"
    script.write_text(STARTED_TOO_LATE)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0
    assert "FileNotFoundError" not in done.stderr
    assert "ValueError: invalid literal" in done.stderr
