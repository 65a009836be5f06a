"""The summary as one HTML file that needs nothing else: no script, no font, no image from anywhere."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Iterable, Sequence

from trainmon import units
from trainmon.attention import worst_first
from trainmon.estimates import EstimateDocument, Verdict, VerdictKind
from trainmon.exports.html_style import STYLE
from trainmon.exports.html_text import Markup, element, join
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
    totals,
    verdict_text,
    verdicts,
    why_late_text,
)
from trainmon.exports.report_figures import metric_figures, plan_figure, time_figure
from trainmon.exports.times import ETA_HEADER, ETA_SAID, ETA_TITLE, eta_basis, eta_rows, step_time_basis
from trainmon.plan.corrections import corrections
from trainmon.sanitise import clean
from trainmon.snapshot import Board, RunSnapshot, RunStatus

_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
_STATE_CLASS = {
    RunStatus.FAILED: "bad",
    RunStatus.STALLED: "warn",
    RunStatus.INTERRUPTED: "warn",
    RunStatus.FINISHED: "good",
}
_VERDICT_CLASS = {VerdictKind.SLOWER: "warn", VerdictKind.WITHIN: "good", VerdictKind.FASTER: "good"}


def summary_html(board: Board) -> str:
    """Give the whole page."""
    runs = worst_first(board.runs)
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Training summary</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
    where = f" from {', '.join(map(clean, board.logs))}" if board.logs else ""
    parts = [
        element("h1", "Training summary"),
        element("p", f"{totals(runs)}. Read at {units.moment(board.taken_at)}{where}.", class_="soft"),
        _overview(runs) if runs else "",
        *(_run(number, run) for number, run in enumerate(runs)),
        _corrections(board),
        _documents(board.documents),
        _section("Limits", _list(limits(board))) if limits(board) else "",
    ]
    return head + element("main", *parts) + "\n</body>\n</html>\n"


def _overview(runs: Sequence[RunSnapshot]) -> Markup:
    rows = []
    for number, run in enumerate(runs):
        plan = plan_rows(run)
        rows.append(
            (
                element("a", run_name(run), href=f"#run-{number}"),
                _word(run.state.value, _STATE_CLASS.get(run.state, "calm")),
                units.percent(run.progress),
                step_time(run),
                units.duration(run.elapsed_s),
                "" if run.state is RunStatus.FINISHED else remaining(run)[0],
                plan[0].plan if plan else units.UNKNOWN,
                plan_figure(verdicts(run)[0]) if plan else "",
                _verdict(run.verdict),
            )
        )
    header = ("Run", "State", "Done", "Step time", "Took", "Left", "Plan", "", "Verdict")
    return _section("All runs", _table(header, rows, numbers={2, 3, 4, 5, 6}))


def _run(number: int, run: RunSnapshot) -> Markup:
    state = _word(run.state.value, _STATE_CLASS.get(run.state, "calm"))
    return element(
        "section",
        element("div", element("h2", run_name(run)), state, _verdict(run.verdict), class_="head"),
        element("p", clean(run.state_reason), class_="soft") if run.state_reason else "",
        _facts(run),
        _problems(run),
        _plan(run),
        time_figure(run),
        _eta_accuracy(run),
        metric_figures(run),
        _stages(run),
        _metrics(run),
        id=f"run-{number}",
    )


def _facts(run: RunSnapshot) -> Markup:
    left, interval = remaining(run)
    pace, unit = run.step_time_s, clean(run.unit)
    known = {
        "Steps" if unit == "step" else f"Progress in {unit}": steps(run),
        "Took": units.duration(run.elapsed_s),
        "Left (80 % interval)": f"{left} ({interval})" if run.eta else units.UNKNOWN,
        "ETA from": eta_basis(run) or units.UNKNOWN,
        "Step time p50": step_time(run),
        "Step time p10 to p90": units.step_time_range(pace.p10, pace.p90, unit) if pace else units.UNKNOWN,
        "Step times from": step_time_basis(run) or units.UNKNOWN,
        "Peak GPU memory": peak_memory(run),
        "Hardware": hardware(run) or units.UNKNOWN,
        "Attempts": str(run.attempts) if run.attempts > 1 else units.UNKNOWN,
        "Started": units.moment(run.started_at),
    }
    told = [(name, value) for name, value in known.items() if value != units.UNKNOWN]
    return element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in told))


def _plan(run: RunSnapshot) -> Markup:
    rows = plan_rows(run)
    if not rows:
        return Markup("")
    cells = [
        (
            row.what,
            row.plan,
            row.actual,
            plan_figure(verdict),
            _verdict(verdict),
            row.source,
            join([element("code", row.quote) if row.quote else "", f" {row.scenario}" if row.scenario else ""]),
        )
        for row, verdict in zip(rows, verdicts(run), strict=True)
    ]
    header = ("What", "Plan", "Actual", "", "Verdict", "Documented at", "Line and conditions")
    told = clean(run.verdict.text) if run.verdict and run.verdict.text != run.verdict.kind.value else ""
    return join(
        [
            element("h3", "Plan against actual"),
            _table(header, cells, numbers={1, 2}),
            element("p", told) if told else "",
            element("p", f"Why late: {late}.") if (late := why_late_text(run)) else "",
        ]
    )


def _stages(run: RunSnapshot) -> Markup:
    if not run.stages:
        return Markup("")
    rows = [
        (
            clean(stage.name),
            stage.kind.value,
            str(stage.occurrences),
            stage_took(run, stage),
            units.step_time(stage.step_time_s, clean(stage.unit)),
            verdict_text(stage.verdict) if stage.verdict else "",
        )
        for stage in run.stages
    ]
    return join(
        [
            element("h3", "Stages"),
            _table(("Stage", "Kind", "Times", "Took", "Step time", "Verdict"), rows, numbers={2, 3, 4}),
        ]
    )


def _eta_accuracy(run: RunSnapshot) -> Markup:
    rows = eta_rows(run)
    if not rows:
        return Markup("")
    said = element("p", ETA_SAID, class_="soft")
    table = _table(ETA_HEADER, rows, numbers={0, 1, 2, 3, 4})
    return join([element("h3", ETA_TITLE), said, table])


def _metrics(run: RunSnapshot) -> Markup:
    if not run.metrics:
        return Markup("")
    rows = [
        (
            clean(name),
            *map(_value, (metric.last, best(name, metric), metric.min, metric.max)),
            units.exact(metric.last_step),
        )
        for name, metric in run.metrics.items()
    ]
    header = ("Metric", "Final", "Best", "Lowest", "Highest", "Last at")
    return join([element("h3", "Metrics"), _table(header, rows, numbers={1, 2, 3, 4, 5})])


def _value(value: float | None) -> str:
    text = units.metric_value(value)
    return text if value is None or math.isfinite(value) else _word(text, "bad")


def _problems(run: RunSnapshot) -> Markup:
    told = [problem_text(run, problem) for problem in run.problems]
    return join([element("h3", "Problems"), _list(told)]) if told else Markup("")


def _corrections(board: Board) -> Markup:
    proposed = corrections(board)
    said = element("p", "What the documents would say if they said what was measured:", class_="soft")
    lines = element("ul", *(element("li", element("code", line)) for line in proposed))
    return _section("Proposed corrections", said, lines) if proposed else Markup("")


def _documents(documents: Iterable[EstimateDocument]) -> Markup:
    told: list[Markup] = []
    for document in documents:
        found = found_in(document)
        lines = [contradiction_text(contradiction) for contradiction in document.contradictions]
        told += [
            element("p", element("code", clean(document.path)), f" {found}"),
            _list(lines) if lines else Markup(""),
        ]
    return _section("Estimate documents", *told) if told else Markup("")


def _section(title: str, *contents: str) -> Markup:
    return element("section", element("h2", title), *contents)


def _list(lines: Iterable[str]) -> Markup:
    return element("ul", *(element("li", line) for line in lines))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: set[int]) -> Markup:
    """`numbers` are the indices of the columns that are set to the right."""

    def row(tag: str, cells: Sequence[str]) -> Markup:
        return element(
            "tr",
            *(element(tag, cell, class_="number" if column in numbers else None) for column, cell in enumerate(cells)),
        )

    body = element("tbody", *(row("td", cells) for cells in rows))
    return element("div", element("table", element("thead", row("th", header)), body), class_="scroll")


def _verdict(verdict: Verdict | None) -> Markup:
    return _word(verdict_text(verdict), _VERDICT_CLASS.get(verdict.kind, "calm") if verdict else "calm")


def _word(text: str, kind: str) -> Markup:
    return element("span", text, class_=f"word {kind}")
