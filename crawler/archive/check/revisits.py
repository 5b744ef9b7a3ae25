"""The rules on one revisit record by itself (WARC 1.1 §6.7); what it refers to is for `crosscheck`."""

from __future__ import annotations

from crawler.archive.check.block import Block, Content
from crawler.archive.check.digests import digest_of_nothing
from crawler.archive.check.findings import Place, Report
from crawler.archive.check.header import Header, without_brackets

IDENTICAL = "identical-payload-digest"
NOT_MODIFIED = "server-not-modified"
_BASE = "http://netpreserve.org/warc/"
_VERSIONS = ("1.1", "1.0", "0.18")
_NAMES = (IDENTICAL, NOT_MODIFIED, f"uri-agnostic-{IDENTICAL}")
"""The last is a proposal that pywb and older tools write; WARC 1.1 made it the meaning of the first."""

_PROFILES = {f"{_BASE}{version}/revisit/{name}" for version in _VERSIONS for name in _NAMES}
_REFERENCES = ("warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date")


def check_revisit(header: Header, block: Block, content: Content, report: Report, place: Place) -> None:
    """Profile, digest, truncation and references of a revisit."""
    profile = without_brackets(header.get("warc-profile"))
    _check_profile(profile, header, report, place)
    if profile.endswith(IDENTICAL):
        _check_identical(header, block, report, place)
    elif profile.endswith(NOT_MODIFIED):
        status = content.message.head.status if content.message and content.message.head else None
        if status not in (None, 304):
            report.add("revisit-status", f"the profile says not modified, the response was a {status}", place)
    _check_references(header, report, place)


def _check_profile(profile: str, header: Header, report: Report, place: Place) -> None:
    if not profile:
        report.add("revisit-profile", "it has no WARC-Profile", place)
    elif profile not in _PROFILES:
        report.add("revisit-profile-unknown", f"the profile {profile!r} is not known: readers skip the record", place)
    elif header.version == "1.1" and not profile.startswith(_BASE + "1.1/"):
        report.add("revisit-profile-version", f"the profile of a WARC 1.1 record is not {profile}", place)


def _check_identical(header: Header, block: Block, report: Report, place: Place) -> None:
    if not header.get("warc-payload-digest"):
        report.add("revisit-digest", "it has no WARC-Payload-Digest", place)
    stated = block.stated_payload
    nothing_cut = stated and stated.value == digest_of_nothing(stated.algorithm)
    if block.size and not nothing_cut and header.get("warc-truncated") != "length":
        message = "the body was left out, but the record has no WARC-Truncated: length"
        report.add("revisit-truncated", message, place)


def _check_references(header: Header, report: Report, place: Place) -> None:
    has_id, has_uri, has_date = (bool(header.get(name)) for name in _REFERENCES)
    if not has_id and not (has_uri and has_date):
        report.add("revisit-refers", "neither WARC-Refers-To nor its Target-URI and Date say what it repeats", place)
    elif not (has_id and has_uri and has_date):
        message = "WARC-Refers-To, WARC-Refers-To-Target-URI and WARC-Refers-To-Date are not all there"
        report.add("revisit-refers-all", message, place)
