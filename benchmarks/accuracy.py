"""Is the program right? Runs the real command line over logs whose truth is known, and counts field by field.

    python -m benchmarks.accuracy DIR [--only FRAMEWORK,...] [--misses] [--json] [--require PERCENT]

DIR holds either `<name>/<name>.log` with `<name>.truth.json`, or an `INDEX.tsv` with its logs. Each log is copied with
its side files to a folder of its own, dated at its true end, and given to `trainmon status FOLDER --json`. Truth and
timing files are never shown to the program. Each field is right, wrong, absent, or `.`: the log cannot show it (see
`shown.toml`); such a field is not counted, but for a stated value that contradicts the truth, which is a wrong guess.

state        finished->finished, early stopped->finished, killed->interrupted, oom and error->failed; a run that
             went to NaN and did all its steps: finished with a `nan` problem. One log is one run.
step         steps done as the log shows them. total_steps, epochs (`total_epochs`): null is right only where the
             truth has none.
stages       training with the run's total, evaluation with its number of occurrences, earlier stages with their
             totals and before training; nothing else may be of kind `train`.
last_loss    last training loss to the printed digits; NaN is null with a `nan` problem. Where nothing prints a loss,
             no training loss may be reported. Any metric whose name says training loss may hold it.
loss_count   times it was logged. A value in a bar is redrawn more often than it changes: anything between the number
             of its changes and that of redraws with a new counter is right; lines of their own count exactly.
step_time    `step_time_s.mean` (else `median`) within 5 % of the mean interval between the training script's own
             steps, those with evaluation, saving, epoch ends or other stages in them and those longer than 3 medians
             (stalls, warm-up) left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

if not __package__:  # started by its path, not with -m
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.accuracy_facts import FIELDS, Case, generated_cases, read_shown
from benchmarks.accuracy_index import index_cases
from benchmarks.accuracy_rules import Finding, Mark, judge

Result = tuple[Case, list[Finding]]
_LIMIT_S = 120
_NOTHING_READABLE = 3


def status(case: Case, folder: Path) -> tuple[list[dict[str, Any]] | None, str]:
    """Run the command line over a copy of the log. Gives its runs, none where it says that there is nothing to read,
    None where it gave no answer; and what it complained of.
    """
    folder.mkdir()
    ended_at = min(case.ended_at or 0.0, time.time() - 3600) or time.time() - 86400
    for source in (case.log, *case.side_files):
        copy = Path(shutil.copyfile(source, folder / source.name))
        os.utime(copy, (ended_at, ended_at))
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRAINMON_")}
    env |= {"XDG_CONFIG_HOME": str(folder.parent / "no-config"), "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "trainmon", "status", str(folder), "--json"],
            env=env,
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer in {_LIMIT_S} s"
    said = f"exit code {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}"
    if done.returncode not in (0, 1):
        return [] if done.returncode == _NOTHING_READABLE else None, said
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return None, f"no JSON, {said}"
    return list(report["runs"]), ""


def measure(cases: Iterable[Case]) -> list[Result]:
    """Judge every case; what the command line complains of goes to stderr."""
    results = []
    with tempfile.TemporaryDirectory(prefix="trainmon-accuracy-") as scratch:
        for number, case in enumerate(cases):
            runs, trouble = status(case, Path(scratch) / str(number))
            if trouble:
                print(f"{case.name}: {trouble}", file=sys.stderr)
            results.append((case, judge(runs, case.facts)))
    return results


def tally(findings: Iterable[Finding]) -> tuple[int, int, int, float]:
    """Give right, wrong, absent, and the percentage right of what is counted."""
    marks = Counter(finding.mark for finding in findings)
    right, wrong, absent = marks[Mark.RIGHT], marks[Mark.WRONG], marks[Mark.ABSENT]
    return right, wrong, absent, 100.0 * right / max(1, right + wrong + absent)


def table(results: Sequence[Result]) -> str:
    """One row a log, then totals per field, per framework and overall."""
    width = max(len(_short(case)) for case, _ in results)
    lines = [f"{'log':{width}}  " + " ".join(f"{name:11}" for name in FIELDS)]
    for case, findings in results:
        marks = {finding.field: finding.mark.value for finding in findings}
        lines.append(f"{_short(case):{width}}  " + " ".join(f"{marks.get(name, ' '):11}" for name in FIELDS).rstrip())
    for title, key in (("field", _by_field), ("framework", _by_framework)):
        lines += ["", f"{title:{width}}  right  wrong  absent      %"]
        lines += [_total(name, width, group) for name, group in key(results).items()]
    lines += ["", _total("overall", width, [finding for _, findings in results for finding in findings])]
    return "\n".join(lines)


def _short(case: Case) -> str:
    return case.name if len(case.name) <= 32 else f"{case.name[:31]}…"


def _total(name: str, width: int, findings: Sequence[Finding]) -> str:
    right, wrong, absent, percent = tally(findings)
    return f"{name:{width}}  {right:5}  {wrong:5}  {absent:6}  {percent:5.1f}"


def _by_field(results: Sequence[Result]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {name: [] for name in FIELDS}
    for _, findings in results:
        for finding in findings:
            groups[finding.field].append(finding)
    return groups


def _by_framework(results: Sequence[Result]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for case, findings in sorted(results, key=lambda result: result[0].framework):
        groups.setdefault(case.framework, []).extend(findings)
    return groups


def misses(results: Sequence[Result]) -> str:
    """One line for each wrong or absent field."""
    return "\n".join(
        f"{_short(case)}  {each.field}  {each.mark.value}: expected {each.expected}, got {each.got}"
        + (f"  [{each.why}]" if each.why else "")
        for case, findings in results
        for each in findings
        if each.mark in (Mark.WRONG, Mark.ABSENT)
    )


def as_json(results: Sequence[Result]) -> str:
    """The same as one object: totals and every finding."""

    def total(findings: Sequence[Finding]) -> dict[str, float]:
        return dict(zip(("right", "wrong", "absent", "percent"), tally(findings), strict=True))

    return json.dumps(
        {
            "overall": total([finding for _, findings in results for finding in findings]),
            "fields": {name: total(group) for name, group in _by_field(results).items()},
            "frameworks": {name: total(group) for name, group in _by_framework(results).items()},
            "logs": [
                {
                    "name": case.name,
                    "framework": case.framework,
                    "fields": {
                        each.field: {
                            "mark": each.mark.name.lower(),
                            "expected": each.expected,
                            "got": each.got,
                            "why": each.why,
                        }
                        for each in findings
                    },
                }
                for case, findings in results
            ],
        },
        indent=1,
    )


def find_cases(folder: Path, only: str) -> list[Case]:
    """Give the cases of a folder of either layout, those of the named frameworks (a part of the name is enough)."""
    shown = read_shown(Path(__file__).with_name("shown.toml"))
    cases = index_cases(folder, shown) if (folder / "INDEX.tsv").is_file() else generated_cases(folder, shown)
    wanted = [word.strip().lower() for word in only.split(",") if word.strip()]
    return [
        case
        for case in cases
        if not wanted or any(word in case.framework.lower() or word in case.name.lower() for word in wanted)
    ]


def main() -> int:
    """Measure and print; 1 below `--require`, 2 for a usage error, else 0."""
    parser = argparse.ArgumentParser(prog="benchmarks.accuracy", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--only", default="", metavar="FRAMEWORK,...", help="parts of framework or log names")
    parser.add_argument("--misses", action="store_true", help="say what was expected where it was not right")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--require", type=float, default=0.0, metavar="PERCENT")
    options = parser.parse_args()
    cases = find_cases(options.folder, options.only) if options.folder.is_dir() else []
    if not cases:
        parser.error(f"no logs with truth in {options.folder}")
    results = measure(cases)
    print(as_json(results) if options.json else table(results))
    if options.misses and not options.json:
        print("\n" + misses(results))
    return int(tally(finding for _, findings in results for finding in findings)[3] < options.require)


if __name__ == "__main__":
    sys.exit(main())
