"""The CSV summary: one row a run, numbers as numbers, nothing that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import report_boards as boards
from tests.hostile_boards import HOSTILE, empty_board, named_board
from trainmon.exports.summary_csv import summary_csv
from trainmon.sanitise import clean

NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_each_run_is_one_row_in_base_units() -> None:
    rows = {row["run"]: row for row in read(summary_csv(boards.full_board()))}
    finished = rows["mixtral-lora"]

    assert list(rows) == ["baseline", "mixtral-lora", "waiting", "full-finetune"]
    assert (finished["state"], finished["elapsed_s"], finished["step"]) == ("finished", "3300", "2375")
    assert (finished["step_time_p10_s"], finished["step_time_median_s"], finished["step_time_p90_s"]) == (
        "1.16",
        "1.24",
        "1.33",
    )
    assert (finished["documented_low_s"], finished["documented_high_s"], finished["measured_s"]) == (
        "2400",
        "3000",
        "3300",
    )
    assert (finished["verdict"], finished["ratio"]) == ("slower", "1.1")
    assert finished["documented_source"] == "estimates.md:213"
    assert finished["overhead_stall_s"] == "200"
    assert finished["metric:eval_accuracy:best"] == "0.715"
    assert finished["metric:learning_rate:last"] == "1e-08"


def test_the_unknown_is_empty() -> None:
    waiting = read(summary_csv(boards.full_board()))[2]

    known = {"run", "state", "attempts", "unit", "projected", "verdict", "problem_count"}
    assert {name for name, cell in waiting.items() if cell} == known


def test_a_board_without_runs_is_a_header() -> None:
    text = summary_csv(empty_board())

    assert text.startswith("run,state,")
    assert text.count("\r\n") == 1


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="formula"),
        pytest.param("-lr 0.1", "'-lr 0.1", id="flag"),
        pytest.param("\t=1", "'=1", id="formula after a tab"),
        pytest.param("＝1", "'＝1", id="full-width formula"),
        pytest.param("-1.5", "-1.5", id="negative number"),
        pytest.param("+2e5", "+2e5", id="signed number"),
        pytest.param("run-1", "run-1", id="ordinary name"),
    ],
)
def test_text_that_looks_like_a_formula_is_quoted(name: str, cell: str) -> None:
    assert read(summary_csv(named_board(name)))[0]["run"] == cell


@given(st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE))
def test_no_text_breaks_out_of_its_cell(text: str) -> None:
    written = summary_csv(named_board(text))
    header, *rows = list(csv.reader(io.StringIO(written, newline=""), strict=True))

    assert len(rows) == 1
    assert len(rows[0]) == len(header)
    for cell in (*header, *rows[0]):
        assert not cell.lstrip().startswith(FORMULA_STARTS) or NUMBER.fullmatch(cell.lstrip("+"))
    assert rows[0][header.index("state_reason")].removeprefix("'") in {clean(text), clean(text).removeprefix("'")}
