"""A source's politeness as Scrapy reads it."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.settings import Settings

from crawler.sources.model import Source
from crawler.spiders.politeness import settings_of


def gazette(**politeness: Any) -> Source:
    keys = {"name": "gazette", "title": "Gazette", "homepage": "https://example.org/", "language": "en"}
    return Source.model_validate(keys | {"politeness": politeness})


def test_every_setting_is_one_that_scrapy_or_we_know() -> None:
    ours = {"ALLOW_PRIVATE_ADDRESSES"}
    known = set(Settings()) | ours
    assert set(settings_of(gazette(delay=200, user_agent="Gazette/1.0"))) <= known


def test_jitter_is_scrapys_own_setting_of_any_share() -> None:
    settings = settings_of(gazette(delay=2, jitter=0.2))
    assert settings["DOWNLOAD_DELAY"] == 2
    assert settings["DOWNLOAD_DELAY_JITTER"] == 0.2
    assert "RANDOMIZE_DOWNLOAD_DELAY" not in settings


def test_the_size_is_in_bytes() -> None:
    assert settings_of(gazette(max_size=1.5))["DOWNLOAD_MAXSIZE"] == 1_572_864


def test_the_user_agent_is_the_projects_unless_the_source_has_one() -> None:
    assert "USER_AGENT" not in settings_of(gazette())
    assert settings_of(gazette(user_agent="Gazette/1.0"))["USER_AGENT"] == "Gazette/1.0"


@pytest.mark.parametrize(("delay", "limit"), [(1, None), (300, 300)])
def test_autothrottle_never_cuts_a_long_delay_down(delay: float, limit: float | None) -> None:
    assert settings_of(gazette(delay=delay)).get("AUTOTHROTTLE_MAX_DELAY") == limit
