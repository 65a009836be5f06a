"""Megatron-LM and what is built on it (Megatron-DeepSpeed, NeMo 2, GPT-NeoX): one line of fields per logged iteration.

Format strings: `megatron/training/training.py` (`training_log`, `evaluate_and_print_results`,
`save_checkpoint_and_time`), `nemo/lightning` (`Training epoch ..., iteration ...`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from trainmon.events import EndingKind, StageKind, StageMark
from trainmon.parsers.base import Sample
from trainmon.parsers.counted import COLON, CountedLine, CountedLines
from trainmon.patterns import pattern

_HIDDEN = frozenset(
    {"consumed samples", "consumed tokens", "global batch size", "micro batch size", "consumed_samples"}
)

_ITERATION = CountedLine(
    head=pattern(r"(?:samples/sec: [\d.]{1,20} \| )?iteration +(?P<step>\d{1,12})/ *(?P<total>\d{1,12}) \|"),
    pair=COLON,
    unit="iteration",
    step_time=("elapsed time per iteration (ms)", 1e-3),
    hidden=_HIDDEN,
    needs="per iteration (",
)


class Megatron(CountedLines):
    """Reads iteration lines, validation results, checkpoints, memory reports and the arguments that say how long."""

    name: ClassVar[str] = "megatron"
    title: ClassVar[str] = "Megatron-LM, Megatron-DeepSpeed, NeMo 2"
    priority: ClassVar[int] = 15
    needles: ClassVar[tuple[str, ...]] = (
        "iteration", "Evaluating iter", "train_iters", "memory (MB)", "time (ms) |",
        "after training is done", "exiting program", "global_batch_size ..",
    )  # fmt: skip
    lines: ClassVar[tuple[CountedLine, ...]] = (
        replace(_ITERATION, step_time=("elapsed time per iteration (s)", 1.0), needs="per iteration (s)"),
        _ITERATION,
        CountedLine(
            head=pattern(
                r"-{0,200}\s*validation (?:loss|results) at "
                r"(?:the end of training for val data|iteration (?P<step>\d{1,12}))"
                r"(?: on [\w ]{1,40}?)?(?: set)?[ :]*\|"
            ),
            kind=StageKind.EVAL,
            names={
                "lm loss value": "validation lm loss",
                "lm loss PPL": "validation lm loss PPL",
                "lm_loss value": "validation lm loss",
                "lm_loss PPL": "validation lm loss PPL",
            },
        ),
        CountedLine(
            head=pattern(
                r"(?:[\w.-]{1,60}/\d{1,6} )?(?:\[\w{1,20}\]:)?Training epoch \d{1,7}, "
                r"iteration (?P<step>\d{1,12})(?:/(?P<last>\d{1,12}))? \|"
            ),
            unit="iteration",
            from_zero=True,
            step_time=("train_step_timing in s", 1.0),
            hidden=_HIDDEN | {"global_step", "global_batch_size"},
        ),
        CountedLine(
            head=pattern(r"(?:\[Rank \d+\] )?\(?after \d+ iterations\)? memory \(MB\) \|"),
            memory_used=("allocated", "MB"),
            memory_peak=("max allocated", "MB"),
            hidden=frozenset({"reserved", "max reserved"}),
        ),
    )
    facts: ClassVar[Mapping[str, re.Pattern[str]]] = {
        "total_steps": pattern(r"train_iters \.{3,60} (\d{1,12})"),
        "effective_batch_size": pattern(r"global_batch_size \.{3,60} (\d{1,9})"),
        "resumed_from_step": pattern(r"successfully loaded checkpoint from .{1,300} at iteration +(\d{1,12})"),
    }
    marks = (
        (
            pattern(r"saving checkpoint at iteration +(?P<step>\d{1,12}) to .*"),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", phase="begin"),
        ),
        (
            pattern(r"successfully saved checkpoint (?:at|from) iteration +(?P<step>\d{1,12}) to .*"),
            StageMark(kind=StageKind.CHECKPOINT, name="checkpoint", phase="end"),
        ),
    )
    endings = (
        (pattern(r"\[after training is done\].*"), EndingKind.FINISHED),
        (pattern(r"\[?exiting program at iteration .*"), EndingKind.EARLY_STOPPED),
        (pattern(r"\[?exiting program after .*"), EndingKind.INTERRUPTED),
    )
    noise = (
        pattern(r"time \(ms\) \|.*"),
        pattern(r"setting \w+ data start iteration to \d+"),
        pattern(r"(?:lr_decay_iters|lr_warmup_iters|eval_iters|iteration|checkpoint\w*) \.{3,60} .*"),
        pattern(r"Evaluating iter \d+/\d+"),
        pattern(r"Starting optimizer step at iteration .*"),
    )
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample("  train_iters ..................................... 1000", "a public log of Megatron-LM"),
        Sample(
            " iteration       10/    1000 | consumed samples:           40 | elapsed time per iteration (ms): 3171.3 | "
            "learning rate: 0.000E+00 | global batch size:     4 | loss scale: 8388608.0 | "
            "number of skipped iterations:  10 | number of nan iterations:   0 |",
            "a public log of Megatron-LM",
        ),
        Sample(
            "[Rank 18] (after 20 iterations) memory (MB) | allocated: 17694.361328125 | "
            "max allocated: 20045.0126953125 | reserved: 24084.0 | max reserved: 24084.0",
            "a public log of Megatron-LM",
        ),
        Sample(
            " iteration        2/    1000 | elapsed time per iteration (ms): 145207.0 | learning rate: 3.750E-05 | "
            "lm loss: 1.280042E+01 | loss scale: 1024.0 | number of skipped iterations:   0 | "
            "number of nan iterations:   0 |",
            "a public log of Megatron-DeepSpeed",
        ),
        Sample(
            " validation loss at iteration 200 | lm loss value: 7.645013E+00 | lm loss PPL: 2.090196E+03 | ",
            "a public log of Megatron-LM",
        ),
        Sample(
            "Training epoch 0, iteration 17/99 | lr: 2.699e-06 | global_batch_size: 128 | global_step: 17 | "
            "reduced_train_loss: 11.03 | train_step_timing in s: 12.64 | consumed_samples: 2304",
            "NeMo 2",
        ),
        Sample("saving checkpoint at iteration     300 to ckpt", "Megatron-LM"),
        Sample("  successfully saved checkpoint at iteration     300 to ckpt", "Megatron-LM"),
    )
