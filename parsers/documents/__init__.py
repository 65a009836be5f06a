"""Estimate documents: prose, lists and tables written for people, read into what they claim."""

from trainmon.parsers.documents.reader import looks_like_estimates, read_document, read_text

__all__ = ["looks_like_estimates", "read_document", "read_text"]
