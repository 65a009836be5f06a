"""What the documents say of a run, and when it ends: ETA and verdicts added to the bare snapshot; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trainmon.estimates import EstimateDocument, Verdict, VerdictKind
from trainmon.plan.deadlines import deadline_problem
from trainmon.plan.findings import findings
from trainmon.plan.naming import KnownRun
from trainmon.run_choices import choice_for
from trainmon.settings import Settings
from trainmon.snapshot import Eta, RunSnapshot, RunStatus
from trainmon.timing.eta import forecast
from trainmon.timing.pace import Expectation, Pace, Slowdown

_UNFINISHED = (RunStatus.RUNNING, RunStatus.STALLED, RunStatus.WAITING)


def judge(
    run: RunSnapshot,
    *,
    documents: Sequence[EstimateDocument] = (),
    settings: Settings | None = None,
    pace: Pace | None,
    last_observed_s: float | None,
    now_s: float,
    now: float,
    slowdown: Slowdown | None = None,
    opening: str = "",
    runs: Sequence[KnownRun] = (),
) -> RunSnapshot:
    """Add the ETA, what is documented for the run, every comparison, the verdict, and problems that follow from them.

    `now_s` and `last_observed_s` are on one clock, `now` is seconds since the epoch. `opening`: what the log
    says before its first counter. `runs`: all on the board.
    """
    settings = settings or Settings()
    choice = settings.on_screen.get(run.name) or choice_for(settings.runs, run.name)
    held = None
    if documents and not choice.no_plan:
        from trainmon.plan.holding import Holding  # a fiftieth of a second, and many folders hold no document

        held = Holding.of(run, documents, settings, choice, opening=opening, runs=runs)
    if run.state in _UNFINISHED:
        expected = held.expectation(run, pace) if held is not None else Expectation(elapsed_s=run.elapsed_s or 0.0)
        run = replace(run, eta=_eta(run, expected, pace, last_observed_s, now_s, now))
    found = [*findings(run, held.documents if held is not None else (), slowdown, pace)]
    if settings.deadline is not None and (late := deadline_problem(run, settings.deadline, now)) is not None:
        found.append(late)
    run = replace(run, problems=(*run.problems, *found))
    if choice.no_plan:
        return replace(run, verdict=Verdict(kind=VerdictKind.NO_ESTIMATE, text=f"held against no plan: {choice.said}"))
    return held.compared(run) if held is not None else run


def _eta(
    run: RunSnapshot,
    expected: Expectation,
    pace: Pace | None,
    last_observed_s: float | None,
    now_s: float,
    now: float,
) -> Eta | None:
    eta = forecast(
        pace,
        step=run.step,
        total_steps=run.total_steps,
        now_s=now_s,
        last_observed_s=last_observed_s,
        unfinished_stages=expected.stages,
        prior=expected.prior,
        elapsed_s=expected.elapsed_s,
        wall_now_s=now,
    )
    if eta is not None and expected.measured_stage:
        return replace(eta, basis=f"measured {expected.measured_stage} + documented stages")
    return eta
