"""Folds what lines say of a run besides counting: named stages, facts, trouble, and how it ended."""

from __future__ import annotations

from trainmon.events import Ending, EndingKind, Facts, Line, Problem, ProblemKind, StageKind, StageMark
from trainmon.runs.attempts import RESUMED
from trainmon.runs.evidence import End, RunEvidence
from trainmon.snapshot import ProblemInfo

_MAX_PROBLEMS = 100
_HEADER_FACTS = frozenset({"examples", "total_steps"})


class Endings(RunEvidence):
    """A run that knows its stages, facts and problems, and whether it is over."""

    def _mark(self, event: StageMark) -> None:
        self.marks.add(event, self.clock.now_s)
        train = self.roles.train
        if train is not None and event.phase != "begin" and event.kind is not StageKind.TRAIN:
            train.clock.pause(event.kind, event.duration_s)

    def _facts(self, event: Facts, line: Line) -> None:
        fold = event.values.get("fold")
        if isinstance(fold, float | int):
            self._fold_said(fold, event.values.get("folds"))
            return
        header = _HEADER_FACTS & event.values.keys() and _HEADER_FACTS & self.facts.keys()
        if self._moved_since_start and (header or RESUMED & event.values.keys()) and not self._is_late(line):
            self.new_attempt()
        self.facts.update(event.values)

    def _fold_said(self, fold: float, folds: float | str | None) -> None:
        """Folds are numbered on; from a lower one on the program was started again."""
        before, self._fold = self._fold, fold
        self._folds = folds if isinstance(folds, float | int) else self._folds
        if before is not None and fold < before and self._moved_since_start:
            self.new_attempt()
            self.folds_before = []
        if before is not None and fold > before and self._moved_since_start:
            self._next_fold_said = True

    def _is_late(self, line: Line) -> bool:
        """Whether a line was written before the training that stands above it: output of another rank."""
        train = self.roles.train
        if line.time_s is None or self.clock.started_at is None or train is None or train.started_s is None:
            return False
        return line.time_s - self.clock.started_at < train.started_s

    def _attempt_mark(self) -> None:
        if self._moved_since_start or self.end is not None:
            self.new_attempt()

    def _problem(self, event: Problem, line: Line) -> None:
        failed = self.end is not None and self.end.kind is EndingKind.FAILED
        if failed and event.kind is ProblemKind.KILLED:
            return  # what a launcher does to the other ranks once one of them failed
        if self._was_stopped and event.kind in (ProblemKind.OTHER, ProblemKind.KILLED):
            return  # `srun: error: node1: task 0: Killed` below what ended the job
        step = event.step if event.step is not None else self.present_step
        key = (event.kind, "" if event.kind is ProblemKind.NAN else event.message)
        known = self.problems.get(key)
        if known is not None:
            self.problems[key] = ProblemInfo(
                kind=known.kind, message=known.message, line=known.line, step=known.step, count=known.count + 1
            )
        elif len(self.problems) < _MAX_PROBLEMS:
            self.problems[key] = ProblemInfo(kind=event.kind, message=event.message, line=line.number, step=step)
        if not event.fatal:
            return
        if self.end is not None and (self.end.kind is EndingKind.FAILED or self._was_stopped):
            return  # the first failure is the cause, what follows it are consequences
        self.end = (
            End(
                kind=_end_of(event.kind),
                text=event.message,
                line=line.number,
                step=self.train_counted,
                problem=event.kind,
            )
            if not self._is_finished()
            else self.end
        )

    @property
    def _was_stopped(self) -> bool:
        """Whether somebody ended it, or a scheduler did, and nothing went on since."""
        return self.end is not None and self.end.kind is EndingKind.INTERRUPTED and self.end.problem is not None

    def _ended(self, event: Ending, line: Line) -> None:
        if event.kind in (EndingKind.LAST_WORDS, EndingKind.RESULT):
            self._epilogue(event, line)
        else:
            self._ending(event, line)

    def _epilogue(self, event: Ending, line: Line) -> None:
        """What was said behind a training counts until training goes on, and from then on never."""
        if not self._moved_since_start or words_of(event.text) in self._between:
            return
        if self.epilogue is None or event.kind is EndingKind.LAST_WORDS:
            self.epilogue = End(kind=event.kind, text=event.text, line=line.number, step=self.train_counted)

    def _ending(self, event: Ending, line: Line) -> None:
        if not event.whole_run:
            return
        failed = self.end is not None and self.end.kind is EndingKind.FAILED
        if (failed or self._was_stopped) and event.kind in (EndingKind.FAILED, EndingKind.INTERRUPTED):
            return
        self.end = End(kind=event.kind, text=event.text, line=line.number, step=self.train_counted, took_s=event.took_s)


def words_of(text: str) -> str:
    """A sentence without its numbers."""
    return "".join(filter(str.isalpha, text))


def _end_of(kind: ProblemKind) -> EndingKind:
    stopped = (ProblemKind.CANCELLED, ProblemKind.KEYBOARD_INTERRUPT, ProblemKind.TIME_LIMIT)
    return EndingKind.INTERRUPTED if kind in stopped else EndingKind.FAILED
