"""The JSON Schema of the contract `trainmon/1`: what `trainmon formats --schema` prints.

The contract only grows: a reader must accept fields that it does not know, so no object is closed.
"""

from __future__ import annotations

from trainmon.estimates import Scope, VerdictKind
from trainmon.events import ProblemKind, StageKind
from trainmon.exports.contract import OVERHEADS, SCHEMA, JsonObject
from trainmon.exports.schema_backtest import backtest_definitions
from trainmon.exports.schema_documents import document_definitions
from trainmon.exports.schema_gpu import gpu_definitions
from trainmon.exports.schema_parts import (
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    list_of,
    map_of,
    moment,
    object_of,
    one_of,
    or_null,
    ref,
    said,
)
from trainmon.snapshot import ClockBasis, RunStatus


def schema() -> JsonObject:
    """Give the schema (draft 2020-12) of everything that `--json` prints about runs, documents and backtests."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"trainmon: runs, estimate documents and backtests ({SCHEMA})",
        "description": "Unknown is null. Fields in _at are moments (ISO 8601, UTC), fields in _s are seconds, "
        "fields in _bytes are bytes. Fields are only ever added.",
        "anyOf": [ref("status"), ref("estimates"), ref("backtest")],
        "$defs": {**_runs(), **_measured(), **_against_the_plan(), **document_definitions(), **backtest_definitions()},
    }


def _runs() -> JsonObject:
    """Definitions of what `status --json` and `summary --format json` print."""
    return {
        "status": object_of(
            "One look at all runs.",
            schema={"const": SCHEMA},
            generated_at=moment("When the look was taken."),
            logs=list_of(TEXT, "The LOGS arguments."),
            skipped=list_of(object_of("A file that is no log.", path=TEXT, reason=TEXT)),
            catching_up=said(FLAG, "History is still being read."),
            notes=list_of(TEXT, "What limits the answer."),
            documents=list_of(ref("document_entry"), "The estimate documents that were used."),
            gpu=ref("gpus"),
            runs=list_of(ref("run")),
        ),
        "run": object_of("One training job.", **_run_fields()),
        "stage": object_of(
            "A part of the run; a recurring one is one entry.",
            name=TEXT,
            kind=one_of(StageKind),
            current=NUMBER,
            total=NUMBER,
            unit=TEXT,
            started_s=said(NUMBER, "From the start of the run."),
            elapsed_s=said(NUMBER, "Over all occurrences."),
            occurrences=WHOLE,
            active=FLAG,
            step_time_s=NUMBER,
            documented=or_null("documented"),
            verdict=or_null("verdict"),
        ),
    }


def _run_fields() -> JsonObject:
    return {
        "name": TEXT,
        "files": list_of(
            object_of(
                "A file of the run.",
                path=TEXT,
                format=TEXT,
                bytes=WHOLE,
                encoding=TEXT,
                notes=list_of(TEXT),
                lines=said(NUMBER, "Lines read so far."),
                understood=said(NUMBER, "Of those, lines that some format read or that are blank."),
                earlier=list_of(TEXT, "Parts of the log that were rotated away and read before it, oldest first."),
            )
        ),
        "attempts": said(WHOLE, "Starts of the run; a resumed run has several."),
        "state": one_of(RunStatus),
        "state_reason": TEXT,
        "problems": list_of(
            object_of(
                "Trouble that the log reports, once per cause.",
                kind=one_of(ProblemKind),
                message=TEXT,
                line=said({"type": ["integer", "null"]}, "1-based; null where no line says it, as of a stall."),
                step=NUMBER,
                count=WHOLE,
            )
        ),
        "started_at": moment(),
        "ended_at": moment(),
        "last_activity_at": moment(),
        "elapsed_s": NUMBER,
        "step": said(NUMBER, "Training steps of the whole run that are done."),
        "start_step": said(NUMBER, "First step of the present attempt."),
        "redone_steps": said(NUMBER, "Steps done again after an attempt died beyond its checkpoint."),
        "redone_s": said(NUMBER, "What those steps had taken when they were done first."),
        "gap_s": said(NUMBER, "From the last sign of life of dead attempts to the first step of the next."),
        "total_steps": NUMBER,
        "total_reason": said(TEXT, "How the total is known."),
        "unit": TEXT,
        "epoch": NUMBER,
        "total_epochs": NUMBER,
        "progress": said({"type": ["number", "null"], "minimum": 0}, "1 is the end of the whole run."),
        "stage": said(TEXT, "The stage under way."),
        "step_time_s": or_null("step_time"),
        "stages": list_of(ref("stage")),
        "training_s": said(NUMBER, "Training steps of all attempts, without pauses and redone steps."),
        "overhead_s": {
            **object_of("Time that is not training steps.", **dict.fromkeys(OVERHEADS, NUMBER)),
            "additionalProperties": NUMBER,
        },
        "unexplained_s": said(NUMBER, "What is left of elapsed_s beside training, redone steps, gaps and overheads."),
        "metrics": map_of(ref("metric")),
        "facts": map_of({"type": ["number", "string", "null"]}, "Numbers that a header or configuration dump states."),
        "eta": or_null("eta"),
        "eta_accuracy": list_of(ref("eta_check"), "Of finished runs, in a summary; replayed from the log alone."),
        "gpu": or_null("run_gpu"),
        "documented": or_null("documented"),
        "comparisons": list_of(ref("verdict"), "Every documented duration that applies."),
        "verdict": ref("verdict"),
        "why_late": or_null("lateness"),
        "preview": said(FLAG, "Only the tail was read yet."),
        "came_true_s": said(NUMBER, "Replay: how long it really took from this moment on."),
    }


_INTERVAL: JsonObject = {"low": NUMBER, "likely": NUMBER, "high": NUMBER}


def _measured() -> JsonObject:
    """Definitions of what was measured of a run, and of its forecast."""
    moments = {"low": moment(), "likely": moment(), "high": moment()}
    return {
        "step_time": object_of(
            "Seconds per training step of the present attempt, pauses and warm-up excluded.",
            count=WHOLE,
            **dict.fromkeys(("mean", "median", "p10", "p90", "last"), NUMBER),
            now=said(NUMBER, "What the next steps are expected to take: the ETA goes by it."),
            basis=one_of(ClockBasis),
            warmup_steps=WHOLE,
            warmup_s=NUMBER,
        ),
        "metric": object_of(
            "One metric over the run.",
            count=WHOLE,
            **dict.fromkeys(("first", "last", "min", "max", "last_step"), NUMBER),
            nan=said(FLAG, "One of the values is NaN or infinite, and null here."),
        ),
        "eta": object_of(
            "The end of the run; low to high is an 80 % interval.",
            remaining_s=object_of("Seconds.", **_INTERVAL),
            finish_at={"anyOf": [object_of("Moments.", **moments), {"type": "null"}]},
            basis=said(TEXT, "What it comes from, in words."),
        ),
        "eta_check": object_of(
            "What the ETA said on the way, and what came true.",
            share=said({"type": "number"}, "Of the wall time, 0 to 1."),
            at_s=NUMBER,
            remaining_s={"anyOf": [object_of("80 % interval.", **_INTERVAL), {"type": "null"}]},
            true_s=said(NUMBER, "What was left in truth."),
        ),
        **gpu_definitions(),
    }


def _against_the_plan() -> JsonObject:
    """Definitions of documented durations, and of what was measured held against them."""
    return {
        "lateness": object_of(
            "What the time beyond the documented one is made of.",
            late_s=said(NUMBER, "Beyond the upper end of the documented range."),
            parts=list_of(
                object_of("One reason.", what=TEXT, late_s=said(NUMBER, "Negative where it made up for others.")),
                "The greatest first, what is not explained last; they add up to late_s within 1 %.",
            ),
            step_time_s={
                "anyOf": [object_of("Seconds.", measured=NUMBER, documented=NUMBER), {"type": "null"}],
            },
            within=list_of(
                object_of("A measured overhead.", what=TEXT, spent_s=NUMBER),
                "Overheads that the plan does not tell from its steps: inside the parts, not on top of them.",
            ),
        ),
        "documented": object_of(
            "A documented duration.",
            total_s=said(object_of("", **_INTERVAL), "Of the whole scope: the run, one epoch, one step, one stage."),
            basis={"enum": ["stated", "derived"]},
            scope=one_of(Scope),
            subject=TEXT,
            scenario=list_of(TEXT, "Conditions under which it holds."),
            source={"anyOf": [object_of("", file=TEXT, line=WHOLE, text=TEXT), {"type": "null"}]},
            reason=said(TEXT, "Why this estimate was chosen."),
            excludes_init=FLAG,
        ),
        "verdict": object_of(
            "A measured or projected duration held against a documented one.",
            kind=one_of(VerdictKind),
            ratio=said(NUMBER, "Measured over documented: over the nearer bound of a range, 1 when inside."),
            text=TEXT,
            documented=or_null("documented"),
            measured_s=NUMBER,
            projected=FLAG,
            so_far=FLAG,
        ),
    }
