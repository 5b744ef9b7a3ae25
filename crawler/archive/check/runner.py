"""A whole check: every file at some paths, over one or several processes, and then what they say of each other."""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import BinaryIO

from crawler.archive.check.catalogue import check_catalogue
from crawler.archive.check.cdxj import check_indexes
from crawler.archive.check.crosscheck import check_across
from crawler.archive.check.facts import Facts
from crawler.archive.check.findings import Finding, Report, shown
from crawler.archive.check.plan import IDX_SUFFIX, Plan, is_ours, is_written, plan
from crawler.archive.check.texts import check_texts
from crawler.archive.check.wacz import check_package
from crawler.archive.check.warc import WarcCheck
from crawler.archive.check.zipnum import check_idx
from crawler.archive.layout import OPEN

Take = Callable[[Finding], None]
Progress = Callable[[int], None]
"""Called with how many bytes more were read."""

_REPORT_EVERY = 1 << 22
_POLL = 0.2
"""Seconds between two looks at how far the workers are."""

_ALONE = 1 << 23
"""Bytes up to which starting processes takes longer than it saves."""

_counter: Synchronized[int] | None = None
"""In a worker process: where it adds the bytes that it has read."""


@dataclass(slots=True)
class Summary:
    """What a check came to. `unread` are the files that could not be read, each with the reason."""

    files: int = 0
    records: int = 0
    size: int = 0
    outside: int = 0
    """References to records that are not in the checked files, where those are not a whole archive."""
    errors: int = 0
    warnings: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    """How many findings each rule has."""
    unread: list[str] = field(default_factory=list)

    def count(self, finding: Finding) -> None:
        """Add one finding to the counts."""
        self.rules[finding.rule] = self.rules.get(finding.rule, 0) + 1
        if finding.severity == "error":
            self.errors += 1
        else:
            self.warnings += 1


def check(paths: Iterable[Path], take: Take, *, jobs: int = 1, progress: Progress = lambda size: None) -> Summary:
    """Check everything at `paths`, handing each finding to `take`. UsageError where there is nothing to check."""
    return Check(plan(paths), take, jobs=jobs, progress=progress).run()


@dataclass(frozen=True, slots=True)
class IndexOnDisk:
    """An index file, for `check_indexes`."""

    path: Path

    @property
    def name(self) -> str:
        """Its name, without the folder."""
        return self.path.name

    def open(self) -> BinaryIO:
        """The bytes of the file, from its start."""
        return self.path.open("rb")


