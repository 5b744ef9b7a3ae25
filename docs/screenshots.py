"""Makes the pictures of docs/ anew: the sample newspaper is crawled, replayed, and shown to a headless Chromium.

    python docs/screenshots.py [FOLDER]

Headlines in Chinese need a font that has them (Debian: fonts-wqy-zenhei); the rest looks as the fonts installed do.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from crawler.replay.articles import Query  # noqa: E402
from crawler.replay.reextract.sourcing import Sources  # noqa: E402
from crawler.replay.service import Replay  # noqa: E402
from crawler.sources.catalogue import SourceCatalogue, source_folders  # noqa: E402
from tests.replay.chromium import Chromium  # noqa: E402

MOST_BYTES = 200_000
"""A picture of docs/ is not to be larger."""

WIDE, PHONE = (1200, 780), (390, 780)
STORY = "sluice"


def crawled(folder: Path) -> Path:
    """The archive of the sample newspaper, both editions; made in `folder` at the port that the newspaper has."""
    archives = folder / "archives"
    command = [sys.executable, "-m", "scrapy", "demo", "-s", f"ARCHIVES_DIR={archives}"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return archives


def shoot(chromium: Chromium, url: str, picture: Path, size: tuple[int, int] = WIDE, dark: bool = False) -> None:
    """Write what the browser shows at `url` to `picture`."""
    chromium.size(*size, dark)
    chromium.open(url)
    picture.write_bytes(chromium.screenshot())
    if picture.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{picture} has {picture.stat().st_size:,} bytes, more than {MOST_BYTES:,}.")


def main() -> None:
    """Crawl, replay, and take every picture."""
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    with tempfile.TemporaryDirectory(prefix="broadsheet-pictures-") as folder:
        sources = Sources.of(SourceCatalogue(source_folders(None, {})))
        replay = Replay(crawled(Path(folder)), cache_folder=Path(folder) / "cache", sources=lambda: sources)
        replay.start()
        chromium = Chromium(replay.proxy_port, replay.identity.spki)
        try:
            while not replay.pause(0.1):
                pass
            article = f"{replay.url}articles/{replay.articles.entries(Query(words=STORY))[0].id}"
            shoot(chromium, replay.url, pictures / "replay-home.png")
            shoot(chromium, f"{replay.url}articles?q={quote('bridge toll')}", pictures / "replay-search.png")
            shoot(chromium, article, pictures / "replay-article.png")
            shoot(chromium, article, pictures / "replay-phone.png", PHONE)
            shoot(chromium, f"{replay.url}articles", pictures / "replay-dark.png", dark=True)
        finally:
            chromium.close()
            replay.stop()


if __name__ == "__main__":
    main()
