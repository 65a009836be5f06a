"""Boards in sequence, and what is told of them: once per cause, and nothing that was so before anybody watched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests import boards
from tests.board_parts import GB, NOW
from trainmon.alerts.causes import AlertBook, AlertKind, Told, log_of
from trainmon.events import ProblemKind
from trainmon.gpu_snapshot import GpuDevice, RunGpu
from trainmon.snapshot import Board, Eta, Interval, ProblemInfo, RunSnapshot, RunStatus


def fresh(run: RunSnapshot) -> RunSnapshot:
    """The run as it is while it is watched: active now, whatever moment the test's boards are of."""
    return replace(run, name="mmarco/baseline", files=boards.within().files, last_activity_at=None)


def board(*runs: RunSnapshot, after_s: float = 0.0, catching_up: bool = False) -> Board:
    return replace(boards.board(runs, catching_up=catching_up), taken_at=NOW + after_s)


def told(*boards_: Board, remembered: Callable[[str], set[str] | None] = lambda log: None) -> list[Told]:
    book = AlertBook(remembered)
    return [book.take(each) for each in boards_]


def kinds(given: Sequence[Told]) -> list[list[AlertKind]]:
    return [[alert.kind for alert in each.news] for each in given]


FINE = fresh(boards.within())
FULL = RunGpu(
    devices=(GpuDevice(index=0, memory_used_bytes=23.6 * GB, memory_total_bytes=24 * GB),),
    peak_memory_bytes=23.6 * GB, memory_total_bytes=24 * GB, basis="nvml",
)  # fmt: skip
MARGIN = ProblemInfo(kind=ProblemKind.MEMORY, message="1.2 GB of GPU memory free, documented 2 GB", line=0)


@pytest.mark.parametrize(
    ("after", "kind", "words"),
    [
        pytest.param(boards.finished(), AlertKind.FINISHED, "finished in 52m 00s", id="finished"),
        pytest.param(boards.out_of_memory(), AlertKind.FAILED, "CUDA out of memory", id="failed"),
        pytest.param(boards.stalled(), AlertKind.STALLED, "stalled: silent 12 min, usually 9 s", id="stalled"),
        pytest.param(boards.not_a_number(), AlertKind.NAN, "loss is nan since step 1,204", id="NaN"),
        pytest.param(boards.interrupted(), AlertKind.INTERRUPTED, "the log just stops", id="killed"),
        pytest.param(replace(FINE, gpu=FULL), AlertKind.MEMORY, "23.6 GB of 24.0 GB", id="memory near the limit"),
        pytest.param(replace(FINE, problems=(MARGIN,)), AlertKind.MEMORY, "documented 2 GB", id="documented margin"),
    ],
)
def test_what_happens_while_watching_is_told_once(after: RunSnapshot, kind: AlertKind, words: str) -> None:
    after = fresh(after)

    given = told(board(FINE), board(after, after_s=1), board(after, after_s=2))

    assert kinds(given) == [[], [kind], []]
    assert words in given[1].news[0].text


def test_a_run_that_is_slower_than_documented_is_told_when_the_projection_is_steady() -> None:
    late = fresh(boards.slower())

    given = told(*(board(late if at else FINE, after_s=at) for at in (0, 1, 10, 30, 60)))

    assert kinds(given) == [[], [], [], [AlertKind.SLOWER], []]
    assert given[3].news[0].text.startswith("1.42x slower than documented: projected 15.6 h")


def test_a_projection_that_wavers_is_not_told() -> None:
    late = fresh(boards.slower())

    given = told(*(board(late if at % 20 else FINE, after_s=at) for at in range(0, 100, 10)))

    assert kinds(given) == [[]] * 10


def test_a_projection_that_may_still_keep_the_plan_is_not_told() -> None:
    late = fresh(boards.slower())
    assert late.verdict is not None
    assert late.verdict.measured_s is not None
    assert late.verdict.documented is not None
    bound_s = late.verdict.documented.high_s
    assert bound_s is not None
    over_s = late.verdict.measured_s - bound_s
    likely = 2 * over_s
    for low, kind in ((likely - 1.1 * over_s, []), (likely - 0.9 * over_s, [AlertKind.SLOWER])):
        eta = Eta(remaining_s=Interval(low=low, likely=likely, high=3 * over_s), finish_at=None, basis="measured")
        wide = replace(late, eta=eta)
        assert kinds(told(board(FINE), board(wide, after_s=1), board(wide, after_s=60)))[-1] == kind


def test_a_measured_delay_is_told_at_once() -> None:
    verdict = boards.slower().verdict
    assert verdict is not None
    late = replace(fresh(boards.slower()), verdict=replace(verdict, projected=False))

    assert kinds(told(board(FINE), board(late, after_s=1))) == [[], [AlertKind.SLOWER]]


