"""Estimate documents: prose, lists and tables written for people, read into what they claim.

The reader is loaded with the first question: tables of names in here serve readers of logs, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainmon.parsers.documents.reader import looks_like_estimates, read_data, read_document, read_text

__all__ = ["looks_like_estimates", "read_data", "read_document", "read_text"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from trainmon.parsers.documents import reader

    return getattr(reader, name)
