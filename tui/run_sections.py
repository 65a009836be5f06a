"""What is known of one run, as rows: head, figures, documented against measured, problems. Pure."""

from __future__ import annotations

from trainmon import units
from trainmon.attention import main_problem
from trainmon.estimates import Scope, Verdict
from trainmon.exports.report import NOT_YET, verdicts, why_late_text
from trainmon.snapshot import Eta, ProblemInfo, RunSnapshot, RunStatus, StepTime
from trainmon.tui import bars, words
from trainmon.tui.chart import Axis, metric_chart
from trainmon.tui.step_time_chart import step_time_chart
from trainmon.tui.text import (
    Row,
    Span,
    as_fits,
    beside,
    clock_room,
    fit,
    fit_row,
    heading,
    plain,
    shorten,
    shorten_left,
    width_of,
    with_clock,
    wrap,
)
from trainmon.tui.timeline import timeline

_LABEL = 13
_NOTHING_YET = "it is held against this plan; nothing that it took is measured yet"
CHOSEN = "▸ "
"""Stands before the problem whose line of the log a key shows."""
_WIDE = 100
"""From this width on a gauge stands beside each verdict."""


def head(run: RunSnapshot, width: int, now: float, clock: str = "") -> list[Row]:
    """Return the three lines that stay on top: who and how, how far, when it ends."""
    state, role = words.state(run)
    left = clock_room(width, clock)
    room = max(12, left - len(state) - 6)
    first: Row = ((f" {state}  ", role), (shorten_left(words.name(run), room), "title"))
    first = (*first, *as_fits([(plain(run.state_reason), "muted")], left - width_of(first)))
    bar_width = max(10, min(60, width - 40))
    bar = bars.plan_bar(bar_width, words.course(run), role)
    unit = plain(run.unit)
    second: Row = ((" ", ""), *bar, (f" {units.percent(run.progress)}  ", "title"))
    second = (*second, (f"{unit} {units.steps(run.step, run.total_steps)}", ""))
    if run.total_epochs is not None:
        second = (*second, (f"  epoch {units.exact(run.epoch)}/{units.exact(run.total_epochs)}", "muted"))
    return [with_clock(first, clock, width), fit_row(second, width), fit_row(_ending(run, width, now), width)]


def _ending(run: RunSnapshot, width: int, now: float) -> Row:
    text, role = words.verdict_of(run)
    if run.eta is None:
        taken = units.duration(run.elapsed_s)
        left: Row = ((f" took {taken}" if run.state in words.ENDED else f" {taken} so far", ""),)
    else:
        likely, left_, within = words.time_left_told(run).partition(" left")
        left = ((f" {likely}{left_}", "title"), (within, ""))
        if run.eta.finish_at is not None:
            left = (*left, (f", done at {units.clock(run.eta.finish_at.likely, now)}", ""))
        if run.came_true_s is not None:
            left = (*left, ("   came true: ", "muted"), _came_true(run.eta, run.came_true_s))
    row = (*left, ("   documented ", "muted"), (words.documented(run.documented), "band"), ("   ", ""), (text, role))
    basis = "" if run.eta is None else f"   basis: {plain(run.eta.basis)}"
    return (*row, (basis, "muted")) if width_of(row) + len(basis) <= width else row


def _came_true(eta: Eta, came_true_s: float) -> Span:
    """What a replay knows better: good where it lay in the interval."""
    held = eta.remaining_s.low <= came_true_s <= eta.remaining_s.high
    return units.duration(came_true_s), "good" if held else "warn"


def figures(run: RunSnapshot, width: int) -> list[Row]:
    """Return the run's figures in pairs of label and value, in as many columns as fit."""
    per_line = 2 if width >= 76 else 1
    cell = width // per_line
    pairs = _pairs(run, cell - _LABEL - 1)
    rows = []
    for at in range(0, len(pairs), per_line):
        row: list[tuple[str, str]] = []
        for label, value in pairs[at : at + per_line]:
            row += [(fit("  " + label, _LABEL), "muted"), (fit(shorten(value, cell - _LABEL - 1), cell - _LABEL), "")]
        rows.append(fit_row(tuple(row), width))
    return rows


