"""Where a site is, as far as its host, its pages and the offsets of their times tell."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from crawler.prospect.places import ZONES, country_of, zone_of


@pytest.mark.parametrize(
    ("url", "marked", "country"),
    [
        ("https://www.example.co.uk/", "en", "GB"),
        ("https://example.gr/", "el-GR", "GR"),
        ("https://example.com/", "de-AT", "AT"),
        ("https://example.com/", "en-US", ""),
        ("https://example.com/", "en", ""),
        ("https://example.co/", "en", ""),
        ("https://example.org/", "pt_BR", "BR"),
        ("http://127.0.0.1:8000/", "", ""),
    ],
)
def test_the_country_is_the_hosts_or_that_of_the_language(url, marked, country):
    """A country's own domain counts first; an American region is what software writes where nobody chose."""
    assert country_of(url, marked)[0] == country


def at(hours, month=7):
    return datetime(2026, month, 10, 9, 30, tzinfo=timezone(timedelta(hours=hours)))


@pytest.mark.parametrize(
    ("country", "moments", "zone"),
    [
        ("GR", [], "Europe/Athens"),
        ("GR", [at(3)], "Europe/Athens"),
        ("GR", [at(2)], ""),
        ("US", [], ""),
        ("US", [at(-6), at(-7, month=1)], "America/Denver"),
        ("US", [at(-7), at(-8, month=1)], "America/Los_Angeles"),
        ("US", [at(-5)], "America/Chicago"),
        ("GR", [datetime(2026, 7, 1, tzinfo=UTC)], "Europe/Athens"),
        ("GR", [datetime(2026, 7, 1)], "Europe/Athens"),  # noqa: DTZ001 (a page that states no zone)
        ("", [at(3)], ""),
    ],
)
def test_the_zone_fits_the_country_and_every_offset(country, moments, zone):
    """Times in UTC or without a zone say nothing; where offsets and country disagree none is named."""
    assert zone_of(country, moments)[0] == zone


def test_every_zone_of_the_table_exists():
    """A name that no machine knows would make a source that cannot be loaded."""
    assert all(ZoneInfo(zone).key == zone for zones in ZONES.values() for zone in zones)
