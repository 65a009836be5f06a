"""The numbers of the plan and what follows from them."""

from __future__ import annotations

import pytest

from trainmon.parsers.documents import read_text


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        pytest.param("- **Training examples**: 16,000", "examples", 16000.0, id="label"),
        pytest.param("# Download it (500K training pairs)", "examples", 500000.0, id="in-words"),
        pytest.param("```\n--epochs 3 \\\n```", "epochs", 3.0, id="flag"),
        pytest.param("```\nEPOCHS=1  # one pass\n```", "epochs", 1.0, id="setting"),
        pytest.param("Batch size (effective): 128", "effective_batch_size", 128.0, id="effective-batch"),
        pytest.param("- Gradient accumulation steps: 128 ÷ 16 = **8**", "gradient_accumulation", 8.0, id="quotient"),
        pytest.param("Steps per epoch = 63,000 ÷ 16 = 3,938 steps", "steps_per_epoch", 3938.0, id="steps-per-epoch"),
        pytest.param(
            "```\nSteps per epoch = A ÷ B\n   = 304,000 ÷ 128\n   = 2,375 steps\n```",
            "steps_per_epoch",
            2375.0,
            id="over-lines",
        ),
        pytest.param("One epoch is 9,375 steps.", "steps_per_epoch", 9375.0, id="one-epoch-is"),
        pytest.param("On a 3090 it takes 4 hours.", "gpu", "RTX 3090", id="card-by-number"),
        pytest.param("```\ntrain.py --epochs 2 --lr 2e-5\n```", "epochs", 2.0, id="learning-rate-beside-it"),
        pytest.param("- `r3` cutmix, 200 ep", "epochs", 200.0, id="ep"),
        pytest.param("18000 images, lot de 16, 60 époques", "batch_size", 16.0, id="french-batch"),
        pytest.param("18000 images, lot de 16, 60 époques", "epochs", 60.0, id="french-epochs"),
        pytest.param("```\neval_freq=250_000\n```", "eval_steps", 250000.0, id="underscores"),
        pytest.param("```\ntrain.py --checkpointing_steps 500\n```", "save_steps", 500.0, id="checkpointing-steps"),
        pytest.param("- evaluates every 1000 steps", "eval_steps", 1000.0, id="cadence"),
        pytest.param("- Save steps: 50", "save_steps", 50.0, id="save-steps"),
        pytest.param("| GPUs |\n|---|\n| 8× A100 |", "gpu", "8x A100", id="gpu"),
        pytest.param("On 16 A100-40G GPUs", "gpus", 16.0, id="gpus"),
        pytest.param("about $0.736/hour", "usd_per_hour", 0.736, id="price-by-the-hour"),
        pytest.param("It costs ~$220 in all", "usd_total", 220.0, id="price"),
        pytest.param("- VRAM: 8-10GB peak", "peak_memory_bytes", 8e9, id="peak-memory"),
        pytest.param(
            "## GPU memory\n\n- Used while training: 21 GB", "peak_memory_bytes", 21e9, id="peak-under-heading"
        ),
        pytest.param("## VRAM\n\n- Headroom: 1-3GB", "free_memory_bytes", 1e9, id="free-under-heading"),
        pytest.param(
            "It peaks at 9 GB of GPU memory and leaves 2 GB free", "free_memory_bytes", 2e9, id="free-in-words"
        ),
        pytest.param(
            "| Run | Peak VRAM (GB) |\n|---|---|\n| a | 6.5 |", "peak_memory_bytes", 6.5e9, id="peak-in-table"
        ),
        pytest.param("A card with 11GB of VRAM", "memory_bytes", 11e9, id="memory-of-the-card"),
        pytest.param("batch size 8 and 2 epochs", "batch_size", 8.0, id="batch-in-words"),
        pytest.param("3 epochs: 31,250 steps per epoch", "steps_per_epoch", 31250.0, id="steps-per-epoch-in-words"),
        pytest.param("93,750 steps per experiment", "total_steps", 93750.0, id="steps-per-run"),
        pytest.param("Every 500 steps the validation set is scored", "eval_steps", 500.0, id="cadence-first"),
        pytest.param("~100-150 samples/second", "samples_per_second", 100.0, id="throughput"),
        pytest.param("- Plus initialization time", "total_excludes_init", 1.0, id="init-on-top"),
        pytest.param("Time per step: 0.8-1.2 s", "step_time", 0.8, id="step-time"),
    ],
)
def test_a_fact_is_read(text: str, name: str, value: float | str) -> None:
    assert [fact.value for fact in read_text(text).facts if fact.name == name][:1] == [value]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("~25-30 minutes per epoch", "epochs", id="minutes-are-no-epochs"),
        pytest.param("It took 3,784 A100-hours", "gpus", id="gpu-hours-are-no-gpus"),
        pytest.param("16 messages per step", "examples", id="batch-is-no-dataset"),
        pytest.param("```\necho $1 $2\n```", "usd_total", id="shell-variables-are-no-prices"),
    ],
)
def test_what_only_looks_like_a_fact_is_none(text: str, name: str) -> None:
    assert [fact for fact in read_text(text).facts if fact.name == name] == []


