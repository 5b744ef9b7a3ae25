"""How fast `scrapy checkarchive` is, beside `warcio check` and `fastwarc check` on the same file.

    python benchmarks/checker.py [--megabytes 200] [--rounds 3] [WARC]

Makes a WARC of pages of many sizes (half of the bodies gzipped, with request and both digests), lets each
program check it in a process of its own, round by round in turn, and prints the best CPU time of each (user and
system: figures hold on a machine that others use too), the rate, and the ratio to ours. What each looks at differs:
warcio and fastwarc verify digests alone.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ROOT = Path(__file__).parents[1]
OURS = "import sys, pathlib, crawler.archive.check as c; c.check([pathlib.Path(sys.argv[1])], print)"
"""What `scrapy checkarchive --jobs 1` does, without Scrapy's own start, which takes half a second."""

PROGRAMS = {
    "checkarchive": [sys.executable, "-c", OURS],
    "warcio check": [sys.executable, "-m", "warcio.cli", "check"],
    "fastwarc check": [sys.executable, "-m", "fastwarc.cli", "check", "--verify-payloads", "--quiet"],
}
WORDS = [line.encode() for line in "the of archive page news story field record date body crawl source".split()]
PARAGRAPHS = 3000


def paragraphs(rng: random.Random) -> list[bytes]:
    """Pieces of HTML to make pages of, which compress about as real ones do."""
    return [
        b"<p class='%d'>%s %x</p>\n" % (rng.randrange(99), b" ".join(rng.choices(WORDS, k=40)), rng.getrandbits(99))
        for _ in range(PARAGRAPHS)
    ]


def page(rng: random.Random, pieces: list[bytes]) -> bytes:
    """A page of 2 to 400 kilobytes, most of them around 40."""
    size = int(min(400_000, max(2_000, rng.lognormvariate(10.6, 1))))
    return b"".join(rng.choices(pieces, k=size // 240 + 1))


def write_capture(writer: WARCWriter, number: int, body: bytes) -> None:
    """A response and its request; every second body is gzipped."""
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"), ("ETag", f'"{number:x}"')]
    if number % 2:
        body = gzip.compress(body, 5)
        headers.append(("Content-Encoding", "gzip"))
    headers.append(("Content-Length", str(len(body))))
    url = f"https://news.example/{number // 100}/story-{number}"
    named = {"WARC-Date": "2026-11-22T10:15:00.000000Z", "WARC-IP-Address": "192.0.2.1"}
    response = writer.create_warc_record(
        url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict=dict(named),
    )
    asked = [("Host", "news.example"), ("User-Agent", "benchmark"), ("Accept", "text/html")]
    request = writer.create_warc_record(
        url,
        "request",
        http_headers=StatusAndHeaders(f"GET /{number} HTTP/1.1", asked, is_http_request=True),
        warc_headers_dict={**named, "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")},
    )
    writer.write_request_response_pair(request, response)


def make(path: Path, megabytes: int) -> None:
    """A WARC of about that size on disk."""
    rng = random.Random(1)
    pieces = paragraphs(rng)
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "benchmark"}))
        number = 0
        while file.tell() < megabytes * 1_000_000:
            write_capture(writer, number, page(rng, pieces))
            number += 1


def seconds(command: list[str], path: Path) -> tuple[float, int]:
    """The CPU time of checking `path`, and the exit code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, str(path)], cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "TQDM_DISABLE": "1"}
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.returncode


def compare(path: Path, rounds: int) -> None:
    """Let each program check `path`, and print the figures."""
    size = path.stat().st_size / 1_000_000
    best: dict[str, float] = {}
    codes: dict[str, int] = {}
    for _ in range(rounds):
        for name, command in PROGRAMS.items():
            taken, codes[name] = seconds(command, path)
            best[name] = min(best.get(name, taken), taken)
    print(f"{size:.0f} MB, best of {rounds} rounds")
    print(f"{'program':16} {'CPU s':>8} {'MB/s':>8} {'to ours':>8} {'exit':>5}")
    for name, taken in best.items():
        print(f"{name:16} {taken:8.2f} {size / taken:8.1f} {taken / best['checkarchive']:8.2f} {codes[name]:5}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("warc", nargs="?", type=Path, help="check this file, and make none")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.warc:
        compare(options.warc.resolve(), options.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "benchmark.warc.gz"
        make(made, options.megabytes)
        compare(made, options.rounds)


if __name__ == "__main__":
    main()
