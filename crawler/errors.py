"""Everything that Broadsheet raises on purpose, as one small tree.

::

    BroadsheetError
    ├── SourceError            a source file says something that cannot be used
    ├── FetchError             an exchange that was not made, or did not end well
    │   └── FetchRefused       we would not make it (robots, a private address)
    ├── ArchiveError           the archive on disk
    │   ├── CaptureError       an exchange could not be written: the page must not be used
    │   └── RecordError        bytes in a WARC that are not a readable record
    ├── ExtractionError        a page could not be processed (a crash or a time-out, not "no article here")
    └── UsageError             a command was called with something that cannot work

Each message is written for the person at the keyboard: what is wrong, where, what is allowed, how to
fix it. `str(error)` is that message, whole.
"""


class BroadsheetError(Exception):
    """The root: catch this to show the message without a traceback."""


class SourceError(BroadsheetError):
    """A source file that cannot be used; the message names file, key and what is allowed."""


class FetchError(BroadsheetError):
    """An exchange that was not made, or did not end well. `reason` says why in a few words, to be counted by."""

    reason = "not fetched"


class FetchRefused(FetchError):
    """An exchange that Broadsheet would not make, such as one to a private address."""

    reason = "refused"


class ArchiveError(BroadsheetError):
    """The archive on disk cannot be used as it is."""


class CaptureError(ArchiveError):
    """An exchange could not be written to the archive (full disk, unwritable folder)."""


class RecordError(ArchiveError):
    """Bytes in a WARC file that are not a readable record; the message names file and offset."""


class ExtractionError(BroadsheetError):
    """A page that could not be processed: the worker crashed, or ran out of time or memory."""


class UsageError(BroadsheetError):
    """A command was called with an argument that cannot work."""
