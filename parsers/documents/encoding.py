"""Bytes of a document to its lines: decoding, and repair of UTF-8 that was once read as cp1252 or Mac Roman."""

from __future__ import annotations

import codecs

from trainmon.patterns import pattern

_NON_ASCII = pattern(r"[^\x00-\x7f]+")
_CJK = pattern(r"[\u3400-\u9fff\u3040-\u30ff]")
_LONGEST_LINE = 65_536
"""Characters of one line that are read; beyond lies data, never prose."""
_CODECS = ("cp1252", "mac_roman")


def decode(data: bytes) -> str:
    """Decode a document whose encoding nobody wrote down; never raises."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    for name in ("utf-8-sig", "gb2312", "gb18030"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if name != "gb18030" or len(_CJK.findall(text)) > _ENOUGH_CJK:
            return text
    return data.decode("cp1252", errors="replace")


_ENOUGH_CJK = 50
"""Nearly every text decodes as GB 18030; only one with this many Chinese characters was written in it."""


def split_lines(text: str) -> list[str]:
    """Split as editors count lines: at newlines only, so that line N is line N of the file on disk."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    lines = text.replace("\r\n", "\n").replace("\r", " ").replace("\0", " ").split("\n")
    return [line[:_LONGEST_LINE] for line in lines]


def repair(text: str) -> str:
    """Undo mojibake: re-decode each run of non-ASCII characters and keep it only where it decodes.

    A run of two characters may decode by chance (`√π` is `ù`), so it counts only where most runs of the document
    are broken in the same way. Line breaks stay where they are.
    """
    for _ in range(2):  # some documents went through it twice
        runs = set(_NON_ASCII.findall(text))
        readings = {name: {run: fixed for run in runs if (fixed := _redecode(run, name))} for name in _CODECS}
        name = max(_CODECS, key=lambda codec: len(readings[codec]))
        fixes = readings[name]
        if len(fixes) * 2 < len(runs):
            fixes = {run: fixed for run, fixed in fixes.items() if len(run) >= 3 * len(fixed)}
        if not fixes:
            return text
        text = _NON_ASCII.sub(lambda match, fixes=fixes: fixes.get(match[0], match[0]), text)  # type: ignore[misc]
    return text


def _redecode(run: str, codec: str) -> str | None:
    data = bytearray()
    for char in run:
        try:
            data += char.encode(codec)
        except UnicodeEncodeError:
            if ord(char) > 0xFF:  # bytes that cp1252 leaves undefined come through as C1 controls
                return None
            data.append(ord(char))
    try:
        fixed = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\n" in fixed or fixed == run else fixed
