"""What a duration is about, under which conditions, and what never enters an estimate."""

from __future__ import annotations

import pytest

from trainmon.estimates import Estimate, Scope
from trainmon.parsers.documents import looks_like_estimates, read_text


def only(text: str) -> Estimate:
    """Read a document that holds exactly one duration."""
    (estimate,) = read_text(text).estimates
    return estimate


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        pytest.param("Total time: 3-5 hours", Scope.TOTAL, id="total"),
        pytest.param("A full run takes 2 hours on 4xV100 cards.", Scope.TOTAL, id="prose"),
        pytest.param("- **3 epochs:** ~100 hours", Scope.TOTAL, id="so-many-epochs"),
        pytest.param("- Training per epoch: 15-30 min", Scope.EPOCH, id="per-epoch"),
        pytest.param("| Run | Epoch Time |\n|---|---|\n| a | 8.4 hours |", Scope.EPOCH, id="epoch-column"),
        pytest.param("Time per step = ~30 seconds", Scope.STEP, id="per-step"),
        pytest.param("Speed: 1.0-1.5 sec/step", Scope.STEP, id="seconds-per-step"),
        pytest.param("每步约 1.5 秒", Scope.STEP, id="chinese-step"),
        pytest.param("- **Initialization**: 2-5 minutes", Scope.STAGE, id="init"),
        pytest.param("## Data Preparation\n\nTime: ~1 hour", Scope.STAGE, id="stage-heading"),
        pytest.param("- Validation: 15 minutes per epoch", Scope.STAGE, id="validation-per-epoch"),
        pytest.param("Time per checkpoint: 5-10 seconds", Scope.UNIT, id="per-checkpoint"),
        pytest.param("Each request takes ~0.3-1 second", Scope.UNIT, id="each-request"),
        pytest.param("### Use a larger GPU (Save 2-5 hours)", Scope.SAVING, id="saving"),
        pytest.param("Compilation adds ~30-60 seconds", Scope.SAVING, id="added"),
        pytest.param("If it takes >60 minutes, look for bottlenecks", Scope.THRESHOLD, id="alarm"),
        pytest.param("Ping me if it is not done after half an hour.", Scope.THRESHOLD, id="ping-me"),
        pytest.param("If the run has not finished in 90 min, call me.", Scope.THRESHOLD, id="call-me"),
        pytest.param("Alert if training is still running after 3 hours.", Scope.THRESHOLD, id="alert"),
        pytest.param(
            "The run takes an hour; tell us if it isn't through after two hours.", Scope.THRESHOLD, id="tell-us"
        ),
        pytest.param("- good: 10 min (let me know if not done after 20 min)", Scope.THRESHOLD, id="let-me-know"),
        pytest.param("Stop the run after 12 hours.", Scope.THRESHOLD, id="stop-after"),
        pytest.param("Ping me when it is done, which takes 3 hours of training.", Scope.TOTAL, id="ping-when-done"),
        pytest.param("#SBATCH --time=36:00:00", Scope.THRESHOLD, id="scheduler"),
        pytest.param("| Queue | Max time |\n|---|---|\n| long | 3 days |", Scope.THRESHOLD, id="limit-column"),
        pytest.param("Colab disconnects after 12 hours.", Scope.THRESHOLD, id="disconnects"),
        pytest.param("If epoch 1 is still not over after 30 minutes, look.", Scope.THRESHOLD, id="still-not-over"),
        pytest.param("It has been more than 3 hours? Stop.", Scope.THRESHOLD, id="it-has-been"),
        pytest.param("- epoch slower than 1h40? Look at the disk.", Scope.THRESHOLD, id="slower-than"),
        pytest.param("- Job pending > 30 min: ask in the channel.", Scope.THRESHOLD, id="bound-and-what-to-do"),
        pytest.param("On the old g4dn.xlarge it was 19 hours.", Scope.COMPARISON, id="old-instance"),
        pytest.param("A trial on arxiv costs 8 minutes.", Scope.TOTAL, id="costs"),
        pytest.param("a) install the packages ......... 40-50 min", Scope.STAGE, id="dot-leaders"),
        pytest.param("Notebook limit is 9h (12h for CPU)", Scope.THRESHOLD, id="limit-is"),
        pytest.param("The next run starts in 2 hours.", Scope.TIMELINE, id="starts-in"),
        pytest.param("A100 @ $1.29/h x 14 h ~ $18", Scope.TOTAL, id="price-times"),
        pytest.param("One GPU does 1,250 img/s, i.e. ~26 h for 90 epochs.", Scope.TOTAL, id="for-so-many-epochs"),
        pytest.param("## When to worry\n\n- a checkpoint that takes longer than 2 min", Scope.THRESHOLD, id="worry"),
        pytest.param("## When to worry\n\n- no new line for 30 min", Scope.THRESHOLD, id="nothing-for"),
        pytest.param("**Owner:** ada  **Due:** Friday, i.e. in 4 days", Scope.THRESHOLD, id="due"),
        pytest.param("3日以上かかる場合は設定を見直してください。", Scope.THRESHOLD, id="japanese-alarm"),
        pytest.param("Look at the samples by epoch 40 (about 4 h in).", Scope.TIMELINE, id="so-far-in"),
        pytest.param(
            "The run took 31 hours last spring.\n\nLast spring it took 31 hours.", Scope.COMPARISON, id="spring"
        ),
        pytest.param("channels_last saves maybe 20 s per epoch", Scope.SAVING, id="saves-maybe"),
        pytest.param("Running both at once hides about an hour.", Scope.SAVING, id="hides"),
        pytest.param("- mixup, **200 ep → 20h**", Scope.TOTAL, id="arrow"),
        pytest.param("- `r4` ViT-B, 100 ep, est. 26-28 hrs (bs 512)", Scope.TOTAL, id="est"),
        pytest.param("- Une époque : 6 à 7 minutes", Scope.EPOCH, id="french-epoch"),
        pytest.param("| GPU | 1ステップ |\n|---|---|\n| T4 | 6秒 |", Scope.STEP, id="japanese-step"),
        pytest.param("- 前処理: 30分", Scope.STAGE, id="japanese-stage"),
        pytest.param("RL Zoo lists 3 h for this run.", Scope.COMPARISON, id="somebody-lists"),
        pytest.param("## Last year\n\nThe training took 3 days.", Scope.COMPARISON, id="last-year"),
        pytest.param("Generating a 1024x1024 image takes 5.2 s.", Scope.UNIT, id="an-image"),
        pytest.param("An hour of audio takes 18 s to transcribe.", Scope.UNIT, id="an-hour-of-audio"),
        pytest.param("## 推理速度\n\n- CPU: 3.6 分钟", Scope.UNIT, id="speed-of-use"),
        pytest.param("The first epoch is slower, 14 min or so.", Scope.EPOCH, id="first-epoch"),
        pytest.param("一轮要 4 个半小时", Scope.EPOCH, id="chinese-one-epoch"),
        pytest.param("A full restart would cost 5 days.", Scope.SAVING, id="would-cost"),
        pytest.param("The limit leaves ten hours of head room.", Scope.SAVING, id="head-room"),
        pytest.param("Encoding takes 6 minutes, the captions another 90 seconds.", Scope.STAGE, id="next-part"),
        pytest.param("- Stage 1 (alignment), 595k pairs — ~4h on 8xA100", Scope.STAGE, id="numbered-stage"),
        pytest.param("Porting would take us two months.", Scope.STAGE, id="work-of-people"),
        pytest.param("We ask for 9,216 H100-hours.", Scope.TOTAL, id="gpu-hours"),
        pytest.param("Training time: 6h (8 GPUs) / 40h (1 GPU)", Scope.TOTAL, id="slash-between-two"),
        pytest.param("## 方案: 满足 <12h 约束", Scope.THRESHOLD, id="chinese-constraint"),
        pytest.param("- Week 1: the baseline", Scope.TIMELINE, id="calendar"),
        pytest.param('They say that it "was trained on 440 cards for about half a day".', Scope.COMPARISON, id="quote"),
        pytest.param("This takes 1.5 hours (down from 3h).\n", Scope.COMPARISON, id="down-from"),
        pytest.param("Bar: `Epoch 1/10: 100%|██| 30/30 [15:30<00:00, 3.35it/s]`", Scope.SAMPLE, id="quoted-bar"),
    ],
)
def test_the_scope_follows_from_the_words_around(text: str, scope: Scope) -> None:
    assert read_text(text).estimates[-1].scope is scope


