"""fairseq, MLPerf logging, NVIDIA's BERT dicts and OLMo's blocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.read_events import read
from tests.whole_runs import run_of
from trainmon.events import (
    Clock,
    Counter,
    CounterScope,
    Ending,
    EndingKind,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers import format_named
from trainmon.snapshot import RunStatus

INNER = (
    "| epoch 001:   1000 / 3935 loss=10.189, nll_loss=9.410, ppl=680.32, wps=240541, ups=6.5, wpb=36228, bsz=1166, "
    "num_updates=998, lr=0.000212907, gnorm=90465.337, clip=100%, oom=0, loss_scale=16.000, wall=154"
)
SUMMARY = (
    "| epoch 001 | loss 6.973 | nll_loss 5.687 | ppl 51.50 | wps 239772 | ups 6.6 | wpb 36149 | bsz 1162 | "
    "num_updates 3930 | lr 0.000559171 | gnorm 43724.061 | clip 100% | oom 0 | loss_scale 8.000 | wall 596"
)
VALID = (
    "| epoch 001 | valid on 'valid' subset | valid_loss 4.72921 | valid_nll_loss 3.08109 | valid_ppl 8.46 | "
    "num_updates 3930"
)
INNER_JSON = (
    '{"epoch": 1, "update": 0.416, "loss": "9.276", "ppl": "620.1", "num_updates": "200", "lr": "3.125e-06", '
    '"gnorm": "1.2", "train_wall": "99", "gb_free": "9.3", "wall": "105"}'
)


@pytest.mark.parametrize(
    ("text", "updates", "wall_s", "loss"),
    [
        pytest.param(INNER, 998, 154, 10.189, id="pipes"),
        pytest.param(INNER.removeprefix("| "), 998, 154, 10.189, id="simple"),
        pytest.param(f"train_inner | {INNER.removeprefix('| ')}", 998, 154, 10.189, id="behind a logger's name"),
        pytest.param(SUMMARY, 3930, 596, 6.973, id="the sum of an epoch"),
        pytest.param(INNER_JSON, 200, 105, 9.276, id="json"),
        pytest.param(f"train_inner | {INNER_JSON}", 200, 105, 9.276, id="json behind a logger's name"),
        pytest.param(
            '{"epoch": 1, "train_loss": "9.1", "train_num_updates": "200", "train_wall": "300"}',
            200,
            300,
            9.1,
            id="json, the sum of an epoch",
        ),
    ],
)
def test_fairseq_counts_updates_by_its_own_clock(text: str, updates: float, wall_s: float, loss: float) -> None:
    counter, metrics = read("fairseq", text)

    assert isinstance(counter, Counter)
    assert (counter.current, counter.total, counter.scope) == (updates, None, CounterScope.RUN)
    assert (counter.epoch, counter.elapsed_s) == (1, wall_s)
    assert isinstance(metrics, Metrics)
    assert metrics.values["loss"] == loss
    assert not {"num_updates", "wall", "epoch"} & metrics.values.keys()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(VALID, id="pipes"),
        pytest.param(
            "valid | epoch 001 | valid on 'valid' subset | loss 4.72921 | nll_loss 3.08109 | ppl 8.46 | "
            "num_updates 3930",
            id="newer, without the split's name",
        ),
        pytest.param(
            '{"epoch": 1, "valid_loss": "4.72921", "valid_nll_loss": "3.08109", "valid_ppl": "8.46", '
            '"valid_num_updates": "3930"}',
            id="json",
        ),
    ],
)
def test_a_validation_of_fairseq_is_an_evaluation(text: str) -> None:
    mark, metrics = read("fairseq", text)

    assert mark == StageMark(kind=StageKind.EVAL, name="validation", step=3930)
    assert metrics == Metrics(
        values={"valid_loss": 4.72921, "valid_nll_loss": 3.08109, "valid_ppl": 8.46}, step=3930, kind=StageKind.EVAL
    )


def test_fairseq_says_what_it_saved_and_that_it_is_done() -> None:
    events = read(
        "fairseq",
        "Saved checkpoint checkpoints/checkpoint1.pt (epoch 1 @ 200 updates, score 9.1) (writing took 12.5 seconds)",
        "| done training in 1806.8 seconds",
    )

    assert events[0] == StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", step=200, duration_s=12.5)
    assert isinstance(events[1], Ending)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        pytest.param("Namespace(max_epoch=0, max_update=400000, arch='x')", {"total_steps": 400000}, id="arguments"),
        pytest.param(
            "{'_name': None, 'max_update': 5000, 'max_epoch': 3}", {"total_steps": 5000, "epochs": 3}, id="hydra"
        ),
    ],
)
def test_the_configuration_of_fairseq_names_its_limits(text: str, facts: dict[str, float]) -> None:
    assert read("fairseq", text) == [Facts(values=facts)]


def test_an_epoch_of_fairseq_is_no_total(tmp_path: Path) -> None:
    inner = "| epoch {:03d}:   {} / 300 loss=5.0, num_updates={}, lr=0.1, oom=0, wall={}\n"
    text = "".join(inner.format(1 + n // 300, n % 300, n, 10 + n // 10) for n in range(100, 600, 100) if n % 300)
    text += "| epoch 002 | loss 4.5 | num_updates 598 | oom 0 | wall 69\n| done training in 70.1 seconds\n"

    run = run_of(tmp_path, text)

    assert (run.state, run.step, run.total_steps, run.epoch) == (RunStatus.FINISHED, 598, None, 2)
    assert run.problems == ()
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param(
            ':::MLLOG {"namespace": "", "time_ms": 1684043940681, "event_type": "INTERVAL_END", "key": "run_stop", '
            '"value": null, "metadata": {"file": "x.py", "lineno": 137, "status": "success"}}',
            EndingKind.FINISHED,
            id="success",
        ),
        pytest.param(
            ':::MLLOG {"namespace": "", "time_ms": 1684043940681, "event_type": "INTERVAL_END", "key": "run_stop", '
            '"value": null, "metadata": {"file": "x.py", "lineno": 137, "status": "aborted"}}',
            EndingKind.FAILED,
            id="aborted",
        ),
        pytest.param(
            ':::MLPv0.5.0 ncf 1541732724.612158298 (ncf.py:460) run_stop: {"success": true}',
            EndingKind.FINISHED,
            id="v0.5",
        ),
        pytest.param(
            ':::MLL 1571433686.379 run_stop: {"metadata": {"lineno": 179, "file": "x.py", "status": "success"}, '
            '"value": null}',
            EndingKind.FINISHED,
            id="v0.6",
        ),
    ],
)
def test_run_stop_says_how_an_mlperf_run_ended(text: str, kind: EndingKind) -> None:
    clock, ending = read("mlperf", text)

    assert isinstance(clock, Clock)
    assert isinstance(ending, Ending)
    assert ending.kind is kind


def test_tracked_stats_are_metrics_and_their_step_no_counter() -> None:
    events = read(
        "mlperf",
        ':::MLLOG {"namespace": "", "time_ms": 1684040096650, "event_type": "POINT_IN_TIME", "key": "tracked_stats", '
        '"value": {"train_step_timing": 12.160857439041138, "reduced_train_loss": 2.780529260635376}, '
        '"metadata": {"file": "/workspace/llm/custom_callbacks.py", "lineno": 234, "step": 4194304}}',
    )

    assert events == [
        Clock(time_s=1684040096.65),
        Metrics(values={"train_step_timing": 12.160857439041138, "reduced_train_loss": 2.780529260635376}),
    ]


def test_what_every_rank_prints_counts_once() -> None:
    text = ':::MLPv0.5.0 ncf 154173272{}.6 (ncf.py:440) eval_accuracy: {{"epoch": 3, "value": 0.635}}'

    events = read("mlperf", text.format(1), text.format(2))

    assert [event for event in events if isinstance(event, Metrics)] == [
        Metrics(values={"eval_accuracy": 0.635}, kind=StageKind.EVAL)
    ]


def test_a_new_unnamed_bar_an_epoch_counts_on_and_promises_no_total(tmp_path: Path) -> None:
    bars = "".join(
        "".join(f"\r{n}%|█| {n}/95 [00:0{n // 50}<00:01, 74.76it/s]" for n in range(0, 96, 5)) + "\n" for _ in range(4)
    )
    stop = ':::MLPv0.5.0 ncf 1541732724.612158298 (ncf.py:460) run_stop: {"success": true}\n'

    run = run_of(tmp_path, bars + stop)

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 380, None)


def test_a_dict_of_nvidias_bert_counts_the_steps_that_were_not_skipped() -> None:
    events = read(
        "nvidia_bert",
        "{'training_steps': 400, 'average_loss': 3.896484375, 'step_loss': 3.896484375, "
        "'learning_rate': 0.00033995985401459854, 'seq/s': 1194.9131910517988, 'global_steps': 393, "
        "'samples_trained': 100608, 'skipped_steps': 7, 'timestamp': 1593140244.6421785}",
    )

    assert events[0] == Clock(time_s=1593140244.6421785)
    assert isinstance(events[1], Counter)
    assert events[1].current == 393
    assert isinstance(events[2], Metrics)
    assert set(events[2].values) == {"average_loss", "step_loss", "learning_rate", "seq/s"}


def test_the_closing_dict_of_nvidias_bert_ends_the_run_and_its_loss_is_none() -> None:
    summary, ending = read(
        "nvidia_bert", "{'e2e_time': 123.4, 'training_sequences_per_second': 11.2, 'final_loss': 0.0}"
    )

    assert isinstance(summary, Metrics)
    assert "final_loss" not in summary.values
    assert isinstance(ending, Ending)


def test_the_lines_below_olmos_head_belong_to_its_step() -> None:
    head, norm, loss, memory, evaluated = read(
        "olmo",
        "clean-soul-smiles-fin-03:0\tolmo.train:979\tINFO\t[step=5966/10000,epoch=0]",
        "    optim/total_grad_norm=0.2425",
        "    train/CrossEntropyLoss=3.163",
        "    System/Peak GPU Memory (MB)=109,410",
        "    eval/c4_en-validation/CrossEntropyLoss=3.2",
    )

    assert isinstance(head, Counter)
    assert (head.current, head.total, head.epoch) == (5966, 10000, 1)
    assert norm == Metrics(values={"optim/total_grad_norm": 0.2425}, step=5966)
    assert loss == Metrics(values={"train/CrossEntropyLoss": 3.163}, step=5966)
    assert memory == GpuMemory(peak_bytes=109410 * 1024.0**2)
    assert isinstance(evaluated, Metrics)
    assert evaluated.kind is StageKind.EVAL


def test_a_block_of_olmo_ends_with_the_first_other_line() -> None:
    reader = format_named("olmo")()

    assert reader.parse(Line(text="[step=1/10,epoch=0]")) is not None
    assert reader.parse(Line(text="INFO something else")) is None
    assert reader.parse(Line(text="    train/CrossEntropyLoss=3.163")) is None


def test_an_evaluation_of_olmo_moves_no_training(tmp_path: Path) -> None:
    head = "2025-12-13 04:20:{:02d}.256\thost-03:0\tolmo.train:979\tINFO\t{}\n"
    text = "".join(
        head.format(n, f"[step={n}/100,epoch=0]") + f"    train/CrossEntropyLoss={4 - n / 100:.3f}\n"
        for n in range(1, 30)
    )
    text += "".join(head.format(30 + n, f"[eval_step={n}/5]") for n in range(1, 6))

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps) == (29, 100)
    assert run.metrics["train/CrossEntropyLoss"].count == 29
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        pytest.param("olmo.train:979\tINFO\t[step=5966/10000,epoch=0]", 1, id="OLMo, from 0"),
        pytest.param(
            "olmo_core.train.callbacks.console_logger:122\tINFO\t[step=1/100,epoch=1,eta=12 minutes]",
            1,
            id="OLMo-core, from 1",
        ),
    ],
)
def test_olmo_and_its_core_count_epochs_differently(text: str, epoch: float) -> None:
    (counter,) = read("olmo", f"host-a:0\t{text}")

    assert isinstance(counter, Counter)
    assert counter.epoch == epoch


def test_olmo_says_that_it_is_done() -> None:
    (ending,) = read("olmo", "host-a:0\tolmo_core.train.trainer:700\tINFO\tTraining complete")

    assert isinstance(ending, Ending)
