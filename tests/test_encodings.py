"""Bytes as they lie on disk to UTF-8."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
from collections.abc import Callable

import pytest

from trainmon.reading.encodings import decoder_for

TEXT = "Epoch 1/3: 10%|█| 1/10 [00:01<00:09]\nloss é\n" * 100


def decoded(data: bytes, size: int) -> str:
    decoder = decoder_for(data[:4096])
    return b"".join(decoder.feed(data[i : i + size]) for i in range(0, len(data), size)).decode()


@pytest.mark.parametrize("size", [1, 999, 1 << 20])
@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(str.encode, id="utf-8"),
        pytest.param(lambda t: codecs.BOM_UTF8 + t.encode(), id="utf-8 with a byte order mark"),
        pytest.param(lambda t: t.encode("utf-16"), id="utf-16 as PowerShell writes it"),
        pytest.param(lambda t: codecs.BOM_UTF16_BE + t.encode("utf-16-be"), id="utf-16 big endian"),
        pytest.param(lambda t: t.encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(lambda t: gzip.compress(t.encode()), id="gzip"),
        pytest.param(lambda t: gzip.compress(t[:50].encode()) + gzip.compress(t[50:].encode()), id="two gzip members"),
        pytest.param(lambda t: bz2.compress(t.encode()), id="bzip2"),
        pytest.param(lambda t: lzma.compress(t.encode()), id="xz"),
    ],
)
def test_every_encoding_gives_the_text_however_it_is_read(encode: Callable[[str], bytes], size: int) -> None:
    assert decoded(encode(TEXT), size) == TEXT


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_is_cut_off_until_its_end_is_read(pack: Callable[[bytes], bytes]) -> None:
    data = pack(TEXT.encode()) + pack(TEXT.encode())
    decoder = decoder_for(data)

    decoder.feed(data[:-3])
    before = decoder.is_cut_off
    decoder.feed(data[-3:])

    assert (before, decoder.is_cut_off) == (True, False)


def test_of_a_damaged_archive_what_can_be_read_is_read_and_the_rest_is_said() -> None:
    lines = "".join(f"step {i} loss {1 / i:.12f}\n" for i in range(1, 5000))
    data = gzip.compress(lines.encode())
    decoder = decoder_for(data)

    text = decoder.feed(data[:-8] + bytes(8)).decode()

    assert lines.startswith(text)
    assert len(text) > 0.8 * len(lines)
    assert "damaged" in decoder.damage
