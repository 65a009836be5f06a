"""What holds for every log format: found where it lies, claims its samples, survives any text, leaves foreign lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainmon.events import Event, Line
from trainmon.parsers import format_named, log_formats
from trainmon.parsers.base import LogFormat

GENERAL = {"handwritten", "facts", "jsonl", "keyvalue", "endings", "csv"}
"""Formats that read shapes anybody may print."""
FORMATS = [pytest.param(known, id=known.name) for known in log_formats()]
SAMPLES = [sample.text for known in log_formats() for sample in known.samples]

NOISE = """\
Collecting torch==2.1.0
  Downloading torch-2.1.0-cp311-cp311-manylinux1_x86_64.whl (670.2 MB)
Requirement already satisfied: numpy>=1.17 in /usr/lib/python3/dist-packages (from transformers) (1.26.4)
/usr/lib/python3.11/site-packages/torch/utils/data/dataloader.py:759: UserWarning: 'pin_memory' argument is set as true
  super().__init__(loader)
Some weights of BertForSequenceClassification were not initialized: ['classifier.bias', 'classifier.weight']
You should probably TRAIN this model on a down-stream task to be able to use it for predictions and inference.
Setting `pad_token_id` to `eos_token_id`:50256 for open-end generation.
the best epoch 3/10 so far
patience 2/3
EarlyStopping counter: 2 out of 7
Early stopping patience: 5
early_stopping=True
Loading checkpoint step 500 from disk
Tried to log to step 19 that is less than the current step 3472. Steps must be monotonically increasing
skipping batch: gradient overflow, loss scale 65536 -> 32768
OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to 32768
PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True can help to avoid OOM
Lower the batch size to avoid CUDA out of memory errors.
mean_squared_error is used as the loss
class Trainer(object):
    for epoch in range(num_epochs):
    print(f"epoch {epoch}/{num_epochs} loss {loss:.4f}")
+ python train.py --epochs 3 --batch-size 32 --lr 1e-4
git version 2.39.2
Python 3.11.7 (main, Dec  8 2023, 18:56:58) [GCC 12.2.0] on linux
http://localhost:6006/ (Press CTRL+C to quit)
{"architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32}
2 x 3 = 6
---------------------------------------------
The quick brown fox took 3 steps in 12 seconds [and slept] 100% of the time
Killing time until the node is free
Training in progress, please wait
He trained for 3 epochs
name,age,city
{"level":"info","ts":1772619072.1,"msg":"reconciled 3 objects","id":7,"latency":0.3}
[ 37%] Building CXX object src/CMakeFiles/core.dir/main.cpp.o
[12/60] Building C object main.o
Epoch 3 was the best so far, loss 0.3.
Finished training epoch 3 in 20 s
""".splitlines()


def claims(known: type[LogFormat], text: str) -> list[Event] | None:
    """What a fresh instance says of one line, the needles respected as the reader does."""
    if known.needles and not any(needle in text for needle in known.needles):
        return None
    events = known().parse(Line(text=text))
    return None if events is None else list(events)


@pytest.mark.parametrize("known", FORMATS)
def test_a_format_claims_its_samples_in_order(known: type[LogFormat]) -> None:
    reader = known()

    for sample in known.samples:
        needed = not reader.holding and known.needles
        assert not needed or any(needle in sample.text for needle in needed), sample.text
        assert reader.parse(Line(text=sample.text)) is not None, sample.text


@pytest.mark.parametrize("known", FORMATS)
def test_a_format_has_samples_and_a_title(known: type[LogFormat]) -> None:
    assert known.samples
    assert known.title
    assert format_named(known.name) is known


def test_formats_are_asked_in_the_order_of_their_priority() -> None:
    priorities = [known.priority for known in log_formats()]

    assert priorities == sorted(priorities)
    assert len({known.name for known in log_formats()}) == len(priorities)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        format_named("nothing of that name")


@pytest.mark.parametrize("text", [pytest.param(line, id=line[:40]) for line in NOISE])
def test_noise_says_nothing(text: str) -> None:
    claimed = {known.name: events for known in log_formats() if (events := claims(known, text))}

    assert claimed == {}


@pytest.mark.parametrize(
    "known", [pytest.param(known, id=known.name) for known in log_formats() if known.name not in GENERAL]
)
def test_a_specific_format_leaves_hand_written_lines(known: type[LogFormat]) -> None:
    for text in (
        "Epoch 1/3 Step 10/300 loss 2.2411 lr 4.8e-04 0.36s/step",
        "val_loss: 1.3518",
        "Saved checkpoint to a.pt",
    ):
        assert claims(known, text) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_no_text_crashes_a_format(text: str) -> None:
    for known in log_formats():
        known().parse(Line(text=text))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.sampled_from(SAMPLES), st.integers(0, 80), st.integers(0, 80), st.text(max_size=6))
def test_no_mixture_of_real_lines_crashes_a_format(one: str, other: str, cut: int, start: int, glue: str) -> None:
    text = one[:cut] + glue + other[start:]

    for known in log_formats():
        reader = known()
        for line in (one, text, other):
            reader.parse(Line(text=line))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SAMPLES), st.text("0123456789", min_size=1, max_size=400))
def test_absurd_numbers_crash_no_format(sample: str, digits: str) -> None:
    text = "".join(digits if character == "5" else character for character in sample)

    for known in log_formats():
        known().parse(Line(text=text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1" * 60_000, id="digits"),
        pytest.param("a " * 30_000, id="words"),
        pytest.param("[" * 60_000, id="brackets"),
        pytest.param("{'loss': " * 6_000, id="dicts"),
        pytest.param("1/1 [00:01<00:01, 1.0it/s]" * 2_000, id="glued meters"),
        pytest.param("loss=1, " * 7_500, id="pairs"),
        pytest.param("%|" * 30_000, id="bars"),
        pytest.param("step 1 " * 8_000, id="counters"),
        pytest.param("━" * 60_000, id="heavy lines"),
        pytest.param(" " * 60_000 + "x", id="blanks"),
        pytest.param('{"a":' * 12_000, id="deep json"),
    ],
)
def test_the_longest_line_takes_no_format_long(text: str) -> None:
    import time

    for known in log_formats():
        before = time.process_time()
        known().parse(Line(text=text))
        assert time.process_time() - before < 1.5, known.name


def test_finding_the_formats_loads_no_screen_and_no_arrays() -> None:
    code = (
        "import sys; from trainmon.parsers import log_formats; log_formats();"
        "print([m for m in ('textual', 'rich', 'numpy', 'pydantic', 'typer', 'pynvml') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_format_that_an_installed_distribution_offers_is_found(tmp_path: Path) -> None:
    (tmp_path / "plugged.py").write_text(
        "from trainmon.parsers.base import LogFormat\n"
        "class Plugged(LogFormat):\n"
        "    name = 'plugged'\n"
        "    def parse(self, line):\n"
        "        return None\n"
    )
    installed = tmp_path / "plugged-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[trainmon.formats]\nplugged = plugged:Plugged\n")
    program = "from trainmon.parsers import format_named; print(format_named('plugged').__module__)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=300, check=True, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip

    assert done.stdout.strip() == "plugged"
