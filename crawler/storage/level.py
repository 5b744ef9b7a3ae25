"""Brings the catalogue level with the WARCs: at the start of each crawl, whatever ended the last one."""

from __future__ import annotations

from pathlib import Path

from crawler.archive.captures import read_captures
from crawler.archive.layout import OPEN, find_warcs, half_written_folder, sidecar_path, warc_folder
from crawler.archive.reader import Damage
from crawler.archive.recovery import Recovered, recover
from crawler.errors import ArchiveError
from crawler.storage.atomic import remove_halves
from crawler.storage.catalogue import Catalogue


def bring_level(archives: Path, source: str, catalogue: Catalogue) -> list[str]:
    """Close what a killed crawl of `source` left open, and read into the catalogue what it does not know.

    Returns a sentence for each thing that people should know of. Texts whose capture was lost with
    the end of a file (power failed before the disk had it) are removed, so that their pages are fetched again.
    Raises ArchiveError where a file cannot be closed or read.
    """
    try:
        return _bring_level(archives, source, catalogue)
    except OSError as error:
        raise ArchiveError(
            f"Cannot bring the catalogue level with {error.filename or archives}: {error.strerror or error}. "
            "Give access to it, or move it out of the archive, then start again."
        ) from error


def _bring_level(archives: Path, source: str, catalogue: Catalogue) -> list[str]:
    folder = warc_folder(archives, source)
    remove_halves(half_written_folder(archives, source))
    said = []
    for recovered in recover(folder):
        said.append(_sentence(recovered))
        end = recovered.path.stat().st_size if recovered.path else 0
        for lost in catalogue.forget_behind(recovered.stale.name.removesuffix(OPEN), end):
            (archives / lost).unlink(missing_ok=True)
            sidecar_path(archives / lost).unlink(missing_ok=True)
    for path in find_warcs(folder) if folder.is_dir() else ():
        if not path.name.endswith(OPEN) and not catalogue.is_level(path.name, path.stat().st_size):
            said += read_in(path, source, catalogue)
    return said


def _sentence(recovered: Recovered) -> str:
    """What was done about a stale file, for people."""
    if recovered.path is None:
        return f"{recovered.stale}: left by a crawl that was killed before it captured anything; removed"
    cut = f", {recovered.cut} bytes of a capture that was not whole cut off" if recovered.cut else ""
    damages = "".join(f"; {damage}" for damage in recovered.damages)
    return f"{recovered.path}: left open by a crawl that was killed; closed{cut}{damages}"


def read_in(path: Path, source: str, catalogue: Catalogue) -> list[str]:
    """Add the captures of one WARC that are not there yet; what could not be read of it."""
    damages = []
    for found in read_captures(path):
        if isinstance(found, Damage):
            damages.append(str(found))
        else:
            catalogue.add_capture(source, found)
    catalogue.set_level(path.name, source, path.stat().st_size)
    return damages
