"""Numbers beside a chart: round ones, as many as there is room for. Pure."""

from __future__ import annotations

import math
from dataclasses import replace

from trainmon.tui.braille import Scale

_PARTS = 8
"""The ends are moved outward to whole parts: so much room is lost at most, and not more."""
_ROWS_APART = 3
_PLAIN = (1e-3, 1e6)
"""Steps and values between these are written without an exponent."""


def labelled_scale(scale: Scale, rows: int) -> tuple[Scale, list[str]]:
    """Return the scale with round ends, and the label of each row from the top, '' for most.

    A logarithmic scale keeps its ends.
    """
    labels = [""] * rows
    step = _round_step((scale.y_high - scale.y_low) / _PARTS)
    if scale.log or step is None or math.ulp(max(abs(scale.y_low), abs(scale.y_high))) * 100 > step:
        labels[0], labels[-1] = f"{scale.y_high:.3g}", f"{scale.y_low:.3g}"
        return scale, labels
    first, last = math.floor(scale.y_low / step + 1e-9), math.ceil(scale.y_high / step - 1e-9)
    parts = last - first
    each = next((n for n in range(1, parts) if parts % n == 0 and (rows - 1) * n >= _ROWS_APART * parts), parts)
    for at in range(first, last + 1, each):
        labels[round((last - at) / parts * (rows - 1))] = _label(at, step)
    return replace(scale, y_low=first * step, y_high=last * step), labels


def _round_step(least: float) -> float | None:
    """Return the next of 1, 2, 5, 10, 20, ... and their tenths; None where floats hold none."""
    if not 0 < least < math.inf:
        return None
    power = math.floor(math.log10(least))
    if abs(power) > 250:
        return None
    found: float = next(factor for factor in (1, 2, 5, 10) if factor * 10.0**power >= least * (1 - 1e-9)) * 10.0**power
    return found


def _label(times: int, step: float) -> str:
    """Return `times * step` with the digits of the step."""
    value = times * step
    if not value:
        return "0"
    if step < _PLAIN[0] or abs(value) >= _PLAIN[1]:
        return f"{value:.3g}"
    return f"{value:,.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
