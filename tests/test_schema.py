"""The printed schema describes exactly what is printed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests import report_boards as boards
from tests.hostile_boards import HOSTILE, empty_board, named_board
from tests.report_documents import document
from trainmon.exports.contract import board_object, estimates_object, json_text
from trainmon.exports.schema import schema
from trainmon.snapshot import Board

VALIDATOR = Draft202012Validator(schema())


def closed(part: Any) -> Any:
    """Give a schema that refuses fields it does not describe."""
    if isinstance(part, list):
        return [closed(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    inner = {key: closed(value) for key, value in part.items()}
    return {"additionalProperties": False, **inner} if part.get("type") == "object" and "properties" in part else inner


def complaints(definition: str, contents: object) -> list[str]:
    """Hold contents against one definition, closed: what is missing, wrong or not described."""
    strict = {"$ref": f"#/$defs/{definition}", "$defs": closed(schema()["$defs"])}
    return [f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(strict).iter_errors(contents)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())
    assert json.loads(json_text(schema())) == schema()


BOARDS = [
    pytest.param(boards.full_board(), id="full"),
    pytest.param(empty_board(), id="empty"),
    pytest.param(named_board("run"), id="text everywhere"),
]


@pytest.mark.parametrize("board", BOARDS)
def test_boards_fit_and_hold_nothing_undescribed(board: Board) -> None:
    assert complaints("status", json.loads(json_text(board_object(board)))) == []


def test_documents_fit_and_hold_nothing_undescribed() -> None:
    assert complaints("estimates", json.loads(json_text(estimates_object([document()])))) == []


@given(st.text(st.characters(), max_size=30) | st.sampled_from(HOSTILE))
def test_no_text_breaks_the_schema(text: str) -> None:
    VALIDATOR.validate(json.loads(json_text(board_object(named_board(text)))))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("state", "done", id="unknown state"),
        pytest.param("progress", "46 %", id="text for a number"),
        pytest.param("verdict", None, id="no verdict at all"),
        pytest.param("overhead_s", {"init": 1.0}, id="an overhead missing"),
    ],
)
def test_the_schema_refuses_what_the_contract_does_not_say(field: str, value: object) -> None:
    contents: Any = board_object(boards.full_board())
    contents["runs"][0][field] = value

    assert not VALIDATOR.is_valid(contents)
