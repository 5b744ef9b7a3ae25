"""From a TOML file to a `Source`, or to an error that says all that is wrong with the file."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from crawler.errors import SourceError
from crawler.sources.model import Source
from crawler.sources.problems import NAME_IS_NO_KEY, describe_problems

SUFFIX = ".toml"
NAME = re.compile(r"[a-z][a-z0-9_]*")
OTHER_ENCODINGS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def read_source(path: Path) -> Source:
    """The source that the file at `path` describes, named by the file.

    Raises SourceError with every problem found in the file; OSError never.
    """
    check_name(path)
    text = read_text(path)
    data = _parse(path, text)
    if "name" in data:
        raise _error(path, [f"name: {NAME_IS_NO_KEY}"])
    try:
        return Source.model_validate(data | {"name": path.stem})
    except ValidationError as error:
        raise _error(path, describe_problems(error, text)) from None


def check_name(path: Path) -> None:
    """Raise SourceError where a file's name cannot be the name of a source."""
    if not NAME.fullmatch(path.stem) or path.suffix != SUFFIX:
        better = re.sub(r"\W+", "_", path.stem.lower(), flags=re.ASCII).strip("_0123456789") or "my_source"
        raise _error(
            path,
            [
                f'its name cannot name a source: found "{path.name}"; allowed: lower case letters a-z, digits and _, '
                f'a letter first, then {SUFFIX}; such as "{better}{SUFFIX}"'
            ],
        )


def read_text(path: Path) -> str:
    """The text of a source file, with line feeds as line ends. Raises SourceError where it cannot be read as UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _error(path, [f"it cannot be read: {error.strerror or error}"]) from None
    for mark, encoding in OTHER_ENCODINGS.items():
        if content.startswith(mark):
            raise _error(path, [f"it is written in {encoding}; allowed: UTF-8. Save it as UTF-8"])
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"line {line}: the byte 0x{content[error.start]:02X} is not UTF-8; allowed: UTF-8. Save it as UTF-8"
        raise _error(path, [problem]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(path, [_syntax_problem(str(error), text)]) from None
    except RecursionError:
        raise _error(path, ["its lists or tables are nested too deeply; a source needs three levels at most"]) from None


def _syntax_problem(message: str, text: str) -> str:
    """The parser's message with the place first, and the line that it stumbled over."""
    place = re.fullmatch(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", message)
    if not place:
        return f"it is not valid TOML: {message}"
    if not place["line"]:
        return f"at its end: it is not valid TOML: {place['what']}"
    shown = text.splitlines()[int(place["line"]) - 1].strip() if int(place["line"]) <= len(text.splitlines()) else ""
    return f"line {place['line']}, column {place['column']}: it is not valid TOML: {place['what']}; found: {shown}"


def _error(path: Path, problems: Sequence[str]) -> SourceError:
    if len(problems) == 1:
        return SourceError(f"{path}: {problems[0]}")
    return SourceError(f"{path}: {len(problems)} problems\n" + "\n".join(f"  {problem}" for problem in problems))
