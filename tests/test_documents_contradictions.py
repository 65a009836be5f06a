"""Where a document contradicts itself, and where it only seems to."""

from __future__ import annotations

import pytest

from trainmon.estimates import Contradiction
from trainmon.parsers.documents import read_text


def found(text: str) -> list[Contradiction]:
    """Read the contradictions of a document."""
    return list(read_text(text).contradictions)


@pytest.mark.parametrize(
    ("text", "kind", "lines", "ratio"),
    [
        pytest.param("Time: 100 × 30 = 4,000 seconds", "product", (1,), 4 / 3, id="product"),
        pytest.param(
            "Steps per epoch = 63,000 ÷ 16 = 3,938 steps", "rounding", (1,), 3938 / 3937.5, id="rounded-count"
        ),
        pytest.param("Total: 65-130 minutes (1-2 hours)", "rounding", (1,), 130 / 120, id="restatement"),
        pytest.param(
            "| GPU | Steps | s/it | Time |\n|---|---|---|---|\n| 4070 | 1,000 | 19 | 4 h 20 min |\n",
            "product",
            (3,),
            19_000 / 15_600,
            id="row-of-steps",
        ),
        pytest.param(
            "| GPU | s/epoch | Epochs | Total |\n|---|---|---|---|\n| 1650 | 1,700 | 60 | 20 h |\n",
            "product",
            (3,),
            102_000 / 72_000,
            id="row-of-epochs",
        ),
        pytest.param("Teacher: 12-14 days. Student: 8 days. Together 18-20 days.", "sum", (1,), 20 / 18, id="together"),
        pytest.param(
            "| Component | Time |\n|---|---|\n| Fetching | 30-60 min |\n| Training | 2-4 hours |\n| **Total** |"
            " 3-4 hours |\n",
            "sum",
            (3, 4, 5),
            1.25,
            id="sum",
        ),
        pytest.param(
            "- Training per epoch: 15-30 min\n  - With CPU: 25-30 min\n  - With GPU: 10-15 min\n",
            "case_outside_range",
            (1, 3),
            1.5,
            id="case",
        ),
        pytest.param(
            "### HANS\n- **Total**: 35-70 minutes\n  - 2 epochs × 18-35 min = 36-70 minutes\n",
            "two_values",
            (2, 3),
            36 / 35,
            id="headline-and-result",
        ),
        pytest.param(
            "## Plan\n**Time:** 15 days\n\n- Week 1: one\n- Week 2: two\n- Week 3: three\n",
            "timeline",
            (2, 4, 5, 6),
            1.4,
            id="calendar",
        ),
        pytest.param(
            "## Sizes\n- 10K subset: 2-3 hours\n\n## Steps\n- Train on the 10K subset (8 hours)\n",
            "two_values",
            (2, 5),
            4.0,
            id="two-values",
        ),
        pytest.param(
            "## Run\n- Initialization: 2-5 min\n- **Total training**: 30-60 min\n  - Plus initialization time\n",
            "missing",
            (2, 3, 4),
            65 / 60,
            id="initialization-on-top",
        ),
        pytest.param(
            "- Epochs: 10\n- Fetching: 1 hour\n- Training: 40 min\n\n"
            "## Later\n- 10-20 epochs\n- Estimated time: 3 hours\n",
            "scaling",
            (6, 7),
            220 / 180,
            id="epochs-that-double",
        ),
        pytest.param(
            "| Run | Time |\n|---|---|\n| Small | 3 hours |\n| Large | 18 hours |\n\n"
            "2-4x difference between small and large\n",
            "scaling",
            (3, 4, 6),
            1.5,
            id="factor-between-sizes",
        ),
        pytest.param(
            "## Fetching sequences\n- Small dataset: 30-60 minutes\n- Large dataset: 2-4 hours\n\n## Faster\n"
            "- Fetching beforehand saves 1-4 hours\n",
            "part_exceeds_whole",
            (2, 6),
            4.0,
            id="saved-more-than-it-takes",
        ),
        pytest.param(
            "Total time: 40-50 minutes\n\n- Compilation adds 30-60 seconds (one-time)\n"
            "- **First run**: expect 50 minutes\n",
            "missing",
            (1, 3, 4),
            50.5 / 50,
            id="one-time-cost-on-top",
        ),
        pytest.param(
            "HINT has 5,000-20,000 proteins.\n\n- 10,000 proteins: 6-11 hours in total\n"
            "- 20,000 proteins: 11-22 hours in total\n"
            "\n## Full\n- Data: all proteins\n- Estimated time: 6-11 hours\n",
            "two_values",
            (1, 4, 7, 8),
            2.0,
            id="all-items",
        ),
        pytest.param(
            "# Plan\n## Summary\nIt takes 6 days for the main run.\n\n## Budget\n"
            "| Item | Time |\n|---|---|\n| Main run, 300B | 5 days |\n| Total | 5 days |\n",
            "two_values",
            (3, 8),
            1.2,
            id="summary",
        ),
        pytest.param(
            "- API limit: 3 requests/second\n- Each request takes 0.25-1 second\n\n"
            "### Fetch in parallel (save 30-60 minutes)\n",
            "product",
            (1, 2, 4),
            4 / 3,
            id="rate-limit-reached",
        ),
        pytest.param(
            "Throughput = 128 ÷ 1.0 = 128 samples/s (conservative)\n\n"
            "### Conservative\n- Time per step: 1.2 seconds\n\n### Realistic\n- Time per step: 1.0 seconds\n",
            "two_values",
            (1, 4, 7),
            1.2,
            id="figure-of-another-case",
        ),
        pytest.param(
            "# T\n## S\n### Realistic\n- Total: 48 minutes\n\n### Headline\n- Total time: 40-50 minutes\n\n"
            "### All three\n- Total: 3 × 45 minutes = 2.25 hours\n",
            "product",
            (4, 7, 10),
            50 / 45,
            id="middle-beside-the-expected-case",
        ),
    ],
)
def test_a_contradiction_is_reported_with_lines_and_ratio(
    text: str, kind: str, lines: tuple[int, ...], ratio: float
) -> None:
    hits = [one for one in found(text) if one.kind == kind and one.lines == lines]
    assert len(hits) == 1
    assert hits[0].ratio == pytest.approx(ratio, rel=1e-3)


