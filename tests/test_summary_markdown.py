"""The Markdown report: what it says, and that foreign text stays text."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests import report_boards as boards
from tests.hostile_boards import HOSTILE, empty_board, named_board
from trainmon.exports.markdown_text import block, code, inline
from trainmon.exports.summary_markdown import summary_markdown
from trainmon.sanitise import clean

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ANY_TEXT = st.text(st.characters(), max_size=40) | st.text("`|\\*_[]()<>!&#;:/@.-+=~$1 a\n", max_size=20)
TEXTS = ANY_TEXT | st.sampled_from(HOSTILE)


def rendered(text: str) -> str:
    """White space as a browser shows it."""
    return " ".join(clean(text).split())


def inlines(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens if token.type == "inline" for child in token.children or ()]


def test_the_report_holds_plan_against_actual_with_the_documented_line() -> None:
    text = summary_markdown(boards.full_board())

    assert "| total | 40-50 min | 55m 00s | 1.10x slower | estimates.md:213 | RTX 3090, 1 epoch |" in text
    assert "| step | 0.80-1.30 s/step | 1.24 s/step | within | estimates.md:115 | RTX 3090, 1 epoch |" in text
    assert "- estimates.md:213: `- **Total**: 40-50 minutes`" in text


def test_the_report_holds_step_times_overheads_metrics_and_memory() -> None:
    text = summary_markdown(boards.full_board())

    assert "Step time p10 / p50 / p90: 1.16 s/step / 1.24 s/step / 1.33 s/step over 2,350 measured, from" in text
    assert "| stall | 3m 20s | 6 % |" in text
    assert "| eval_accuracy | 0.702 | 0.715 | 0.41 | 0.715 | 2,000 |" in text
    assert "| loss | nan | 2.1 | 2.1 | inf | 120 |" in text
    assert "peak memory 21.4 GB of 24.0 GB" in text


def test_the_report_holds_problems_contradictions_and_the_proposed_line() -> None:
    text = summary_markdown(boards.full_board())

    assert (
        "- oom at step 120: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. (full.log:88)"
        in text
    )
    assert "- `logs/estimates.md`: 2 estimates, 1 contradiction" in text
    assert "  - lines 116, 213 (grave): 40 min and 48 min" in text
    assert (
        '- Total: 52-58 min (measured 55 min on NVIDIA GeForce RTX 3090; was "40-50 minutes", estimates.md:213)' in text
    )
    assert "- 3 files skipped: binary (2), empty (1)" in text


def test_the_worst_run_comes_first() -> None:
    text = summary_markdown(boards.full_board())
    names = ("full-finetune", "baseline", "waiting", "mixtral-lora")

    places = [text.index(f"\n## {name}\n") for name in names]

    assert places == sorted(places)


def test_nothing_found_is_said() -> None:
    assert (
        summary_markdown(empty_board())
        == "<!-- trainmon summary -->\n# Training summary\n\n0 runs. Read at 1970-01-01 00:00 UTC.\n"
    )


@given(TEXTS)
def test_text_in_a_table_cell_is_one_cell_of_that_text(text: str) -> None:
    tokens = READER.parse(f"| a | b |\n|---|---|\n| x{inline(clean(text))}y | z |\n")
    cells = inlines(tokens)

    assert {token.type for token in cells} <= {"text"}
    assert [token.content for token in tokens if token.type == "inline"][3] == "z"
    body = [token for token in tokens if token.type == "inline"][2]
    assert "".join(child.content for child in body.children or ()) == f"x{rendered(text)}y"


@given(TEXTS)
def test_text_after_a_list_marker_starts_no_block(text: str) -> None:
    tokens = READER.parse(f"- {block(clean(text))}\n")

    assert [token.type for token in tokens if token.nesting == 1][:1] == ["bullet_list_open"]
    assert {token.type for token in tokens} <= {
        "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close",
        "bullet_list_close",
    }  # fmt: skip
    assert {token.type for token in inlines(tokens)} <= {"text"}
    assert "".join(token.content for token in inlines(tokens)) == rendered(text)


@given(TEXTS)
def test_text_in_a_code_span_stays_in_it(text: str) -> None:
    tokens = inlines(READER.parse(f"a {code(clean(text))} b\n"))

    shown = [token.content for token in tokens if token.type == "code_inline"]
    assert {token.type for token in tokens} <= {"text", "code_inline"}
    assert " ".join("".join(shown).split()) == rendered(text)


@given(TEXTS)
def test_no_name_changes_the_structure_of_the_report(text: str) -> None:
    def structure(name: str) -> list[str]:
        tokens = READER.parse(summary_markdown(named_board(name)))
        return [token.type for token in (*tokens, *inlines(tokens)) if token.type != "text"]

    assume(rendered(text))

    assert structure(text) == structure("plain")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("run_1_final-v2.0", "run_1_final-v2.0", id="ordinary names stay readable"),
        pytest.param("__init__", r"\_\_init\_\_", id="underscores at the ends"),
        pytest.param("a|b", "a&#124;b", id="pipe"),
        pytest.param("see http://x.org, @me", "see http&#58;//x.org, &#64;me", id="addresses are no links"),
    ],
)
def test_escaping_is_sparing(text: str, expected: str) -> None:
    assert inline(text) == expected
