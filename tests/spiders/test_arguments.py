"""What `-a` and `-s` may say: checked before anything is fetched, with a message that says what is allowed."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import UsageError
from crawler.spiders.arguments import check_settings, parse_arguments


def test_nothing_asked_for_is_an_open_window_without_limit() -> None:
    asked = parse_arguments()
    assert (asked.urls, asked.limit, asked.window.since, asked.window.until) == ((), None, None, None)


def test_a_comma_within_an_address_does_not_part_it() -> None:
    asked = parse_arguments(url="https://x.example/a,b.html,http://y.example/c")
    assert asked.urls == ("https://x.example/a,b.html", "http://y.example/c")


def test_a_day_is_taken_whole() -> None:
    window = parse_arguments(since="2026-03-04", until="2026-03-04").window
    assert window.since == datetime(2026, 3, 4, tzinfo=UTC)
    assert window.until == datetime(2026, 3, 4, 23, 59, 59, 999999, tzinfo=UTC)


def test_a_zone_is_kept() -> None:
    assert str(parse_arguments(since="2026-03-04T08:00+02:00").window.since) == "2026-03-04 08:00:00+02:00"


def test_days_count_back_from_now() -> None:
    since = parse_arguments(since="7d").window.since
    assert since is not None
    assert abs(datetime.now(UTC) - timedelta(days=7) - since) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"limit": "0"}, "1 or more"),
        ({"limit": "ten"}, "whole number"),
        ({"limit": "-3"}, "whole number"),
        ({"limit": "²"}, "whole number"),
        ({"since": "yesterday"}, "2026-11-22"),
        ({"until": "22.11.2026"}, "2026-11-22"),
        ({"since": "2026-03-05", "until": "2026-03-04"}, "nothing can lie between"),
        ({"url": "gazette.example/a"}, "http://"),
        ({"url": "file:///etc/passwd"}, "http://"),
        ({"url": "https://"}, "http://"),
        ({"urls": "https://x.example/"}, "Allowed: url, limit, since, until"),
    ],
)
def test_what_cannot_work_is_refused_with_what_is_allowed(arguments: dict[str, str], hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        parse_arguments(**arguments)


DEFAULTS = {"WORKERS": 0, "DOWNLOAD_DELAY": 1.0, "DOWNLOAD_TIMEOUT": 60, "OBEY": True, "ARCHIVES_DIR": "archives"}


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("WORKERS=many", "-s WORKERS=many: give a whole number, such as 0."),
        ("WORKERS=2.5", "give a whole number"),
        ("DOWNLOAD_DELAY=", "give a number, such as 1.0"),
        ("DOWNLOAD_TIMEOUT=nan", "give a number, such as 60"),
        ("OBEY=maybe", "Give 1 or 0"),
    ],
)
def test_a_setting_of_another_kind_than_its_default_is_refused(stated: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        check_settings(["ARCHIVES_DIR=2", stated], DEFAULTS)
    assert said in str(error.value)


def test_settings_of_their_kind_and_unknown_ones_pass() -> None:
    check_settings(["WORKERS=4", "DOWNLOAD_TIMEOUT=2.5", "DOWNLOAD_DELAY=1", "OBEY=False", "MINE=x", "OTHER"], DEFAULTS)
