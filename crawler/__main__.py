"""`broadsheet ...` or `python -m crawler ...`: the `scrapy` command, for use outside a checkout of the project."""

import os

from scrapy.cmdline import execute
from scrapy.utils.conf import closest_scrapy_cfg


def main() -> None:
    """Run a command of Scrapy with Broadsheet's settings, or with those of the project around us if there is one."""
    if not closest_scrapy_cfg():
        os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    execute()


if __name__ == "__main__":
    main()
