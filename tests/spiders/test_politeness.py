"""A source's politeness as Scrapy reads it."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.settings import Settings

from crawler import __version__
from crawler.fetch.identity import user_agent
from crawler.sources.model import Politeness, Source
from crawler.spiders.politeness import apply_politeness, settings_by_key, settings_of


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


def test_a_contact_from_the_command_line_is_in_the_user_agent_unless_the_source_or_the_user_has_one() -> None:
    contact = {"CONTACT": "https://example.org/bot"}
    ours = {"USER_AGENT": user_agent()}
    named = f"Broadsheet/{__version__} (+https://example.org/bot)"
    assert applied(gazette(), ours, contact)["USER_AGENT"] == named
    assert applied(gazette(user_agent="Gazette/1.0"), ours, contact)["USER_AGENT"] == "Gazette/1.0"
    assert applied(gazette(), ours, contact | {"USER_AGENT": "Mine/1"})["USER_AGENT"] == "Mine/1"
    assert applied(gazette(), ours, {})["USER_AGENT"] == f"Broadsheet/{__version__}"


@pytest.mark.parametrize(("delay", "limit"), [(1, None), (300, 300)])
def test_autothrottle_never_cuts_a_long_delay_down(delay: float, limit: float | None) -> None:
    assert settings_of(gazette(delay=delay)).get("AUTOTHROTTLE_MAX_DELAY") == limit


def test_every_key_of_politeness_but_the_rights_is_a_setting() -> None:
    assert set(settings_by_key(gazette())) == set(Politeness.model_fields) - {"obey_rights"}


def applied(source: Source, project: dict[str, Any], command_line: dict[str, Any]) -> Settings:
    settings = Settings(project, priority="project")
    settings.setdict(command_line, priority="cmdline")
    apply_politeness(source, settings)
    return settings


def test_what_the_file_says_comes_before_settings_py() -> None:
    assert applied(gazette(delay=2), {"DOWNLOAD_DELAY": 9}, {}).getfloat("DOWNLOAD_DELAY") == 2


def test_what_the_file_says_comes_before_settings_py_also_where_it_is_the_default() -> None:
    assert applied(gazette(delay=1), {"DOWNLOAD_DELAY": 9}, {}).getfloat("DOWNLOAD_DELAY") == 1


def test_a_default_of_the_source_comes_after_settings_py_and_before_scrapys() -> None:
    assert applied(gazette(), {"DOWNLOAD_DELAY": 9}, {}).getfloat("DOWNLOAD_DELAY") == 9
    assert applied(gazette(), {}, {}).getfloat("DOWNLOAD_DELAY") == 1


def test_the_command_line_comes_before_all() -> None:
    assert applied(gazette(delay=2), {"DOWNLOAD_DELAY": 9}, {"DOWNLOAD_DELAY": 4}).getfloat("DOWNLOAD_DELAY") == 4
