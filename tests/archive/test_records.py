"""The records of one exchange, against the text of WARC 1.1."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta, timezone

import pytest

from crawler.archive.exchange import Exchange, Original, Via
from crawler.archive.records import Answer, CaptureRecords, format_date, warc_fields, warcinfo
from crawler.archive.serialize import digest

NO_VIA = Via()
ORIGINAL_ID = "<urn:uuid:00000000-0000-4000-8000-000000000001>"


@pytest.fixture
def records_of(make_exchange: Callable[..., Exchange]) -> Callable[..., list[bytes]]:
    """The records of an exchange, decompressed."""

    def build(
        via: Via = NO_VIA, original: Original | None = None, chunked: bool = False, **changes: object
    ) -> list[bytes]:
        exchange = make_exchange(**changes)
        answer = Answer.of(exchange.response) if exchange.response else None
        records = CaptureRecords(
            exchange, via, answer, original, "<urn:uuid:info>", chunked_payload_digest=chunked, record_id="<urn:uuid:r>"
        )
        return [gzip.decompress(member) for member in records.members()]

    return build


def named(record: bytes) -> dict[str, str]:
    """The named fields of a record, none of which may come twice."""
    lines = record.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    pairs = [tuple(line.split(": ", 1)) for line in lines]
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)  # type: ignore[arg-type]


def block(record: bytes) -> bytes:
    return record.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")


def test_a_response_record_is_exactly_this(records_of: Callable[..., list[bytes]]) -> None:
    assert records_of()[0] == (
        b"WARC/1.1\r\n"
        b"WARC-Type: response\r\n"
        b"WARC-Record-ID: <urn:uuid:r>\r\n"
        b"WARC-Date: 2026-11-22T10:15:00.123456Z\r\n"
        b"WARC-Target-URI: http://news.example/a\r\n"
        b"WARC-Warcinfo-ID: <urn:uuid:info>\r\n"
        b"WARC-IP-Address: 192.0.2.7\r\n"
        b"WARC-Protocol: http/1.1\r\n"
        b"Content-Type: application/http; msgtype=response\r\n"
        b"WARC-Payload-Digest: sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N\r\n"
        b"WARC-Block-Digest: sha1:V5N4DU7OHW5EE7ZB4C2DOGZXS2FPKE2Y\r\n"
        b"Content-Length: 68\r\n"
        b"\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"
        b"\r\n\r\n"
    )


def test_the_records_of_a_capture_share_one_date_and_are_tied(records_of: Callable[..., list[bytes]]) -> None:
    response, request, metadata = map(named, records_of())
    assert [response["WARC-Type"], request["WARC-Type"], metadata["WARC-Type"]] == ["response", "request", "metadata"]
    assert len({fields["WARC-Date"] for fields in (response, request, metadata)}) == 1
    assert len({fields["WARC-Record-ID"] for fields in (response, request, metadata)}) == 3
    assert request["WARC-Concurrent-To"] == metadata["WARC-Concurrent-To"] == response["WARC-Record-ID"]


def test_the_request_is_kept_with_its_body_and_its_peer(records_of: Callable[..., list[bytes]]) -> None:
    sent = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b"
    record = records_of(request=sent)[1]
    assert block(record) == sent
    assert named(record)["Content-Type"] == "application/http; msgtype=request"
    assert named(record)["WARC-IP-Address"] == "192.0.2.7"
    assert named(record)["WARC-Block-Digest"] == digest(sent)


def test_the_metadata_record_says_how_the_crawl_came_here(records_of: Callable[..., list[bytes]]) -> None:
    via = Via("article", "http://news.example/feed\r\nX: injected")
    interim = [b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"]
    record = records_of(via=via, elapsed=1.2344, error="cut\noff", tls_version="TLSv1.3", interim=interim)[2]
    assert block(record) == (
        b"via: http://news.example/feed X: injected\r\n"
        b"pageRole: article\r\n"
        b"fetchTimeMs: 1234\r\n"
        b"fetchError: cut off\r\n"
        b"tlsVersion: TLSv1.3\r\n"
        b'interimResponse: "HTTP/1.1 103 Early Hints\\r\\nLink: </a>\\r\\n\\r\\n"\r\n'
    )
    assert named(record)["Content-Type"] == "application/warc-fields"


def test_heads_and_bodies_are_verbatim(records_of: Callable[..., list[bytes]]) -> None:
    odd = b"HTTP/1.0 200\nX-Name: caf\xe9\nX-Name:  twice \n folded\nbad line\n\n\x00\xff\r\n"
    record = records_of(response=odd)[0]
    assert block(record) == odd
    assert named(record)["WARC-Protocol"] == "http/1.0"
    assert "WARC-Payload-Digest" not in named(record), "readers disagree on where such a head ends"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\n\r\n"


def test_a_chunked_response_has_no_payload_digest_by_default(records_of: Callable[..., list[bytes]]) -> None:
    assert "WARC-Payload-Digest" not in named(records_of(response=CHUNKED)[0])


def test_what_is_no_http_does_not_claim_to_be(records_of: Callable[..., list[bytes]]) -> None:
    record = records_of(response=b"SSH-2.0-x\r\n\r\n")[0]
    assert block(record) == b"SSH-2.0-x\r\n\r\n"
    assert named(record)["Content-Type"] == "application/octet-stream"
    assert not {"WARC-Payload-Digest", "WARC-Protocol"} & set(named(record))


def test_where_asked_for_the_payload_digest_of_chunks_is_over_the_entity(
    records_of: Callable[..., list[bytes]],
) -> None:
    assert named(records_of(response=CHUNKED, chunked=True)[0])["WARC-Payload-Digest"] == digest(b"hello")


def test_a_cut_response_says_why(records_of: Callable[..., list[bytes]]) -> None:
    assert named(records_of(truncated="disconnect")[0])["WARC-Truncated"] == "disconnect"


def test_cipher_suite_and_protocol_are_named(records_of: Callable[..., list[bytes]]) -> None:
    fields = named(records_of(cipher="TLS_AES_256_GCM_SHA384", tls_version="TLSv1.3")[0])
    assert (fields["WARC-Cipher-Suite"], fields["WARC-Protocol"]) == ("TLS_AES_256_GCM_SHA384", "http/1.1")


def test_an_exchange_without_answer_has_a_request_and_a_metadata_record(
    records_of: Callable[..., list[bytes]],
) -> None:
    request, metadata = map(named, records_of(response=b""))
    assert (request["WARC-Type"], request["WARC-Record-ID"]) == ("request", "<urn:uuid:r>")
    assert metadata["WARC-Concurrent-To"] == "<urn:uuid:r>"
    assert "WARC-Concurrent-To" not in request


@pytest.fixture
def original(make_exchange: Callable[..., Exchange]) -> Original:
    """A response of an earlier crawl."""
    return Original(
        ORIGINAL_ID, "http://news.example/old", make_exchange().started - timedelta(days=1), digest(b"hello")
    )


def test_a_repeated_payload_is_a_revisit_with_this_head_only(
    records_of: Callable[..., list[bytes]], original: Original
) -> None:
    record = records_of(original=original)[0]
    fields = named(record)
    assert block(record) == b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n"
    assert fields["WARC-Type"] == "revisit"
    assert fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert fields["WARC-Payload-Digest"] == digest(b"hello")
    assert fields["WARC-Refers-To"] == ORIGINAL_ID
    assert fields["WARC-Refers-To-Target-URI"] == "http://news.example/old"
    assert fields["WARC-Refers-To-Date"] == "2026-11-21T10:15:00.123456Z"
    assert fields["WARC-Truncated"] == "length"
    assert fields["WARC-Block-Digest"] == digest(block(record))


def test_a_304_is_a_server_not_modified_revisit(records_of: Callable[..., list[bytes]], original: Original) -> None:
    record = records_of(original=original, response=b'HTTP/1.1 304 Not Modified\r\nETag: W/"a"\r\n\r\n')[0]
    fields = named(record)
    assert fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert fields["WARC-Payload-Digest"] == digest(b"hello")
    assert "WARC-Truncated" not in fields
    assert block(record) == b'HTTP/1.1 304 Not Modified\r\nETag: W/"a"\r\n\r\n'


def test_the_warcinfo_record_names_its_file_and_the_standard() -> None:
    record_id, member = warcinfo("a.warc.gz", {"software": "broadsheet/1", "operator": ""})
    fields = named(gzip.decompress(member))
    assert (fields["WARC-Type"], fields["WARC-Record-ID"]) == ("warcinfo", record_id)
    assert (fields["WARC-Filename"], fields["Content-Type"]) == ("a.warc.gz", "application/warc-fields")
    assert "WARC-Target-URI" not in fields
    assert block(gzip.decompress(member)) == (
        b"format: WARC File Format 1.1\r\n"
        b"conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        b"software: broadsheet/1\r\n"
    )


def test_dates_are_utc_whatever_the_zone(make_exchange: Callable[..., Exchange]) -> None:
    athens = make_exchange().started.astimezone(timezone(timedelta(hours=2)))
    assert format_date(athens) == "2026-11-22T10:15:00.123456Z"


def test_fields_that_utf8_cannot_hold_are_still_written() -> None:
    assert warc_fields([("via", "http://x/\ud800")]) == b"via: http://x/?\r\n"


@pytest.mark.parametrize("kind", [b"Content-Encoding: gzip", b"Content-Type: image/jpeg"])
def test_a_body_that_is_compressed_already_is_only_wrapped(make_exchange: Callable[..., Exchange], kind: bytes) -> None:
    body = bytes(range(256)) * 400  # could be compressed well, so that the size shows what was done
    response = b"HTTP/1.1 200 OK\r\n" + kind + b"\r\n\r\n" + body
    exchange = make_exchange(response=response)
    [member, *_] = CaptureRecords(exchange, NO_VIA, Answer.of(response), None, "<urn:uuid:info>").members()
    assert block(gzip.decompress(member)) == response
    assert len(body) < len(member) < len(body) + 600
