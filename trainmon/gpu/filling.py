"""When a GPU fills up at the rate at which a run takes more and more of its memory. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, median

from trainmon.gpu_snapshot import GpuDevice, RunGpu

POINTS = 128
SPACING_S = 15.0
"""128 points so far apart are half an hour."""
LEAST_SPAN_S = 600.0
"""A run fills its caches in its first minutes: growth that was watched for less says something only if it is even."""
_SHORT_SPAN_S = 180.0
"""Even growth over the last three minutes, at which the device is full within ten more, is told at once."""
_SHORT_LEFT_S = 600.0
_EVEN = 0.98
"""So much of the variance a straight line explains (R squared)."""
_GOING_ON = 0.7
"""So much of the rate must be left in the last half minute."""
_EVEN_THIRDS = (0.8, 1.25)
"""Between these multiples of the whole slope lie those of all thirds."""
LEAST_RISE = 0.01
"""Of the device: less is a cache that settles."""
_STILL = 0.5
"""So much of the rate must be left in the last third; a cache that fills up slows down."""
_FARTHEST = 4.0
"""Times the span that was watched: no rate is trusted for longer."""
_LOOKED_AT = 40

History = tuple[tuple[float, float], ...]
"""(seconds, bytes used), rising in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A device that will be full in `left_s` seconds."""

    left_s: float
    bytes_per_s: float
    free_bytes: float
    span_s: float
    """How long it was watched."""


def with_history(gpu: RunGpu, at_s: float) -> RunGpu:
    """Add what each device uses at `at_s` to its history; a device that tells nothing keeps what it had."""
    return replace(gpu, devices=tuple(_remembering(device, at_s) for device in gpu.devices))


def _remembering(device: GpuDevice, at_s: float) -> GpuDevice:
    if device.memory_used_bytes is None:
        return device
    return replace(device, history=remembered(device.history, at_s, device.memory_used_bytes))


def remembered(history: History, at_s: float, used: float) -> History:
    """Add a sample: points lie 15 s apart and hold the most that was used until the next; the last 128 are kept."""
    if not history or at_s < history[-1][0]:  # the clock was set back
        return ((at_s, used),)
    last_s, most = history[-1]
    if at_s - last_s < SPACING_S:
        return (*history[:-1], (last_s, max(most, used)))
    return (*history[1 - POINTS :], (at_s, used))


def filling(history: History, size_bytes: float) -> Filling | None:
    """Say when `size_bytes` are used up; None where memory does not grow steadily, or did not for long enough.

    Growth that is watched for less than ten minutes counts where it is as even as a leak's, and urgent.

    The rate is the median slope over all pairs of points (Theil 1950, Sen 1968), which noise and single peaks do not
    move; the lower one of the whole history and its last third counts.
    """
    return _in_the_long_run(history, size_bytes) or _soon(history, size_bytes)


def _in_the_long_run(history: History, size_bytes: float) -> Filling | None:
    points = history[:: len(history) // _LOOKED_AT + 1]
    if len(points) < 6 or points[-1][0] - points[0][0] < LEAST_SPAN_S:
        return None
    span_s = points[-1][0] - points[0][0]
    free = max(size_bytes - history[-1][1], 0.0)
    late = [point for point in points if point[0] >= points[-1][0] - span_s / 3]
    whole = _slope(points)
    rate = min(whole, _slope(late))
    rise = whole * span_s
    if rise < LEAST_RISE * size_bytes or rate < _STILL * whole or _deepest_fall(points) > rise / 2:
        return None
    if free > rate * _FARTHEST * span_s:
        return None
    return Filling(left_s=free / rate, bytes_per_s=rate, free_bytes=free, span_s=span_s)


def _soon(history: History, size_bytes: float) -> Filling | None:
    """The last point is left out: its slot is not over, so it may be too low."""
    done = history[:-1]
    points = [point for point in done if point[0] >= done[-1][0] - _SHORT_SPAN_S - 2 * SPACING_S]
    if len(points) < 11 or points[-1][0] - points[0][0] < _SHORT_SPAN_S:
        return None
    span_s, rise = points[-1][0] - points[0][0], points[-1][1] - points[0][1]
    free = max(size_bytes - history[-1][1], 0.0)
    rate = _slope(points)
    if rise < 2 * LEAST_RISE * size_bytes or rate <= 0 or free > rate * _SHORT_LEFT_S or not _is_even(points, rate):
        return None
    if points[-1][1] - points[-3][1] < _GOING_ON * rate * (points[-1][0] - points[-3][0]):  # it has come to its end
        return None
    earlier = [point for point in done if point[0] <= points[0][0]]
    if _deepest_fall(earlier) > rise / 2:  # it rose before, and was given back
        return None
    return Filling(left_s=free / rate, bytes_per_s=rate, free_bytes=free, span_s=span_s)


def _is_even(points: Sequence[tuple[float, float]], rate: float) -> bool:
    mean_s, mean = fmean(at_s for at_s, _ in points), fmean(used for _, used in points)
    spread = sum((used - mean) ** 2 for _, used in points)
    missed = sum((used - mean - rate * (at_s - mean_s)) ** 2 for at_s, used in points)
    if missed > (1 - _EVEN) * spread:
        return False
    third = len(points) // 3
    low, high = _EVEN_THIRDS
    thirds = (points[:third], points[third:-third], points[-third:])
    return all(low * rate <= _slope(part) <= high * rate for part in thirds)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)]
    return median(slopes) if slopes else 0.0


def _deepest_fall(points: Sequence[tuple[float, float]]) -> float:
    """How far it ever fell below what was used before: an allocator that gives back falls far."""
    most = deepest = 0.0
    for _, used in points:
        most = max(most, used)
        deepest = max(deepest, most - used)
    return deepest
