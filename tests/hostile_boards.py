"""Boards that try the exports: one with nothing, and one that says the same hostile thing everywhere."""

from __future__ import annotations

from trainmon.estimates import Contradiction, DocumentedRange, EstimateDocument, SourceLine, Verdict, VerdictKind
from trainmon.events import ProblemKind, StageKind
from trainmon.gpu_snapshot import GpuDevice, GpuPanel, GpuSample, RunGpu
from trainmon.snapshot import (
    Board,
    FileInfo,
    MetricInfo,
    ProblemInfo,
    RunSnapshot,
    RunStatus,
    Skipped,
    StageInfo,
    StepTime,
)

HOSTILE = (
    '=HYPERLINK("http://x";"y")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a|b`c``d",
    "[x](javascript:alert(1)) ![i](http://x/y.png)",
    "![[rank0]]: [/home/u/x.py] **bold** _it_ ~~s~~ $m$",
    "\x1b]0;PWNED\x07\x1b[2J",
    "log\u202etxt\u200b",
    "run\udcff",
    "a\nb\r\n# c",
    "- item",
    "1. item",
    "#heading",
    "    code",
    "\\",
    "\\|",
    "&lt;&#60;",
    "'\"",
    "]]>-->",
    "http://example.org www.example.org a@example.org",
    "",
    " ",
)


def empty_board() -> Board:
    """Nothing found."""
    return Board(taken_at=0.0)


def named_board(text: str) -> Board:
    """One run whose every free text is `text`."""
    spoken = DocumentedRange(
        low_s=60.0,
        high_s=120.0,
        likely_s=None,
        subject=text,
        scenario=(text,),
        reason=text,
        source=SourceLine(file=text, line=1, text=text),
    )
    verdict = Verdict(kind=VerdictKind.SLOWER, ratio=2.0, text=text, documented=spoken, measured_s=240.0)
    metric = MetricInfo(
        count=2, first=1.0, last=-0.5, min=-0.5, max=1.0, last_step=2.0, history=((1.0, 1.0), (2.0, -0.5))
    )
    run = RunSnapshot(
        name=text,
        files=(FileInfo(path=text, format=text, bytes=1, encoding=text, notes=(text,)),),
        state=RunStatus.FAILED,
        state_reason=text,
        stage=text,
        unit=text,
        total_reason=text,
        elapsed_s=240.0,
        problems=(ProblemInfo(kind=ProblemKind.OTHER, message=text, line=1),),
        step=2.0,
        total_steps=4.0,
        progress=0.5,
        step_time_s=StepTime(
            count=2, mean=1.0, median=1.0, p10=1.0, p90=1.0, last=1.0, now=1.0, history=((1.0, 1.0), (2.0, 1.0))
        ),
        stages=(StageInfo(name=text, kind=StageKind.OTHER, unit=text, verdict=verdict, documented=spoken),),
        overhead_s={"init": 1.0},
        metrics={text: metric},
        facts={text: text, "gpu": text},
        gpu=RunGpu(
            devices=(GpuDevice(name=text),), peak_memory_bytes=1.0, memory_total_bytes=2.0, basis="log", note=text
        ),
        documented=spoken,
        comparisons=(verdict,),
        verdict=verdict,
    )
    contradiction = Contradiction(lines=(1,), kind=text, text=text)
    return Board(
        taken_at=0.0,
        logs=(text,),
        runs=(run,),
        skipped=(Skipped(path=text, reason=text),),
        documents=(EstimateDocument(path=text, title=text, contradictions=(contradiction,)),),
        notes=(text,),
        gpu=GpuPanel(samples=(GpuSample(index=0, name=text, unavailable={text: text}),), note=text),
    )
