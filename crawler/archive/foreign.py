"""Files in a folder that hold archived pages and are not read: named and counted, never passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ARC = "ARC, the format before WARC; `warcio recompress IN OUT.warc.gz` converts it"
_KINDS = {
    ".arc": _ARC,
    ".arc.gz": _ARC,
    ".wacz": "a WACZ package; unzip it, and its WARCs in archive/ can be read",
    ".warc.bz2": "compressed as a whole, without access to single records; `bunzip2` it",
    ".warc.xz": "compressed as a whole, without access to single records; `unxz` it",
    ".warc.wet.gz": "texts that were extracted from another WARC, not captures",
    ".warc.wat.gz": "metadata that were extracted from another WARC, not captures",
    ".har": "an HTTP Archive of a browser, which keeps no exact bytes",
    ".mht": "a web page saved by a browser, which keeps no exact bytes",
    ".mhtml": "a web page saved by a browser, which keeps no exact bytes",
}


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file that is left out, and what it is."""

    path: Path
    kind: str

    def __str__(self) -> str:
        return f"{self.path} is not read: it is {self.kind}."


def find_foreign(path: Path) -> Iterator[Foreign]:
    """Every such file at or below `path`, in order of name. Told by its name; a WARC's content tells itself."""
    for found in [path] if path.is_file() else sorted(path.rglob("*")):
        name = found.name.lower()
        kind = next((kind for suffix, kind in _KINDS.items() if name.endswith(suffix)), None)
        if kind and found.is_file():
            yield Foreign(found, kind)
