"""`scrapy archive`: index, count, export and rebuild what was archived."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.archive import stats as archive_stats
from crawler.archive.export import export_wacz
from crawler.archive.foreign import find_foreign
from crawler.archive.index import Progress as Advance
from crawler.archive.index import Report, replaced, update_index, write_index
from crawler.archive.keys import url_key
from crawler.archive.layout import find_warcs, index_path, warc_folder
from crawler.archive.reader import Damage
from crawler.archive.selection import Selection
from crawler.archive.stats_tables import plural, print_stats, size
from crawler.errors import ArchiveError, BroadsheetError, SourceError
from crawler.extraction.workers import ExtractionPool
from crawler.sources.catalogue import SourceCatalogue, source_folders
from crawler.storage.lookup import TextLookup
from crawler.storage.rebuild import Rebuilt, rebuild

DONE, FAILED, DAMAGED = 0, 1, 2


class Command(ScrapyCommand):
    """The command; its logic is in `crawler.archive`."""

    requires_project = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """How it is called."""
        return "[options] index|export|rebuild|stats [PATH]"

    def short_desc(self) -> str:
        """A line for the list of commands."""
        return "Index, count, export or rebuild an archive"

    def long_desc(self) -> str:
        """What each of its jobs does."""
        return (
            "index: write index.cdxj beside the WARCs, for what is new since the last time. "
            "export --wacz OUT: write a WACZ package of all of it, of a range of time, or of a list of addresses. "
            "rebuild: make texts, sidecars and catalogue anew from the WARCs, without a network. "
            "stats: say what is in the archive. "
            "PATH is a folder or a WARC, ours or anybody's; without it, the project's archives folder."
        )

    def add_options(self, parser: ArgumentParser) -> None:
        """The options of all jobs."""
        super().add_options(parser)
        parser.add_argument(
            "-o", "--output", metavar="FILE", help='index: write one CDXJ of everything there; "-": print it'
        )
        parser.add_argument("--wacz", metavar="OUT", help="export: the package to write")
        parser.add_argument(
            "--since", metavar="DAY", help="export: captures from then on (2026-11-22, or with a time; UTC)"
        )
        parser.add_argument("--until", metavar="DAY", help="export: captures until then; a day counts whole")
        parser.add_argument(
            "--urls", metavar="FILE", help="export: these addresses, one a line, and what their pages need"
        )
        parser.add_argument("--title", default="", help="export: what the package is called")
        parser.add_argument("--source", metavar="NAME", help="only this source of the project's archives folder")
        parser.add_argument(
            "--processes", metavar="N", type=int, default=os.cpu_count() or 1, help="default: %(default)s"
        )
        parser.add_argument("--json", action="store_true", help="stats: print JSON")

    def run(self, args: list[str], opts: Namespace) -> None:
        """Do the job that the first argument names."""
        jobs = {"index": self._index, "export": self._export, "rebuild": self._rebuild, "stats": self._stats}
        if not args or args[0] not in jobs or len(args) > 2:
            found = " ".join(args) or "nothing"
            raise UsageError(f"found: {found}; allowed: one of {', '.join(jobs)}, and a PATH", print_help=False)
        if opts.processes < 1:
            raise UsageError(f"--processes is {opts.processes}; it must be 1 or more", print_help=False)
        try:
            self.exitcode = jobs[args[0]](args[1:], opts)
        except (BroadsheetError, OSError) as error:
            sys.stderr.write(f"Error: {error}\n")
            self.exitcode = FAILED

    def _archives(self) -> Path:
        return Path((self.settings and self.settings.get("ARCHIVES_DIR")) or "archives")

    def _path(self, args: list[str], opts: Namespace) -> Path:
        """The file or folder whose WARCs are meant."""
        archives = Path(args[0]) if args else self._archives()
        path = warc_folder(archives, opts.source) if opts.source else archives
        if not path.exists():
            raise ArchiveError(f"There is no {path}. Name a folder with WARCs, or crawl something first.")
        return path

    def _index(self, args: list[str], opts: Namespace) -> int:
        return _index(self._path(args, opts), opts)

    def _export(self, args: list[str], opts: Namespace) -> int:
        path = self._path(args, opts)
        everything = find_warcs(path.parent.parent) if opts.source else ()
        return _export(path, [warc for warc in everything if not warc.is_relative_to(path)], opts)

    def _stats(self, args: list[str], opts: Namespace) -> int:
        return _stats(self._path(args, opts), opts)

    def _rebuild(self, args: list[str], opts: Namespace) -> int:
        """Rebuild one source, or every one that has WARCs."""
        assert self.settings is not None
        path = self._path(args, opts)
        archives = path.parent.parent if opts.source else path
        sources = SourceCatalogue(source_folders(self.settings.get("SOURCES_DIR"), os.environ))
        names = [opts.source] if opts.source else sorted(folder.parent.name for folder in archives.glob("*/warc"))
        if not names:
            raise ArchiveError(f"There is nothing to rebuild in {archives}: no folder SOURCE/warc is in it.")
        timeout = self.settings.getfloat("EXTRACTION_TIMEOUT", 60.0)
        return asyncio.run(_rebuild(archives, sources, names, opts.processes, timeout))


def _index(path: Path, opts: Namespace) -> int:
    """Index folders, each beside its WARCs, or all into one file."""
    warcs = _found_warcs(path)
    with _progress(warcs, "indexing") as advance:
        reports = [_index_into(opts.output, warcs, opts.processes, advance)] if opts.output else []
        reports += [update_index(folder, opts.processes, advance) for folder in _folders(warcs) if not opts.output]
    for report in reports:
        if report.lines is None:
            sys.stderr.write(f"{report.index}: level with its {plural(report.unchanged, 'WARC')}\n")
        else:
            what = f"{plural(report.lines, 'line')}; {plural(len(report.read), 'WARC')} read"
            sys.stderr.write(f"{report.index}: {what}, {report.unchanged} unchanged\n")
    return _damages([damage for report in reports for damage in report.damages])


def _export(path: Path, others: list[Path], opts: Namespace) -> int:
    """Write a WACZ package of what is selected; the WARCs of `others` lend what it needs."""
    if not opts.wacz:
        raise UsageError("export needs --wacz OUT, the package to write", print_help=False)
    warcs, selection = _found_warcs(path), _selection(opts)
    texts = [folder.parent / "text" for folder in _folders(warcs) if folder.name == "warc"]
    with tempfile.TemporaryDirectory() as scratch, _progress(warcs, "exporting") as advance:
        lookup = TextLookup(texts, Path(scratch))
        done = export_wacz(
            warcs,
            Path(opts.wacz),
            selection,
            others=others,
            title=opts.title,
            find_text=lookup.find,
            processes=opts.processes,
            progress=advance,
        )
        lookup.close()
    what = [plural(done.captures, "capture"), plural(done.pages, "page"), f"{plural(done.warcs, 'WARC')}"]
    sys.stderr.write(f"{opts.wacz}: {', '.join(what)}, {size(Path(opts.wacz).stat().st_size)}\n")
    return _damages(done.damages)


def _selection(opts: Namespace) -> Selection:
    """What the options select; raises ArchiveError where they cannot be read."""
    keys = None
    if opts.urls:
        lines = (line.strip() for line in Path(opts.urls).read_text("utf-8").splitlines())
        keys = frozenset(url_key(line) for line in lines if line and not line.startswith("#"))
    return Selection(_moment_of("--since", opts.since), _moment_of("--until", opts.until, timedelta(days=1)), keys)


def _moment_of(option: str, value: str | None, day: timedelta = timedelta()) -> datetime | None:
    """The moment that an option names, in UTC unless it says otherwise; `day` is added where it is a day."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise UsageError(
            f"{option} is {value!r}; it must be a day such as 2026-11-22, or 2026-11-22T10:15", print_help=False
        ) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment + day if len(value) == len("2026-11-22") else moment


