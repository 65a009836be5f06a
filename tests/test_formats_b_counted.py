"""Formats that print a counted line a step: Megatron, DeepSpeed, nanoGPT and kin, torchtitan, MaxText, verl, TF."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.read_events import read
from tests.whole_runs import run_of
from trainmon.events import (
    Counter,
    Ending,
    EndingKind,
    Event,
    Facts,
    GpuMemory,
    Line,
    Metrics,
    StageKind,
    StageMark,
)
from trainmon.parsers import format_named
from trainmon.snapshot import RunStatus

MIB = 1024.0**2


def only(kind: type, events: list[Event]) -> Any:
    (event,) = [event for event in events if isinstance(event, kind)]
    return event


@pytest.mark.parametrize(
    ("name", "text", "done", "total", "loss", "step_time_s"),
    [
        pytest.param(
            "megatron",
            " iteration      200/    1000 | consumed samples:          800 | elapsed time per iteration (ms): 1617.2 | "
            "learning rate: 1.342E-04 | global batch size:     4 | lm loss: 7.534106E+00 | loss scale: 16384.0 | "
            "grad norm: 4.197 | number of skipped iterations:   0 | number of nan iterations:   0 |",
            200, 1000, ("lm loss", 7.534106), 1.6172,
            id="Megatron-LM",
        ),
        pytest.param(
            "megatron",
            "iteration        1/    1000 | consumed samples:         1024 | elapsed time per iteration (ms): 9.5 | "
            "lm-loss: 1.244238E+01 | loss scale: -1.0 | grad norm: 0.000 |",
            1, 1000, ("lm-loss", 12.44238), 0.0095,
            id="a fork's names",
        ),
        pytest.param(
            "megatron",
            " iteration       10/  320000 | consumed samples:        20480 | consumed tokens:     41943040 | "
            "elapsed time per iteration (s): 105.2 | learning rate: 6.000E-05 | global batch size:  2048 | "
            "lm loss: 2.123456E+00 | loss scale: 1.0 | grad norm: 0.123 | samples per second: 19.467 | TFLOPs: 150.1 |",
            10, 320000, ("lm loss", 2.123456), 105.2,
            id="BLOOM's, in seconds",
        ),
        pytest.param(
            "megatron",
            "samples/sec: 12.345 | iteration       10/  320000 | elapsed time per iteration (ms): 4000.0 | "
            "learning rate: 1.000E-05 | approx flops per GPU: 40.1TFLOPS | lm_loss: 1.050000E+01 | loss scale: 1.0 |",
            10, 320000, ("lm_loss", 10.5), 4.0,
            id="GPT-NeoX",
        ),
        pytest.param(
            "megatron",
            "Training epoch 0, iteration 49/49 | lr: 7.496e-06 | global_batch_size: 128 | global_step: 49 | "
            "peak_memory_usage: 70833405952 | memory_allocated: 44271689728 | reduced_train_loss: 11.96 | "
            "train_step_timing in s: 12.39 | consumed_samples: 6400",
            50, 50, ("reduced_train_loss", 11.96), 12.39,
            id="NeMo 2, from zero, with the last index for a total",
        ),
        pytest.param(
            "nanogpt", "iter 38: loss 6.9460, time 95.21ms, mfu 2.05%", 39, None, ("loss", 6.946), 0.09521, id="nanoGPT"
        ),
        pytest.param(
            "llmc", "s:397 trl:5.7207 lr:0.000341 norm:1.04", 398, None, ("train loss", 5.7207), None, id="llm.c's file"
        ),
        pytest.param(
            "llmc",
            "step    2/21479 | loss 10.829729 (+nanz)| norm 15.0011 (+nanz)| lr 5.71e-06 | 2391.52 ms | "
            "-100.0% bf16 MFU | 191824 tok/s",
            2, 21479, ("loss", 10.829729), 2.39152,
            id="llm.c's screen",
        ),
        pytest.param(
            "llmc",
            "step    2| loss: 9.224648 | lr: 1.8000e-04 | norm: 5.6872  | dt: 2713.59ms | tok/sec: 193208.23",
            3, None, ("loss", 9.224648), 2.71359,
            id="build-nanogpt",
        ),
        pytest.param(
            "nanochat",
            "step 00049/00050 (98.00%) | loss: 6.930737 | lrm: 0.03 | dt: 1722.64ms | tok/sec: 4,755 | bf16_mfu: 0.03 "
            "| epoch: 1 pq: 0 rg: 1 | total time: 0.00m",
            50, 50, ("loss", 6.930737), 1.72264,
            id="nanochat",
        ),
        pytest.param(
            "maxtext",
            "completed step: 2, seconds: 5.658, TFLOP/s/device: 135.158, Tokens/s/device: 8687.815, "
            "total_weights: 196608, loss: 11.689",
            3, None, ("loss", 11.689), 5.658,
            id="MaxText",
        ),
        pytest.param(
            "maxtext",
            "completed step: 0, seconds: 65.2, TFLOP/s/device: 1.158, Tokens/s/device: 87.815, "
            "total_weights: 196608, loss: 11.9",
            1, None, ("loss", 11.9), None,
            id="MaxText's first step holds compilation",
        ),
        pytest.param(
            "torchtitan",
            "step:  2  loss:  6.1098  grad_norm:  4.6416  memory:  2.49GiB(3.14%)  tps: 177,138  tflops: 96.17  "
            "mfu: 9.72%",
            2, None, ("loss", 6.1098), None,
            id="torchtitan",
        ),
        pytest.param(
            "verl",
            "step:20 - actor/pg_loss:np.float64(-0.0107) - actor/pg_clipfrac:np.float64(0.0) - "
            "perf/time_per_step:10.5 - perf/mfu/actor:np.float64(0.2096)",
            20, None, ("actor/pg_loss", -0.0107), 10.5,
            id="verl",
        ),
        pytest.param(
            "tf_estimator",
            "global step 834: loss = 0.2307 (16.493 sec/step)",
            834, None, ("loss", 0.2307), 16.493,
            id="TF-Slim",
        ),
        pytest.param(
            "deepspeed",
            "steps: 2 loss: 12.8004 iter time (s): 145.206 samples/sec: 7.052",
            2, None, ("loss", 12.8004), 145.206,
            id="DeepSpeed's pipeline",
        ),
    ],
)  # fmt: skip
def test_a_step_line_counts_measures_and_times(
    name: str, text: str, done: float, total: float | None, loss: tuple[str, float], step_time_s: float | None
) -> None:
    events = read(name, text)

    counter = only(Counter, events)
    assert (counter.current, counter.total) == (done, total)
    assert counter.step_time_s == (None if step_time_s is None else pytest.approx(step_time_s))
    assert only(Metrics, events).values[loss[0]] == pytest.approx(loss[1])
    assert only(Metrics, events).step == done


@pytest.mark.parametrize(
    ("name", "text", "values", "step"),
    [
        pytest.param(
            "megatron",
            " validation loss at iteration 200 | lm loss value: 7.645013E+00 | lm loss PPL: 2.090196E+03 | ",
            {"validation lm loss": 7.645013, "validation lm loss PPL": 2090.196},
            200,
            id="Megatron-LM",
        ),
        pytest.param(
            "nanogpt",
            "step 0: train loss 10.9060, val loss 10.8956",
            {"train loss": 10.906, "val loss": 10.8956},
            0,
            id="nanoGPT",
        ),
        pytest.param("llmc", "s:0 tel:11.0092", {"val loss": 11.0092}, 0, id="llm.c's test loss"),
        pytest.param("nanochat", "Step 00050 | Validation bpb: 1.2345", {"Validation bpb": 1.2345}, 50, id="nanochat"),
        pytest.param(
            "tf_estimator",
            "Saving dict for global step 2000: accuracy = 0.91, global_step = 2000, loss = 0.3",
            {"accuracy": 0.91, "eval_loss": 0.3},
            2000,
            id="Estimator",
        ),
        pytest.param(
            "modded_nanogpt",
            "step:0/19073 val_loss:10.8258 train_time:386ms step_avg:nanms",
            {"val_loss": 10.8258},
            0,
            id="modded-nanogpt, and its average of nothing is no value",
        ),
    ],
)
def test_an_evaluation_line_gives_results(name: str, text: str, values: dict[str, float], step: float | None) -> None:
    assert only(Metrics, read(name, text)) == Metrics(values=values, step=step, kind=StageKind.EVAL)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        pytest.param(
            "megatron", "[after training is done] datetime: 2021-05-23 08:23:58 ", EndingKind.FINISHED, id="1"
        ),
        pytest.param(
            "megatron",
            "[exiting program at iteration 6000] datetime: 2026-08-25 19:54:10",
            EndingKind.EARLY_STOPPED,
            id="an exit interval",
        ),
        pytest.param(
            "megatron",
            "[exiting program after receiving SIGTERM.] datetime: 2026-08-25 19:54:10",
            EndingKind.INTERRUPTED,
            id="a signal",
        ),
        pytest.param("deepspeed", "Process 1234 exits successfully.", EndingKind.FINISHED, id="DeepSpeed"),
        pytest.param("llmc", "total average iteration time: 2528.19 ms", EndingKind.FINISHED, id="llm.c"),
        pytest.param("nanochat", "Minimum validation bpb: 0.8123", EndingKind.FINISHED, id="nanochat"),
        pytest.param("nanochat", "training_seconds: 300.4", EndingKind.FINISHED, id="autoresearch"),
        pytest.param("torchtitan", "Training completed", EndingKind.FINISHED, id="torchtitan"),
        pytest.param("tf_estimator", "Loss for final step: 0.553216.", EndingKind.FINISHED, id="Estimator"),
        pytest.param(
            "modded_nanogpt",
            "stopping_early: wallclock_cap train_time:14400039ms step:329430/500000",
            EndingKind.EARLY_STOPPED,
            id="a wall-clock cap",
        ),
    ],
)
def test_the_end_marker_of_each_format(name: str, text: str, kind: EndingKind) -> None:
    assert only(Ending, read(name, text)).kind is kind


@pytest.mark.parametrize(
    ("name", "text", "facts"),
    [
        pytest.param(
            "megatron", "  train_iters ..................................... 1000", {"total_steps": 1000}, id="Megatron"
        ),
        pytest.param("nanogpt", "Overriding: max_iters = 5000", {"total_steps": 5000}, id="nanoGPT"),
        pytest.param("maxtext", "Config param steps: 150001", {"total_steps": 150001}, id="MaxText"),
        pytest.param(
            "torchtitan",
            "Training starts at step 501, with local batch size 8, global batch size 64, gradient accumulation "
            "steps 1, sequence length 8192, total steps 1000 (warmup 200).",
            {
                "total_steps": 1000,
                "batch_size": 8,
                "effective_batch_size": 64,
                "gradient_accumulation": 1,
                "resumed_from_step": 500,
            },
            id="torchtitan, resumed",
        ),
        pytest.param(
            "torchtitan",
            "Trainer is initialized with local batch size 8, global batch size 64, gradient accumulation steps 1, "
            "sequence length 8192, total steps 1000 (warmup 200).",
            {"total_steps": 1000, "batch_size": 8, "effective_batch_size": 64, "gradient_accumulation": 1},
            id="torchtitan, newer",
        ),
        pytest.param("verl", "Total training steps: 3746", {"total_steps": 3746}, id="verl"),
    ],
)
def test_headers_say_how_long_it_will_take(name: str, text: str, facts: dict[str, float]) -> None:
    assert only(Facts, read(name, text)).values == facts


@pytest.mark.parametrize(
    ("name", "text", "used_mib", "peak_mib"),
    [
        pytest.param(
            "megatron",
            "[Rank 18] (after 20 iterations) memory (MB) | allocated: 17694.361328125 | "
            "max allocated: 20045.0126953125 | reserved: 24084.0 | max reserved: 24084.0",
            17694.361328125,
            20045.0126953125,
            id="Megatron",
        ),
        pytest.param(
            "deepspeed",
            "epoch=0/micro_step=100/global_step=100, RunningAvgSamplesPerSec=0.72, CurrSamplesPerSec=0.72, "
            "MemAllocated=1.14GB, MaxMemAllocated=16.37GB",
            1.14 * 1024,
            16.37 * 1024,
            id="DeepSpeed",
        ),
        pytest.param(
            "torchtitan",
            "step:  2  loss:  6.1098  grad_norm:  4.6416  memory:  2.49GiB(3.14%)  tps: 177,138  tflops: 96.17",
            None,
            2.49 * 1024,
            id="torchtitan",
        ),
        pytest.param(
            "modded_nanogpt", "peak memory allocated: 13017 MiB reserved: 13386 MiB", 13386, 13017, id="modded-nanogpt"
        ),
    ],
)
def test_memory_is_read_in_the_unit_it_is_printed_in(
    name: str, text: str, used_mib: float | None, peak_mib: float
) -> None:
    memory = only(GpuMemory, read(name, text))

    assert memory.used_bytes == (None if used_mib is None else pytest.approx(used_mib * MIB))
    assert memory.peak_bytes == pytest.approx(peak_mib * MIB)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "[deepscale] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 256, reducing to 128.0", id="overflow"
        ),
        pytest.param("Killing subprocess 12076", id="launcher"),
    ],
)
def test_what_deepspeed_shouts_about_is_no_trouble(text: str) -> None:
    assert read("deepspeed", text) == []


def test_a_window_of_overflows_has_no_loss_and_still_counts() -> None:
    events = read(
        "megatron",
        " iteration       10/    1000 | consumed samples:           40 | elapsed time per iteration (ms): 3171.3 | "
        "learning rate: 0.000E+00 | global batch size:     4 | loss scale: 8388608.0 | "
        "number of skipped iterations:  10 | number of nan iterations:   0 |",
    )

    assert only(Counter, events).current == 10
    assert not any("lm loss" in name for name in only(Metrics, events).values)


def test_results_repeated_on_every_line_are_one_evaluation() -> None:
    line = (
        "Training epoch 0, iteration {}/99 | lr: 5.6e-06 | global_batch_size: 32 | global_step: {} | "
        "reduced_train_loss: 2.778 | train_step_timing in s: 0.189 | consumed_samples: 928 | val_loss: {}"
    )

    events = read("megatron", line.format(28, 28, 2.861), line.format(29, 29, 2.861), line.format(30, 30, 2.7))

    assert [event.step for event in events if isinstance(event, Metrics) and event.kind is StageKind.EVAL] == [29, 31]


def test_a_checkpoint_is_announced_and_done() -> None:
    events = read(
        "megatron",
        "saving checkpoint at iteration     300 to ckpt",
        "  successfully saved checkpoint at iteration     300 to ckpt",
    )

    assert [(mark.phase, mark.step) for mark in events if isinstance(mark, StageMark)] == [("begin", 300), ("end", 300)]


def test_the_iteration_after_an_evaluation_was_timed_with_it() -> None:
    events = read(
        "nanogpt",
        "iter 4999: loss 2.5520, time 140.98ms, mfu 0.91%",
        "step 5000: train loss 2.2817, val loss 6.1986",
        "iter 5000: loss 2.6004, time 6157.93ms, mfu 0.82%",
        "iter 5001: loss 2.5004, time 141.93ms, mfu 0.82%",
    )

    assert [event.step_time_s for event in events if isinstance(event, Counter)] == [
        pytest.approx(0.14098), None, pytest.approx(0.14193),
    ]  # fmt: skip


def test_a_line_that_two_loggers_print_counts_once() -> None:
    text = "loss = 0.9899531, step = 101 (0.366 sec)"

    events = read("tf_estimator", "loss = 1.5790311, step = 1", text, text)

    assert [event.current for event in events if isinstance(event, Counter)] == [1, 101]
    assert [event.step_time_s for event in events if isinstance(event, Counter)] == [None, pytest.approx(0.00366)]


def test_where_every_rank_prints_a_step_it_counts_once() -> None:
    reader = format_named("torchtitan")()
    text = "step: {:2}  loss:  6.1098  grad_norm:  4.6416  memory:  2.49GiB(3.14%)  tps: 177,138  tflops: 96.17"

    events = [
        event
        for step, rank in ((1, 0), (1, 1), (2, 1), (2, 0), (3, 0), (3, 1))
        for event in reader.parse(Line(text=text.format(step), rank=rank)) or ()
    ]

    assert [event.current for event in events if isinstance(event, Counter)] == [1, 2, 3]
    assert len([event for event in events if isinstance(event, Metrics)]) == 3
    assert len([event for event in events if isinstance(event, GpuMemory)]) == 6


def test_a_nan_loss_is_kept_and_a_nan_average_is_none() -> None:
    events = read(
        "nanochat",
        "step 00133 (0.00%) | loss: nan | lrm: 1.00 | dt: 4.98ms | tok/sec: 25,696 | mfu: 0.00 | epoch: 1 | "
        "total time: 0.01m",
    )

    assert math.isnan(only(Metrics, events).values["loss"])
    assert only(Counter, events).total is None


# -- whole runs ------------------------------------------------------------------------------------------------

CODE = """\
import os
import sys
with open(sys.argv[0]) as f:
    code = f.read() # read the code of this file ASAP, for logging
