"""What Broadsheet writes is without fault: WARCs, texts, sidecars, catalogue; and what is changed later is found."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive.check import RULES, Finding, check
from crawler.archive.exchange import Capture, Exchange, Original, Via
from crawler.archive.export import export_wacz
from crawler.archive.index import update_index
from crawler.archive.layout import catalogue_path, index_path, sidecar_path, warc_folder
from crawler.archive.selection import Selection
from crawler.archive.writer import ArchiveWriter
from crawler.items import Article
from crawler.storage.catalogue import Catalogue
from crawler.storage.texts import place, sidecar, store
from tests.check.warcs import BODY, CHUNKED_BODY, CHUNKED_HEAD, HEAD, RESPONSE

SOURCE = "demo"
START = datetime(2026, 11, 22, 10, 15, 0, 123456, tzinfo=UTC)
INFO = {
    "software": "Broadsheet/0.1.0",
    "robots": "obey",
    "http-header-user-agent": "Broadsheet/0.1.0",
    "operator": "someone@example.org",
}
STORY = "https://news.example/story"
TEXT = "A story\n\nSome text.\n"


def exchange(number: int, response: bytes, url: str | None = None, **more: Any) -> Exchange:
    url = url or f"https://news.example/{number}"
    return Exchange(
        url=url,
        method=more.pop("method", "GET"),
        started=START + timedelta(seconds=number),
        request=more.pop("request", b"GET /%d HTTP/1.1\r\nHost: news.example\r\n\r\n" % number),
        response=response,
        ip="192.0.2.1",
        elapsed=0.25,
        **more,
    )


def head(*lines: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


ZIPPED = gzip.compress(BODY, mtime=0)
EXCHANGES = [
    exchange(1, RESPONSE, STORY, tls_version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384"),
    exchange(2, CHUNKED_HEAD + CHUNKED_BODY),
    exchange(3, head(b"Content-Encoding: gzip", b"Content-Length: %d" % len(ZIPPED)) + ZIPPED),
    exchange(4, RESPONSE, "https://news.example/same-again"),
    exchange(5, head(b'ETag: "1"', status=b"304 Not Modified"), STORY),
    exchange(6, head(b"Location: /1", b"Content-Length: 4", status=b"301 Moved Permanently") + b"gone"),
    exchange(7, HEAD + BODY[:9], truncated="disconnect", error="the connection was lost"),
    exchange(8, CHUNKED_HEAD + CHUNKED_BODY[:9], truncated="time"),
    exchange(9, HEAD, method="HEAD", request=b"HEAD /9 HTTP/1.1\r\nHost: news.example\r\n\r\n"),
    exchange(10, b"", error="no answer"),
    exchange(11, head(b"Content-Length: 0"), interim=[b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]),
    exchange(12, head(b"X-Name: caf\xe9", b"Content-Length: 2").replace(b"\r\n", b"\n") + b"ok"),
    exchange(13, b"220 mail.news.example ESMTP\r\n"),
    exchange(14, head(status=b"200") + b"until the connection closes"),
    exchange(15, CHUNKED_HEAD + CHUNKED_BODY, "https://news.example/same-chunks"),
]


def article(capture: Capture) -> Article:
    return Article(
        source=SOURCE,
        url=capture.url,
        title="A story",
        text=TEXT,
        record_id=capture.record_id,
        warc=capture.warc,
        offset=capture.offset,
        captured=capture.date,
        payload_digest=capture.payload_digest,
    )


@pytest.fixture(scope="session")
def our_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with every kind of exchange, an article, its text, the catalogue and the index."""
    archives = tmp_path_factory.mktemp("ours") / "archives"
    catalogue = Catalogue(catalogue_path(archives))
    first: list[Capture] = []

    def original(capture: Capture) -> Original:
        return Original(capture.record_id, capture.url, capture.date, capture.payload_digest)

    def same(digest: str, size: int) -> Original | None:
        return next((original(one) for one in first if (one.payload_digest, one.size) == (digest, size)), None)

    for hours, more in enumerate(({}, {"chunked_payload_digest": True})):
        folder = warc_folder(archives, SOURCE)
        writer = ArchiveWriter(
            folder,
            SOURCE,
            info=INFO,
            max_bytes=9000,
            find_original=same,
            find_unmodified=lambda url: original(first[0]),
            **more,
        )
        for one in EXCHANGES:
            again = replace(one, started=one.started + timedelta(hours=hours))
            if capture := writer.write(again, Via("article", "https://news.example/")):
                first.append(capture)
                catalogue.add_capture(SOURCE, capture)
        kept = place(article(first[0]), archives)
        writer.write_text(original(first[0]), kept.text.encode(), sidecar(kept))
        writer.close()
    assert store(kept, archives)
    catalogue.add_article(kept)
    catalogue.close()
    update_index(warc_folder(archives, SOURCE))
    return archives


