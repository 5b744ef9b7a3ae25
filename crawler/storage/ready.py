"""Whether the archive can be written: asked before the first request, since what is not archived is not used."""

from __future__ import annotations

import os
from pathlib import Path

from crawler.archive.layout import catalogue_path, warc_folder
from crawler.errors import ArchiveError
from crawler.storage.catalogue import Catalogue
from crawler.storage.level import bring_level


def make_ready(archives: Path, source: str) -> list[str]:
    """Make the folders of `source`, and mend what a killed crawl left; what people should know of that.

    Raises ArchiveError where folders, WARCs or the catalogue could not be written.
    """
    folder = warc_folder(archives, source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(f"Cannot make {folder}: {error.strerror}. Set ARCHIVES_DIR to another folder.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ArchiveError(f"Cannot write to {folder}. Change its permissions, or set ARCHIVES_DIR to another folder.")
    catalogue = Catalogue(catalogue_path(archives))
    try:
        return bring_level(archives, source, catalogue)
    finally:
        catalogue.close()
