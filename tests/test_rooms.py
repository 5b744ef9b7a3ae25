"""The rooms that hold the knowledge are plain Python: importing them brings in no Scrapy and no Twisted."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("sources", "discovery", "archive", "extraction", "storage", "health")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ROOMS
    for path in (ROOT / "crawler" / room).rglob("*.py")
    if path.name != "__init__.py"
)
LIST_LOADED = "import sys, importlib; [importlib.import_module(name) for name in sys.argv[1:]]; print(*sys.modules)"


def test_no_room_imports_scrapy() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LIST_LOADED, *MODULES], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert "crawler.archive.writer" in loaded
    assert not {name for name in loaded if name.partition(".")[0] in ("scrapy", "twisted")}


@pytest.mark.parametrize("name", ["crawler.settings", "crawler.errors", "crawler.items"])
def test_importing_settings_or_items_does_no_work(name: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LIST_LOADED, name], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert not {"scrapy", "trafilatura", "lxml", "sqlite3"} & set(loaded)