def _pairs(run: RunSnapshot, room: int) -> list[tuple[str, str]]:
    """Return labels and values, the values worded for `room` cells."""
    pairs = [("elapsed", units.duration(run.elapsed_s)), *_pace(run)]
    if run.total_reason:
        pairs.append(("total", plain(run.total_reason)))
    if run.stage:
        pairs.append(("stage", plain(run.stage)))
    if run.attempts > 1:
        pairs.append(("attempt", f"{run.attempts}, from step {units.exact(run.start_step)}"))
    memory = words.memory(run)
    if run.gpu is not None and memory:
        over = run.state in words.ENDED
        pairs.append(("GPU peak" if over else "GPU memory", f"{memory} ({plain(run.gpu.basis)})"))
        if not over:
            pairs.append(("GPU peak", units.bytes_text(run.gpu.peak_memory_bytes)))
    if run.gpu is not None and run.gpu.note:
        pairs.append(("GPU note", plain(run.gpu.note)))
    name = words.loss_name(run)
    if name is not None:
        best = f"(best {units.metric_value(run.metrics[name].min)})"
        pairs.append((shorten(plain(name), _LABEL - 3), f"{words.loss(run)[0]} {best}"))
    for file in run.files:
        pairs.append(("file", shorten_left(plain(file.path), room)))
        pairs.append(("format", ", ".join(map(plain, (file.format, *file.notes)))))
    return pairs


_OTHER_PACE = 1.05
"""From this ratio on the present pace is told apart from that of all steps."""


def _pace_told(times: StepTime, pace_s: float, unit: str) -> str:
    """`1.40 s/step now, 0.67 in all`, or `0.67 s/step` where that is the same."""
    told = units.step_time(pace_s, unit)
    if max(pace_s, times.mean) < _OTHER_PACE * min(pace_s, times.mean):
        return told
    return f"{told} now, {units.step_time(times.mean, unit)} in all"


def _pace(run: RunSnapshot) -> list[tuple[str, str]]:
    times = run.step_time_s
    if times is None or run.pace_s is None:
        return []
    low, high = (units.step_time(value).partition("/")[0] for value in (times.p10, times.p90))
    pairs = [("step time", f"{_pace_told(times, run.pace_s, plain(run.unit))} ({low.partition(' ')[0]}-{high})")]
    if times.warmup_steps:
        pairs.append(("warm-up", f"{units.plural(times.warmup_steps, 'step')}, {units.duration(times.warmup_s)}"))
    return pairs


def ordered_problems(run: RunSnapshot) -> list[ProblemInfo]:
    """Return the run's problems, the cause first, then the newest."""
    cause = main_problem(run)
    ordered = [problem for problem in run.problems if problem is not cause]
    return [*([cause] if cause is not None else []), *ordered[::-1]]


def problems(
    run: RunSnapshot, width: int, *, most: int | None = None, lines: int = 4, chosen: int | None = None
) -> list[Row]:
    """Return the run's problems in their order, each with its line of the log; a sign stands before the chosen one."""
    rows = _unwell(run, width, lines)
    if not run.problems:
        return rows or [(("  no problem in the log", "good"),)]
    cause = main_problem(run)
    for at, problem in enumerate(ordered_problems(run)[:most]):
        where = f"line {problem.line}" if problem.line else ""
        if problem.step is not None:
            where += f", step {units.exact(problem.step)}"
        if problem.count > 1:
            where += f", {problem.count} times"
        role = words.state_role(run) if problem is cause else "warn"
        rows.append(
            (
                (CHOSEN, "key") if at == chosen else ("  ", ""),
                (f"! {words.PROBLEM_WORDS[problem.kind]}", role),
                ("  " + where.removeprefix(", "), "muted"),
            )
        )
        rows.extend((("    " + line, ""),) for line in wrap(plain(problem.message), width - 6, most=lines))
    if most is not None and len(run.problems) > most:
        rows.append(((f"    … {len(run.problems) - most} more (4)", "muted"),))
    return rows


def _unwell(run: RunSnapshot, width: int, lines: int) -> list[Row]:
    """Return the state and its reason where the state itself is the trouble and no problem says the same."""
    if run.state not in words.UNWELL:
        return []
    reason = plain(run.state_reason)
    if run.problems and (run.state is RunStatus.FAILED or not reason):
        return []  # its problems say why
    text, role = words.state(run)
    return [((f"  {text}", role),), *((("    " + line, ""),) for line in wrap(reason, width - 6, most=lines))]


