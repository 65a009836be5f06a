"""Bytes as they lie on disk to a UTF-8 stream: byte order marks, UTF-16, compressed archives."""

from __future__ import annotations

import bz2
import codecs
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

_MEMORY_LIMIT_BYTES = 64 << 20
_STEP_BYTES = 1 << 20
_SLICE_BYTES = 1 << 12


class StreamDecoder(Protocol):
    """Turns reads of a file into reads of its UTF-8 text."""

    encoding: str
    damage: str
    """What could not be read, in words; empty when all could."""

    def feed(self, data: bytes) -> bytes:
        """Give the text bytes that `data` adds."""
        ...


class _Plain:
    encoding = "utf-8"
    damage = ""

    def __init__(self, skip: int = 0) -> None:
        self._skip = skip

    def feed(self, data: bytes) -> bytes:
        skipped, self._skip = data[self._skip :], max(self._skip - len(data), 0)
        return skipped


class _Transcoded:
    """UTF-16 as PowerShell's `>` writes it."""

    damage = ""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def feed(self, data: bytes) -> bytes:
        return self._decoder.decode(data).encode("utf-8", "replace").replace(b"\xef\xbb\xbf", b"")


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Compressed:
    """One or several members behind each other; damage ends the text where it begins."""

    def __init__(self, encoding: str, start: Callable[[], _Decompressor]) -> None:
        self.encoding = encoding
        self.damage = ""
        self._start = start
        self._member: _Decompressor = start()
        self._inner: StreamDecoder | None = None

    def feed(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        while data and not self.damage:
            # An error loses the text of the slice it lies in, so slices are small.
            piece, data = data[:_SLICE_BYTES], data[_SLICE_BYTES:]
            try:
                parts.append(self._decompress(piece))
            except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
                self.damage = f"archive damaged: {error}"
                break
            if self._member.eof:
                data = self._member.unused_data + data
                self._member = self._start()
        text = b"".join(parts)
        if self._inner is None and text:
            self._inner = decoder_for(text[:4096], compressed=False)
        return self._inner.feed(text) if self._inner is not None else b""

    def _decompress(self, data: bytes) -> bytes:
        if isinstance(self._member, bz2.BZ2Decompressor | lzma.LZMADecompressor):
            parts = [self._member.decompress(data, _STEP_BYTES)]
            while not self._member.needs_input and not self._member.eof:
                parts.append(self._member.decompress(b"", _STEP_BYTES))
            return b"".join(parts)
        return self._member.decompress(data, 0)


_MAGIC: tuple[tuple[bytes, str, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", "gzip", lambda: zlib.decompressobj(31)),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", "xz", lambda: lzma.LZMADecompressor(memlimit=_MEMORY_LIMIT_BYTES)),
)


def decoder_for(head: bytes, *, compressed: bool = True) -> StreamDecoder:
    """Choose the decoder by the first bytes of a file: magic numbers and byte order marks, never the name."""
    if compressed:
        for magic, name, start in _MAGIC:
            if head.startswith(magic):
                return _Compressed(name, start)
    if head.startswith(codecs.BOM_UTF8):
        return _Plain(skip=3)
    if head.startswith(codecs.BOM_UTF16_LE):
        return _Transcoded("utf-16-le")
    if head.startswith(codecs.BOM_UTF16_BE):
        return _Transcoded("utf-16-be")
    if b"\0" not in head:
        return _Plain()
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 16 and max(even, odd) > 0.4 * (len(head) // 2) and min(even, odd) <= 0.05 * len(head):
        return _Transcoded("utf-16-le" if odd > even else "utf-16-be")
    return _Plain()


def is_compressed(head: bytes) -> bool:
    """Tell whether the first bytes are those of a compressed archive."""
    return any(head.startswith(magic) for magic, _, _ in _MAGIC)