class Hyperparameters:
    num_iterations : int = 9536 # number of iterations to run
    val_loss_every : int = 125
print(f"step:{step+1}/{args.num_iterations} train_loss:{train_loss.item():.4f} train_time:{approx_time:.0f}ms")
print("step 100/200 loss 0.5")
epochs = 20
raise RuntimeError("loss is nan, stopping")
====================================================================================================
Running pytorch 2.5.1+cu124 compiled for CUDA 12.4
"""


def test_source_code_at_the_head_of_a_log_is_no_progress(tmp_path: Path) -> None:
    run = run_of(tmp_path, CODE + "step:0/19073 val_loss:10.8258 train_time:386ms step_avg:nanms\n")

    assert (run.step, run.total_steps, run.problems) == (0, 19073, ())
    assert list(run.metrics) == ["val_loss"]
    assert run.facts == {}


def test_a_capped_run_is_finished_below_its_total(tmp_path: Path) -> None:
    steps = "".join(
        f"step:{n}/20000 train_loss:{3 - n / 1e4:.4f} train_time:{400 * n}ms step_avg:400.00ms\n"
        for n in range(1000, 1200)
    )

    run = run_of(tmp_path, CODE + steps + "stopping_early: wallclock_cap train_time:480205ms step:1199/20000\n")

    assert run.state is RunStatus.FINISHED
    assert (run.step, run.total_steps) == (1199, 20000)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.4, rel=0.01)


def test_shorter_lines_count_minutes_of_training(tmp_path: Path) -> None:
    steps = "".join(
        f"{n}/20000 train_loss: {3 - n / 1e4:.4f} train_time: {n * 0.12 / 60:.1f}m tok/s: 8435706\n"
        for n in range(500, 5500, 500)
    )
    warmup = "warmup_step: 1/20\nwarmup_step: 20/20\n0/20000 val_loss: 9.0094 val_bpb: 4.1166\n"

    run = run_of(tmp_path, warmup + steps + "tttg: c230/289 lr:0.000100 t:18.3s\n")

    assert (run.step, run.total_steps) == (5000, 20000)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.12, rel=0.05)


def test_nanogpt_reaches_the_total_it_was_asked_for(tmp_path: Path) -> None:
    lines = ["Overriding: max_iters = 20", "step 0: train loss 10.9060, val loss 10.8956"]
    lines += [f"iter {n}: loss {10 - n / 10:.4f}, time 100.00ms, mfu 2.05%" for n in range(21)]

    run = run_of(tmp_path, "\n".join(lines) + "\n")

    assert (run.state, run.step, run.total_steps) == (RunStatus.FINISHED, 20, 20)
    assert run.metrics["loss"].count == 21
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(0.1)


def test_a_bar_that_fell_silent_still_says_how_many_steps_are_meant(tmp_path: Path) -> None:
    bar = "Training Progress:   0%|          | 19/55990 [51:15<678:55:28, 43.67s/it]\r\n"
    steps = "".join(
        f"(TaskRunner pid=422294) step:{n} - actor/entropy:0.2 - actor/pg_loss:np.float64(0.1) - "
        f"perf/time_per_step:{40 + n % 3}.0\n"
        for n in range(1, 60)
    )

    run = run_of(tmp_path, bar + steps)

    assert (run.step, run.total_steps) == (59, 55990)
    assert [stage.name for stage in run.stages if stage.kind is StageKind.TRAIN] == ["training"]


def test_three_formats_of_one_step_count_it_once(tmp_path: Path) -> None:
    text = "".join(
        f"[2021-05-27 19:5{n}:20,386] [INFO] [logging.py:60:log_dist] [Rank 0] step={n}, skipped=0, "
        f"lr=[3.75e-05, 3.75e-05], mom=[(0.9, 0.999), (0.9, 0.999)]\n"
        f"steps: {n} loss: 12.8004 iter time (s): 60.0 samples/sec: 7.052\n"
        f" iteration        {n}/    1000 | elapsed time per iteration (ms): 60000.0 | learning rate: 3.750E-05 | "
        "lm loss: 1.280042E+01 | loss scale: 1024.0 | number of skipped iterations:   0 |\n"
        for n in range(1, 7)
    )

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps) == (6, 1000)
    assert run.step_time_s is not None
    assert run.step_time_s.mean == pytest.approx(60, rel=0.02)


def test_a_trainers_bar_leads_where_deepspeed_prints_its_steps_beside_it(tmp_path: Path) -> None:
    text = "".join(
        f"{n}%|█         | {n}/100 [00:{n:02d}<01:30,  1.00s/it]\r"
        f"[2025-10-22 20:10:{n:02d},199] [INFO] [timer.py:264:stop] epoch=0/micro_step={2 * n}/global_step={n}, "
        "RunningAvgSamplesPerSec=0.73, CurrSamplesPerSec=0.73, MemAllocated=1.14GB, MaxMemAllocated=16.37GB\n"
        for n in range(1, 40)
    )

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps) == (39, 100)


def test_warnings_of_wandb_are_no_progress(tmp_path: Path) -> None:
    text = (
        "wandb: WARNING Tried to log to step 19 that is less than the current step 3472. Steps must be monotonically "
        "increasing, so this data will be ignored.\n" * 5 + "step:1/10 train_loss:2.5 train_time:100ms step_avg:100ms\n"
    )

    run = run_of(tmp_path, text)

    assert (run.step, run.total_steps) == (1, 10)
