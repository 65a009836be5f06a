"""What the documents say of a run, and when it ends: ETA and verdicts added to the bare snapshot; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trainmon.estimates import DocumentedRange, EstimateDocument, Verdict, VerdictKind
from trainmon.plan.comparing import compare, overall, total_of
from trainmon.plan.deadlines import deadline_problem
from trainmon.plan.evidence import evidence_of
from trainmon.plan.expectations import expectation
from trainmon.plan.findings import findings
from trainmon.plan.matching import Choice, Matcher, matcher_by, matcher_for
from trainmon.plan.naming import KnownRun
from trainmon.run_choices import choice_for
from trainmon.settings import Settings
from trainmon.snapshot import Eta, RunSnapshot, RunStatus
from trainmon.timing.eta import forecast
from trainmon.timing.pace import Pace, Slowdown

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

    `now_s` and `last_observed_s` are on the run's own clock, `now` is seconds since the epoch. `opening`: what the log
    says before its first counter. `runs`: all on the board.
    """
    settings = settings or Settings()
    choice = settings.on_screen.get(run.name) or choice_for(settings.runs, run.name)
    evidence = evidence_of(run, opening, choice.hardware or settings.hardware)
    log = run.files[0].path if run.files else run.name
    matcher = None
    if not choice.no_plan:
        matcher = matcher_by(choice, evidence, documents, log, settings.estimates) or matcher_for(
            evidence,
            documents,
            log,
            named=settings.estimates,
            scenario=settings.scenario,
            run=run.name,
            runs=runs,
        )
    if run.state in _UNFINISHED:
        run = replace(run, eta=_eta(run, matcher, pace, last_observed_s, now_s, now))
    found = [*findings(run, matcher, slowdown, pace)]
    if settings.deadline is not None and (late := deadline_problem(run, settings.deadline, now)) is not None:
        found.append(late)
    run = replace(run, problems=(*run.problems, *found))
    if choice.no_plan:
        return replace(run, verdict=Verdict(kind=VerdictKind.NO_ESTIMATE, text=f"held against no plan: {choice.said}"))
    if matcher is None:
        return run
    total = total_of(matcher)
    run, comparisons = compare(run, matcher, total)
    verdict = overall(run, comparisons, total)
    return replace(run, documented=_held_against(verdict, total), comparisons=comparisons, verdict=verdict)


def _held_against(verdict: Verdict | None, total: Choice | None) -> DocumentedRange | None:
    """The one figure that is shown beside the verdict: what it compares, else the total to come up to."""
    if verdict is not None and verdict.kind is not VerdictKind.NOT_COMPARABLE:
        return verdict.documented
    return total.documented if total is not None and not total.unlike else None


def _eta(
    run: RunSnapshot,
    matcher: Matcher | None,
    pace: Pace | None,
    last_observed_s: float | None,
    now_s: float,
    now: float,
) -> Eta | None:
    plan = expectation(run, matcher, pace)
    eta = forecast(
        pace,
        step=run.step,
        total_steps=run.total_steps,
        now_s=now_s,
        last_observed_s=last_observed_s,
        unfinished_stages=plan.stages,
        prior=plan.prior,
        elapsed_s=plan.elapsed_s,
        wall_now_s=now,
    )
    if eta is not None and plan.measured_stage:
        return replace(eta, basis=f"measured {plan.measured_stage} + documented stages")
    return eta
