"""How fast the archive is written and indexed, beside warcio's own writer and cdxj-indexer, and what memory it takes.

    python benchmarks/archive.py [--pages 2000] [--rounds 3] [--cdxj-python /path/to/venv/bin/python]

Writing: the same exchanges (response and request; ours adds a metadata record and looks for duplicates) through
`ArchiveWriter` and through warcio's `WARCWriter` with its defaults. Indexing: `scrapy archive index` and cdxj-indexer
with `--sort`, each in a process of its own, in CPU seconds of one process and in seconds on the clock, where ours uses
every core. cdxj-indexer is AGPL through `surt`, so that it is installed in an environment apart, which `--cdxj-python`
names; its lines are compared with ours. Memory: the peak of indexing and exporting one WARC, and one ten times as
large. Figures are the best of all rounds, in which the programs take turns. Ours unpacks with zlib-ng where it is
installed; the others cannot use it.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from crawler.archive.exchange import Exchange, Via  # noqa: E402
from crawler.archive.inflate import MODULE  # noqa: E402
from crawler.archive.writer import ArchiveWriter  # noqa: E402

STARTED = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = [line.encode() for line in "the of archive page news story field record date body crawl source".split()]
FIELDS = [("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"), ("Cache-Control", "max-age=60")]
CDXJ = "cdxj-indexer --sort"
ASKED = [("Host", "news.example"), ("User-Agent", "benchmark"), ("Accept", "text/html"), ("Accept-Language", "en")]

MEASURED = """
import json, re, sys, time
from pathlib import Path
if __name__ == "__main__":
    job, warc, out, processes = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    if job == "export":
        from crawler.archive.export import export_wacz
        from crawler.archive.selection import Selection
    elif job == "index":
        from crawler.archive.index import write_index
    else:
        from cdxj_indexer.main import write_cdx_index
    began, cpu = time.perf_counter(), time.process_time()
    if job == "export":
        export_wacz([warc], out, Selection())
    elif job == "index":
        with out.open("wb") as lines:
            write_index([warc], lines, processes)
    else:
        write_cdx_index(str(out), [str(warc)], {"sort": True})
    taken = time.perf_counter() - began, time.process_time() - cpu
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    print(json.dumps([*taken, int(peak[1]) / 1024]))
"""
"""Runs one job in a process of its own, and says what it took: seconds on the clock and of CPU, without the start of
Python, and megabytes at the peak (from Linux's /proc)."""


def pages(count: int) -> Iterator[tuple[str, bytes, bool]]:
    """URL, body, and whether it is gzipped: pages of 2 to 400 kB, most around 40; every second as servers pack it."""
    rng = random.Random(1)
    pieces = [
        b"<p class='%d'>%s %x</p>\n" % (rng.randrange(99), b" ".join(rng.choices(WORDS, k=40)), rng.getrandbits(99))
        for _ in range(3000)
    ]
    for number in range(count):
        size = int(min(400_000, max(2_000, rng.lognormvariate(10.6, 1))))
        body = b"".join(rng.choices(pieces, k=size // 240 + 1))
        packed = bool(number % 2)
        yield f"https://news.example/{number % 97}/story-{number}", gzip.compress(body, 5) if packed else body, packed


def fields(body: bytes, packed: bool) -> list[tuple[str, str]]:
    return [*FIELDS, *([("Content-Encoding", "gzip")] if packed else []), ("Content-Length", str(len(body)))]


def exchanges(count: int) -> Iterator[Exchange]:
    """The pages as they pass over the wire."""
    for number, (url, body, packed) in enumerate(pages(count)):
        head = "".join(f"{name}: {value}\r\n" for name, value in fields(body, packed))
        asked = "".join(f"{name}: {value}\r\n" for name, value in ASKED)
        yield Exchange(
            url,
            "GET",
            STARTED + timedelta(seconds=number),
            f"GET {url[20:]} HTTP/1.1\r\n{asked}\r\n".encode(),
            f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body,
            ip="192.0.2.1",
        )


def write_ours(made: list[Exchange], folder: Path) -> Path:
    writer = ArchiveWriter(folder, "bench", info={"software": "benchmark"}, max_bytes=1 << 50)
    for exchange in made:
        writer.write(exchange, Via("article", "https://news.example/feed"))
    path = writer.close()
    assert path is not None
    return path


def write_warcio(made: list[tuple[str, bytes, bool]], folder: Path) -> Path:
    path = folder / "warcio.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "benchmark"}))
        for url, body, packed in made:
            answer = StatusAndHeaders("200 OK", fields(body, packed), protocol="HTTP/1.1")
            response = writer.create_warc_record(url, "response", io.BytesIO(body), len(body), http_headers=answer)
            question = StatusAndHeaders(f"GET {url[20:]} HTTP/1.1", ASKED, is_http_request=True)
            request = writer.create_warc_record(url, "request", http_headers=question)
            writer.write_request_response_pair(request, response)
    return path


def best(rounds: int, jobs: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The best seconds of each job, which take turns."""
    taken: dict[str, float] = {}
    for _ in range(rounds):
        for name, job in jobs.items():
            taken[name] = min(taken.get(name, float("inf")), job())
    return taken


def show(title: str, taken: dict[str, float], unit: str, count: float, against: str | None) -> None:
    print(f"\n{title:52} {'s':>8} {unit + '/s':>12} {'ratio':>7}")
    for name, seconds in taken.items():
        ratio = f"{taken[against] / seconds:7.2f}" if against in taken else ""
        print(f"  {name:50} {seconds:8.2f} {count / seconds:12.0f} {ratio}")


def writing(count: int, rounds: int, folder: Path) -> None:
    """CPU seconds of writing, input made before."""
    ours, theirs = list(exchanges(count)), list(pages(count))

    def timed(write: Callable[[], Path]) -> float:
        began = time.process_time()
        path = write()
        seconds = time.process_time() - began
        path.unlink()
        return seconds

    jobs = {
        "ArchiveWriter": lambda: timed(lambda: write_ours(ours, folder)),
        "warcio, its defaults": lambda: timed(lambda: write_warcio(theirs, folder)),
    }
    show(f"Writing {count} exchanges (CPU)", best(rounds, jobs), "exchanges", count, "warcio, its defaults")


def measured(job: str, warc: Path, out: Path, processes: int = 1, python: str = sys.executable) -> list[float]:
    """Seconds on the clock, CPU seconds, and megabytes of one job in a process of its own."""
    command = [python, "-c", MEASURED, job, str(warc), str(out), str(processes)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    taken: list[float] = json.loads(done.stdout)
    return taken


def indexing(warc: Path, count: int, rounds: int, python: str | None) -> None:
    """Seconds of indexing, and whether both programs say the same."""
    ours, theirs = warc.with_suffix(".ours"), warc.with_suffix(".theirs")
    cores = os.cpu_count() or 1
    jobs: dict[str, Callable[[int], float]] = {"archive index": lambda what: measured("index", warc, ours)[what]}
    if python:
        jobs[CDXJ] = lambda what: measured("cdxj", warc, theirs, python=python)[what]
    what = f"Indexing {count} captures, {warc.stat().st_size / 1e6:.0f} MB"
    cpu = {name: lambda job=job: job(1) for name, job in jobs.items()}
    show(f"{what} (CPU)", best(rounds, cpu), "captures", count, CDXJ)
    clock = {name: lambda job=job: job(0) for name, job in jobs.items()}
    clock["archive index"] = lambda: measured("index", warc, ours, cores)[0]
    show(f"{what} ({cores} cores, clock)", best(rounds, clock), "captures", count, CDXJ)
    if python:
        print(f"  lines that differ: {len(set(lines(ours)) ^ set(lines(theirs)))} of {count}")


def lines(index: Path) -> Iterator[str]:
    """The lines without what the two write differently: the digest's label."""
    with index.open(encoding="utf-8") as file:
        for line in file:
            yield line.replace('"sha1:', '"')


def memory(count: int, folder: Path) -> None:
    """Peak megabytes on a WARC and on one ten times as large."""
    print(f"\n{'Peak memory, MB':52} {'1x':>8} {'10x':>8}")
    peaks: dict[str, list[float]] = {"index": [], "export": []}
    for factor in (1, 10):
        warc = write_ours_streaming(count * factor, folder)
        for job, megabytes in peaks.items():
            megabytes.append(measured(job, warc, folder / f"out.{job}")[2])
        warc.unlink()
    for job, (small, large) in peaks.items():
        print(f"  {job:50} {small:8.0f} {large:8.0f}")


def write_ours_streaming(count: int, folder: Path) -> Path:
    writer = ArchiveWriter(folder, "large", info={"software": "benchmark"}, max_bytes=1 << 50)
    for exchange in exchanges(count):
        writer.write(exchange, Via("article", "https://news.example/feed"))
    path = writer.close()
    assert path is not None
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cdxj-python", metavar="PATH", help="a Python with cdxj-indexer, in an environment apart")
    options = parser.parse_args()
    print(f"gzip is unpacked by {MODULE.__name__}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writing(options.pages, options.rounds, folder)
        indexing(write_ours(list(exchanges(options.pages)), folder), options.pages, options.rounds, options.cdxj_python)
        memory(max(1, options.pages // 4), folder)


if __name__ == "__main__":
    main()
