"""A source's politeness as Scrapy's settings."""

from __future__ import annotations

from crawler.sources.model import Source

MEBIBYTE = 1024 * 1024
THROTTLE_MAX_DELAY = 120.0
"""Seconds; AUTOTHROTTLE_MAX_DELAY of our settings, which would also cut a source's longer delay down."""


def settings_of(source: Source) -> dict[str, object]:
    """The settings that `source` asks for, to be set with priority "spider": above settings.py, below `-s`.

    AutoThrottle starts at the source's delay, not at Scrapy's five seconds, and never goes below it.
    """
    politeness = source.politeness
    settings: dict[str, object] = {
        "DOWNLOAD_DELAY": politeness.delay,
        "DOWNLOAD_DELAY_JITTER": politeness.jitter,
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        "AUTOTHROTTLE_START_DELAY": politeness.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(politeness.concurrency),
        "DOWNLOAD_TIMEOUT": politeness.timeout,
        "DOWNLOAD_MAXSIZE": int(politeness.max_size * MEBIBYTE),
        "ROBOTSTXT_OBEY": politeness.obey_robots,
        "ALLOW_PRIVATE_ADDRESSES": politeness.allow_private,
    }
    if politeness.delay > THROTTLE_MAX_DELAY:
        settings["AUTOTHROTTLE_MAX_DELAY"] = politeness.delay
    if politeness.user_agent:
        settings["USER_AGENT"] = politeness.user_agent
    return settings
