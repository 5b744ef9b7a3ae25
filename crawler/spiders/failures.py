"""Why a download failed, in few enough words to be counted by."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.errors import CaptureError, FetchError

FAILURES: dict[type[Exception], str] = {
    DownloadTimeoutError: "timed out",
    DownloadConnectionRefusedError: "connection refused",
    CannotResolveHostError: "host not found",
    ResponseDataLossError: "cut off",
    CaptureError: "not archived",
    IgnoreRequest: "left out",
}
"""What kept a page from us, for people."""


def reason_of(failure: Failure) -> str:
    """Why a download failed, in few enough words to be counted by: "HTTP 404", "timed out"."""
    return reason_for(failure.value)


def reason_for(error: BaseException | None) -> str:
    """The same, of the exception itself."""
    if isinstance(error, HttpError):
        return f"HTTP {error.response.status}"
    if isinstance(error, FetchError):
        return error.reason
    return next((words for kind, words in FAILURES.items() if isinstance(error, kind)), type(error).__name__)
