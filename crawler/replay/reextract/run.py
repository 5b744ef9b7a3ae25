"""Extracts WARCs in worker processes: `process_warc` does one and knows no engine, `Run` maps it over many."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.reader import Damage
from crawler.articles import Rejected
from crawler.errors import ExtractionError
from crawler.extraction.workers import ExtractionPool
from crawler.items import Article
from crawler.parts import Extract, Find, make_article
from crawler.replay.reextract.outputs import Notes, Output, UnitOutput
from crawler.replay.reextract.pages import Candidate, Resolve, candidates
from crawler.replay.reextract.selection import Selection
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.model import Source

UNITS_AT_A_TIME = 2
"""So that the workers have the next WARC's pages while the last ones of this are extracted."""

AHEAD = 3
"""Pages of a WARC that wait for each worker."""

MANY = 10
"""If so many pages of a WARC fail and none does not, the workers are what is broken."""

ARTICLES, REJECTED, FAILED, DAMAGED = "articles", "rejected", "failed", "damaged"

Progress = Callable[[int], None]
"""Called with the bytes that were read since the last call."""


@dataclass(slots=True)
class Report:
    """What a run came to."""

    counts: Counter[str] = field(default_factory=Counter)
    """Articles, pages that hold none, pages whose extraction failed, places that could not be read."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why pages hold no article."""
    problems: list[str] = field(default_factory=list)
    skipped: int = 0
    """WARCs that an earlier run had done."""
    warcs: int = 0


@dataclass(frozen=True)
class Job:
    """What is the same for all WARCs of a run."""

    selection: Selection
    sources: Sources
    output: Output
    resolve: Resolve
    extract: Extract
    find: Callable[[Source], Find]
    """Given a source, what finds the further pages of its articles."""
    ahead: int = AHEAD


async def process_warc(path: Path, unit: str, job: Job, report: Report, progress: Progress) -> Counter[str]:
    """Extract one WARC into the job's output, in the order of its records; what it gave, by kind.

    Where this ends with an error, or is cancelled, the output of the WARC is not there. Raises ExtractionError where
    the extraction itself does not work.
    """
    taker = job.output.begin(unit)
    counts: Counter[str] = Counter()
    pending: deque[asyncio.Task[Article | Rejected | str]] = deque()
    waiting: deque[Candidate] = deque()
    try:
        pages = candidates(path, job.selection, job.sources, job.resolve)
        while (item := await asyncio.to_thread(next, pages, None)) is not None:
            if isinstance(item, Damage):
                counts[DAMAGED] += 1
                report.problems.append(str(item))
                continue
            waiting.append(item)
            pending.append(asyncio.create_task(_extracted(item, job)))
            if len(pending) >= job.ahead:
                _take(waiting.popleft(), await pending.popleft(), taker, counts, report)
                progress(item.page.capture.offset)
        while pending:
            _take(waiting.popleft(), await pending.popleft(), taker, counts, report)
        _check(path, counts, report)
    except BaseException:
        for task in pending:
            task.cancel()
        taker.abandon()
        raise
    taker.finish()
    return counts


def _check(path: Path, counts: Counter[str], report: Report) -> None:
    """Raises ExtractionError where no page at all could be extracted: that is no fault of the pages."""
    if counts[FAILED] >= MANY and not counts[ARTICLES] and not counts[REJECTED]:
        raise ExtractionError(
            f"None of the {counts[FAILED]:,} pages of {path} could be extracted, the last because "
            f"{report.problems[-1]}. Nothing was written for it; the same command tries it again."
        )


async def _extracted(candidate: Candidate, job: Job) -> Article | Rejected | str:
    """The article, why there is none, or what went wrong."""
    try:
        source, page = candidate.source, candidate.page
        made = await make_article(source, page, job.extract, job.find(source), alone=not candidate.ours)
        return made.result
    except ExtractionError as error:
        return str(error)


def _take(
    candidate: Candidate, result: Article | Rejected | str, taker: UnitOutput, counts: Counter[str], report: Report
) -> None:
    if isinstance(result, Article):
        counts[ARTICLES] += 1
        taker.add(result)
    elif isinstance(result, Rejected):
        counts[REJECTED] += 1
        report.reasons[result.reason] += 1
        taker.reject(candidate.page, result)
    else:
        counts[FAILED] += 1
        report.problems.append(result)


class Run:
    """Maps `process_warc` over WARCs, with worker processes; skips those that `notes` says are done."""

    def __init__(
        self,
        selection: Selection,
        sources: Sources,
        output: Output,
        resolve: Resolve,
        find: Callable[[Source], Find],
        notes: Notes | None,
    ) -> None:
        self._selection = selection
        self._sources = sources
        self._output = output
        self._resolve = resolve
        self._find = find
        self._notes = notes

    async def extract(self, units: Mapping[Path, str], jobs: int, seconds: float, progress: Progress) -> Report:
        """Extract WARCs, each with the name of its output, in `jobs` processes; a page may take so many `seconds`."""
        report = Report()
        queue = deque(units.items())
        async with ExtractionPool(jobs, seconds) as pool:
            job = Job(
                self._selection, self._sources, self._output, self._resolve, pool.extract, self._find, jobs * AHEAD
            )
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(UNITS_AT_A_TIME):
                        group.create_task(self._work_off(queue, job, report, progress))
            except BaseExceptionGroup as failures:
                raise failures.exceptions[0] from None  # what a full disk does to one WARC it does to the other
        return report

    async def _work_off(self, queue: deque[tuple[Path, str]], job: Job, report: Report, progress: Progress) -> None:
        while queue:
            path, unit = queue.popleft()
            size = path.stat().st_size
            done = self._notes.done(unit, path) if self._notes else None
            told = _Told(progress)
            if done is not None:
                report.skipped += 1
                report.counts.update(done)
            else:
                counts = await process_warc(path, unit, job, report, told.at)
                report.warcs += 1
                report.counts.update(counts)
                if self._notes:
                    self._notes.note(unit, size, counts)
            told.at(size)


class _Told:
    """Turns offsets in a file into steps."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last = 0

    def at(self, offset: int) -> None:
        """The reading is at `offset`."""
        if offset > self._last:
            self._progress(offset - self._last)
            self._last = offset
