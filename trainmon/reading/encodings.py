"""Bytes as they lie on disk to a UTF-8 stream: byte order marks, UTF-16, compressed archives."""

from __future__ import annotations

import bz2
import codecs
import copy
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

_MEMORY_LIMIT_BYTES = 64 << 20
_STEP_BYTES = 1 << 20
_SLICE_BYTES = 1 << 12
_FREELY_BYTES = 32 << 20
_MOST_TIMES = 500
"""Beyond the first 32 MB no log unpacks to more than so many times its size: an archive that does is made to hurt."""


class StreamDecoder(Protocol):
    """Turns reads of a file into reads of its UTF-8 text."""

    encoding: str
    damage: str
    """What could not be read, in words; empty when all could."""
    is_cut_off: bool
    """What was fed so far ends inside an archive."""

    def feed(self, data: bytes) -> bytes:
        """Give the text bytes that `data` adds."""
        ...


class _Plain:
    encoding = "utf-8"
    damage = ""
    is_cut_off = False

    def __init__(self, skip: int = 0) -> None:
        self._skip = skip

    def feed(self, data: bytes) -> bytes:
        skipped, self._skip = data[self._skip :], max(self._skip - len(data), 0)
        return skipped


class _Transcoded:
    """UTF-16 as PowerShell's `>` writes it."""

    damage = ""
    is_cut_off = False

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
        self.is_cut_off = False
        self._start = start
        self._member: _Decompressor = start()
        self._taken = self._given = 0
        self._inner: StreamDecoder | None = None

    def feed(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        while data and not self.damage:
            # An error loses the text of the slice it lies in, so slices are small.
            piece, data = data[:_SLICE_BYTES], data[_SLICE_BYTES:]
            self._taken += len(piece)
            before = copy.copy(self._member) if self.encoding == "gzip" else None
            try:
                parts += self._decompress(piece)
            except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
                self.damage = f"archive damaged: {error}"
                parts += _salvaged(before, piece) if before is not None else ()
                break
            if self._is_excessive:
                self.damage = f"archive unpacks to more than {_MOST_TIMES} times its size: not read further"
            self.is_cut_off = not self._member.eof
            if self._member.eof:
                data = self._member.unused_data + data
                self._member = self._start()
        text = b"".join(parts)
        if self._inner is None and text:
            self._inner = decoder_for(text[:4096], compressed=False)
        return self._inner.feed(text) if self._inner is not None else b""

    @property
    def _is_excessive(self) -> bool:
        return self._given > _FREELY_BYTES + _MOST_TIMES * self._taken

    def _decompress(self, data: bytes) -> Iterator[bytes]:
        """A slice may unpack to anything: the steps stop where it is too much."""
        stepwise = isinstance(self._member, bz2.BZ2Decompressor | lzma.LZMADecompressor)
        text = self._member.decompress(data, _STEP_BYTES if stepwise else 0)
        self._given += len(text)
        yield text
        while (
            isinstance(self._member, bz2.BZ2Decompressor | lzma.LZMADecompressor)
            and not (self._member.needs_input or self._member.eof or self._is_excessive)
        ):  # fmt: skip
            text = self._member.decompress(b"", _STEP_BYTES)
            self._given += len(text)
            yield text


def _salvaged(member: _Decompressor, data: bytes) -> Iterator[bytes]:
    """The text before the byte that does not fit: of a short archive with a wrong checksum that is all of it."""
    with suppress(zlib.error):
        for at in range(len(data)):
            yield member.decompress(data[at : at + 1], 0)


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


ARCHIVES = frozenset(name for _, name, _ in _MAGIC)
"""Values of `encoding` of compressed files."""


def is_compressed(head: bytes) -> bool:
    """Tell whether the first bytes are those of a compressed archive."""
    return any(head.startswith(magic) for magic, _, _ in _MAGIC)
