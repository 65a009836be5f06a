"""`trainmon formats`: what is read, and which line of a log was read as what. Pure text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import chain

from trainmon.events import Event, Line, Problem, ProblemKind
from trainmon.exports.status_text import padded, shortened
from trainmon.parsers.base import LogFormat
from trainmon.reading.guard import guarded
from trainmon.reading.reader import LogReader, Reading
from trainmon.sanitise import clean
from trainmon.snapshot import RunSnapshot
from trainmon.units import exact, plural

_DIM, _BOLD, _GREEN, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[0m"
_MAX_RUNS = 3
"""Of readings alike one after the other, so many are shown at either end."""


def formats_text(formats: Sequence[type[LogFormat]]) -> str:
    """One line a format: its name, what people call it, and a line as it prints it."""
    width = max((len(one.name) for one in formats), default=0)
    lines = [f"{plural(len(formats), 'format')}, in the order in which they are asked:", ""]
    for one in formats:
        lines.append(f"{padded(one.name, width)}  {one.title}")
        if one.samples:
            lines.append(f"{' ' * width}  {clean(shortened(one.samples[0].text.strip(), 100))}")
    return "\n".join(lines)


def explained(data: bytes, reader: LogReader) -> Iterator[Reading]:
    """Every piece of a log with its reading, foreign ones too; where a format fails, what went wrong comes last."""
    pieces = chain(reader.feed(data, everything=True), reader.flush(everything=True))
    while True:
        reading, trouble = guarded(lambda: next(pieces, None))
        if reading is None:
            break
        yield reading
    for said in filter(None, (trouble, reader.share_note)):
        yield Reading(Line(text="", number=reader.lines), None, (Problem(kind=ProblemKind.OTHER, message=said),))


def explain_text(readings: Iterable[Reading], run: RunSnapshot | None, *, colour: bool) -> Iterator[str]:
    """Say of each piece which format read it as what; of long runs of the same only the first and the last ones."""
    block: list[Reading] = []
    for reading in readings:
        if block and _sort(block[-1]) != _sort(reading):
            yield from _block(block, colour)
            block = []
        block.append(reading)
    yield from _block(block, colour)
    if run is not None:
        yield ""
        yield from _conclusion(run)


def _sort(reading: Reading) -> tuple[object, ...]:
    return (reading.format_name, tuple(type(event) for event in reading.events))


def _block(block: Sequence[Reading], colour: bool) -> Iterator[str]:
    if len(block) <= 2 * _MAX_RUNS:
        shown: list[Reading | None] = [*block]
    else:
        shown = [*block[:_MAX_RUNS], None, *block[-_MAX_RUNS:]]
    for reading in shown:
        if reading is None:
            count = len(block) - 2 * _MAX_RUNS
            yield _styled(f"        … {count} more like these", _DIM, colour)
        else:
            yield from _piece(reading, colour)


def _piece(reading: Reading, colour: bool) -> Iterator[str]:
    line = reading.line
    name = reading.format_name or "-"
    text = shortened(clean(line.text.strip()), 110)
    yield f"{line.number:6d}  " + _styled(
        f"{padded(name, 13)} {text}", _DIM if reading.format_name is None else _BOLD, colour
    )
    for event in reading.events:
        yield "        " + _styled(f"→ {event_text(event)}", _GREEN, colour)


def event_text(event: Event) -> str:
    """Word an event in one line: its kind and what it states beyond what goes without saying."""
    stated = []
    for field in fields(event):
        value = getattr(event, field.name)
        if value is None or value == "" or value == field.default:
            continue
        stated.append(field.name if value is True else f"{field.name}={clean(_stated(value))}")
    return f"{type(event).__name__}  {shortened(' '.join(stated), 160)}"


def _stated(value: object) -> str:
    """Give a value in six digits at most; what is counted to the last one."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={_stated(each)}" for key, each in value.items())
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"


def _conclusion(run: RunSnapshot) -> Iterator[str]:
    for file in run.files:
        if file.lines is not None and file.understood is not None:
            yield f"lines   {plural(file.lines, 'line')}, {exact(file.understood)} understood"
    total = f"{run.total_steps:g}" if run.total_steps is not None else "unknown"
    step = f"{run.step:g}" if run.step is not None else "unknown"
    yield f"state   {run.state.value}" + (f": {clean(run.state_reason)}" if run.state_reason else "")
    yield f"step    {step} of {total} {run.unit}" + (f" ({clean(run.total_reason)})" if run.total_reason else "")
    for stage in run.stages:
        count = f"{stage.current:g}/{stage.total:g}" if stage.current is not None and stage.total is not None else ""
        yield f"stage   {padded(stage.kind.value, 10)} {clean(stage.name)} {count}" + (
            f" x{stage.occurrences}" if stage.occurrences > 1 else ""
        )


def _styled(text: str, style: str, colour: bool) -> str:
    return f"{style}{text}{_RESET}" if colour else text