def test_what_was_so_at_the_first_board_is_old() -> None:
    runs = [
        replace(run, files=(replace(run.files[0], path=f"{at}.log"),)) for at, run in enumerate(boards.every_kind())
    ]

    first = told(board(*runs), board(*runs, after_s=100))

    assert kinds(first) == [[], []]
    assert {alert.kind for alert in first[0].old} >= {
        AlertKind.FAILED, AlertKind.STALLED, AlertKind.SLOWER, AlertKind.NAN, AlertKind.FINISHED
    }  # fmt: skip


def test_what_came_to_pass_since_the_last_watch_is_news() -> None:
    done = fresh(boards.finished())

    assert kinds(told(board(done), remembered=lambda log: set())) == [[AlertKind.FINISHED]]
    assert kinds(told(board(done), remembered=lambda log: {"finished:1"})) == [[]]


def test_nothing_is_told_while_the_history_is_read() -> None:
    failed = fresh(boards.out_of_memory())

    given = told(board(failed, catching_up=True), board(failed, after_s=1), board(failed, after_s=2))

    assert kinds(given) == [[], [], []]
    assert [len(each.old) for each in given] == [0, 1, 0]


def test_a_log_that_cannot_be_read_silences_the_others_only_for_a_while() -> None:
    given = told(
        *(board(FINE if at < 150 else fresh(boards.finished()), after_s=at, catching_up=True) for at in (0, 130, 160))
    )

    assert kinds(given) == [[], [], [AlertKind.FINISHED]]


def test_a_preview_tells_nothing() -> None:
    failed = replace(fresh(boards.out_of_memory()), preview=True)

    assert kinds(told(board(FINE), board(failed, after_s=1))) == [[], []]


def test_a_run_that_appears_and_fails_between_two_boards_is_told() -> None:
    other = replace(fresh(boards.out_of_memory()), name="new", files=boards.stalled().files, last_activity_at=NOW + 4)

    assert kinds(told(board(FINE), board(FINE, other, after_s=5))) == [[], [AlertKind.FAILED]]


def test_an_old_log_that_is_put_into_the_folder_is_not_told() -> None:
    other = replace(boards.out_of_memory(), name="unpacked", files=boards.faster().files)

    given = told(board(FINE), board(FINE, other, after_s=5))

    assert kinds(given) == [[], []]
    assert given[1].met == (log_of(other),)


def test_each_attempt_can_fail_anew() -> None:
    failed = fresh(boards.out_of_memory())
    again = replace(failed, attempts=2)

    given = told(board(FINE), board(failed, after_s=1), board(replace(FINE, attempts=2), after_s=2),
                 board(again, after_s=3))  # fmt: skip

    assert kinds(given) == [[], [AlertKind.FAILED], [], [AlertKind.FAILED]]


def test_a_second_stall_is_told_and_the_same_one_is_not() -> None:
    first = fresh(boards.stalled())
    second = replace(first, step=1_400)

    given = told(*(board(run, after_s=at) for at, run in enumerate((FINE, first, FINE, first, FINE, second))))

    assert kinds(given) == [[], [AlertKind.STALLED], [], [], [], [AlertKind.STALLED]]


def test_a_log_that_is_written_again_from_its_start_begins_anew() -> None:
    failed = fresh(boards.out_of_memory())
    short = (replace(FINE.files[0], bytes=10),)

    given = told(
        board(FINE), board(failed, after_s=1),
        board(replace(FINE, step=None, state=RunStatus.WAITING, files=short), after_s=2),
        board(replace(failed, step=3, files=short), after_s=3),
    )  # fmt: skip

    assert kinds(given) == [[], [AlertKind.FAILED], [], [AlertKind.FAILED]]
    assert given[2].anew == (log_of(FINE),)


def test_a_rotated_log_is_the_same_run() -> None:
    late = fresh(boards.slower())
    rotated = replace(late, step=4_000, files=(replace(late.files[0], bytes=10),))

    given = told(
        *(board(run, after_s=at) for at, run in ((0, FINE), (1, late), (30, late), (31, rotated), (90, rotated)))
    )

    assert kinds(given) == [[], [], [AlertKind.SLOWER], [], []]


@pytest.mark.parametrize("name", boards.HOSTILE_NAMES)
def test_names_and_messages_are_inert_and_short(name: str) -> None:
    problem = ProblemInfo(kind=ProblemKind.OOM, message=name * 200, line=1)
    failed = replace(fresh(boards.out_of_memory()), name=name, problems=(problem,))

    (alert,) = told(board(replace(FINE, name=name)), board(failed, after_s=1))[1].news

    assert alert.name
    assert (alert.name + alert.text).isprintable() or "\ufffd" in alert.name + alert.text
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in alert.name + alert.text)
    assert len(alert.text) <= 200
