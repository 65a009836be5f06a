"""State and reason of a run."""

from __future__ import annotations

import pytest

from trainmon.events import EndingKind
from trainmon.runs.evidence import End
from trainmon.runs.status import Liveness, decide_status
from trainmon.snapshot import RunStatus

NOW = 1_000_000.0
FAILED = End(kind=EndingKind.FAILED, text="ValueError: no", line=7, step=3.0)
DONE = End(kind=EndingKind.FINISHED, text="train_runtime 43.99 s", line=79, step=240.0)


@pytest.mark.parametrize(
    ("end", "at_last_step", "read", "live", "state"),
    [
        pytest.param(DONE, True, True, Liveness(writer_alive=True, grew_at=NOW), RunStatus.FINISHED, id="end marker"),
        pytest.param(FAILED, False, True, Liveness(archive=True), RunStatus.FAILED, id="a failure nothing denies"),
        pytest.param(None, True, True, Liveness(archive=True), RunStatus.FINISHED, id="archive at its last step"),
        pytest.param(None, False, True, Liveness(archive=True), RunStatus.INTERRUPTED, id="archive that just ends"),
        pytest.param(
            None, True, True, Liveness(writer_alive=True, grew_at=NOW - 5), RunStatus.RUNNING,
            id="after the last step the final evaluation is still written",
        ),
        pytest.param(
            None, True, True, Liveness(writer_alive=False, writer_seen=True, grew_at=NOW - 1), RunStatus.FINISHED,
            id="the writer is gone after the last step",
        ),
        pytest.param(
            None, False, True, Liveness(writer_alive=False, writer_seen=True, grew_at=NOW - 1), RunStatus.INTERRUPTED,
            id="a dead writer interrupts at once",
        ),
        pytest.param(
            None, False, True, Liveness(writer_alive=False, seen_growing=True, grew_at=NOW - 20), RunStatus.RUNNING,
            id="a writer that opens the file for each line",
        ),
        pytest.param(
            None, False, True, Liveness(writer_alive=False, grew_at=NOW - 3600), RunStatus.INTERRUPTED,
            id="nobody writes it and nobody was seen to",
        ),
        pytest.param(
            None, False, True, Liveness(writer_alive=True, grew_at=NOW - 300), RunStatus.STALLED,
            id="silent far beyond its rhythm while its writer lives",
        ),
        pytest.param(
            None, False, True, Liveness(grew_at=NOW - 30), RunStatus.RUNNING, id="another machine's file"
        ),
        pytest.param(
            None, False, True, Liveness(grew_at=NOW - 86_400), RunStatus.INTERRUPTED, id="another machine's old file"
        ),
        pytest.param(None, False, False, Liveness(grew_at=NOW - 5), RunStatus.WAITING, id="nothing logged yet"),
    ],
)  # fmt: skip
def test_state(end: End | None, at_last_step: bool, read: bool, live: Liveness, state: RunStatus) -> None:
    found, _ = decide_status(
        end=end, at_last_step=at_last_step, anything_read=read, usual_gap_s=2.0, live=live, now=NOW
    )

    assert found is state


def test_a_stall_says_how_long_and_what_is_usual() -> None:
    _, reason = decide_status(
        end=None, at_last_step=False, anything_read=True, usual_gap_s=9.0,
        live=Liveness(writer_alive=True, grew_at=NOW - 252), now=NOW,
    )  # fmt: skip

    assert reason == "silent 4m 12s, usually 9s"
