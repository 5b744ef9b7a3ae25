"""Writes captures into rotating WARC files, so that whatever happens what was written stays readable.

A file is created exclusively under its final name with `.open` behind it, is held with flock while it is
written, and is renamed once it is closed and on disk. All records of a capture reach the file in one piece
and without a buffer of ours: a killed process loses at most the capture it was writing, and
`crawler.archive.recovery` cuts the half one off. If writing fails the file is cut back at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urljoin

from crawler.archive.exchange import Capture, Exchange, Original, Via
from crawler.archive.records import NOT_MODIFIED_STATUS, Answer, CaptureRecords
from crawler.archive.template_records import template_member
from crawler.archive.text_records import text_members
from crawler.archive.warcfile import WarcFile
from crawler.errors import CaptureError

MAX_BYTES = 1_000_000_000
"""Size at which a file is closed and the next begun; WARC 1.1, annex C, advises 1 GB."""

REMEMBERED = 100_000
"""Payloads of this process that a revisit can refer to without `find_original`; at most some 50 MB of memory."""

FindOriginal = Callable[[str, int], Original | None]
"""Payload digest and payload size to the response record that holds that payload."""

FindUnmodified = Callable[[str], Original | None]
"""URL to the response record whose ETag or date a 304 confirms."""


NO_VIA = Via()
REDIRECTION = 3


class ArchiveWriter:
    """Writes captures to `folder`, in files whose names start with `prefix`.

    `info` goes into each file's warcinfo record (software, operator, robots, http-header-user-agent ...).
    `template` (JSON) is what is known of the site, and stands behind it; nothing is written of an empty one.
    `deduplicate=False` turns revisit records off. `find_original` and `find_unmodified` look up what other runs
    archived; payloads that this writer wrote it knows itself. Not thread-safe; any number of writers,
    in any processes, can write to one folder.
    """

    def __init__(
        self,
        folder: Path,
        prefix: str,
        *,
        info: Mapping[str, str],
        max_bytes: int = MAX_BYTES,
        chunked_payload_digest: bool = False,
        deduplicate: bool = True,
        template: bytes = b"",
        find_original: FindOriginal | None = None,
        find_unmodified: FindUnmodified | None = None,
    ) -> None:
        self._folder = folder
        self._prefix = prefix
        self._info = info
        self._max_bytes = max_bytes
        self._chunked_payload_digest = chunked_payload_digest
        self._deduplicate = deduplicate
        self._template = template
        self._find_original = find_original or (lambda digest, size: None)
        self._find_unmodified = find_unmodified or (lambda url: None)
        self._serial = 0
        self._file: WarcFile | None = None
        self._failure: CaptureError | None = None
        self._written: OrderedDict[str, Original] = OrderedDict()

    @property
    def path(self) -> Path | None:
        """The file that is being written (with `.open`), or None between files."""
        return self._file.path if self._file else None

    def write(self, exchange: Exchange, via: Via = NO_VIA) -> Capture | None:
        """Archive `exchange`; when this returns, its records are in the file and out of our hands.

        None where nothing came back: request and metadata are archived then, and there is nothing to index.
        Raises CaptureError where it could not be written, and again on every later call: an archive with
        holes must stop the crawl.
        """
        if self._failure:
            raise self._failure
        answer = Answer.of(exchange.response) if exchange.response else None
        original = self._original(exchange, answer) if answer and self._deduplicate else None
        try:
            capture = self._append(exchange, via, answer, original)
            self._rotate()
        except OSError as error:
            self._failure = self._explain(error)
            raise self._failure from error
        return capture

    def write_text(self, made_from: Original, text: bytes, sidecar: bytes) -> None:
        """Archive an article's text and metadata beside the response that they were made from.

        Raises CaptureError as `write` does.
        """
        if self._failure:
            raise self._failure
        try:
            file = self._current_file()
            file.append(b"".join(text_members(made_from, text, sidecar, file.warcinfo_id)))
            self._rotate()
        except OSError as error:
            self._failure = self._explain(error)
            raise self._failure from error

    def close(self) -> Path | None:
        """Finish the current file and return its final path; None where there was none. Writing may go on after it."""
        file, self._file = self._file, None
        if file is None:
            return None
        self._serial += 1
        try:
            return file.close()
        except OSError as error:
            if self._failure:
                return None
            self._failure = self._explain(error, file.path)
            raise self._failure from error

    def _append(self, exchange: Exchange, via: Via, answer: Answer | None, original: Original | None) -> Capture | None:
        file = self._current_file()
        records = CaptureRecords(
            exchange, via, answer, original, file.warcinfo_id, chunked_payload_digest=self._chunked_payload_digest
        )
        members = records.members()
        offset = file.append(b"".join(members))
        if answer is None:
            return None
        capture = _capture(records, answer, file.name, offset, len(members[0]))
        self._remember(capture)
        return capture

    def _current_file(self) -> WarcFile:
        if self._file is None:
            opening = self._template_member if self._template else None
            self._file, self._serial = WarcFile.create(self._folder, self._prefix, self._serial, self._info, opening)
        return self._file

    def _template_member(self, warcinfo_id: str) -> bytes:
        return template_member(self._prefix, self._template, warcinfo_id)

    def _rotate(self) -> None:
        if self._file and self._file.size >= self._max_bytes:
            self.close()

    def _original(self, exchange: Exchange, answer: Answer) -> Original | None:
        """The response that this one only repeats, if it is in the archive.

        One of a later date is none (WARC 1.1, 5.11): of two answers at once the second may come first, and clocks are
        put back.
        """
        if exchange.truncated:
            return None
        if answer.head.status == NOT_MODIFIED_STATUS:
            return self._find_unmodified(exchange.url)
        if not answer.size:
            return None
        original = self._written.get(answer.payload_digest) or self._find_original(answer.payload_digest, answer.size)
        return original if original and original.date <= exchange.started else None

    def _remember(self, capture: Capture) -> None:
        """Let later revisits refer to a response that is now in the file."""
        if capture.kind == "revisit" or capture.truncated or not capture.size:
            return
        self._written[capture.payload_digest] = Original(
            capture.record_id, capture.url, capture.date, capture.payload_digest
        )
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)

    def _explain(self, error: OSError, path: Path | None = None) -> CaptureError:
        where = path or self.path or self._folder
        return CaptureError(
            f"Cannot write to the archive at {where}: {error.strerror or error}. "
            "What was written before is whole. Make room or give access, then crawl again."
        )


def _capture(records: CaptureRecords, answer: Answer, warc: str, offset: int, length: int) -> Capture:
    """Where a response went, and what the index wants to know of it."""
    exchange, original = records.exchange, records.original
    return Capture(
        record_id=records.record_id,
        kind=records.kind,
        url=exchange.url,
        date=exchange.started,
        warc=warc,
        offset=offset,
        length=length,
        status=answer.head.status,
        mime=answer.head.mime,
        payload_digest=original.payload_digest if original else answer.payload_digest,
        size=0 if original else answer.size,
        via=records.via,
        etag=answer.head.get("ETag"),
        last_modified=answer.head.get("Last-Modified"),
        location=_location(exchange.url, answer),
        truncated=exchange.truncated,
    )


def _location(url: str, answer: Answer) -> str | None:
    """Where a redirect points, absolute; None where the response is none, or points nowhere that can be read."""
    location = answer.head.get("Location")
    if location is None or answer.head.status is None or answer.head.status // 100 != REDIRECTION:
        return None
    try:
        return urljoin(url, location)
    except ValueError:
        return None
