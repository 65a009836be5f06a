"""How much of documents with a known truth the estimate reader finds: rows and contradictions, every miss listed.

    python -m benchmarks.estimates FOLDER
    python -m benchmarks.estimates FOLDER --speed   # how long a document of 10 MB takes, dense or sparse

FOLDER holds documents and a truth.json: a list of {file, rows: [{line, text, scope, low_s, high_s, point_s}], contra}.
A row counts as found where an estimate stands on its line with the same low, high and single value and the same scope.

The truth's words for scopes, and what they are here:
`per epoch` -> epoch; `per step`, `per kimg` -> step; `stage X`, also `stage X, per epoch` -> stage; `total`, also
`total (cost basis)` and `total, GPU-hours` -> total; `delta` and `saving` -> saving; `timeline stage X` -> timeline;
`sample progress bar: ...` -> sample; `per checkpoint`, `per request`, `per model`, `inference, per image` -> unit.
`stage | total` allows either, and a row that is `optional` counts neither as missed nor, where it is read, as extra.
A row whose text is a slash list (`1/2/4 days`) stands for as many single values, the first `low_s`, the last `high_s`.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from typing import Any

from trainmon.estimates import Estimate, EstimateDocument, Scope
from trainmon.parsers.documents import read_document, read_text

_SCOPES = (
    ("sample", Scope.SAMPLE),
    ("timeline", Scope.TIMELINE),
    ("stage", Scope.STAGE),
    ("per epoch", Scope.EPOCH),
    ("per step", Scope.STEP),
    ("per kimg", Scope.STEP),
    ("per iteration", Scope.STEP),
    ("per ", Scope.UNIT),
    ("inference, per", Scope.UNIT),
    ("total", Scope.TOTAL),
    ("delta", Scope.SAVING),
    ("saving", Scope.SAVING),
    ("threshold", Scope.THRESHOLD),
    ("comparison", Scope.COMPARISON),
)


def scopes_of(words: str) -> set[Scope]:
    """Map the truth's scope words to the program's scopes, one for each alternative."""
    return {next(scope for start, scope in _SCOPES if one.startswith(start)) for one in words.split(" | ")}


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _fits(row: dict[str, Any], estimate: Estimate) -> bool:
    if row["line"] != estimate.line or estimate.scope not in scopes_of(row["scope"]):
        return False
    if re.fullmatch(r"[\d.]+(?:/[\d.]+){2,}\s*\w+", row["text"]):
        return any(_same(row[key], estimate.likely_s) for key in ("low_s", "high_s"))
    pairs = ((row["low_s"], estimate.low_s), (row["high_s"], estimate.high_s), (row["point_s"], estimate.likely_s))
    return all(_same(truth, read) for truth, read in pairs)


def compare(rows: list[dict[str, Any]], estimates: list[Estimate]) -> tuple[int, list[dict[str, Any]], list[Estimate]]:
    """Pair rows with estimates: (found, rows missed, estimates that no row asks for)."""
    left = list(estimates)
    missed: list[dict[str, Any]] = []
    for row in rows:
        hit = next((estimate for estimate in left if _fits(row, estimate)), None)
        if hit is None:
            missed += [] if row.get("optional") else [row]
            continue
        listed = re.fullmatch(r"[\d.]+(?:/[\d.]+){2,}\s*\w+", row["text"])
        left = [e for e in left if e is not hit and not (listed and e.line == row["line"] and e.text == hit.text)]
    return sum(not row.get("optional") for row in rows) - len(missed), missed, left


def _value(low: float | None, high: float | None, likely: float | None) -> str:
    return f"{likely:g} s" if likely is not None else f"{low} .. {high} s"


def lines_of(truth: str) -> set[int]:
    """Give the lines that a truth names: `L5/L52 vs L82-85`."""
    lines: set[int] = set()
    for first, last in re.findall(r"L(\d+)(?:[-–](\d+))?", truth):
        lines |= set(range(int(first), int(last or first) + 1))
    for first in re.findall(r"(?<=/)(\d{1,3})(?=[/\s,)]|$)", truth):
        lines.add(int(first))
    return lines


_DENIED = r"not a contradiction|must not be reported|do not report"


def _about(lines: set[int], truth: set[int], denied: bool) -> bool:
    """Tell whether a finding is the truth's: two lines in common, or one set within the other."""
    if denied:
        return lines == truth
    return len(lines & truth) > 1 or lines <= truth or truth <= lines