class Check:
    """The check of a plan."""

    def __init__(self, made: Plan, take: Take, *, jobs: int = 1, progress: Progress = lambda size: None) -> None:
        self._plan = made
        self._given_take = take
        self._jobs = jobs
        self._progress = progress
        self._facts = Facts()
        self._reports: dict[int, Report] = {}
        self.summary = Summary(size=made.size)

    def run(self) -> Summary:
        """Check everything; what it came to."""
        self._name_foreign_files()
        self._read_warcs()
        self._facts.index()
        self._take_reports()
        self.summary.outside = check_across(self._facts, self._reports, whole=self._plan.whole)
        self._check_indexes()
        self.summary.outside += check_texts(self._plan, self._facts, self._take)
        for path in self._plan.catalogues:
            check_catalogue(path, self._facts, Report(shown(path), self._take))
        self.summary.files += len(self._plan.texts) + len(self._plan.catalogues)
        for path in self._plan.packages:
            self._guard(path, partial(self._check_package, path))
        self._facts.close()
        return self.summary

    def _take(self, finding: Finding) -> None:
        self.summary.count(finding)
        self._given_take(finding)

    def _guard(self, path: Path, step: Callable[[], None]) -> None:
        """Run `step`; a file that cannot be read is noted, and the check goes on."""
        try:
            step()
        except BrokenPipeError:
            raise
        except OSError as error:
            self.summary.unread.append(f"{shown(path)}: {error.strerror or error}")
        except BrokenExecutor:
            self.summary.unread.append(f"{shown(path)}: the process that read it, or one beside it, was killed")

    def _name_foreign_files(self) -> None:
        for path in self._plan.arcs:
            report = Report(shown(path), self._take)
            report.add("file-arc", "this is an ARC file, the format before WARC; it was not checked")
        for path in self._plan.unknown:
            Report(shown(path), self._take).add("file-unknown", "this is no part of an archive; it was not checked")

    def _read_warcs(self) -> None:
        jobs = min(self._jobs, len(self._plan.warcs))
        if jobs > 1 and self.summary.size > _ALONE:
            self._read_in_processes(jobs)
            return
        for number, path in enumerate(self._plan.warcs):
            self._guard(path, partial(self._read_here, number, path))

    def _read_here(self, number: int, path: Path) -> None:
        records = check_warc(number, path, self._facts, self._take, self._progress)
        self.summary.records += records
        self.summary.files += 1

    def _read_in_processes(self, jobs: int) -> None:
        """Each file in a worker, which gives back its findings and a database of its facts."""
        context = multiprocessing.get_context("forkserver")
        counter = context.Value("q", 0)
        with (
            tempfile.TemporaryDirectory(prefix="checkarchive-") as folder,
            ProcessPoolExecutor(jobs, context, _start_worker, (counter,)) as pool,
        ):
            futures = {
                pool.submit(_work, number, path, Path(folder) / f"{number}.sqlite"): path
                for number, path in enumerate(self._plan.warcs)
            }
            for future in self._as_completed(futures, counter):
                self._guard(futures[future], partial(self._take_work, future))

    def _as_completed(self, futures: Iterable[Future[_Work]], counter: Synchronized[int]) -> Iterator[Future[_Work]]:
        seen, waiting = 0, set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=_POLL, return_when=FIRST_COMPLETED)
            seen, before = counter.value, seen
            self._progress(seen - before)
            yield from done

    def _take_work(self, future: Future[_Work]) -> None:
        work = future.result()
        self._facts.absorb(work.facts)
        work.facts.unlink()
        for finding in work.findings:
            self._take(finding)
        self.summary.records += work.records
        self.summary.files += 1

    def _take_reports(self) -> None:
        for row in self._facts.ask("SELECT * FROM files"):
            self._reports[row["file"]] = Report(row["name"], self._take, ours=bool(row["ours"]))

    def _check_indexes(self) -> None:
        files = [(IndexOnDisk(path), Report(shown(path), self._take)) for path in self._plan.indexes]
        indexes = [(file, report) for file, report in files if file.path.suffix != IDX_SUFFIX]
        self.summary.outside += check_indexes(indexes, self._facts, whole=self._plan.whole)
        for file, report in files:
            if file.path.suffix == IDX_SUFFIX:
                beside = {other.path.name: other for other, _ in indexes if other.path.parent == file.path.parent}
                check_idx(file, beside, report)
        self.summary.files += len(files)

    def _check_package(self, path: Path) -> None:
        records = check_package(path, self._take, self._progress)
        self.summary.records += records
        self.summary.files += 1


@dataclass(slots=True)
class _Work:
    """What a worker gives back."""

    findings: list[Finding]
    facts: Path
    records: int


def _start_worker(counter: Synchronized[int]) -> None:
    """In a worker, before its first file: Ctrl-C ends it without a word, for the command says what there is to say."""
    global _counter
    _counter = counter
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _count(size: int) -> None:
    if _counter is not None:
        with _counter.get_lock():
            _counter.value += size


def _work(number: int, path: Path, database: Path) -> _Work:
    """In a worker: check one file."""
    findings: list[Finding] = []
    facts = Facts(database)
    try:
        records = check_warc(number, path, facts, findings.append, _count)
    finally:
        facts.close()
    return _Work(findings, database, records)


def check_warc(number: int, path: Path, facts: Facts, take: Take, progress: Progress) -> int:
    """Check the WARC at `path` by itself, and put what it says of others into `facts`; how many records it has."""
    final_name = shown(Path(path.name.removesuffix(OPEN)))
    unfinished = path.name.endswith(OPEN)
    growing = unfinished and is_written(path)
    report = Report(shown(path), take, ours=is_ours(path), growing=growing)
    if unfinished and not growing:
        report.add("file-open", "a run that was killed left it; the next start of its source closes it")
    check_one = WarcCheck(number, final_name, report, facts)
    with path.open("rb") as stream:
        check_one.run(stream, _steps(progress))
    if (report.ours or path.parent.name == "warc") and not is_ours(path):
        report.add("file-name", "it is not called PREFIX-TIMESTAMP-SERIAL-HOST-PID.warc.gz")
    return check_one.records


def _steps(progress: Progress) -> Callable[[int], None]:
    """A taker of offsets that tells `progress` of every few megabytes."""
    told = 0

    def tell(offset: int) -> None:
        nonlocal told
        if offset - told >= _REPORT_EVERY:
            progress(offset - told)
            told = offset

    return tell
