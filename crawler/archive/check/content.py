"""The rules on a block: its digests, and what HTTP says of itself (WARC 1.1 §5.8, §5.9, §6.3 to §6.7)."""

from __future__ import annotations

import re

from crawler.archive.check.block import Block, Content, HttpMessage
from crawler.archive.check.digests import digest_of_nothing
from crawler.archive.check.findings import Place, Report
from crawler.archive.check.header import Header
from crawler.archive.message import Head

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d+)? \d{3}(?: [^\r\n]*)?\r?\n", re.IGNORECASE)
_REQUEST_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \S[^\r\n]*? HTTP/\d(?:\.\d+)?\r?\n|[A-Z]+ \S+\r?\n")
_FIELD_LINE = re.compile(r"[^\s:][^:\r\n]*:[^\r\n]*")


def check_content(header: Header, block: Block, content: Content, report: Report, place: Place) -> None:
    """Every rule on one block, where all of it was read."""
    _check_block_digest(header, block, report, place)
    _check_payload_digest(block, content, report, place)
    if block.mislabelled:
        said = header.get("content-type")
        report.add("content-type-http", f"the block is an HTTP response, its Content-Type {said!r}", place)
    if content.message:
        _check_message(header, content.message, report, place)
    if content.fields:
        _check_fields_block(content.fields, report, place)


def body_is_short(content: Content) -> bool:
    """Whether a response's body has fewer bytes than its head announces: cut, or the answer to a HEAD request."""
    message = content.message
    if message is None or not message.has_body:
        return False
    if message.dechunker:
        return not message.dechunker.ended and (message.dechunker.begun or not message.dechunker.broken)
    return message.announced is not None and message.body.size < message.announced


def _check_block_digest(header: Header, block: Block, report: Report, place: Place) -> None:
    stated, real = block.stated_block, block.digest()
    if stated is None or real is None or stated == real:
        return
    if header.type == "revisit" and stated.value == digest_of_nothing(stated.algorithm):
        message = f"WARC-Block-Digest is that of an empty block, but the block has {block.size} bytes"
        report.add("block-digest-empty", message, place)
    else:
        report.add("block-digest", f"WARC-Block-Digest is {stated}, that of the block is {real}", place)


def _check_payload_digest(block: Block, content: Content, report: Report, place: Place) -> None:
    stated, real = block.stated_payload, content.payload
    if stated is None or real is None or stated == real:
        return
    if content.message and content.message.dechunker and content.message.body.digest() == stated:
        message = f"WARC-Payload-Digest is over the chunks as sent; over the entity body it is {real}"
        report.add("payload-digest-chunked", f"{message} (see warcio issue 74)", place)
    elif content.message is None and stated == block.digest():
        return
    else:
        report.add("payload-digest", f"WARC-Payload-Digest is {stated}, that of the payload is {real}", place)


def _check_message(header: Header, message: HttpMessage, report: Report, place: Place) -> None:
    head = message.head
    if head is None or (header.type == "revisit" and not head.raw):
        return
    start = head.start[:80].decode("latin-1")
    truncated = bool(header.get("warc-truncated"))
    if header.type == "request":
        if not _REQUEST_LINE.match(head.raw):
            report.add("http-request-line", f"the block starts {start!r}, which is no HTTP request line", place)
    elif not _STATUS_LINE.match(head.raw) and not (truncated and not message.head_ended):
        report.add("http-status-line", f"the block starts {start!r}, which is no HTTP status line", place)
    if not message.head_ended and not truncated:
        report.add("http-head-end", "no blank line ends the HTTP head", place)
    if header.type == "response" and message.has_body:
        _check_body(message, head, report, place, truncated=truncated)


def _check_body(message: HttpMessage, head: Head, report: Report, place: Place, *, truncated: bool) -> None:
    """A body against its head, but for one that is too short: that needs the request (`body_is_short`)."""
    chunks = message.dechunker
    announced = message.announced
    if chunks and message.body.size:
        if chunks.broken and not chunks.begun:
            report.add("http-chunks-gone", "the head says chunked, but the body is not in chunks", place)
        elif chunks.broken and not truncated:
            report.add("http-chunks-broken", "after some chunks, a line is no chunk size", place)
    elif not chunks and announced is not None and message.body.size > announced and not _stored_decoded(head):
        text = f"HTTP Content-Length is {announced}, but the body has {message.body.size} bytes"
        report.add("http-body-longer", text, place)


def _stored_decoded(head: Head) -> bool:
    """Whether the body may be stored without the content-encoding that the head names, and so be longer."""
    return bool(head.values("Content-Encoding"))


def _check_fields_block(block: bytes, report: Report, place: Place) -> None:
    whole_lines = block.rpartition(b"\n")[0]
    for line in whole_lines.decode("utf-8", "replace").splitlines():
        if line.strip() and line[0] not in " \t" and not _FIELD_LINE.fullmatch(line):
            report.add("warc-fields-syntax", f"the line {line[:60]!r} has no name and colon", place)
            return
