"""Memento (RFC 7089) and the CDX server query, over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.replay.conftest import Recorder, Served


def test_the_time_gate_redirects_to_the_nearest_memento(served_archive: Served) -> None:
    """With Vary and the links that the RFC asks for; without a date, to the newest."""
    gate = "/web/https://paper.example/0"
    early = "Wed, 12 Jul 2017 00:00:00 GMT"
    status, headers, _ = served_archive.get(gate, content=True, Accept_Datetime=early)
    assert status == 302
    assert headers["Location"].endswith("/web/20170712120000/https://paper.example/0")
    assert headers["Vary"] == "accept-datetime"
    for relation in ('rel="original"', 'rel="timemap"', 'rel="first memento"', 'rel="next last memento"'):
        assert relation in headers["Link"]
    assert served_archive.get(gate, content=True)[1]["Location"].endswith("/web/20171020120000/https://paper.example/0")


@pytest.mark.parametrize(
    "date", ["yesterday", "2017-07-12", "Wed, 12 Jul 2017 00:00:00 +0200", "Wed, 99 Jul 2017 00:00:00 GMT"]
)
def test_a_malformed_date_gets_400(served_archive: Served, date: str) -> None:
    """RFC 7089, 4.5.3."""
    assert served_archive.get("/web/https://paper.example/0", content=True, Accept_Datetime=date)[0] == 400


def test_a_memento_says_when_it_was_and_where_the_others_are(served_archive: Served) -> None:
    """Memento-Datetime and the links to original, TimeGate, TimeMap, previous and next."""
    _, headers, _ = served_archive.get("/web/20170712120000/https://paper.example/0", content=True)
    assert headers["Memento-Datetime"] == "Wed, 12 Jul 2017 12:00:00 GMT"
    assert '<https://paper.example/0>; rel="original"' in headers["Link"]
    assert 'rel="timegate"' in headers["Link"]
    assert 'rel="next last memento"; datetime="Fri, 20 Oct 2017 12:00:00 GMT"' in headers["Link"]


def test_a_memento_at_another_time_is_at_its_own_address(served_archive: Served) -> None:
    """An address with a time between captures redirects to the nearest one."""
    status, headers, _ = served_archive.get("/web/2016/https://paper.example/0", content=True)
    assert status == 302
    assert headers["Location"] == "/web/20170712120000/https://paper.example/0"


def test_the_time_map_lists_all_mementos(served_archive: Served) -> None:
    """In application/link-format, oldest first, with its span."""
    status, headers, text = served_archive.get("/timemap/link/https://paper.example/0", content=True)
    assert (status, headers["Content-Type"]) == (200, "application/link-format")
    lines = text.rstrip().split(",\n")
    assert lines[0] == '<https://paper.example/0>; rel="original"'
    assert 'rel="self"' in lines[1]
    assert [line.split('rel="')[1].split('"')[0] for line in lines[3:]] == ["first memento", "last memento"]
    assert served_archive.get("/timemap/link/https://paper.example/never", content=True)[0] == 404


def cdx(served: Served, query: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in served.get(f"/cdx?output=json&{query}")[2].splitlines()]


def test_the_cdx_server_answers_as_pywb_does(served_archive: Served) -> None:
    """Matches, times, filters, order, fields and both outputs."""
    exact = cdx(served_archive, "url=https://paper.example/0")
    assert [line["timestamp"] for line in exact] == ["20170712120000", "20171020120000"]
    assert set(exact[0]) >= {"urlkey", "url", "mime", "status", "digest", "length", "offset", "filename"}
    assert len(cdx(served_archive, "url=paper.example/*")) == 8
    assert len(cdx(served_archive, "url=*.example")) == 8
    assert len(cdx(served_archive, "url=paper.example&matchType=host")) == 8
    for newest in ("sort=reverse&limit=1", "closest=20171001&limit=1", "to=2017&from=201708"):
        found = cdx(served_archive, f"url=paper.example/0&{newest}")
        assert [line["timestamp"] for line in found] == ["20171020120000"]
    found = cdx(served_archive, "url=paper.example/*&filter=!=status:200&filter=~mime:text.*")
    assert [line["url"] for line in found] == ["https://paper.example/gone", "https://paper.example/old"]
    assert cdx(served_archive, "url=paper.example/gone&fl=status,url") == [
        {"status": "404", "url": "https://paper.example/gone"}
    ]
    line = served_archive.get("/cdx?url=https://paper.example/gone")[2]
    assert line.startswith('example,paper)/gone 20170712120000 {"url": "https://paper.example/gone"')


@pytest.mark.parametrize(
    "query", ["", "url=x&limit=0", "url=x&filter=(", "url=x&filter=~url:(", "url=x&from=1", "url=x&sort=up"]
)
def test_a_cdx_query_that_cannot_be_read_gets_400(served_archive: Served, query: str) -> None:
    """With a message that says what is allowed."""
    status, _, text = served_archive.get(f"/cdx?{query}")
    assert status == 400
    assert len(text) > 20


def test_captures_in_a_row_that_agree_are_one(served_archive: Served) -> None:
    """As collapse and collapseTime have it; the last ones with a limit below 0; without braces as text."""
    rows = "url=paper.example/0&fl=timestamp"
    both = [row["timestamp"] for row in cdx(served_archive, rows)]
    assert len(both) == 2
    for same in ("collapse=urlkey", "collapse=timestamp:4", "collapseTime=4"):
        assert [row["timestamp"] for row in cdx(served_archive, f"{rows}&{same}")] == both[:1]
    assert len(cdx(served_archive, f"{rows}&collapse=urlkey&collapse=digest")) == 2
    assert [row["timestamp"] for row in cdx(served_archive, f"{rows}&limit=-1")] == both[1:]
    text = served_archive.get("/cdx?url=paper.example/0&fl=timestamp,status&output=text&limit=1")[2]
    assert text == f"{both[0]} 200\n"
    for wrong in ("collapse=nothing", "collapse=timestamp:x", "limit=0"):
        assert served_archive.get(f"/cdx?url=paper.example/0&{wrong}")[0] == 400


def test_a_very_long_address_has_a_head_that_clients_take(recorder: Recorder, tmp_path: Path) -> None:
    """Links to its other captures are left out: eight times the address is more than a head may be."""
    url = "https://a.org/?" + "q" * 50_000
    recorder.add(url, b"long")
    recorder.close()
    served = Served(recorder.folder, tmp_path / "cache")
    try:
        assert served.get(f"/web/{url}", content=True)[0] == 302
        status, headers, text = served.get(f"/web/20170712120000/{url}", content=True)
        assert (status, headers["Memento-Datetime"], headers["Link"]) == (200, "Wed, 12 Jul 2017 12:00:00 GMT", None)
        assert "long" in text
    finally:
        served.replay.stop()
