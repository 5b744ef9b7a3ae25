"""Files that are whole or not there: written aside under a name of this process, then renamed."""

import os
import socket
import time
from pathlib import Path

_SUFFIX = ".tmp"
_STALE_SECONDS = 3600
"""Files of other machines, whose processes cannot be asked after, are taken for left behind when they are this old."""


def write_atomically(path: Path, data: bytes, aside: Path | None = None) -> None:
    """Put `data` at `path`, making its folder; a reader sees the old file or the new one, never half of one.

    What is not whole yet lies beside it, or in the folder `aside`, which must be on the same file system.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = aside or path.parent
    folder.mkdir(exist_ok=True)
    half = folder / f".{path.name[-80:]}.{_host()}-{os.getpid()}{_SUFFIX}"
    try:
        half.write_bytes(data)
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def remove_halves(aside: Path) -> None:
    """Remove what killed processes left in a folder that they wrote aside in; OSError where that is refused."""
    for half in aside.glob(f".*{_SUFFIX}"):
        if _is_left_behind(half):
            half.unlink(missing_ok=True)


def _host() -> str:
    return socket.gethostname().split(".")[0]


def _is_left_behind(half: Path) -> bool:
    host, _, process = half.name.removesuffix(_SUFFIX).rpartition(".")[2].rpartition("-")
    try:
        if host == _host() and process.isdecimal():
            os.kill(int(process), 0)
        return time.time() - half.stat().st_mtime > _STALE_SECONDS
    except ProcessLookupError:
        return True
    except (PermissionError, FileNotFoundError, OverflowError):
        return False