def _contradictions(truth: list[Any], document: EstimateDocument) -> tuple[int, int, list[str]]:
    """Pair contradictions by their lines: (truth found, truth in all, what to print)."""
    found, said = 0, []
    wanted = [entry if isinstance(entry, list) else ["-", entry, entry] for entry in truth]
    wanted = [
        entry for entry in wanted if lines_of(entry[1]) and not re.search(r":\s*(?:ok|correct|exact)\b", entry[2])
    ]
    hit: set[int] = set()
    for name, where, what in wanted:
        lines = lines_of(where)
        denied = re.search(_DENIED, what)
        hits = [i for i, c in enumerate(document.contradictions) if _about(set(c.lines), lines, bool(denied))]
        hit |= set(hits)
        if denied:
            said += [f"  FALSE   {name} {where}: {what[:90]}"] if hits else []
            continue
        found += bool(hits)
        if not hits:
            said.append(f"  not reported {name} {where}: {what[:110]}")
    for index, one in enumerate(document.contradictions):
        if index not in hit:
            said.append(f"  unlisted L{','.join(map(str, one.lines))} {one.kind} {one.severity} {one.text}")
    return found, sum(not re.search(_DENIED, what) for _, _, what in wanted), said


_PROSE = "The model reads what the loader gives it, one batch after the other, and writes its loss into the log.\n\n"


def _speed(folder: Path) -> None:
    """Time the folder's Markdown and text documents one after the other, as often as they fill so many megabytes."""
    texts = [one.read_text(encoding="utf-8") for one in sorted(folder.iterdir()) if one.suffix in (".md", ".txt")]
    dense = "\n\n".join(texts) + "\n\n"
    first = 0.0
    for name, text, size in (("dense", dense, 0.25), ("dense", dense, 10), ("sparse", _PROSE * 20_000 + dense, 10)):
        text *= int(size * 1e6 / len(text)) + 1
        began = time.process_time()
        document = read_text(text)
        took = time.process_time() - began
        first = first or took
        rest = f", nothing from line {document.unread_from_line:,} on" if document.unread_from_line else ""
        print(
            f"{name:6} {len(text) / 1e6:5.2f} MB: {took:5.2f} s of CPU, {took / first:4.1f} x the first, "
            f"{len(document.estimates):,} durations{rest}"
        )


def _compare(folder: Path) -> None:
    """Print every document's hits and misses, and the sums."""
    found = total = extra = reported = contradictory = 0
    for truth in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        began = time.perf_counter()
        document = read_document(folder / truth["file"])
        took = time.perf_counter() - began
        hits, missed, left = compare(truth["rows"], list(document.estimates))
        found, total, extra = found + hits, total + hits + len(missed), extra + len(left)
        print(f"\n{truth['file']}: {hits} of {hits + len(missed)} rows, {len(left)} extra, {took * 1000:.0f} ms")
        for row in missed:
            print(
                f"  missed  L{row['line']} {row['text']!r} {row['scope']} "
                f"{_value(row['low_s'], row['high_s'], row['point_s'])}"
            )
        for e in left:
            value = _value(e.low_s, e.high_s, e.likely_s)
            print(f"  extra   L{e.line} {e.text!r} {e.scope} [{e.stage}] {value} | {e.source_text[:90]}")
        hits, wanted, said = _contradictions(truth["contra"], document)
        reported, contradictory = reported + hits, contradictory + wanted
        print(f"  contradictions: {hits} of {wanted} listed, {len(document.contradictions)} reported")
        print("\n".join(said))
    print(f"\ncontradictions and loose ends reported {reported} of {contradictory}")
    print(f"rows found {found} of {total} ({found / total:.1%}), extra {extra} ({extra / total:.1%})")


def main() -> int:
    """Print the comparison for one folder."""
    parser = argparse.ArgumentParser(prog="benchmarks.estimates", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="documents and their truth.json")
    parser.add_argument("--speed", action="store_true", help="time a document of 10 MB instead")
    options = parser.parse_args()
    if options.speed:
        _speed(options.folder)
    else:
        _compare(options.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
