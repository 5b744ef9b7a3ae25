"""All sources of some folders: listed without reading the files, read one by one, a broken one failing alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from crawler.errors import SourceError
from crawler.sources.model import Source
from crawler.sources.reading import NAME, SUFFIX, check_name, read_source

SHIPPED = Path(__file__).parent
"""The folder of the sources that come with Broadsheet."""

SETTING = "SOURCES_DIR"
ENVIRONMENT = "BROADSHEET_SOURCES"


def source_folders(setting: str | Path | Sequence[str | Path] | None, environment: Mapping[str, str]) -> list[Path]:
    """The folders of sources: the shipped one, those of the setting SOURCES_DIR, those of BROADSHEET_SOURCES.

    The setting is a folder or a list of them; a text may hold several, with `:` between them as in PATH (`;` on
    Windows), and so may the environment variable. A folder that is named twice counts once.
    """
    given = [setting] if isinstance(setting, (str, Path)) else list(setting or ())
    given.append(environment.get(ENVIRONMENT, ""))
    named = [part for item in given for part in str(item).split(os.pathsep) if part.strip()]
    folders = [SHIPPED, *(Path(part.strip()).expanduser() for part in named)]
    return list({folder.resolve(): folder for folder in folders}.values())


class SourceCatalogue:
    """The sources in `folders`, each a file NAME.toml directly in one of them; hidden files are passed over."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = list(folders)
        self._loaded: dict[str, Source] = {}

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        """The files of each name; more than one is an error of that name."""
        files: dict[str, list[Path]] = {}
        for folder in self.folders:
            for path in _source_files(folder):
                files.setdefault(path.stem, []).append(path)
        return files

    def names(self) -> list[str]:
        """The names of all sources in order of the alphabet, without reading them: some may be broken.

        Raises SourceError where a folder is missing or cannot be listed.
        """
        return sorted(name for name in self._files if NAME.fullmatch(name))

    def path(self, name: str) -> Path:
        """The file of source `name`. Raises SourceError where there is none, or more than one."""
        files = self._files.get(name, [])
        if not files:
            raise SourceError(self.unknown(name))
        if len(files) > 1:
            both = " and ".join(map(str, files))
            raise SourceError(f'two sources are named "{name}": {both}. Rename or remove one')
        return files[0]

    def load(self, name: str) -> Source:
        """Source `name`, read once and kept. Raises SourceError, naming what is wrong and where."""
        if name not in self._loaded:
            self._loaded[name] = read_source(self.path(name))
        return self._loaded[name]

    def errors(self) -> dict[str, SourceError]:
        """What is wrong with the sources that cannot be used, by name; reads every file that was not read before."""
        errors: dict[str, SourceError] = {}
        for name in sorted(self._files):
            try:
                check_name(self._files[name][0])
                self.load(name)
            except SourceError as error:
                errors[name] = error
        return errors

    def unknown(self, name: str) -> str:
        """What to say where there is no source `name`: the nearest right name, and where was looked."""
        near = get_close_matches(name.lower(), self.names(), n=1)
        hint = f'did you mean "{near[0]}"? ' if near else ""
        places = ", ".join(map(str, self.folders))
        return f'there is no source "{name}"; {hint}`scrapy list` shows all of them. Looked for it in: {places}'


def _source_files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.lower().endswith(SUFFIX) and entry.name[0] != "."]
    except OSError as error:
        raise SourceError(
            f"the folder of sources {folder} cannot be listed: {error.strerror or error}. "
            f"Make it, or change the setting {SETTING} or the environment variable {ENVIRONMENT} that names it"
        ) from None
    return [folder / name for name in sorted(names)]
