"""Where a site is: its country by its host, its time zone by its country and by the offsets that its pages state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ZONES: dict[str, tuple[str, ...]] = {
    country: tuple(zones.split())
    for line in """
    AE Asia/Dubai|AF Asia/Kabul|AL Europe/Tirane|AM Asia/Yerevan|AO Africa/Luanda|AR America/Argentina/Buenos_Aires
    AT Europe/Vienna|AU Australia/Sydney Australia/Brisbane Australia/Adelaide Australia/Perth|AZ Asia/Baku
    BA Europe/Sarajevo|BD Asia/Dhaka|BE Europe/Brussels|BG Europe/Sofia|BH Asia/Bahrain|BO America/La_Paz
    BR America/Sao_Paulo America/Manaus America/Rio_Branco|BY Europe/Minsk
    CA America/Toronto America/Winnipeg America/Edmonton America/Vancouver America/Halifax America/St_Johns
    CD Africa/Kinshasa Africa/Lubumbashi|CH Europe/Zurich|CI Africa/Abidjan|CL America/Santiago|CM Africa/Douala
    CN Asia/Shanghai|CO America/Bogota|CR America/Costa_Rica|CU America/Havana|CY Asia/Nicosia|CZ Europe/Prague
    DE Europe/Berlin|DK Europe/Copenhagen|DO America/Santo_Domingo|DZ Africa/Algiers|EC America/Guayaquil
    EE Europe/Tallinn|EG Africa/Cairo|ES Europe/Madrid Atlantic/Canary|ET Africa/Addis_Ababa|FI Europe/Helsinki
    FR Europe/Paris|GB Europe/London|GE Asia/Tbilisi|GH Africa/Accra|GR Europe/Athens|GT America/Guatemala
    HK Asia/Hong_Kong|HN America/Tegucigalpa|HR Europe/Zagreb|HU Europe/Budapest
    ID Asia/Jakarta Asia/Makassar Asia/Jayapura|IE Europe/Dublin|IL Asia/Jerusalem|IN Asia/Kolkata|IQ Asia/Baghdad
    IR Asia/Tehran|IS Atlantic/Reykjavik|IT Europe/Rome|JM America/Jamaica|JO Asia/Amman|JP Asia/Tokyo
    KE Africa/Nairobi|KG Asia/Bishkek|KH Asia/Phnom_Penh|KR Asia/Seoul|KP Asia/Pyongyang|KW Asia/Kuwait|KZ Asia/Almaty
    LB Asia/Beirut|LK Asia/Colombo|LT Europe/Vilnius|LU Europe/Luxembourg|LV Europe/Riga|MA Africa/Casablanca
    MD Europe/Chisinau|MK Europe/Skopje|MM Asia/Yangon|MN Asia/Ulaanbaatar|MO Asia/Macau|MT Europe/Malta
    MX America/Mexico_City America/Tijuana America/Cancun|MY Asia/Kuala_Lumpur|MZ Africa/Maputo|NG Africa/Lagos
    NI America/Managua|NL Europe/Amsterdam|NO Europe/Oslo|NP Asia/Kathmandu|NZ Pacific/Auckland|OM Asia/Muscat
    PA America/Panama|PE America/Lima|PH Asia/Manila|PK Asia/Karachi|PL Europe/Warsaw|PS Asia/Gaza
    PT Europe/Lisbon Atlantic/Azores|PY America/Asuncion|QA Asia/Qatar|RO Europe/Bucharest|RS Europe/Belgrade
    RU Europe/Moscow Asia/Yekaterinburg Asia/Novosibirsk Asia/Vladivostok|RW Africa/Kigali|SA Asia/Riyadh
    SD Africa/Khartoum|SE Europe/Stockholm|SG Asia/Singapore|SI Europe/Ljubljana|SK Europe/Bratislava|SN Africa/Dakar
    SV America/El_Salvador|SY Asia/Damascus|TH Asia/Bangkok|TJ Asia/Dushanbe|TN Africa/Tunis|TR Europe/Istanbul
    TW Asia/Taipei|TZ Africa/Dar_es_Salaam|UA Europe/Kyiv|UG Africa/Kampala
    US America/New_York America/Chicago America/Denver America/Los_Angeles America/Phoenix|UY America/Montevideo
    UZ Asia/Tashkent|VE America/Caracas|VN Asia/Ho_Chi_Minh|XK Europe/Belgrade|YE Asia/Aden|ZA Africa/Johannesburg
    ZM Africa/Lusaka|ZW Africa/Harare
    """.splitlines()
    for entry in line.strip().split("|")
    if entry
    for country, _, zones in [entry.partition(" ")]
}
"""The zones of countries with a press of their own, the one of the most papers first."""


def country_of(url: str, marked: str) -> tuple[str, str]:
    """The ISO 3166 code of the country that a site is in, and why; empty where nothing tells.

    By the country's own domain, else by the region of the language that the site is marked with (`de-AT`). An
    American region is not believed: it is what software writes where nobody chose.
    """
    domain = (urlsplit(url).hostname or "").rpartition(".")[2]
    code = {"uk": "GB"}.get(domain, domain.upper())
    if code in ZONES and domain != "co":  # .co is used for what it spells
        return code, f"the host ends in .{domain}"
    region = marked.replace("_", "-").split("-")[-1].upper()
    if "-" in marked.replace("_", "-") and region in ZONES and region != "US":
        return region, f"the front page is marked as {marked}"
    return "", ""


def zone_of(country: str, moments: Iterable[datetime]) -> tuple[str, str]:
    """The IANA zone of a site's times, and why; empty where nothing tells.

    `moments` are times as pages and feeds state them, with their offsets; times in UTC say nothing. Of a country with
    several zones it is the first that has all the offsets; of a country with one it is that one.
    """
    stated = [moment for moment in moments if moment.utcoffset()]
    zones = ZONES.get(country, ())
    fitting = [zone for zone in zones if all(_fits(zone, moment) for moment in stated)]
    if fitting and stated:
        return fitting[0], f"{len(stated)} times state an offset, and it is that zone's"
    if len(zones) == 1 and not stated:
        return zones[0], "the only zone of its country"
    return "", ""


def _fits(zone: str, moment: datetime) -> bool:
    return ZoneInfo(zone).utcoffset(moment.replace(tzinfo=None)) == moment.utcoffset()
