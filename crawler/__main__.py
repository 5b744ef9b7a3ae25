"""`broadsheet ...` or `python -m crawler ...`: the `scrapy` command, for use outside a checkout of the project.

`broadsheet replay` is served without Scrapy: to load that takes longer than to look through a small archive.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main() -> None:
    """Run a command of Scrapy with Broadsheet's settings, or with those of the project around us if there is one."""
    if sys.argv[1:2] == ["replay"] and _settings_are_ours():
        ended = _replay(sys.argv[2:])
        if ended is not None:
            sys.exit(ended)
    from scrapy.cmdline import execute
    from scrapy.utils.conf import closest_scrapy_cfg

    if not closest_scrapy_cfg():
        os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    execute()


def _settings_are_ours() -> bool:
    """Whether Scrapy would take the settings beside this file: no others are named, no other project is around us."""
    here = Path(__file__).parent
    if os.environ.get("SCRAPY_SETTINGS_MODULE", "crawler.settings") != "crawler.settings":
        return False
    place = Path.cwd()
    project = next((one for one in (place, *place.parents) if (one / "scrapy.cfg").exists()), None)
    return project is None or (project / "crawler").resolve() == here.resolve()


def _replay(words: Sequence[str]) -> int | None:
    """The exit code of `replay`; None where options are among `words` that only Scrapy knows."""
    from crawler import settings
    from crawler.commands import _replaying

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    _replaying.add_options(parser)
    parser.add_argument("path", nargs="*")
    try:
        opts, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError:
        return None
    return None if unknown else _replaying.run(opts.path, opts, settings.ARCHIVES_DIR, settings.SOURCES_DIR)


if __name__ == "__main__":
    main()
