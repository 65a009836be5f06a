"""Templates: what is learnt from a line without knowing its format, and rows read by it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainmon.events import Counter, MetricRows, Metrics
from trainmon.parsers import log_formats
from trainmon.reading.learning import learn
from trainmon.reading.lines import Piece
from trainmon.reading.reader import LogReader
from trainmon.reading.rows import changed_rows, one_by_one, place_rows, stretches
from trainmon.reading.templates import Part, Template, said
from trainmon.runs.series import MetricSeries

HF4 = b"{'loss': 1.1014, 'grad_norm': 0.7186666131019592, 'learning_rate': 6.666666666666667e-05, 'epoch': 0.01}"
HF5 = b"{'loss': '3.412', 'grad_norm': '0.9297', 'learning_rate': '1.071e-05', 'epoch': '0.0179'}"
BAR = "Epoch 3:  46%|████▌     | 46/100 [00:05<00:06,  8.73it/s, v_num=0, train_loss=0.521]".encode()
JSON = b'{"time": "2026-11-20T04:50:48Z", "step": 5, "total_steps": 300, "loss": 2.31507, "grad_norm": 0.9009}'
LOGGED = b"2026-11-18 11:06:40,350 INFO train: step 12/13533 loss 2.3891 lr 5.00e-04"
LOGFMT = b"ts=2026-11-20T04:51:29 epoch=1 step=10 max_steps=300 loss=2.2411 lr=0.000483 step_time_ms=362.7"
RATED = b"[1/4] it    7/70 | loss: 2.24544 | 2.07 it/s | eta 00:02:12"
PACED = b"Epoch 1/3 Step 10/300 loss 2.2411 lr 4.8e-04 0.36s/step"


def learnt(line: bytes, *before: bytes) -> Template | None:
    """The template that a reader would learn from `line` once it knows its shape."""
    reader = LogReader(log_formats())
    for number, raw in enumerate((*before, line, line)):
        shape, _ = reader.read_piece(Piece(0, number, raw, False))
    assert shape is not None
    return learn(line, lambda raw: reader.interpret(raw, shape))


def parts_of(template: Template) -> list[tuple[Part, str]]:
    return [(slot.part, slot.name) for slot in template.slots]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        pytest.param(HF4, ["loss", "grad_norm", "learning_rate", Part.EPOCH], id="Trainer 4"),
        pytest.param(HF5, ["loss", "grad_norm", "learning_rate", Part.EPOCH], id="Trainer 5, numbers in quotes"),
        pytest.param(BAR, [Part.FIXED, Part.CURRENT, Part.FIXED, "train_loss"], id="a bar with values"),
        pytest.param(JSON, [Part.CURRENT, Part.FIXED, "loss", "grad_norm"], id="JSON lines"),
        pytest.param(LOGGED, [Part.CURRENT, Part.FIXED, "loss", "lr"], id="logging"),
        pytest.param(LOGFMT, [Part.FIXED, Part.CURRENT, Part.FIXED, "loss", "lr", Part.PACE], id="logfmt"),
        pytest.param(RATED, [Part.FIXED] * 2 + [Part.CURRENT, Part.FIXED, "loss", Part.RATE], id="steps per second"),
        pytest.param(PACED, [Part.FIXED] * 2 + [Part.CURRENT, Part.FIXED, "loss", "lr", Part.PACE], id="by hand"),
    ],
)
def test_the_meaning_of_each_number_is_found_by_changing_it(line: bytes, parts: list[Part | str]) -> None:
    template = learnt(line)

    assert template is not None
    assert parts_of(template) == [(Part.VALUE, one) if isinstance(one, str) else (one, "") for one in parts]


def test_a_counter_from_zero_is_learnt_with_its_offset() -> None:
    template = learnt(b"step 7/100 loss 1.9000", b"step 0/100 loss 2.5000")

    assert template is not None
    assert template.columns([[b"7"], [b"100"], [b"1.9"]], 1).currents == [8.0]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"{'eval_loss': 0.2871, 'eval_runtime': 30.3068, 'epoch': 2.98}", id="an evaluation"),
        pytest.param(b"***** Running training *****", id="no number"),
        pytest.param(b"  Num examples = 3,452", id="a fact"),
        pytest.param(b"Saving model checkpoint to out/checkpoint-500", id="a checkpoint"),
        pytest.param(b"torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", id="trouble"),
    ],
)
def test_lines_that_say_more_than_rows_can_say_are_not_learnt(line: bytes) -> None:
    assert learnt(line) is None


@pytest.mark.parametrize("line", [HF4, BAR, JSON, LOGGED, LOGFMT, PACED], ids=range(6))
def test_a_template_says_of_its_own_line_what_the_format_says(line: bytes) -> None:
    reader = LogReader(log_formats())
    for number in range(2):
        _, found = reader.read_piece(Piece(0, number, line, False))
    template = learnt(line)
    assert template is not None
    texts = template.matches(line)
    assert texts is not None
    read = said(found[0].events, found[0].line.time_s)
    columns = template.columns([[text] for text in texts], 1)
    counter = read.counter if read is not None else None

    assert template.agrees(columns, 0, read, counter)
    assert not template.agrees(columns._replace(values={n: [9e9] for n in columns.values}), 0, read, counter)


def test_rows_end_where_a_fixed_number_changes_or_the_counter_falls() -> None:
    template = learnt(LOGGED)
    assert template is not None
    steps = [[b"12", b"13", b"14", b"15"], [b"13533"] * 4, [b"1"] * 4, [b"2"] * 4]

    assert template.columns(steps, 4).size == 4
    assert template.columns([*steps[:1], [b"13533", b"13533", b"7", b"7"], *steps[2:]], 4).size == 2
    assert template.columns([[b"12", b"13", b"14", b"1"], *steps[1:]], 4).size == 3


@given(
    st.lists(st.lists(st.floats(width=32) | st.integers(-5, 5).map(float), max_size=3000), max_size=4),
    st.booleans(),
)
def test_adding_many_values_is_adding_them_one_by_one(columns: list[list[float]], stepless: bool) -> None:
    many, one = MetricSeries(), MetricSeries()
    step = 0
    for column in columns:
        steps = [None if stepless else float(step + i) for i in range(len(column))]
        step += len(column)
        if column:
            many.add_many(column, steps)
        for value, at in zip(column, steps, strict=True):
            one.add(value, at)

    assert repr(many.info()) == repr(one.info())


@pytest.mark.parametrize("sizes", [(5000,), (3, 5000, 7), (1000, 24, 1024, 1, 9000)])
def test_long_columns_are_thinned_like_single_values(sizes: tuple[int, ...]) -> None:
    many, one, step = MetricSeries(), MetricSeries(), 0
    for size in sizes:
        steps = [float(step + i) for i in range(size)]
        many.add_many([math.sin(at) for at in steps], steps)
        for at in steps:
            one.add(math.sin(at), at)
        step += size

    assert many.info() == one.info()


def test_repeated_values_of_a_bar_count_once() -> None:
    columns = {"loss": [1.0, 1.0, 0.9, 0.9], "lr": [0.1, 0.1, 0.1, 0.1]}

    kept, steps, last = changed_rows(columns, [1.0, 2.0, 3.0, 4.0], {"lr": 0.1, "loss": 1.0})

    assert (kept["loss"], steps, last) == ([0.9], [3.0], {"loss": 0.9, "lr": 0.1})


def test_rows_lie_where_the_run_stood_or_nobody_knows() -> None:
    rows = MetricRows(columns={"loss": [1.0] * 3}, steps=[None] * 3, epochs=[None] * 3, currents=[5.0, 6.0, 8.0])

    assert place_rows(rows, 105.0, 108.0) == [105.0, 106.0, 108.0]
    assert place_rows(rows, 40.0, 40.0) == [40.0] * 3
    assert place_rows(rows, 40.0, 41.0) is None


def test_rows_can_be_told_one_by_one() -> None:
    rows = MetricRows(
        columns={"loss": [1.0, 0.5]},
        steps=[None, None],
        epochs=[None, None],
        counter=Counter(current=9.0, total=10.0, elapsed_s=3.0),
        currents=[7.0, 8.0],
    )

    assert list(one_by_one(rows)) == [
        (Counter(current=7.0, total=10.0), Metrics(values={"loss": 1.0})),
        (Counter(current=8.0, total=10.0), Metrics(values={"loss": 0.5})),
    ]


def test_a_row_that_took_far_longer_stands_alone_among_step_times() -> None:
    steps = [float(step) for step in range(1, 31)]
    times = [0.1] * 30
    times[14] = 60.0

    found = dict(stretches(steps, times))

    assert found[15.0] == 60.0
    assert {round(value, 6) for end, value in found.items() if end != 15.0} == {0.1}
