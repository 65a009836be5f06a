"""The summary in each of its formats."""

from __future__ import annotations

from trainmon.exports.contract import board_object, json_text
from trainmon.snapshot import Board


def summarise(board: Board, kind: str) -> str:
    """Write the board as `md`, `json`, `csv` or `html`. Raises KeyError for another kind."""
    if kind == "json":
        return json_text(board_object(board))
    if kind == "csv":
        from trainmon.exports.summary_csv import summary_csv

        return summary_csv(board)
    if kind == "html":
        from trainmon.exports.summary_html import summary_html

        return summary_html(board)
    if kind == "md":
        from trainmon.exports.summary_markdown import summary_markdown

        return summary_markdown(board)
    raise KeyError(kind)
