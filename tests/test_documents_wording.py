"""The many ways in which people set out the same thing: each reading by a rule of its own, never by one document."""

from __future__ import annotations

import pytest

from trainmon.estimates import Estimate, Scope
from trainmon.parsers.documents import read_text


def last(text: str) -> Estimate:
    """Read the last duration of a document."""
    return read_text(text).estimates[-1]


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        pytest.param("stage  3  MFCC + CMVN            25 min", Scope.STAGE, id="numbered-stage-and-a-gap"),
        pytest.param("all          39 h", Scope.TOTAL, id="all-and-a-gap"),
        pytest.param("## Step 0: Check the setup (10 min)", Scope.STAGE, id="numbered-step-heading"),
        pytest.param("### Stage 3: Index\n\n- Add vectors: 70 min", Scope.STAGE, id="below-a-numbered-stage"),
        pytest.param("- features 9 min; backtest report 4 min; upload 1 min", Scope.STAGE, id="row-of-names"),
        pytest.param("- Relaxing the structures: 2 h 15 min", Scope.STAGE, id="what-is-done"),
        pytest.param("1. Back-translation. We have the model.\n   It needs 2.5 h.", Scope.STAGE, id="name-of-an-item"),
        pytest.param("stage 4  egs   1 h\n\nThe egs take 45 min on the SSD.", Scope.STAGE, id="name-of-a-stage"),
        pytest.param("Teacher: 12 days. Student: 8 days.", Scope.TOTAL, id="two-runs"),
        pytest.param("The first 20 minutes go into compilation.", Scope.STAGE, id="first-minutes"),
        pytest.param("- DeepAR 4h15", Scope.TOTAL, id="name-and-value"),
        pytest.param("**Probe.** 90 epochs. Three hours.", Scope.TOTAL, id="sentence-of-its-own"),
        pytest.param("Validation brings this to about 2 hours", Scope.TOTAL, id="brings-this-to"),
        pytest.param("Including one failed attempt, budget 4 hours", Scope.TOTAL, id="including"),
        pytest.param("On a 3090 that is 4 hours.", Scope.TOTAL, id="on-a-card"),
        pytest.param("| Card | FLUX s/it |\n|---|---|\n| 4090 | 6.5 |", Scope.STEP, id="column-of-rates"),
        pytest.param("| Run | Sec per step |\n|---|---|\n| pilot | 210 |", Scope.STEP, id="seconds-per-step-column"),
        pytest.param("- seconds per step: 4090 2.6, A100 1.47", Scope.STEP, id="unit-in-the-label"),
        pytest.param("12,000 steps at 17 s", Scope.STEP, id="so-many-at"),
        pytest.param("Epochs take about 4-5 minutes for alpha.", Scope.EPOCH, id="epochs-take"),
        pytest.param("Training takes 2 hours, epochs 20 minutes.", Scope.EPOCH, id="epochs-in-a-list"),
        pytest.param("Every epoch: 5 minutes", Scope.EPOCH, id="every-epoch"),
        pytest.param("On a T4 it is slow, and steps take 2 s.", Scope.STEP, id="steps-take"),
        pytest.param("Ten epochs take 5 hours.", Scope.TOTAL, id="so-many-epochs-take"),
        pytest.param("If you must: training is 70 s a step", Scope.STEP, id="a-step"),
        pytest.param("- iteration: 0.8 s", Scope.STEP, id="iteration"),
        pytest.param("model   epochs   time/epoch\nViT-B   400      4:10", Scope.EPOCH, id="table-of-spaces"),
        pytest.param("Evals every 250 steps, 40 minutes each time", Scope.UNIT, id="each-time"),
        pytest.param("Training: 1.1 s of wall clock per hour of audio", Scope.UNIT, id="per-hour-of-audio"),
        pytest.param("| Change | Effect |\n|---|---|\n| Batch 131k | -12 min |", Scope.SAVING, id="minus"),
        pytest.param("Loading everything costs you 30-40 seconds per epoch.", Scope.SAVING, id="costs-you"),
        pytest.param("Fused kernels win back 3 days of training.", Scope.SAVING, id="win-back"),
        pytest.param("- epoch over 6 min: somebody shares your node", Scope.THRESHOLD, id="what-follows"),
        pytest.param("- **Index add > 3 h** – swap", Scope.THRESHOLD, id="symbol-and-what-follows"),
        pytest.param("- Job time limit on the queue: 12 h", Scope.THRESHOLD, id="limit-in-the-label"),
        pytest.param("## Limits\n\n- `gpu_short`: 24h", Scope.THRESHOLD, id="heading-of-limits"),
        pytest.param("A trial is killed after 60 min.", Scope.THRESHOLD, id="killed-after"),
        pytest.param("Set `max_wait` to 6 hours", Scope.THRESHOLD, id="set-max"),
        pytest.param(
            "| Observation | Meaning |\n|---|---|\n| Epoch takes > 1.5 h | wrong GPU |", Scope.THRESHOLD, id="symptoms"
        ),
        pytest.param("MiniLLM trained its student in 24 hours on V100s.", Scope.COMPARISON, id="name-trained"),
        pytest.param(
            "| Codebase | Time |\n|---|---|\n| this repo | 2 h |\n| llm.c | 1.5 h |", Scope.COMPARISON, id="other-code"
        ),
        pytest.param("DeepMind's paper gives a week for A and 4 days for B.", Scope.COMPARISON, id="and-also"),
        pytest.param("Usable speech after 100k steps (13 hours)", Scope.TIMELINE, id="reached-after"),
        pytest.param("- **T+14h** training finished", Scope.TIMELINE, id="since-the-start"),
        pytest.param("- **Hour 10-10.5**: decode", Scope.TIMELINE, id="half-hours"),
    ],
)
def test_the_last_duration_is_about(text: str, scope: Scope) -> None:
    assert last(text).scope is scope


@pytest.mark.parametrize(
    ("text", "value_s"),
    [
        pytest.param("Fine-tuning: 5:40 min per epoch", 340.0, id="minutes-and-seconds"),
        pytest.param("Total: 1:30 h", 5400.0, id="hours-and-minutes"),
        pytest.param("Training: 6,250 s, 1 h 45 min", 6300.0, id="two-durations-and-no-sum"),
        pytest.param("| Stage | A100 | T4 |\n|---|---|---|\n| cache | 2h20m | 5m |\n| mel | 3m | 3m |", 180.0, id="3m"),
    ],
)
def test_the_last_duration_is_worth(text: str, value_s: float) -> None:
    assert last(text).likely_s == value_s


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Download 24 day files", id="day-files"),
        pytest.param("A 10 s sentence is split in two", id="length-of-a-sentence"),
        pytest.param("| Model | Params |\n|---|---|\n| a | 3m |", id="millions"),
    ],
)
def test_no_duration_is_read(text: str) -> None:
    assert not read_text(f"# Training\n\n{text}").estimates


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Training 1.5.2 × 30 s = 45 s", id="version"),
        pytest.param("Training takes 1 1/0 hours", id="fraction-of-nothing"),
        pytest.param("## Timeline\n\n- Hour 1: a\n- about 2 days of training in\n- in 5: 3 h", id="calendar"),
        pytest.param("Training takes 0-1 hours ($5)", id="no-time-at-all"),
        pytest.param("Training: 0/1/2 days for 1,000 examples, 3 epochs, 2 s per step, batch 8", id="list-from-0"),
        pytest.param("Training with batch 16,384, one pass, 3 h", id="comma"),
    ],
)
def test_what_cannot_be_reckoned_with_stops_no_reading(text: str) -> None:
    assert read_text(text).path == ""