def test_training_is_a_stage_where_other_parts_stand_beside_it() -> None:
    document = read_text("- Loading: 5 min\n- Training: 40 min\n- Total: 45 min\n")
    assert [estimate.scope for estimate in document.estimates] == [Scope.STAGE, Scope.STAGE, Scope.TOTAL]


def test_training_alone_is_the_run() -> None:
    assert only("- Training time: 40 min").scope is Scope.TOTAL


def test_steps_times_step_time_is_training_where_overhead_comes_on_top() -> None:
    text = (
        "```\nTotal time = 11,814 x 30 = 354,420 seconds\n     = 98.5 hours\n"
        "Plus overhead = ~2 hours\nTOTAL: ~100 hours\n```\n"
    )
    found = [(estimate.line, estimate.scope) for estimate in read_text(text).estimates]
    assert found == [(2, Scope.STAGE), (3, Scope.STAGE), (4, Scope.STAGE), (5, Scope.TOTAL)]


def test_a_sum_over_one_line_is_read_part_by_part() -> None:
    line = "- 5 min 32 s train + 19 s val ≈ 5.85 min/epoch, ×100 = 9 h 45 min"
    scopes = {estimate.text.strip("≈ "): estimate.scope for estimate in read_text(line).estimates}
    assert (scopes["5.85 min"], scopes["9 h 45 min"]) == (Scope.EPOCH, Scope.TOTAL)
    assert scopes["19 s"] is not Scope.SAVING