def test_a_sample_bar_outside_the_stated_range_is_reported() -> None:
    text = (
        "### 1. Sequence fetching\n- Medium (10,000 proteins): 1-2 hours\n\n### Monitoring\n"
        "- `Fetching sequences: 100%|███| 10000/10000 [30:00<00:00, 5.56it/s]`\n"
    )
    (one,) = [one for one in found(text) if one.kind == "sample_breaks_range"]
    assert (one.lines, one.severity, one.ratio) == ((2, 5), "high", 2.0)


def test_a_small_difference_is_low_and_a_factor_is_high() -> None:
    assert [one.severity for one in found("Total: 35 hours (1.5 days)")] == ["low"]
    assert [one.severity for one in found("Time: 100 × 30 = 9,000 seconds")] == ["high"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("30 epochs x 4.5 min = 2h15", id="hours-and-minutes-in-one"),
        pytest.param(
            "| GPU | Steps | s/it | Time |\n|---|---|---|---|\n| 4090 | 1,000 | 6.5 | 1 h 55 min |\n",
            id="row-and-overhead",
        ),
        pytest.param("- Tokenising: 4-6 minutes alone, under 2 minutes with four workers", id="two-cases-on-a-line"),
        pytest.param("## A\nTime: 21 hours total\n\n- Done in < 1 day\n", id="bound-and-point"),
        pytest.param("Training: 2,375 × 1.2 = 2,850 seconds = 47.5 minutes ≈ 48 minutes", id="rounded-for-reading"),
        pytest.param("- Sequential: 65-130 min\n- Parallel: 35-70 min\n", id="other-conditions"),
        pytest.param("- Loading: 30-60 s\n- Data: 10-20 s\n- Total: 40-80 s\n", id="right-sum"),
        pytest.param("Batches: 304,000 ÷ 128 = 2,375 steps", id="right-quotient"),
        pytest.param("Training: 250 sec = 4 minutes", id="within-the-last-digit"),
        pytest.param("- Small dataset: 2-4 h\n- Large dataset: 8-16 h\n", id="other-sizes"),
        pytest.param("The whole run is 29-30 h in all, a day and a half with restarts", id="two-things-on-one-line"),
        pytest.param(
            "- Steps: 1,000\n- Batch size: 8\n- Examples: 8,000\n- Epochs: 1\n- Time per step: 1 s\n"
            "- Total: ~50 minutes for all three seeds\n",
            id="several-runs",
        ),
        pytest.param(
            "# Plan\n## Summary\nMain run: 5 days.\n\n## A100\nMain run: 6 days.\n\n## H100\nMain run: 3 days.\n",
            id="summary-of-several",
        ),
        pytest.param(
            "- API limit: 10 requests/second\n- Each request takes 0.3-1 second\n\n"
            "### Fetch in parallel (save 30-60 minutes)\n",
            id="rate-limit-not-reached",
        ),
        pytest.param(
            "- teacher logits: 5h\n- student training: 3 x 8h (three seeds)\n- evaluation: 12 runs @ 2h = 24h\n"
            "- grand total: 53h\n",
            id="so-many-of-a-part",
        ),
        pytest.param("- Loading: 15 min\n- Total training: 3-4 h\n- Evaluation: 10 min\n", id="training-in-no-part"),
        pytest.param(
            "| Size | Time |\n|---|---|\n| Small | 3 h |\n| Large | 9 h |\n\n2-4x difference between small and large\n",
            id="factor-that-holds",
        ),
    ],
)
def test_what_agrees_is_no_contradiction(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("comment", "severity"),
    [pytest.param("try it, ~4 hours", "low", id="with-its-own-time"), pytest.param("settings", "high", id="without")],
)
def test_a_limit_of_steps_with_a_time_of_its_own_is_meant(comment: str, severity: str) -> None:
    text = "# Training plan\n\nIt takes 33 hours.\nSteps per epoch: 4,000\n\n"
    text += f"```bash\n# {comment}\nEPOCHS=1\nMAX_STEPS=500\n```\n"
    (one,) = (one for one in found(text) if "end the run" in one.text)
    assert one.severity == severity


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        pytest.param("- Slow: 1.1 s/step, 20,000 steps -> 5 h", 1.1 * 20_000 / 18_000, id="steps-take-longer"),
        pytest.param("- Slow: 1.1 s/step, 20,000 steps -> 6.1 h", None, id="steps-fit"),
        pytest.param("- Slow: 1.1 s/step, 20,000 steps with validation -> 7 h", None, id="room-for-the-rest"),
        pytest.param(
            "It is 300 epochs.\n\nAn epoch takes 4m23s; all 300 take 30 hours.", 108_000 / 78_900, id="epochs"
        ),
        pytest.param("It is 300 epochs.\n\nAn epoch takes 4m23s; all 300 take 22 hours.", None, id="epochs-fit"),
        pytest.param("5.8 s per step, 30.7 hours. You need 32 accumulation steps.", None, id="other-steps"),
    ],
)
def test_a_lines_whole_is_held_against_its_step_or_its_epoch(text: str, ratio: float | None) -> None:
    products = [one for one in found(f"# Training plan\n\n{text}\n") if one.kind == "product"]
    assert [one.ratio for one in products] == ([] if ratio is None else [pytest.approx(ratio, rel=1e-3)])


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        pytest.param("total budget: 3 hours", True, id="budget"),
        pytest.param("The Slurm limit is 3:00:00.", True, id="limit"),
        pytest.param("total budget: 6 hours", False, id="enough"),
        pytest.param("If it takes more than 3 hours, call me.", False, id="an-alarm-level"),
    ],
)
def test_a_limit_that_no_run_can_keep_is_a_contradiction(limit: str, told: bool) -> None:
    said = [
        one for one in found(f"# Training plan\n\n- expected: 4-5 hours\n\n{limit}\n") if "shortest run" in one.text
    ]
    assert bool(said) is told
    assert all(one.lines == (3, 5) for one in said)


def test_a_stage_that_hardly_counts_contradicts_itself_lightly() -> None:
    text = "# Plan\n\n- Initialization: 47-93 seconds (1-1.5 minutes)\n- Training: 40 min\n- Total: 42 min\n"
    (one,) = read_text(text).contradictions
    assert (one.kind, one.severity) == ("rounding", "low")
    longer = text.replace("seconds", "minutes").replace("1-1.5 minutes", "1-1.5 hours")
    assert "medium" in {one.severity for one in read_text(longer).contradictions}
