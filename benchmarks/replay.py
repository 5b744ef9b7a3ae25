"""How soon an archive can be read in a browser, and how fast its pages are: ours, pywb's, and the live site.

    python benchmarks/replay.py [--records N] [--pywb BIN] [--rounds N]

Start: a WARC of N captures is made (pages of some 10 kB). The time runs from the command to the answer with a page
from the middle of the WARC (the capture nearest to 2017, so that all captures of its address have to be known): for a
folder that was never seen, for one that was read before, and for one with an index.cdxj beside the WARC; for pywb (BIN
is the folder of its `wb-manager` and `wayback`, in an environment of its own), to add the WARC to a collection and
start the server. Page load: pages of the sample newspaper in Chromium, live and replayed through the proxy, from the
start of the navigation to the load event; the median over all pages and rounds. Our modules are compiled before, as
pip does with those that it installs, pywb's among them.
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from crawler.archive.exchange import Exchange, Via  # noqa: E402
from crawler.archive.index import update_index  # noqa: E402
from crawler.archive.writer import ArchiveWriter  # noqa: E402

STARTED = datetime(2017, 7, 12, 12, 0, tzinfo=UTC)
PATIENCE = 600


def address(number: int) -> str:
    return f"https://news{number % 20}.example/2017/07/story-{number}"


def make_warc(folder: Path, records: int) -> None:
    """One WARC of `records` captures of different pages."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 10))) for _ in range(3000)]
    writer = ArchiveWriter(folder, "bench", info={"software": "benchmark"}, max_bytes=1 << 40)
    for number in range(records):
        text = "".join(f"<p>{' '.join(chance.choices(words, k=60))}</p>" for _ in range(20))
        page = f"<!doctype html><title>Story {number}</title><article>{text}</article>".encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        when = STARTED + timedelta(seconds=number)
        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        writer.write(Exchange(address(number), "GET", when, request, head + page), Via("article"))
    writer.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def answered(url: str, wanted: str) -> float:
    """When `url` first answers with `wanted` in it."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                if wanted in answer.read().decode("utf-8", "replace"):
                    return time.monotonic()
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit(f"{url} did not answer within {PATIENCE} s")


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def our_start(archive: Path, cache: Path, records: int, start_page: bool = False, program: str = "scrapy") -> float:
    """Seconds to the archived page of ours, or to the start page; the archive is read to its end before we stop.

    `program` is the module that is run: scrapy, or crawler, which is what `broadsheet` runs.
    """
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", program, "replay", str(archive), "--port", "0", "--no-browser", "--no-articles"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    pages = content = ""
    for line in process.stdout:
        pages = pages or "".join(re.findall(r"is at (http://\S+)", line))
        if found := re.search(r"are at (http://\S+)/web/", line):
            content = found[1]
            break
    number = records // 2
    archived = f"{content}/web/2017/{address(number)}", f"Story {number}<"
    seconds = answered(*((pages, "Broadsheet") if start_page else archived)) - began
    for line in process.stdout:
        if "has been read" in line:
            break
    stop(process)
    return seconds


def pywb_start(binaries: Path, warc: Path, work: Path, records: int) -> float:
    """Seconds to the archived page with pywb: collection, index, server."""
    port = free_port()
    began = time.monotonic()
    quiet = {"cwd": work, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([binaries / "wb-manager", "init", "bench"], check=True, **quiet)  # type: ignore[call-overload]
    subprocess.run([binaries / "wb-manager", "add", "bench", str(warc)], check=True, **quiet)  # type: ignore[call-overload]
    process = subprocess.Popen([binaries / "wayback", "-p", str(port)], text=True, **quiet)  # type: ignore[call-overload]
    number = records // 2
    url = f"http://127.0.0.1:{port}/bench/20170712000000mp_/{address(number)}"
    seconds = answered(url, f"Story {number}<") - began
    stop(process)
    return seconds


def starts(options: argparse.Namespace, work: Path) -> None:
    archive = work / "archive"
    make_warc(archive, options.records)
    (warc,) = archive.glob("*.warc.gz")
    size = f"{3 * options.records + 1:,} records, {warc.stat().st_size / 1e6:.0f} MB"
    print(f"A WARC of {options.records:,} captures, each with its request and metadata ({size})")
    theirs = None
    if options.pywb:
        theirs = pywb_start(Path(options.pywb), warc, work, options.records)
        print(f"  pywb: add to a collection, start, first archived page     {theirs:7.2f} s")
    for name, indexed, cache, program in (
        ("never seen", False, "one", "scrapy"),
        ("never seen, broadsheet replay", False, "alone", "crawler"),
        ("read before", False, "one", "scrapy"),
        ("with an index.cdxj, never seen", True, "two", "scrapy"),
    ):
        if indexed:
            update_index(archive)
        page = our_start(archive, work / cache, options.records, program=program)
        ratio = f"   {page / theirs:.2f} of pywb's" if theirs else ""
        print(f"  ours, {name:30}: archived page {page:6.2f} s{ratio}")
    print(f"  ours, start page: {our_start(archive, work / 'three', options.records, start_page=True):5.2f} s")


def page_loads(rounds: int, work: Path) -> None:
    from crawler.demo.server import serving
    from crawler.replay.service import Replay
    from tests.replay.chromium import Chromium, chromium_path
    from tests.replay.test_pixels import PAGES, fetch, settled

    if chromium_path() is None:
        print("No Chromium: page loads are not measured.")
        return
    timing = "(n => n.loadEventEnd - n.startTime)(performance.getEntriesByType('navigation')[0])"
    times: dict[str, list[float]] = {"live": [], "replayed": []}
    writer = ArchiveWriter(work / "pages", "pages", info={})
    with serving() as server:
        live = Chromium()
        seen: set[str] = set()
        for path in PAGES.values():
            live.open(server.url + path)
            settled(live)
            new = [url for url in live.requested() if url.startswith(server.url) and url not in seen]
            seen.update(new)
            for url in new:
                writer.write(fetch(url))
        writer.close()
        replay = Replay(work / "pages", cache_folder=work / "four")
        replay.start()
        while not replay.pause(0.05):
            pass
        replayed = Chromium(replay.proxy_port, replay.identity.spki)
        for _ in range(rounds):
            for path in PAGES.values():
                for name, browser in (("live", live), ("replayed", replayed)):
                    browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
                    browser.open(server.url + path)
                    times[name].append(browser.run(timing))
        for browser in (live, replayed):
            browser.close()
        replay.stop()
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratio = medians["replayed"] / medians["live"]
    shown = f"live {medians['live']:.1f} ms, replayed {medians['replayed']:.1f} ms, {ratio:.2f} times live"
    print(f"Page load, median of {len(times['live'])} loads: {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, help="captures; there are three records for each")
    parser.add_argument("--pywb", metavar="BIN", default="", help="the folder of pywb's programs")
    parser.add_argument("--rounds", type=int, default=10, help="loads of each page")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    compileall.compile_dir(ROOT / "crawler", quiet=1)
    try:
        starts(options, work)
        page_loads(options.rounds, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