async def _rebuild(archives: Path, sources: SourceCatalogue, names: list[str], processes: int, seconds: float) -> int:
    """Rebuild each source; one that cannot be is named, and the others are rebuilt all the same."""
    results = []
    async with ExtractionPool(processes, seconds) as pool:
        for name in names:
            try:
                with _counter(f"rebuilding {name}") as show:
                    rebuilt = await rebuild(archives, sources.load(name), pool, processes, show)
            except (ArchiveError, SourceError) as error:
                sys.stderr.write(f"Error: {name} is not rebuilt: {error}\n")
                results.append(FAILED)
            else:
                results.append(_say(rebuilt))
    return max(results, key=(DONE, DAMAGED, FAILED).index)


def _say(rebuilt: Rebuilt) -> int:
    """Tell what a rebuild came to."""
    reasons = "".join(f", {count:,} {reason}" for reason, count in rebuilt.rejected.most_common())
    sys.stderr.write(
        f"{rebuilt.source}: {plural(rebuilt.articles, 'text')} made; no article: {reasons[2:] or 'none'}\n"
    )
    for problem in rebuilt.problems:
        sys.stderr.write(f"{problem}\n")
    return DAMAGED if rebuilt.problems else DONE


@contextmanager
def _counter(doing: str) -> Iterator[Callable[[int, int], None]]:
    """A bar over pages on standard error, where that is a terminal; what to call with those done and all."""
    console = Console(stderr=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _stats(path: Path, opts: Namespace) -> int:
    """Count what the indexes hold. Folders that have an index get it brought level; others are left as they are."""
    warcs = _found_warcs(path)
    indexes: dict[str, Path] = {}
    reports = []
    with tempfile.TemporaryDirectory() as scratch, _progress(warcs, "reading") as advance:
        for number, folder in enumerate(_folders(warcs)):
            report = _levelled(folder, opts.processes, advance) if path.is_dir() else None
            if report is None:
                chosen = [warc for warc in warcs if warc.parent == folder]
                report = _index_into(str(Path(scratch, f"{number}.cdxj")), chosen, opts.processes, advance)
            reports.append(report)
            name = folder.parent.name if folder.name == "warc" else folder.name
            indexes[name if name not in indexes else str(folder)] = report.index
        found = archive_stats.collect(warcs, indexes)
    if opts.json:
        sys.stdout.write(json.dumps(found.as_json(), indent=1) + "\n")
    else:
        print_stats(found)
    return _damages([damage for report in reports for damage in report.damages])


def _levelled(folder: Path, processes: int, advance: Advance) -> Report | None:
    """The index of a folder, brought level; None where there is none, or the folder is not ours to write."""
    if not index_path(folder).exists():
        return None
    try:
        return update_index(folder, processes, advance)
    except ArchiveError:
        return None


def _found_warcs(path: Path) -> list[Path]:
    """The WARCs at `path`; files that are left out are named on standard error."""
    foreign = list(find_foreign(path))
    for file in foreign:
        sys.stderr.write(f"{file}\n")
    if foreign:
        sys.stderr.write(f"{plural(len(foreign), 'file')} left out\n")
    warcs = [warc for warc in find_warcs(path) if warc not in {file.path for file in foreign}]
    if not warcs:
        raise ArchiveError(f"There are no WARCs at {path}: no file ends in .warc, .warc.gz or .warc.zst.")
    return warcs


def _folders(warcs: Iterable[Path]) -> list[Path]:
    return sorted({warc.parent for warc in warcs})


def _index_into(output: str, warcs: list[Path], processes: int, advance: Advance) -> Report:
    try:
        if output == "-":
            return write_index(warcs, sys.stdout.buffer, processes, advance)
        with replaced(Path(output)) as out:
            report = write_index(warcs, out, processes, advance)
    except OSError as error:
        name = "to standard output" if output == "-" else output
        raise ArchiveError(
            f"Cannot write the index {name}: {error.strerror or error}. A file that was there is as it was. Make room "
            f"there and in {tempfile.gettempdir()} (TMPDIR names another place), or give access."
        ) from error
    report.index = Path(output)
    return report


def _damages(damages: list[Damage]) -> int:
    for damage in damages:
        sys.stderr.write(f"{damage}\n")
    if damages:
        sys.stderr.write(
            f"{plural(len(damages), 'place')} could not be read and {'is' if len(damages) == 1 else 'are'} left out\n"
        )
    return DAMAGED if damages else DONE


@contextmanager
def _progress(warcs: list[Path], doing: str) -> Iterator[Advance]:
    """A bar over the bytes of `warcs` on standard error, where that is a terminal; what to call with bytes read."""
    console = Console(stderr=True)
    columns = (TextColumn(doing), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(doing, total=sum(warc.stat().st_size for warc in warcs))
        yield lambda size: bar.advance(task, size)
