"""What a Hugging Face Trainer and the tools on top of it print and write."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from trainmon.events import (
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    Remainder,
    StageKind,
    StageMark,
)
from trainmon.parsers.base import LogFormat
from trainmon.parsers.huggingface import HuggingFace
from trainmon.parsers.trainer_log import TrainerLog
from trainmon.parsers.trainer_state import TrainerState


def read(text: str, reader: LogFormat | None = None) -> list[Event]:
    events = (reader or HuggingFace()).parse(Line(text=text))
    assert events is not None, text
    return list(events)


def test_a_step_dict_of_version_4() -> None:
    assert read("{'loss': 1.1014, 'grad_norm': 0.71, 'learning_rate': 6.6e-05, 'epoch': 0.01}") == [
        Metrics(values={"loss": 1.1014, "grad_norm": 0.71, "learning_rate": 6.6e-05}, epoch=0.01)
    ]


def test_a_step_dict_of_version_5_has_its_numbers_in_quotes() -> None:
    assert read("{'loss': '3.412', 'learning_rate': '1.071e-05', 'epoch': '0.0179'}") == [
        Metrics(values={"loss": 3.412, "learning_rate": 1.071e-05}, epoch=0.0179)
    ]


@pytest.mark.parametrize(
    ("text", "loss"),
    [
        pytest.param("{'loss': nan, 'epoch': 1.0}", math.nan, id="bare nan"),
        pytest.param("{'loss': 'nan', 'epoch': '1.8'}", math.nan, id="quoted nan"),
        pytest.param("{'loss': inf, 'epoch': 1.0}", math.inf, id="inf"),
        pytest.param("{'loss': -inf, 'x': None, 'y': True, 'epoch': 1.0}", -math.inf, id="minus inf, None, True"),
        pytest.param("{'loss': tensor(0.25, device='cuda:0'), 'epoch': 1}", 0.25, id="tensor"),
        pytest.param("{'loss': np.float64(0.25), 'epoch': 1}", 0.25, id="numpy"),
        pytest.param("""{'loss': 0.25, 'note': "it's", 'epoch': 1}""", 0.25, id="quotes inside"),
        pytest.param("{'loss': 0.25, 'epoch': 0.", 0.25, id="cut"),
    ],
)
def test_every_spelling_of_a_number_is_read(text: str, loss: float) -> None:
    (metrics,) = read(text)

    assert isinstance(metrics, Metrics)
    assert repr(metrics.values["loss"]) == repr(loss)
    assert set(metrics.values) == {"loss"}


def test_an_evaluation_dict_ends_an_evaluation_and_says_how_long_it_took() -> None:
    metrics, mark = read(
        "{'eval_loss': 0.287, 'eval_runtime': 30.3068, 'eval_samples_per_second': 39.1, 'epoch': 2.98}"
    )

    assert isinstance(metrics, Metrics)
    assert metrics.kind is StageKind.EVAL
    assert mark == StageMark(kind=StageKind.EVAL, name="evaluation", phase="end", duration_s=30.3068)


def test_the_last_dict_ends_the_run() -> None:
    metrics, ending = read(
        "{'train_runtime': 7423.2015, 'train_samples_per_second': 4.027, 'train_loss': 0.31165919985089985, "
        "'epoch': 1.0}"
    )

    assert isinstance(metrics, Metrics)
    assert metrics.kind is StageKind.OTHER
    assert isinstance(ending, Ending)
    assert (ending.kind, ending.whole_run) == (EndingKind.FINISHED, True)


def test_a_step_dict_with_a_runtime_ends_nothing() -> None:
    events = read(
        "{'loss': 4.6911, 'epoch': 0.25, 'num_input_tokens_seen': 2560, 'train_runtime': 6.3895, "
        "'train_tokens_per_second': 400.66}"
    )

    assert [type(event) for event in events] == [Metrics]


def test_a_dict_of_ms_swift_is_a_counter_too() -> None:
    counter, metrics, memory = read(
        "{'loss': 3, 'global_step/max_steps': '5/60', 'percentage': '8.33%', 'elapsed_time': '4m 14s', "
        "'memory(GiB)': 14.34}"
    )

    assert counter == Counter(current=5, total=60, scope=CounterScope.RUN, kind=StageKind.TRAIN, elapsed_s=254)
    assert isinstance(metrics, Metrics)
    assert metrics.step == 5
    assert memory == GpuMemory(used_bytes=14.34 * 1024**3)


def test_memory_of_axolotl_is_memory() -> None:
    events = read(
        "{'loss': '0.7', 'memory/max_active (GiB)': '2.98', 'memory/device_reserved (GiB)': '3.5', 'epoch': '0.1'}"
    )

    assert GpuMemory(used_bytes=3.5 * 1024**3, peak_bytes=2.98 * 1024**3) in events


def test_text_behind_a_dict_is_handed_on() -> None:
    assert read("{'loss': 1.0, 'epoch': 0.1}  5%|# | 5/100 [00:05<01:35,  1.00it/s]")[-1] == Remainder(
        text="5%|# | 5/100 [00:05<01:35,  1.00it/s]"
    )


@pytest.mark.parametrize("text", ["{'a': 1}", "{'model': 'bert', 'layers': 12}", "{'input_ids': [1, 2, 3]}", "{'"])
def test_another_dict_is_left_alone(text: str) -> None:
    assert HuggingFace().parse(Line(text=text)) is None


@pytest.mark.parametrize("prefix", ["", "[transformers] "])
def test_the_header_states_the_facts(prefix: str) -> None:
    reader = HuggingFace()
    lines = (
        "***** Running training *****",
        "  Num examples = 3,452",
        "  Num Epochs = 100",
        "  Instantaneous batch size per device = 4",
        "  Total train batch size (w. parallel, distributed & accumulation) = 16",
        "  Gradient Accumulation steps = 4",
        "  Total optimization steps = 21,500",
        "  Number of trainable parameters = 24,482",
        "  Continuing training from global step 500",
    )
    facts: dict[str, float | str] = {}
    for line in lines:
        for event in read(prefix + line, reader):
            assert isinstance(event, Facts)
            facts |= event.values

    assert facts == {
        "examples": 3452, "epochs": 100, "batch_size": 4, "effective_batch_size": 16, "gradient_accumulation": 4,
        "total_steps": 21500, "resumed_from_step": 500,
    }  # fmt: skip


def test_the_examples_of_an_evaluation_are_not_those_of_the_run() -> None:
    reader = HuggingFace()

    assert read("***** Running Evaluation *****", reader) == [
        StageMark(kind=StageKind.EVAL, name="evaluation", phase="begin")
    ]
    assert read("  Num examples = 1186", reader) == []
    assert read("  Batch size = 8", reader) == []


def test_a_saved_checkpoint_names_its_step() -> None:
    assert read("Saving model checkpoint to out/checkpoint-500") == [
        StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=500)
    ]


def test_a_metrics_block_repeats_what_was_logged() -> None:
    reader = HuggingFace()
    (ending,) = read("***** train metrics *****", reader)

    assert isinstance(ending, Ending)
    assert read("  train_runtime            = 15:28:49.72", reader) == [
        Metrics(values={"train_runtime": 55729.72}, kind=StageKind.OTHER)
    ]
    assert read("  epoch                    =       99.65", reader) == []


@pytest.mark.parametrize("text", ["train_loss = loss.detach()", "train_steps = args.steps // (B * world_size)"])
def test_source_code_is_no_metrics_block(text: str) -> None:
    assert HuggingFace().parse(Line(text=text)) is None


def test_a_row_of_llama_factory() -> None:
    counter, metrics = read(
        '{"current_steps": 5, "total_steps": 2178, "loss": 2.3475, "lr": 1.8e-06, "epoch": 0.0022, "percentage": 0.23, '
        '"elapsed_time": "0:32:48", "remaining_time": "9 days, 21:39:23"}',
        TrainerLog(),
    )

    assert counter == Counter(current=5, total=2178, scope=CounterScope.RUN, kind=StageKind.TRAIN, elapsed_s=1968)
    assert metrics == Metrics(values={"loss": 2.3475, "lr": 1.8e-06}, step=5, epoch=0.0022)


def test_an_older_row_of_llama_factory_with_throughput_as_text_ends_the_run() -> None:
    events = read(
        '{"current_steps": 6565, "total_steps": 6566, "epoch": 7.0, "percentage": 99.98, "elapsed_time": "9 '
        'days, 22:13:15", '
        '"remaining_time": "0:00:03", "throughput": "0.00", "total_tokens": 0}',
        TrainerLog(),
    )

    assert any(isinstance(event, Ending) for event in events)
    assert isinstance(events[0], Counter)
    assert events[0].elapsed_s == 9 * 86400 + 22 * 3600 + 13 * 60 + 15


def test_a_prediction_row_ends_nothing() -> None:
    events = read(
        '{"current_steps": 5, "total_steps": 20, "percentage": 25.0, "elapsed_time": "0:00:10", '
        '"remaining_time": "0:00:30"}',
        TrainerLog(),
    )

    assert not any(isinstance(event, Ending) for event in events)


def test_ms_swift_repeats_everything_in_its_last_line() -> None:
    reader = TrainerLog()
    read('{"loss": 20.5, "epoch": 0.002, "global_step/max_steps": "1/438", "elapsed_time": "6s"}', reader)

    (ending,) = read('{"best_metric": null, "log_history": [{"loss": 20.5, "step": 1}]}', reader)
    assert isinstance(ending, Ending)
    assert TrainerLog().parse(Line(text='{"log_history": []}')) is None


def test_a_trainer_state_gives_each_value_its_step() -> None:
    events = read(
        '{\n "global_step": 20, "max_steps": 20, "num_train_epochs": 2, "save_steps": 10, "epoch": 2.0, '
        '"log_history": ['
        '{"loss": 2.5, "step": 10, "epoch": 1.0}, {"eval_loss": NaN, "eval_runtime": 1.5, "step": 10, "epoch": 1.0},'
        '{"loss": 1.5, "step": 20, "epoch": 2.0}, {"train_runtime": 9.0, "train_loss": 2.0, "step": 20, "epoch": '
        "2.0}]}",
        TrainerState(),
    )

    assert events[0] == Facts(values={"total_steps": 20, "epochs": 2, "save_steps": 10})
    assert [e.step for e in events if isinstance(e, Metrics)] == [10, 10, 20, 20]
    (counter,) = (e for e in events if isinstance(e, Counter))
    assert (counter.current, counter.total, counter.scope) == (20, 20, CounterScope.RUN)
    assert sum(isinstance(e, Ending) for e in events) == 1


def test_a_state_of_a_checkpoint_ends_nothing() -> None:
    events = read('{"global_step": 10, "max_steps": 20, "log_history": []}', TrainerState())

    assert not any(isinstance(e, Ending) for e in events)


def test_every_dict_of_a_public_log_is_read(shared: Path) -> None:
    path = next((shared / "logs" / "public").glob("hf-trainer__*"))
    dicts = [
        line[line.index("{'") :]
        for line in path.read_text(errors="replace").replace("\r", "\n").split("\n")
        if "{'loss'" in line
    ]

    losses = [e.values["loss"] for text in dicts for e in read(text) if isinstance(e, Metrics) and "loss" in e.values]
    assert len(losses) == len(dicts) > 50


def test_a_public_trainer_state_is_read_whole(shared: Path) -> None:
    path = next((shared / "logs" / "public").glob("hf-trainer-state__*"))
    events = read(path.read_text(), TrainerState())

    (counter,) = (e for e in events if isinstance(e, Counter))
    assert counter.total == 23800
    assert sum(isinstance(e, Metrics) for e in events) > 1000
