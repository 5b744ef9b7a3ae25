"""WARCs compressed with zstd: a frame a record, with a dictionary at the start of the file or without.

Rests on the IIPC's proposal "Zstandard Compression for WARC Files" 1.0.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import zstandard

from crawler.archive.check.findings import Place, Report
from crawler.archive.check.members import CompressedMembers

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"

_WINDOW = 1 << 12
"""Bytes decompressed at a time: their output cannot be bounded, and four kilobytes can hold 100 MB."""

_DICTIONARY = 1 << 27
"""Bytes of a dictionary, at most; real ones have a few hundred kilobytes."""


class ZstdMembers(CompressedMembers):
    """A file of zstd frames, with a dictionary or without (the IIPC's proposal "Zstandard Compression for WARC")."""

    magic = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
    magic_length = 4

    def __init__(self, stream: BinaryIO, report: Report) -> None:
        super().__init__(stream, report)
        self._decompressor = zstandard.ZstdDecompressor()
        self._told = False

    def advance(self) -> bool:
        """Go to the next frame that holds data, taking up the dictionary where the file has one."""
        while super().advance():
            if self._input.peek_exactly(4) == ZSTD_MAGIC:
                self._check_frame()
                return True
            self._skip_frame()
        return False

    def _begin(self) -> None:
        self._frame = self._decompressor.decompressobj()

    def read(self) -> bytes:
        """The next bytes of the current frame; empty at its end, and where it is damaged."""
        while not self.ended:
            window = self._input.peek(_WINDOW)
            if not window:
                self._truncated()
                break
            try:
                data = self._frame.decompress(window)
            except zstandard.ZstdError as error:
                self._corrupt(error)
                break
            self._input.skip(len(window) - len(self._frame.unused_data))
            if self._frame.eof:
                self._close()
            if data:
                return data
        return b""

    def _check_frame(self) -> None:
        try:
            frame = zstandard.get_frame_parameters(self._input.peek_exactly(18))
        except zstandard.ZstdError:
            return
        stated = frame.content_size != zstandard.CONTENTSIZE_UNKNOWN
        if not self._told and not (frame.has_checksum and stated):
            self._told = True
            lacks = "checksum" if stated else "content size" if frame.has_checksum else "checksum and content size"
            self._report.add("zstd-frame", f"this frame (perhaps others too) has no {lacks}", Place(self.offset))

    def _skip_frame(self) -> None:
        """Go over a skippable frame; where it is the dictionary, decompress by it from now on."""
        header = self._input.peek_exactly(8)
        size = int.from_bytes(header[4:], "little")
        if header[:4] == ZSTD_DICTIONARY and size <= _DICTIONARY:
            self._take_dictionary(self._input.peek_exactly(8 + size)[8:])
        self._input.seek(self._input.offset + 8 + size)
        self._close()

    def _take_dictionary(self, content: bytes) -> None:
        try:
            if content[:4] == ZSTD_MAGIC:
                content = zstandard.ZstdDecompressor().decompress(content, max_output_size=_DICTIONARY)
            dictionary = zstandard.ZstdCompressionDict(content)
            self._decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
        except zstandard.ZstdError as error:
            self._report.add("member-corrupt", f"the dictionary cannot be used ({error})", Place(self.offset))

    def _opens_record(self, offset: int) -> bool:
        self._input.seek(offset)
        frame = self._decompressor.decompressobj()
        try:
            return frame.decompress(self._input.peek_exactly(_WINDOW))[:5] == b"WARC/"
        except zstandard.ZstdError:
            return False
