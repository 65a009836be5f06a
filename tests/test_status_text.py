"""The plain table: aligned, worst first, never wider than asked, never raw."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import report_boards as boards
from tests.hostile_boards import HOSTILE, empty_board, named_board
from trainmon.estimates import VerdictKind
from trainmon.events import ProblemKind
from trainmon.exports.status_text import cell_width, shortened, status_text
from trainmon.snapshot import Board, ProblemInfo


def test_a_pipe_gets_every_column_and_every_word() -> None:
    lines = status_text(boards.full_board()).splitlines()

    assert lines[0] == (
        "2026-01-31 14:56 UTC  4 runs: 1 failed, 1 running, 1 waiting, 1 finished; 1 slower than documented"
    )
    header = lines[2]
    baseline = next(line for line in lines if line.startswith("baseline"))
    assert header.split("  ")[0] == "RUN"
    for title, cell in (("STATE", "running"), ("DONE", "47 %"), ("STEPS", "1,110/2,375"), ("STEP TIME", "1.06 s/step"),
                        ("ELAPSED", "20m 40s"), ("LEFT", "23m 10s"), ("80 % RANGE", "22-25 min"),
                        ("AGAINST PLAN", "within")):  # fmt: skip
        assert baseline[header.index(title) :].startswith(cell), title


def test_the_worst_run_comes_first_and_its_trouble_below_it() -> None:
    lines = status_text(boards.full_board()).splitlines()
    names = [line.split()[0] for line in lines if line and not line.startswith(" ")]

    assert names[2:6] == ["full-finetune", "baseline", "waiting", "mixtral-lora"]
    failed = lines[lines.index(next(line for line in lines if line.startswith("full-finetune"))) + 1 :]
    assert failed[:4] == [
        "    failed      torch.OutOfMemoryError on line 88",
        '    plan        total 40-50 min, estimates.md:213 "- **Total**: 40-50 minutes" [RTX 3090, 1 epoch]',
        "    verdict     not comparable: batch size 4, the document assumes 1",
        "    problem     nan at step 100: loss is nan (full.log:71)",
    ]
    assert failed[4].startswith("    problem     oom at step 120: torch.OutOfMemoryError: CUDA out of memory.")
    assert failed[4].endswith("(full.log:88)")


def test_what_was_skipped_and_read_is_counted() -> None:
    assert status_text(boards.full_board()).splitlines()[-3:] == [
        "document logs/estimates.md: 2 estimates, 1 contradiction (grave)",
        "3 files skipped: binary (2), empty (1)",
        "note: polling (nfs)",
    ]


def test_a_slower_run_stands_before_others_of_its_state() -> None:
    slow = replace(boards.running_run(), name="slow", verdict=boards.TOTAL_VERDICT)
    quick = replace(boards.running_run(), name="quick")

    text = status_text(replace(boards.full_board(), runs=(quick, slow)))

    assert boards.TOTAL_VERDICT.kind is VerdictKind.SLOWER
    assert text.index("\nslow ") < text.index("\nquick ")


def test_many_problems_show_the_last_and_count_the_rest() -> None:
    problems = tuple(ProblemInfo(kind=ProblemKind.NCCL, message=f"timeout {n}", line=n) for n in range(1, 9))

    text = status_text(replace(boards.full_board(), runs=(replace(boards.failed_run(), problems=problems),)))

    assert text.count("    problem ") == 3
    assert "timeout 8" in text
    assert "and 5 earlier" in text


@pytest.mark.parametrize("width", [1, 8, 20, 40, 60, 80, 100, 132, 200])
@pytest.mark.parametrize("board", [boards.full_board(), empty_board(), named_board("日本語モデル/訓練")],
                         ids=["full", "empty", "wide characters"])  # fmt: skip
def test_no_line_is_wider_than_the_terminal(board: Board, width: int) -> None:
    for ascii_only in (False, True):
        lines = status_text(board, width=width, ascii_only=ascii_only).splitlines()
        assert max(map(cell_width, lines)) <= width
        assert not any(line.endswith(" ") for line in lines)


def test_a_narrow_terminal_keeps_name_state_and_time_left() -> None:
    header = status_text(boards.full_board(), width=40).splitlines()[2]

    assert header.split() == ["RUN", "STATE", "LEFT"]


def test_columns_in_which_nothing_is_known_are_left_out() -> None:
    header = status_text(replace(boards.full_board(), runs=(boards.failed_run(),))).splitlines()[2]

    assert re.split("  +", header) == ["RUN", "STATE", "DONE", "STEPS", "ELAPSED", "AGAINST PLAN"]


def test_wide_characters_keep_the_columns_aligned() -> None:
    runs = (replace(boards.running_run(), name="日本語"), replace(boards.running_run(), name="abc"))
    lines = status_text(replace(boards.full_board(), runs=runs)).splitlines()
    places = {cell_width(line[: line.index("running ")]) for line in lines if "running " in line and "47 %" in line}

    assert len(places) == 1


def test_ascii_is_ascii() -> None:
    text = status_text(named_board("Größe ≈ 日本"), width=60, ascii_only=True)

    assert text.isascii()
    assert "Gr??e ~ ??" in text


@given(st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE), st.none() | st.integers(1, 120))
def test_no_text_steers_the_terminal_or_adds_a_line(text: str, width: int | None) -> None:
    shown = status_text(named_board(text), width=width)
    plain = status_text(named_board("x"), width=width)

    assert not {unicodedata.category(char) for char in shown.replace("\n", "")} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.count("\n") <= plain.count("\n")


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        pytest.param("abcdef", 6, "abcdef", id="fits"),
        pytest.param("abcdef", 5, "abcd…", id="cut"),
        pytest.param("日本語", 5, "日本…", id="wide"),
        pytest.param("日本語", 4, "日…", id="half a wide character does not fit"),
        pytest.param("abc", 0, "…", id="no room at all"),
    ],
)
def test_cutting_counts_cells(text: str, width: int, expected: str) -> None:
    assert shortened(text, width) == expected
