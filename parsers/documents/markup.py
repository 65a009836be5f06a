"""One line of Markdown to the words a reader sees, emphasis, links, tags and entities taken away."""

from __future__ import annotations

import html
import re

from trainmon.patterns import pattern

_STRUCK = pattern(r"~~[^~]{1,300}~~")
_IMAGE = pattern(r"!\[[^\]]{0,300}\]\([^)\s]{0,2000}[^)]{0,200}\)")
_LINK = pattern(r"\[([^\[\]]{0,500})\]\([^)\s]{0,2000}(?:\s+\"[^\"]{0,200}\")?\)")
_REFERENCE = pattern(r"\[([^\[\]]{1,300})\]\[[^\[\]]{0,100}\]")
_BREAK = pattern(r"<br\s*/?>", re.IGNORECASE)
_TAG = pattern(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,500})?/?>")
_URL = pattern(r"https?://\S+")
_STRONG = pattern(r"\*\*|__(?=\W|$)|(?<!\w)__")
_EMPHASIS = pattern(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])")
_LEADERS = pattern(r"\s?\.{4,}\s?(?=[\d~<>≈])")
"""`pull the snapshot ......... 40 min`"""
_GAP = pattern(
    r"(?<=[^\s.:;,!?|=])(?:[ ]{2,}|[ ]*\t\s*)(?=(?:[~<>≈]{0,2}\s?\d[\w.:~–-]{0,12}(?:\s[\w.]{1,8}){0,3}"
    r"|(?:half\s+)?an?\s(?:hour|day|week))\s*$)"
)
"""The space between a name and its value, set in columns: `lattice decoding     2 h 10 min`."""
_ESCAPE = pattern(r"\\([!-/:-@\[-`{-~])")
_SPACES = pattern(r"[\s\u00a0\u2007\u2009\u202f\u200b\ufe0f]+")


def plain(text: str) -> str:
    """Strip inline markup from one line, HTML tags and struck-out words included."""
    if "~~" in text:
        text = _STRUCK.sub(" ", text)
    if "[" in text:
        text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(" ", text)))
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    if "://" in text:
        text = _URL.sub(" ", text)
    if "*" in text or "__" in text:
        text = _EMPHASIS.sub(r"\1", _STRONG.sub("", text))
    if "...." in text:
        text = _LEADERS.sub(": ", text)
    text = text.replace("`", "")
    return plain_code(_ESCAPE.sub(r"\1", text) if "\\" in text else text)


def plain_code(text: str) -> str:
    """Keep every character of a line of code, with all kinds of spaces made one; a gap before its value is a colon."""
    if "  " in text or "\t" in text:
        text = _GAP.sub(": ", text)
    return " ".join(text.split()) if text.isascii() else _SPACES.sub(" ", text).strip()