PLAN = """# Plan
- Training samples: 304,000
- Effective batch size: 128
- Epochs: 1
- Save steps: 50
## Step time
- Time per step: 0.8-1.2 seconds
## Start and saves
- Total initialization: 47-93 seconds
- Time per checkpoint: 5-10 seconds
"""


def test_steps_saves_and_duration_follow_from_the_plan() -> None:
    derived = {one.name: one for one in read_text(PLAN).derived}
    assert derived["steps_per_epoch"].value == 2375
    assert derived["saves"].value == 47
    assert (derived["training_s"].value, derived["training_s"].high) == (1900, 2850)
    assert (derived["total_s"].value, derived["total_s"].high) == (1900 + 47 + 47 * 5, 2850 + 93 + 47 * 10)
    assert set(derived["total_s"].from_lines) >= {2, 3, 4, 5, 7, 9, 10}
    assert "47 saves" in derived["total_s"].formula


def test_a_step_time_follows_from_an_epoch() -> None:
    text = "- Examples: 16,000\n- Batch size: 8\n- Epochs: 2\n\n### Times\n- Time per epoch: 15-30 min\n"
    (step,) = [one for one in read_text(text).derived if one.name == "step_time_s"]
    assert (step.value, step.high) == (0.45, 0.9)


def test_a_total_without_its_start_is_given_with_it_too() -> None:
    text = "### Baseline\n- Initialization: 2-5 minutes\n- **Total**: 30-60 minutes\n  - Plus initialization time\n"
    (total,) = [one for one in read_text(text).derived if one.name == "total_with_init_s"]
    assert (total.value, total.high, total.from_lines) == (1920, 3900, (2, 3, 4))


def test_an_hourly_price_follows_from_price_and_duration() -> None:
    text = "| Machine | Time | Cost |\n|---|---|---|\n| four cards | 1.5 days | $164 |\n"
    (rate,) = [one for one in read_text(text).derived if one.name == "usd_per_hour"]
    assert rate.value == pytest.approx(164 / 36, abs=1e-5)


@pytest.mark.parametrize(
    ("words", "epochs", "each"),
    [
        pytest.param("2 epochs x 300 steps", 2, 300, id="times"),
        pytest.param("4 epochs of 60 steps", 4, 60, id="of"),
        pytest.param("300 steps × 2 epochs", 2, 300, id="the-other-way-round"),
        pytest.param("3 epochs with ~1,250 iterations each", 3, 1250, id="with-each"),
        pytest.param("2 epochs x 300 steps = 600 steps", 2, 300, id="with-the-result"),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        pytest.param("The run does {} in 5 minutes.", id="sentence"),
        pytest.param("| run | what | how long |\n|---|---|---|\n| a | {} | 5 min |", id="row"),
        pytest.param("- {}: 5 min", id="item"),
    ],
)
def test_epochs_of_so_many_steps_are_three_facts(words: str, epochs: float, each: float, place: str) -> None:
    found = [(fact.name, fact.value) for fact in read_text(f"# Plan\n\n{place.format(words)}\n").facts]
    assert sorted(found) == [("epochs", epochs), ("steps_per_epoch", each), ("total_steps", epochs * each)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Validation images (4 prompts, 30 steps each) take 25 s.", id="of-each"),
        pytest.param("After a spike we roll back 200 steps, 17 minutes of work.", id="roll-back"),
        pytest.param("The first 2,000 steps are slower, 2.4 s each.", id="first-steps"),
    ],
)
def test_steps_that_are_no_run_are_no_fact(text: str) -> None:
    assert [fact for fact in read_text(text).facts if fact.name == "total_steps"] == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("Training takes 3 h with batch 16,384, one pass", 16_384.0, id="comma-behind"),
        pytest.param("Training takes 3 h, batch size 512.", 512.0, id="full-stop-behind"),
    ],
)
def test_a_figure_ends_where_its_sentence_goes_on(text: str, value: float) -> None:
    facts = read_text(f"# Plan\n\n{text}\n").facts
    assert value in [fact.value for fact in facts if fact.name.endswith("batch_size")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Not more than 24 GPU-hours for the run.", {}, id="device-hours"),
        pytest.param("warmup 2000 steps ~ 25 min", {"warmup_steps": 2000.0}, id="warm-up"),
        pytest.param(
            "So 750 steps per epoch and 2250 steps overall, about 4.7 hours.",
            {"steps_per_epoch": 750.0, "total_steps": 2250.0},
            id="steps-overall-beside-those-of-an-epoch",
        ),
    ],
)
def test_figures_are_of_what_stands_beside_them(text: str, found: dict[str, float]) -> None:
    facts = read_text(f"# Training plan\n\n{text}\n").facts
    assert {fact.name: fact.value for fact in facts} == found