@pytest.fixture
def archives(our_archive: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(our_archive, tmp_path / "archives"))


def findings(path: Path) -> list[Finding]:
    found: list[Finding] = []
    check([path], found.append)
    return found


def test_what_we_write_is_without_fault(our_archive: Path) -> None:
    found: list[Finding] = []
    summary = check([our_archive], found.append)
    assert [str(finding) for finding in found] == []
    assert summary.records > 3 * len(EXCHANGES)
    assert len(list(our_archive.rglob("*.warc.gz"))) > 2
    assert (summary.outside, summary.unread) == (0, [])


def test_each_of_our_warcs_is_without_fault_by_itself(our_archive: Path) -> None:
    for warc in our_archive.rglob("*.warc.gz"):
        assert [str(finding) for finding in findings(warc)] == []


def test_what_we_export_is_without_fault(our_archive: Path, tmp_path: Path) -> None:
    """The whole archive as a package, and the part of it that a range of time holds."""
    for since in (None, START + timedelta(seconds=3)):
        package = tmp_path / f"{since is None}.wacz"
        export_wacz(sorted(our_archive.rglob("*.warc.gz")), package, Selection(since=since))
        assert [str(finding) for finding in findings(package)] == []


def text_file(archives: Path) -> Path:
    return next(archives.rglob("*.txt"))


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def of_sidecar(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    return lambda archives: rewrite(sidecar_path(text_file(archives)), change)


def of_catalogue(statement: str) -> Callable[[Path], object]:
    def run(archives: Path) -> None:
        database = sqlite3.connect(catalogue_path(archives))
        database.execute(statement)
        database.commit()
        database.close()

    return run


def edit(archives: Path, old: bytes, new: bytes) -> None:
    path = text_file(archives)
    path.write_bytes(path.read_bytes().replace(old, new))


DAMAGES: list[tuple[str, str, Callable[[Path], object]]] = [
    ("a text without sidecar", "text-sidecar", lambda a: sidecar_path(text_file(a)).unlink()),
    ("a sidecar without text", "text-sidecar catalogue-text", lambda a: text_file(a).unlink()),
    ("a text that was edited", "text-place", lambda a: edit(a, b"Some text.", b"Other text.")),
    ("a text of another title", "text-form text-place", lambda a: edit(a, b"A story", b"A tale")),
    ("a text without final newline", "text-form text-place", lambda a: edit(a, b"text.\n", b"text.")),
    ("a text that is no UTF-8", "text-form", lambda a: edit(a, b"Some", b"Caf\xe9")),
    ("a sidecar that is no JSON", "sidecar-form", lambda a: sidecar_path(text_file(a)).write_text("{")),
    ("a sidecar without record", "sidecar-form", of_sidecar(lambda v: v.pop("record"))),
    ("a sidecar without offset", "sidecar-form", of_sidecar(lambda v: v["record"].pop("offset"))),
    ("a sidecar without a date", "sidecar-form text-agrees", of_sidecar(lambda v: v["record"].update(date="today"))),
    ("a record that is not there", "text-record", of_sidecar(lambda v: v["record"].update(id="<urn:uuid:1>"))),
    ("a record at another offset", "text-record", of_sidecar(lambda v: v["record"].update(offset=7))),
    ("another date", "text-agrees text-place", of_sidecar(lambda v: v["record"].update(date="2020-01-01T00:00:00Z"))),
    ("another digest", "text-agrees", of_sidecar(lambda v: v["record"].update(digest="sha1:" + "A" * 32))),
    ("another url", "text-agrees text-place", of_sidecar(lambda v: v.update(url="https://x.example/"))),
    (
        "a capture of no record",
        "catalogue-capture catalogue-complete",
        of_catalogue("UPDATE captures SET record_id = '<urn:uuid:1>' WHERE id = 1"),
    ),
    ("a capture in no WARC", "catalogue-capture", of_catalogue("UPDATE captures SET warc = 'x.warc.gz' WHERE id = 1")),
    (
        "a capture of another url",
        "catalogue-agrees",
        of_catalogue("UPDATE captures SET url = 'http://x/' WHERE id = 1"),
    ),
    (
        "a capture with another status",
        "catalogue-agrees",
        of_catalogue("UPDATE captures SET status = 404 WHERE id = 1"),
    ),
    (
        "a capture of another time",
        "catalogue-agrees",
        of_catalogue("UPDATE captures SET date = '2020-01-01T00:00:00+00:00' WHERE id = 1"),
    ),
    (
        "a capture with another digest",
        "catalogue-agrees",
        of_catalogue("UPDATE captures SET payload_digest = 'sha1:' WHERE id = 1"),
    ),
    ("a capture that the catalogue forgot", "catalogue-complete", of_catalogue("DELETE FROM captures WHERE id = 1")),
    ("a text that the catalogue forgot", "catalogue-complete", of_catalogue("DELETE FROM articles")),
    (
        "an article without text",
        "catalogue-text catalogue-complete",
        of_catalogue("UPDATE articles SET path = 'demo/text/x.txt'"),
    ),
    ("a catalogue of nothing", "catalogue-readable", of_catalogue("DROP TABLE captures")),
    ("a catalogue that is none", "catalogue-readable", lambda a: catalogue_path(a).write_bytes(b"no database" * 99)),
    ("an index of other bytes", "cdxj-line", lambda a: index_path(warc_folder(a, SOURCE)).open("a").write("what?\n")),
]


@pytest.mark.parametrize(("rules", "damage"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_what_is_changed_later_is_found(rules: str, damage: Callable[[Path], object], archives: Path) -> None:
    damage(archives)
    found = findings(archives)
    assert {finding.rule for finding in found} == set(rules.split()), [str(finding) for finding in found]


def test_each_rule_on_texts_and_catalogue_has_a_damage_that_breaks_it() -> None:
    tried = {rule for _, rules, _ in DAMAGES for rule in rules.split()}
    assert {rule for rule in RULES if rule.startswith(("text", "sidecar", "catalogue"))} - tried == set()


def test_a_crawl_may_go_on_while_we_check(archives: Path) -> None:
    """Captures and texts that a running crawl adds after its WARC was read are no breach."""
    writer = ArchiveWriter(warc_folder(archives, SOURCE), SOURCE, info=INFO)
    writer.write(exchange(90, head(b"Content-Length: 1") + b"1"))
    found = findings(archives)
    assert {finding.rule for finding in found} == {"catalogue-complete"}
    of_catalogue(
        f"UPDATE captures SET warc = '{writer.path.name.removesuffix('.open')}', offset = 9999999 WHERE id = 1"
    )(archives)  # type: ignore[union-attr]
    assert {finding.rule for finding in findings(archives)} == {"catalogue-complete"}
    writer.close()


def test_texts_given_without_warcs_are_checked_for_what_can_be(archives: Path) -> None:
    """The folder of the texts alone: what they cite is elsewhere, and that is said, not complained of."""
    found: list[Finding] = []
    summary = check([archives / SOURCE / "text"], found.append)
    assert (found, summary.outside) == ([], 1)
