"""One line of Markdown to the words a reader sees, emphasis, links, tags and entities taken away."""

from __future__ import annotations

import html
import re

_STRUCK = re.compile(r"~~[^~]{1,300}~~")
_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\([^)\s]{0,2000}[^)]{0,200}\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^)\s]{0,2000}(?:\s+\"[^\"]{0,200}\")?\)")
_REFERENCE = re.compile(r"\[([^\[\]]{1,300})\]\[[^\[\]]{0,100}\]")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,500})?/?>")
_URL = re.compile(r"https?://\S+")
_STRONG = re.compile(r"\*\*|__(?=\W|$)|(?<!\w)__")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f\u200b\ufe0f]+")


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
    text = _EMPHASIS.sub(r"\1", _STRONG.sub("", text)).replace("`", "")
    return plain_code(_ESCAPE.sub(r"\1", text))


def plain_code(text: str) -> str:
    """Keep every character of a line of code, with all kinds of spaces made one."""
    return _SPACES.sub(" ", text).strip()
