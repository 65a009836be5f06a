"""The summary as Markdown: for a pull request, a wiki, or the estimate document's neighbour."""

from __future__ import annotations

from collections.abc import Iterable

from trainmon import units
from trainmon.attention import worst_first
from trainmon.exports.markdown_text import block, code, inline, table
from trainmon.exports.report import (
    best,
    contradiction_text,
    found_in,
    hardware,
    limits,
    peak_memory,
    plan_rows,
    problem_text,
    remaining,
    run_name,
    stage_took,
    step_time,
    steps,
    time_split,
    totals,
    verdict_of,
    verdict_text,
    why_late_text,
)
from trainmon.exports.times import ETA_HEADER, ETA_SAID, ETA_TITLE, eta_basis, eta_rows, step_time_basis
from trainmon.own_output import SUMMARY_MARK
from trainmon.plan.corrections import corrections
from trainmon.sanitise import clean
from trainmon.snapshot import Board, RunSnapshot, RunStatus


def summary_markdown(board: Board) -> str:
    """Give the whole report: a table over all runs, each run in detail, the documents, and the lines to correct."""
    runs = worst_first(board.runs)
    lines = [
        SUMMARY_MARK,
        "# Training summary",
        "",
        f"{totals(runs)}. Read at {units.moment(board.taken_at)}{_from(board)}.",
        "",
        *(_comparison(runs) if runs else []),
        *(line for run in runs for line in _run(run)),
        *_documents(board),
        *_corrections(board),
        *_limits(board),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _from(board: Board) -> str:
    named = ", ".join(code(clean(log)) for log in board.logs)
    return f" from {named}" if named else ""


def _comparison(runs: Iterable[RunSnapshot]) -> list[str]:
    header = ("Run", "State", "Steps", "Step time", "Took", "Left", "Plan", "Verdict", "Peak memory")
    rows = []
    for run in runs:
        plan = plan_rows(run)
        left = "" if run.state is RunStatus.FINISHED else remaining(run)[0]
        rows.append(
            (
                run_name(run),
                run.state.value,
                steps(run),
                step_time(run),
                units.duration(run.elapsed_s),
                left,
                plan[0].plan if plan else units.UNKNOWN,
                verdict_of(run),
                peak_memory(run),
            )
        )
    return table(header, rows, right=("Steps", "Step time", "Took", "Left", "Plan", "Peak memory"))


def _run(run: RunSnapshot) -> Iterable[str]:
    reason = f" ({inline(clean(run.state_reason))})" if run.state_reason else ""
    yield from (f"## {block(run_name(run))}", "", f"**{run.state.value.capitalize()}**{reason}.{_facts(run)}", "")
    if run.problems:
        yield from ("### Problems", "")
        yield from (f"- {block(problem_text(run, problem))}" for problem in run.problems)
        yield ""
    yield from _plan(run)
    yield from _time(run)
    yield from _eta_accuracy(run)
    yield from _metrics(run)


_TOOK = {RunStatus.FINISHED: "took", RunStatus.RUNNING: "running for", RunStatus.STALLED: "running for"}


def _facts(run: RunSnapshot) -> str:
    """What is known in one sentence; what is unknown is left out."""
    left, interval = remaining(run)
    told = [
        f"{inline(steps(run))} steps" if run.unit == "step" else inline(steps(run)),
        f"{_TOOK.get(run.state, 'ran for')} {units.duration(run.elapsed_s)}",
        f"{left} left ({interval}; {inline(eta_basis(run))})" if run.eta else "",
        f"{run.attempts} attempts" if run.attempts > 1 else "",
        inline(hardware(run)),
        f"peak memory {peak_memory(run)}",
    ]
    known = [text for text in told if text and units.UNKNOWN not in text.split()]
    return f" {', '.join(known)}." if known else ""


def _plan(run: RunSnapshot) -> Iterable[str]:
    rows = plan_rows(run)
    if not rows:
        return
    yield from ("### Plan against actual", "")
    yield from table(
        ("What", "Plan", "Actual", "Verdict", "Documented at", "Holds for"),
        [(row.what, row.plan, row.actual, row.verdict, row.source, row.scenario) for row in rows],
        right=("Plan", "Actual"),
    )
    quoted = {row.source: row.quote for row in rows if row.quote}
    yield from (f"- {block(source)}: {code(quote)}" for source, quote in quoted.items())
    if run.verdict and run.verdict.text not in {"", run.verdict.kind.value}:
        yield from ("", block(clean(run.verdict.text)))
    if late := why_late_text(run):
        yield from ("", f"Why late: {inline(late)}.")
    yield ""


def _time(run: RunSnapshot) -> Iterable[str]:
    split, pace = time_split(run), run.step_time_s
    if pace is not None:
        spread = " / ".join(units.step_time(end, clean(run.unit)) for end in (pace.p10, pace.median, pace.p90))
        basis = f", from {told}" if (told := step_time_basis(run)) else ""
        yield from (f"Step time p10 / p50 / p90: {inline(spread)} over {units.exact(pace.count)} measured{basis}.", "")
    if split:
        whole = sum(spent for _, spent in split)
        rows = [(name, units.duration(spent), units.percent(spent / whole)) for name, spent in split]
        yield from ("### Where the time went", "")
        yield from table(("Part", "Time", "Share"), rows, right=("Time", "Share"))
    if run.stages:
        yield from ("### Stages", "")
        yield from table(
            ("Stage", "Kind", "Times", "Done", "Took", "Step time", "Verdict"),
            [
                (
                    clean(s.name),
                    s.kind.value,
                    str(s.occurrences),
                    units.exact(s.current),
                    stage_took(run, s),
                    units.step_time(s.step_time_s, clean(s.unit)),
                    verdict_text(s.verdict) if s.verdict else "",
                )
                for s in run.stages
            ],
            right=("Times", "Done", "Took", "Step time"),
        )


def _eta_accuracy(run: RunSnapshot) -> Iterable[str]:
    rows = eta_rows(run)
    if rows:
        yield from (f"### {ETA_TITLE}", "", ETA_SAID, "")
        yield from table(ETA_HEADER, rows, right=("At", "ETA said", "80 % range", "Came true", "Off by"))


def _metrics(run: RunSnapshot) -> Iterable[str]:
    if not run.metrics:
        return
    yield from ("### Metrics", "")
    yield from table(
        ("Metric", "Final", "Best", "Lowest", "Highest", "Last at"),
        [
            (
                clean(name),
                units.metric_value(metric.last),
                units.metric_value(best(name, metric)),
                units.metric_value(metric.min),
                units.metric_value(metric.max),
                units.exact(metric.last_step),
            )
            for name, metric in run.metrics.items()
        ],
        right=("Final", "Best", "Lowest", "Highest", "Last at"),
    )


def _documents(board: Board) -> Iterable[str]:
    if not board.documents:
        return
    yield from ("## Estimate documents", "")
    for document in board.documents:
        found = found_in(document)
        yield f"- {code(clean(document.path))}: {found}"
        yield from (f"  - {block(contradiction_text(contradiction))}" for contradiction in document.contradictions)
    yield ""


def _corrections(board: Board) -> Iterable[str]:
    proposed = corrections(board)
    if proposed:
        yield from ("## Proposed corrections", "", "What the documents would say if they said what was measured:", "")
        yield from (f"- {block(line)}" for line in proposed)
        yield ""


def _limits(board: Board) -> Iterable[str]:
    told = limits(board)
    if told:
        yield from ("## Limits", "", *(f"- {block(line)}" for line in told))
