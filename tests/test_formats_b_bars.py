"""Fine-tuning tools whose progress is a bar: kohya, OpenRLHF, torchtune, simpletransformers, NeMo 1 and others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.read_events import counters, read
from tests.whole_runs import run_of
from trainmon.events import CounterScope, Ending, Facts, StageKind
from trainmon.snapshot import RunStatus

HEADER = """\
running training / 学習開始
  num train images * repeats / 学習画像の数×繰り返し回数: 4096
  num reg images / 正則化画像の数: 0
  num batches per epoch / 1epochのバッチ数: 1024
  num epochs / epoch数: 20
  batch size per device / バッチサイズ: 4
  gradient accumulation steps / 勾配を合計するステップ数 = 1
  total optimization steps / 学習ステップ数: 2000
"""


def bar(name: str, n: int, total: int, seconds: int, postfix: str = "") -> str:
    """A redraw as tqdm prints it."""
    clock = f"{seconds // 60:02d}:{seconds % 60:02d}"
    return f"\r{name}: {100 * n // total:3d}%|█         | {n}/{total} [{clock}<10:00,  1.00s/it{postfix}]"


# -- kohya -----------------------------------------------------------------------------------------------------


def test_the_bilingual_header_states_the_plan() -> None:
    facts = {
        name: value for event in read("kohya", *HEADER.splitlines(), foreign=True) if isinstance(event, Facts)
        for name, value in event.values.items()
    }  # fmt: skip

    assert facts == {
        "examples": 4096, "epochs": 20, "batch_size": 4, "gradient_accumulation": 1, "total_steps": 2000
    }  # fmt: skip


def test_the_bar_of_a_resumed_run_is_shifted_by_the_steps_done_before(tmp_path: Path) -> None:
    redraws = "".join(bar("steps", n, 1500, n, ", avr_loss=0.0936") for n in range(61))

    run = run_of(tmp_path, HEADER + "\nepoch 6/20\n" + redraws)

    assert (run.step, run.total_steps, run.start_step) == (560, 2000, 500)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(1.0, rel=0.05)


def test_the_bar_of_a_fresh_run_is_what_it_seems(tmp_path: Path) -> None:
    redraws = "".join(bar("steps", n, 2000, n, ", avr_loss=0.0936") for n in range(61))

    run = run_of(tmp_path, HEADER + "\nepoch 1/20\n" + redraws)

    assert (run.step, run.total_steps, run.total_epochs) == (60, 2000, 20)
    assert run.metrics["avr_loss"].last == 0.0936


def test_a_saved_model_ends_a_run_of_kohya() -> None:
    assert isinstance(read("kohya", "model saved.")[0], Ending)


# -- OpenRLHF --------------------------------------------------------------------------------------------------


def test_an_episode_counts_steps_and_a_policy_update_none() -> None:
    episode, update = counters(
        read("openrlhf", bar("Episode [2/3]", 3, 128, 11).strip(), bar("Train epoch [1/1]", 2, 10, 3).strip())
    )

    assert (episode.current, episode.epoch, episode.total_epochs, episode.scope) == (3, 2, 3, CounterScope.EPOCH)
    assert (update.kind, update.epoch) == (StageKind.OTHER, None)


def test_policy_updates_inside_an_episode_are_no_progress(tmp_path: Path) -> None:
    text = ""
    for step in range(6):
        text += bar("Episode [1/2]", step, 128, 20 * step) + "\n"
        for name, total in (("make_experience", 4), ("Train epoch [1/1]", 10)):
            text += "".join(bar(name, n, total, n, ", pg=0.1" if total == 10 else "") for n in range(total + 1)) + "\n"
    text += bar("Episode [1/2]", 6, 128, 120) + "\n"

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps, run.total_epochs) == (6, 256, 2)
    assert [stage.name for stage in run.stages if stage.kind is StageKind.TRAIN] == ["training"]


# -- descriptions that hold more than a name -------------------------------------------------------------------


def test_torchtunes_description_is_one_bar_of_an_epoch(tmp_path: Path) -> None:
    text = "".join(
        "".join(bar(f"{epoch}|{20 * (epoch - 1) + n}|Loss: {3 - n / 10:.4f}", n, 20, n) for n in range(1, 21)) + "\n"
        for epoch in (1, 2)
    )

    run = run_of(tmp_path, "epochs: 3\n" + text)

    assert (run.step, run.total_steps, run.epoch) == (40, 60, 2)
    assert run.metrics["Loss"].last == 1.0


@pytest.mark.parametrize("first", [pytest.param(0, id="older, from 0"), pytest.param(1, id="newer, from 1")])
def test_simpletransformers_counts_over_its_epochs(tmp_path: Path, first: int) -> None:
    text = ""
    for epoch in range(2):
        text += bar("Epoch 1 of 3", epoch, 3, 40 * epoch) + "\n"
        text += bar(f"Running Epoch {epoch + first} of 3", 0, 40, 0)
        text += "".join(
            bar(f"Epochs {epoch + first}/3. Running Loss: {2 - n / 40:9.4f}", n, 40, n) for n in range(1, 41)
        )
        text += "\n"

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps, run.total_epochs) == (80, 120, 3)


def test_minimind_counts_over_its_epochs(tmp_path: Path) -> None:
    line = "Epoch:[{}/2]({}/400), loss: {:.3f}, lr: 0.0005, epoch_time: 1.0min\n"
    text = "".join(line.format(epoch, n, 4 - n / 400) for epoch in (1, 2) for n in range(100, 401, 100))

    run = run_of(tmp_path, text)

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 800, 800)
    assert run.metrics["loss"].count == 8


# -- NeMo 1 ----------------------------------------------------------------------------------------------------


def test_a_bar_that_srun_broke_in_two_moves_nothing_back(tmp_path: Path) -> None:
    whole = "Epoch 0: :  {}%|██| {}/235 [00:{:02d}<00:07, 24.94it/s, v_num=0, reduced_train_loss=2.5]"
    text = "0: " + "\r".join(whole.format(n // 3, n, n // 5) for n in range(1, 51))
    text += "\rEpoch 0: :  21%|██| 51/235 [00:10<0\n0: 0:07, 24.94it/s, v_num=0, reduced_train_loss=2.4]"
    text += "\r" + "\r".join(whole.format(n // 3, n, n // 5) for n in range(52, 100)) + "\n"

    run = run_of(tmp_path, text)

    assert run.step == 99
    assert run.metrics["reduced_train_loss"].last == 2.5
    assert len([stage for stage in run.stages if stage.kind is StageKind.TRAIN]) == 1


# -- read by the general formats -------------------------------------------------------------------------------


def test_unsloths_banner_states_the_plan(tmp_path: Path) -> None:
    text = """\
