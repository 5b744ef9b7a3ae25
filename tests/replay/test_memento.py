"""Memento (RFC 7089) and the CDX server query, over HTTP."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

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
    "date",
    [
        "yesterday",
        "2017-07-12",
        "Wed, 12 Jul 2017 00:00:00 +0200",
        "Wed, 99 Jul 2017 00:00:00 GMT",
        "Wed, 12 Jul 99999999999999999999 00:00:00 GMT",
        "Wed, 12 Jul 2017 00:00:00 +99999999999999 GMT",
    ],
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


ODD_ADDRESSES = {
    "https://odd.example/a b": "https://odd.example/a%20b",
    "https://odd.example/港口/новости?q=é": "https://odd.example/%E6%B8%AF%E5%8F%A3/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8?q=%C3%A9",
    "https://münchen.example/": "https://m%C3%BCnchen.example/",
    "https://odd.example/part#one": "https://odd.example/part",
    'https://odd.example/"<>"': "https://odd.example/%22%3C%3E%22",
    "https://odd.example/[x]{y}|z^": "https://odd.example/[x]{y}|z^",
    "https://odd.example/[": "https://odd.example/[",
    "http://[odd/": "http://[odd/",
}
"""Addresses as captures have them, and as a client asks for them."""


@pytest.fixture(scope="module")
def odd_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Captures of addresses that are written otherwise in a request than they were recorded."""
    folder = tmp_path_factory.mktemp("odd")
    recorder = Recorder(folder / "archive")
    for url in ODD_ADDRESSES:
        recorder.add(url, f"<p>this is {len(url)}</p>".encode())
    recorder.add("https://odd.example/to", status="302 Found", headers="Location: /港口/новости?q=é\r\n".encode())
    recorder.add("https://odd.example/1", status="302 Found", headers=b"Location: /2\r\n")
    recorder.add("https://odd.example/2", status="302 Found", headers=b"Location: /1\r\n")
    recorder.add("https://odd.example/unchanged", status="304 Not Modified", content_type="")
    recorder.add("https://odd.example/go-on", status="100 Continue", content_type="")
    recorder.close()
    served = Served(folder / "archive", folder / "cache")
    yield served
    served.replay.stop()


def followed(served: Served, path: str, content: bool) -> str:
    """What a client is shown that follows redirects as RFC 9110 has it; a fourth is one too many."""
    for _ in range(4):
        status, headers, text = served.get(path, content=content)
        if status != 302:
            assert status == 200
            return text
        parts = urlsplit(headers["Location"])
        assert headers["Location"].isascii()
        path = parts.path + (f"?{parts.query}" if parts.query else "")
    return "redirected for ever"


@pytest.mark.parametrize("url", ODD_ADDRESSES)
@pytest.mark.parametrize("begin", ["/web/", "/web/2017/", "/web/20170712120000/", "/web/2016id_/", "/view/2016/"])
def test_odd_addresses_are_reached(odd_archive: Served, url: str, begin: str) -> None:
    """Blanks, other scripts, fragments and quotes: no redirect leads back to where it came from."""
    text = followed(odd_archive, begin + ODD_ADDRESSES[url], content="view" not in begin)
    shown = f"this is {len(url)}" if "view" not in begin else "20170712120000"
    assert shown in text


def test_links_of_odd_addresses_are_ascii(odd_archive: Served) -> None:
    """They are no URIs otherwise (RFC 8288)."""
    for asked in ODD_ADDRESSES.values():
        assert odd_archive.get(f"/web/{asked}", content=True)[1]["Link"].isascii()
        assert odd_archive.get(f"/timemap/link/{asked}", content=True)[2].isascii()


def test_a_redirect_in_bytes_leads_to_its_capture(odd_archive: Served) -> None:
    """Servers write other scripts into Location as they are, and browsers take them for UTF-8."""
    assert "this is" in followed(odd_archive, "/web/20170712120000/https://odd.example/to", content=True)
    assert "this is" not in followed(odd_archive, "/view/20170712120000/https://odd.example/to", content=False)


def test_redirects_in_a_circle_are_a_capture_each(odd_archive: Served) -> None:
    """Our page shows the one that was asked for, and not the other one for ever."""
    for name in ("1", "2"):
        assert "20170712120000" in followed(odd_archive, f"/view/2017/https://odd.example/{name}", content=False)


def test_a_capture_without_an_answer_is_none(odd_archive: Served) -> None:
    """304 says what a browser has that asked then; 100 that more comes, and a client would wait for it."""
    address = "/web/20170712120000/https://odd.example"
    status, _, text = odd_archive.get(f"{address}/unchanged", content=True)
    assert status == 404
    assert "had not changed" in text
    assert odd_archive.get(f"{address.replace('/https', 'id_/https')}/unchanged", content=True)[0] == 304
    assert odd_archive.get(f"{address}/go-on", content=True)[0] == 200


def test_an_address_may_be_asked_for_in_bytes(odd_archive: Served) -> None:
    """As curl sends what was typed."""
    port = int(odd_archive.replay.content_url.rstrip("/").rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        path = "/web/20170712120000id_/https://odd.example/港口/новости?q=é"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            assert b"this is" in answer.read()
