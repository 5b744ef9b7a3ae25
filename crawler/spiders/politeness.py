"""A source's politeness as Scrapy's settings."""

from __future__ import annotations

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from crawler.fetch.identity import user_agent
from crawler.sources.model import Source

MEBIBYTE = 1024 * 1024
THROTTLE_MAX_DELAY = 120.0
"""Seconds; AUTOTHROTTLE_MAX_DELAY of our settings, which would also cut a source's longer delay down."""

GIVEN = SETTINGS_PRIORITIES["spider"]
"""Priority of what the file says: above settings.py, below `-s`."""

PROJECT = SETTINGS_PRIORITIES["project"]
"""Priority of settings.py."""

DEFAULT = SETTINGS_PRIORITIES["default"] + 5
"""Priority of the defaults of a source: above Scrapy's, below settings.py, which so holds for all sources."""


def settings_by_key(source: Source) -> dict[str, dict[str, object]]:
    """What each key of [politeness] means to Scrapy, by key.

    AutoThrottle starts at the source's delay, not at Scrapy's five seconds, and never goes below it.
    """
    politeness = source.politeness
    delay = {"DOWNLOAD_DELAY": politeness.delay, "AUTOTHROTTLE_START_DELAY": politeness.delay}
    if politeness.delay > THROTTLE_MAX_DELAY:
        delay["AUTOTHROTTLE_MAX_DELAY"] = politeness.delay
    return {
        "delay": dict(delay),
        "jitter": {"DOWNLOAD_DELAY_JITTER": politeness.jitter},
        "concurrency": {
            "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
            "AUTOTHROTTLE_TARGET_CONCURRENCY": float(politeness.concurrency),
        },
        "timeout": {"DOWNLOAD_TIMEOUT": politeness.timeout},
        "obey_robots": {"ROBOTSTXT_OBEY": politeness.obey_robots},
        "allow_private": {"ALLOW_PRIVATE_ADDRESSES": politeness.allow_private},
        "user_agent": {"USER_AGENT": politeness.user_agent} if politeness.user_agent else {},
        "max_size": {"DOWNLOAD_MAXSIZE": int(politeness.max_size * MEBIBYTE)},
    }


def settings_of(source: Source) -> dict[str, object]:
    """All of Scrapy's settings that `source` has a say in, with their values by its file and its defaults."""
    return {name: value for settings in settings_by_key(source).values() for name, value in settings.items()}


def apply_politeness(source: Source, settings: BaseSettings) -> None:
    """Set what `source` asks for: what its file says before settings.py, what are mere defaults after it.

    A CONTACT from the command line comes too late for settings.py to put it into the user agent.
    """
    if (settings.getpriority("CONTACT") or 0) > PROJECT:
        settings.set("USER_AGENT", user_agent(settings["CONTACT"]), PROJECT)
    for key, values in settings_by_key(source).items():
        settings.setdict(values, GIVEN if key in source.politeness.model_fields_set else DEFAULT)