def test_of_them_goes_back_to_the_sentence_before() -> None:
    document = read_text("- Saving a checkpoint blocks for 21 s; there are 115 of them, some 40 min in total.")
    assert document.estimates[-1].scope is Scope.STAGE


def test_an_item_beside_several_stages_is_one_of_them() -> None:
    document = read_text("- unpack the data, 45 min\n- training: 8 h\n- evaluation: 1 h\n- figures, half a day\n")
    assert [estimate.scope for estimate in document.estimates] == [Scope.STAGE] * 4
    assert document.estimates[-1].stage == "figures"


def test_what_a_letter_quotes_somebody_else_wrote() -> None:
    letter = "From: ada\nSubject: Re: runs\n\nTraining takes 9 hours.\n\n> Training took 5 hours here.\n"
    assert [estimate.scope for estimate in read_text(letter).estimates] == [Scope.TOTAL, Scope.COMPARISON]


def test_the_rows_of_a_component_table_are_stages() -> None:
    text = (
        "| Component | Time |\n|---|---|\n| Fetching | 30-60 min |\n"
        "| Model training | 20-40 min |\n| **Total** | **1-2 h** |\n"
    )
    assert [e.scope for e in read_text(text).estimates] == [Scope.STAGE, Scope.STAGE, Scope.TOTAL]


def test_the_factor_of_a_product_is_one_epoch_and_its_result_the_whole() -> None:
    first, second = read_text("- 2 epochs × 15-30 min = 30-60 minutes").estimates
    assert (first.scope, second.scope) == (Scope.EPOCH, Scope.TOTAL)


def test_conditions_come_from_headings_labels_cells_and_settings() -> None:
    text = "## On a T4\n```bash\nEPOCHS=3\n```\n| Dataset | Epochs | Time |\n|---|---|---|\n| Small | 3 | 2 h |\n"
    scenario = only(text).scenario
    assert "On a T4" in scenario
    assert "Small" in scenario
    assert "epochs=3" in scenario


def test_other_models_runs_stay_out() -> None:
    text = "# Pearl\n## Comparison with other models\n### AlphaFold\n- Training time: ~2 weeks on 128 cores\n"
    assert only(text).scope is Scope.COMPARISON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# Plan\nTraining takes about 3 hours.", True, id="plan"),
        pytest.param("# Recipe\nBake for 40 minutes.", False, id="recipe"),
        pytest.param("# Service\nThe token expires after 1 hour.", False, id="service"),
        pytest.param("# Notes\n- Training saves 2 hours\n", False, id="only-a-saving"),
    ],
)
def test_an_estimate_document_is_told_from_others(text: str, expected: bool) -> None:
    assert looks_like_estimates(text) is expected


def test_every_estimate_shows_the_words_of_its_line() -> None:
    estimate = only("# A\n\n- **Total**: ~6-11 hours (medium)")
    assert estimate.text in estimate.source_text
    assert (estimate.line, estimate.approximate) == (3, True)


def test_of_a_line_with_an_alarm_the_rest_stays_an_estimate() -> None:
    read = read_text("# Training\n\nThe run takes an hour; ping me if not done after two hours.\n")
    assert [one.scope for one in read.estimates] == [Scope.TOTAL, Scope.THRESHOLD]
    read = read_text("# Training\n\nThe run takes an hour, ping me if it is not done after two hours.\n")
    assert [one.scope for one in read.estimates] == [Scope.TOTAL, Scope.THRESHOLD]


@pytest.mark.parametrize(
    ("text", "scope", "likely_s"),
    [
        pytest.param("Checkpoint every 1000 steps, 20 s each.", Scope.UNIT, 20.0, id="one-of-many"),
        pytest.param("Validation every 2k steps takes 3 minutes.", Scope.STAGE, 180.0, id="recurring"),
        pytest.param("Last quarter's run took 9 hours because NFS was slow.", Scope.COMPARISON, 32400.0, id="earlier"),
        pytest.param("The run takes 32 + 8.5 minutes.", Scope.TOTAL, 2430.0, id="sum"),
        pytest.param("- Best case: 32 + 8.5 minutes", Scope.TOTAL, 2430.0, id="sum-in-an-item"),
        pytest.param("Flash attention off: +8.5 minutes", Scope.SAVING, 510.0, id="added"),
    ],
)
def test_what_a_duration_beside_a_figure_is_about(text: str, scope: Scope, likely_s: float) -> None:
    estimate = only(f"# Training plan\n\n{text}\n")
    assert (estimate.scope, estimate.likely_s) == (scope, likely_s)


def test_short_lines_are_statements_of_their_own() -> None:
    read = read_text("plan: pretraining\none epoch = 19073 steps\nwarmup 2000 steps ~ 25 min\nexpected: 4-5 hours\n")
    assert [(one.scope, one.likely_s) for one in read.estimates] == [(Scope.STAGE, 1500.0), (Scope.TOTAL, None)]