def documented(run: RunSnapshot, width: int) -> list[Row]:
    """Return every documented duration that applies, held against the measured one, with its line of the document."""
    rows: list[Row] = [heading("Documented against measured", width), *why_late(run, width)]
    held = run.comparisons or tuple(verdicts(run))
    if not held and run.verdict is not None:
        held = (run.verdict,)
    if not held:
        return [*rows, (("  no estimate document speaks of this run", "muted"),)]
    titles = (
        fit("  what", _what_width(width))
        + fit("documented", 17, right=True)
        + fit("measured", 12, right=True)
        + "   verdict"
    )
    rows.append(fit_row(((titles, "muted"),), width))
    for verdict in held:
        rows.extend(_held(verdict, width))
    return rows


def why_late(run: RunSnapshot, width: int) -> list[Row]:
    """Return what a run that is slower than documented spent the difference on; nothing for others."""
    text = why_late_text(run)
    if not text:
        return []
    first, *more = wrap(plain(text), width - 12)
    return [(("  why late  ", "warn"), (first, "")), *(((" " * 12 + line, ""),) for line in more)]


def _held(verdict: Verdict, width: int) -> list[Row]:
    stated = verdict.documented
    subject = "" if stated is None else plain(stated.subject)
    scope = Scope.TOTAL if stated is None else stated.scope
    what = subject if scope in subject.casefold() else f"{scope}: {subject}".removesuffix(": ")
    wide = _what_width(width)
    measured = units.duration(verdict.measured_s)
    if scope is Scope.STEP:
        measured = units.step_time(verdict.measured_s).partition("/")[0]
    text, role = words.verdict(verdict)
    row: Row = (
        (fit("  " + what, wide), "title"),
        (fit(words.documented(stated), 17, right=True), "band"),
        (fit(("~" if verdict.projected and measured != units.UNKNOWN else "") + measured, 12, right=True), ""),
        ("   " + fit(text, 17), role),
    )
    if width >= _WIDE:
        row = (*row, (" ", ""), *bars.gauge(15, verdict.measured_s, bars.ends(stated), role))
    rows = [fit_row(row, width)]
    if verdict.text:
        said = _NOTHING_YET if verdict.text == NOT_YET else plain(verdict.text)
        rows.extend((("    " + line, "muted"),) for line in wrap(said, width - 6, most=2))
    return [*rows, *_source(verdict, width), ()]


def _what_width(width: int) -> int:
    return max(12, min(44, width - (67 if width >= _WIDE else 50)))


def _source(verdict: Verdict, width: int) -> list[Row]:
    stated = verdict.documented
    if stated is None:
        return []
    rows: list[Row] = []
    if stated.source is not None:
        at = f"    {shorten_left(plain(stated.source.file), 30)}:{stated.source.line}  "
        rows.append(((at, "muted"), (shorten(plain(stated.source.text).strip(), width - len(at)), "band")))
    conditions = ", ".join(plain(each) for each in stated.scenario)
    because = "; ".join(
        part for part in (conditions, plain(stated.reason), stated.basis if stated.basis != "stated" else "") if part
    )
    if because:
        rows.append((("    " + shorten(because, width - 6), "muted"),))
    return rows


def preview(run: RunSnapshot, width: int, height: int) -> list[Row]:
    """Return the stages and the loss of a run in `height` rows: what the overview shows below its list."""
    rows: list[Row] = [heading(shorten_left(words.name(run), width // 2), width)]
    left_width = width * 3 // 5
    trouble = problems(run, left_width, most=1, lines=2) if run.problems else []
    left = [*trouble, *timeline(run, left_width)]
    right_width = width - left_width - 3
    name = words.loss_name(run)
    deep = max(5, height - 1)
    right = (
        step_time_chart(run, right_width, deep)
        if name is None
        else metric_chart(name, run.metrics[name], right_width, deep, axis=Axis(unit=run.unit))
    )
    rows += beside(left[:deep], left_width, right, gap=3)
    return [*rows, *((),) * (height - len(rows))]
