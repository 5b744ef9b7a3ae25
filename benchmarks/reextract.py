"""How many pages a CPU-second `scrapy reextract` makes texts of, beside the trafilatura CLI and news-please.

    python benchmarks/reextract.py [--data FILE.jsonl.gz] [--pages N] [--news-please PYTHON]

The pages are those of FILE (one JSON object a line, with url and html), else those of the sample newspaper, N of
them. They are put into two WARCs, and beside them into a folder of files. Each program runs as a whole, from its start
to its end, its processes included: reextract with one and with two processes, `trafilatura --input-dir` with metadata
and one process, and news-please's `from_warc`, which its CC-NEWS extractor is made of, in the Python of another
environment. What counts is user and system time; the scaling is by the clock, and so wants a quiet machine. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from crawler.archive.exchange import Exchange, Via  # noqa: E402
from crawler.archive.writer import ArchiveWriter  # noqa: E402
from crawler.demo.newspaper import Newspaper  # noqa: E402
from crawler.demo.site import Site  # noqa: E402

STARTED = datetime(2017, 7, 12, 12, 0, tzinfo=UTC)
SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): processes whose parent is gone become ours, and so their time."""

NEWS_PLEASE = """
import sys
from newsplease import NewsPlease
from warcio.archiveiterator import ArchiveIterator
made = 0
for path in sys.argv[1:]:
    with open(path, "rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                try:
                    article = NewsPlease.from_warc(record, decode_errors="replace")
                except Exception:
                    continue
                made += bool(article and article.maintext)
print(made)
"""


def labelled(path: Path) -> Iterator[tuple[str, str]]:
    """Address and HTML of each page of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            yield page.get("url") or f"https://pages.example/{page['id']}", page["html"]


def newspaper() -> Iterator[tuple[str, str]]:
    """Address and HTML of each story of the sample newspaper that is served in UTF-8."""
    paper, home = Newspaper(), "https://courier.example"
    site = Site(paper, 1, home)
    for article in paper.articles(1):
        body = site.resource(article.url_path).body
        try:
            yield home + article.url_path, body.decode()
        except UnicodeDecodeError:
            continue


def write_pages(pages: list[tuple[str, str]], folder: Path) -> tuple[list[Path], Path]:
    """The pages as two WARCs and as a folder of files."""
    files = folder / "files"
    files.mkdir()
    warcs = []
    for half in range(2):
        writer = ArchiveWriter(folder / "warcs", f"half{half}", info={}, max_bytes=1 << 40, deduplicate=False)
        for number, (url, html) in enumerate(pages[half::2]):
            data = html.encode("utf-8", "replace")
            (files / f"{half}-{number}.html").write_bytes(data)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
            when = STARTED + timedelta(seconds=number)
            writer.write(Exchange(url, "GET", when, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", head + data), Via())
        closed = writer.close()
        assert closed is not None
        warcs.append(closed)
    return warcs, files


def timed(command: list[str], **named: str) -> tuple[float, float, str]:
    """CPU-seconds and seconds of a command with all that it started, and what it printed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    environment = {**os.environ, **named}
    done = subprocess.run(
        command, check=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    seconds = time.monotonic() - began
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()  # those that were left to us
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, seconds, done.stdout


def reextract(warcs: list[Path], work: Path, jobs: int) -> tuple[float, float, str]:
    output = work / f"texts{jobs}"
    command = [sys.executable, "-m", "scrapy", "reextract", *map(str, warcs), "-o", str(output), "-j", str(jobs)]
    return timed(command, XDG_CACHE_HOME=str(work))


def measure(options: argparse.Namespace, work: Path) -> None:
    found = list(labelled(Path(options.data)) if options.data else newspaper())
    pages = list(islice(cycle(found), options.pages)) if options.pages else found
    if options.pages > len(found):
        pages = [(f"{url}{'&' if '?' in url else '?'}copy={number}", html) for number, (url, html) in enumerate(pages)]
    warcs, files = write_pages(pages, work)
    megabytes = sum(len(html) for _, html in pages) / 1e6
    print(f"{len(pages):,} pages, {megabytes:.0f} MB of HTML")
    one, clock, said = reextract(warcs, work, 1)
    print(f"  reextract, one process    {len(pages) / one:6.1f} pages/CPU-s   {said.splitlines()[0]}")
    two, clock_of_two, _ = reextract(warcs, work, 2)
    ratio = f"{clock / clock_of_two:.2f} times as fast, {two / one:.2f} times the CPU"
    print(f"  reextract, two processes  {len(pages) / two:6.1f} pages/CPU-s   {ratio}")
    trafilatura = shutil.which("trafilatura", path=Path(sys.executable).parent) or "trafilatura"
    paths = ["--input-dir", str(files), "--output-dir", str(work / "theirs")]
    theirs, _, _ = timed([trafilatura, *paths, "--with-metadata", "--no-comments", "--parallel", "1"])
    made = len(list((work / "theirs").rglob("*.txt")))
    shown = f"{made} texts; we: {theirs / one:.2f} of its speed"
    print(f"  trafilatura CLI           {len(pages) / theirs:6.1f} pages/CPU-s   {shown}")
    if options.news_please:
        slower, _, said = timed([options.news_please, "-c", NEWS_PLEASE, *map(str, warcs)])
        shown = f"{said.strip()} texts; we: {slower / one:.2f} of its speed"
        print(f"  news-please from_warc     {len(pages) / slower:6.1f} pages/CPU-s   {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="FILE", default="", help="pages, as in benchmarks/extraction.py")
    parser.add_argument("--pages", type=int, default=0, help="so many, some more than once if need be (0: each once)")
    parser.add_argument("--news-please", metavar="PYTHON", default="", help="a Python that has news-please and warcio")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    work = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    try:
        measure(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