==((====))==  Unsloth - 2x faster free finetuning | Num GPUs used = 1
   \\\\   /|    Num examples = 21 | Num Epochs = 12 | Total steps = 60
O^O/ \\_/ \\    Batch size per device = 1 | Gradient accumulation steps = 4
\\        /    Data Parallel GPUs = 1 | Total batch size (1 x 4 x 1) = 4
 "-____-"     Trainable parameters = 41,943,040/8,000,000,000 (0.52% trained)
"""
    run = run_of(tmp_path, text + bar("", 5, 60, 20)[3:])

    assert run.facts == {
        "world_size": 1, "examples": 21, "epochs": 12, "total_steps": 60, "batch_size": 1,
        "gradient_accumulation": 4, "effective_batch_size": 4,
    }  # fmt: skip


def test_a_dict_that_llama_factory_repeats_for_its_web_page_counts_once(tmp_path: Path) -> None:
    text = ""
    for n in range(10, 50, 10):
        values = f"'loss': {3 - n / 100:.4f}, 'learning_rate': 4.9e-05, 'epoch': {n / 100:.2f}"
        text += "{" + values + "}\n"
        text += "[INFO|2024-05-01 12:00:00] llamafactory.train.callbacks:157 >> {" + values + "}\n"
        text += bar("", n, 100, 2 * n)[3:]

    run = run_of(tmp_path, text)

    assert run.metrics["loss"].count == 4


@pytest.mark.parametrize(
    ("text", "step", "total", "metric"),
    [
        pytest.param(
            bar("Steps", 1, 8000, 4, ", lr=5e-7, step_loss=0.133"), 1, 8000, ("step_loss", 0.133), id="diffusers"
        ),
        pytest.param(
            bar("my_lora", 74, 2000, 300, ", lr: 1.0e-04 loss: 4.1e-01"), 74, 2000, ("loss", 0.41), id="ai-toolkit"
        ),
        pytest.param(
            "Train:   8%|▊         | 5/60 [04:14<46:25, 50.65s/it]{'loss': 1.2, 'global_step/max_steps': '5/60', "
            "'percentage': '8.33%', 'elapsed_time': '4m 14s', 'remaining_time': '46m 35s', 'memory(GiB)': 14.34, "
            "'train_speed(s/it)': 50.81}\n",
            5,
            60,
            ("loss", 1.2),
            id="ms-swift",
        ),
        pytest.param(
            "{'loss': '1.2', 'ppl': '2.046', 'memory/max_active (GiB)': '2.98', 'epoch': '0.1'}\n"
            + bar("", 5, 60, 20)[3:],
            5,
            60,
            ("ppl", 2.046),
            id="axolotl",
        ),
        pytest.param(
            "05:16:53.089 [I] Progress on: 7.00it/200kit rate:6.5s/it remaining:363:03:01 elapsed:02:02 "
            "postfix:- (2490449:tqdm_logging.py:145)\nStep 7: grad_norm=0.2181, loss=0.0112, param_norm=1382.5\n",
            7,
            200000,
            ("loss", 0.0112),
            id="openpi",
        ),
    ],
)
def test_what_the_general_formats_read_of_a_tool(
    tmp_path: Path, text: str, step: float, total: float, metric: tuple[str, float]
) -> None:
    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps) == (step, total)
    assert run.metrics[metric[0]].last == metric[1]


def test_the_old_sentence_transformers_count_iterations_over_epochs(tmp_path: Path) -> None:
    text = ""
    for epoch in range(2):
        text += bar("Epoch", epoch, 3, 50 * epoch) + "\n"
        text += "".join(bar("Iteration", n, 50, n) for n in range(51)) + "\n"
        text += "".join(bar("Batches", n, 6, n) for n in range(7)) + "\n"

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps) == (100, 150)


# -- a Trainer's state, written when it was over ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "step_time_s"),
    [
        pytest.param('{"step": 100, "train_runtime": 120.0, "train_loss": 0.07}', 1.0, id="over"),
        pytest.param('{"step": 100, "loss": 0.07}', None, id="a checkpoint"),
    ],
)
def test_a_finished_state_tells_the_mean_without_its_evaluations(last: str, step_time_s: float | None) -> None:
    text = (
        '{"global_step": 100, "max_steps": 100, "log_history": [{"step": 50, "eval_loss": 0.2, "eval_runtime": 12.0}, '
        f'{{"step": 100, "eval_loss": 0.1, "eval_runtime": 8.0}}, {last}]}}'
    )

    (counter,) = counters(read("trainer_state", text))

    assert counter.step_time_s == step_time_s
