"""From bytes to lines and from lines to pieces: encodings, tables, fences, notebooks, reStructuredText."""

from __future__ import annotations

import json

import pytest

from trainmon.estimates import EstimateDocument
from trainmon.parsers.documents import read_text
from trainmon.parsers.documents.blocks import read_pieces
from trainmon.parsers.documents.encoding import decode, repair, split_lines
from trainmon.parsers.documents.markup import plain


def values(document: EstimateDocument) -> list[tuple[int, float | None]]:
    """Give (line, single value) of every estimate."""
    return [(estimate.line, estimate.likely_s) for estimate in document.estimates]


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
def test_utf8_that_was_read_in_another_code_is_repaired(codec: str) -> None:
    text = "Time ≈ 4 × 30 s – naïve, about two minutes…"
    assert repair(text.encode().decode(codec, errors="strict")) == text


def test_text_that_is_right_stays_as_it_is() -> None:
    text = "√π and é, 训练时间 – naïve façade ≈ 3 × 4"
    assert repair(text) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("3 hours".encode("utf-16"), "3 hours", id="utf-16"),
        pytest.param(b"\xef\xbb\xbf3 hours", "3 hours", id="byte-order-mark"),
        pytest.param("训练时间 三小时".encode("gb18030"), "训练时间 三小时", id="gb18030"),
        pytest.param("3 h für alles".encode("cp1252"), "3 h für alles", id="cp1252"),
    ],
)
def test_documents_are_decoded_whatever_their_encoding(data: bytes, text: str) -> None:
    assert decode(data) == text


def test_lines_are_counted_as_editors_count_them() -> None:
    assert split_lines("a\u2028b\x0bc\r\nd\n") == ["a\u2028b\x0bc", "d", ""]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("**Time**: `3 h` *now*", "Time: 3 h now", id="emphasis"),
        pytest.param("2 * 3 h * 4", "2 * 3 h * 4", id="stars-that-multiply"),
        pytest.param("[a paper](https://x.y/2h) says 3 h", "a paper says 3 h", id="link"),
        pytest.param("<sub>18.47</sub>&nbsp;s &lt; 1 min", "18.47 s < 1 min", id="html"),
        pytest.param("~~5 hours~~ 3 hours", "3 hours", id="struck-out"),
    ],
)
def test_markup_is_taken_away(raw: str, shown: str) -> None:
    assert plain(raw) == shown


def test_a_piece_knows_its_headings_and_list_parents() -> None:
    pieces = list(read_pieces(["# Plan", "## Baseline", "- Training: 2 h", "  - with a GPU: 1 h"]))
    assert [heading.text for heading in pieces[-1].headings] == ["Plan", "Baseline"]
    assert pieces[-1].parents == ("Training: 2 h",)


def test_a_unit_in_the_header_holds_for_the_column() -> None:
    document = read_text("| GPUs | Days to train | images / second |\n|---|---|---|\n| 8 | 81.33 | 1100 |\n")
    assert values(document) == [(3, 81.33 * 86400)]


def test_a_time_column_lends_the_unit_that_one_cell_writes() -> None:
    document = read_text("| # | time | score |\n|---|---|---|\n| 0 | 168 hours | 0.2 |\n| 1 | 3.04 | 0.7 |\n")
    assert values(document) == [(3, 168 * 3600.0), (4, 3.04 * 3600)]


def test_rows_without_a_delimiter_line_are_cells_of_the_table_before() -> None:
    text = "| Run | Epochs | Time |\n|---|---|---|\n| a | 1 | **35 hrs** ⚡ |\n\n### More\n| b | 3 | 21 hrs | \n"
    document = read_text(text)
    assert values(document) == [(3, 126000.0), (6, 75600.0)]
    assert "Epochs: 3" in document.estimates[1].scenario


def test_raw_html_tables_keep_the_line_of_every_cell() -> None:
    text = (
        "<table><tbody>\n<th>Name</th>\n<th>train<br/>time<br/>(s/iter)</th>\n"
        "<tr><td>R50</td>\n<td>0.551</td>\n</tr></table>\n"
    )
    (estimate,) = read_text(text).estimates
    assert (estimate.line, estimate.likely_s, estimate.scope) == (5, 0.551, "step")


def test_boxes_drawn_inside_a_fence_are_a_table() -> None:
    text = (
        "```\n┌───────┬──────────┐\n│ Stage │ Time     │\n"
        "├───────┼──────────┤\n│ Total │ 3 hours  │\n└───────┴──────────┘\n```\n"
    )
    (estimate,) = read_text(text).estimates
    assert (estimate.line, estimate.likely_s, estimate.scope) == (5, 10800.0, "total")


def test_a_grid_table_outside_a_fence_is_a_table() -> None:
    text = (
        "+----------+-----------+\n| Step     | Time (min) |\n+==========+===========+\n"
        "| clean    | 35        |\n+----------+-----------+\n| Total    | 90        |\n+----------+-----------+\n"
    )
    estimates = read_text(text).estimates
    assert [(one.line, one.likely_s, one.scope) for one in estimates] == [(4, 2100, "stage"), (6, 5400, "total")]


def test_a_list_table_keeps_header_and_lines() -> None:
    text = (
        "Times\n=====\n\n.. list-table::\n   :header-rows: 1\n\n   * - Model\n     - sec/step\n     - total\n"
        "   * - small\n     - 0.6\n     - < 6 h\n\nThe whole takes 9 hours.\n"
    )
    estimates = read_text(text, "times.rst").estimates
    assert [(one.line, one.scope) for one in estimates] == [(11, "step"), (12, "total"), (14, "total")]
    assert (estimates[0].likely_s, estimates[1].high_s) == (0.6, 21600)


def test_thousands_may_stand_apart_in_a_cell() -> None:
    document = read_text("| Model | s/epoch |\n|---|---|\n| R-GAT | 4 300 |\n")
    assert values(document) == [(3, 4300)]


def test_a_header_says_what_stands_before_the_colon() -> None:
    document = read_text("| Run | A100 (h:mm) | eval (mm:ss) |\n|---|---|---|\n| lora | 1:40 | 4:30 |\n")
    assert values(document) == [(3, 6000), (3, 270)]


def test_a_column_of_gpu_hours_is_time_of_devices() -> None:
    document = read_text("| Item | GPU-h |\n|---|---|\n| Main run | 7,680 |\n")
    assert [(one.likely_s, one.device_time) for one in document.estimates] == [(7680 * 3600.0, True)]


def test_comments_in_code_are_read_and_settings_are_not() -> None:
    document = read_text("## Run\n```bash\n# takes ~35 hours\nTIMEOUT=30s python train.py --wait 5min\n```\n")
    assert values(document) == [(3, 126000.0)]


def test_a_notebook_gives_the_lines_of_the_file_on_disk() -> None:
    cells = [{"cell_type": "markdown", "source": ["# Plan\n", "\n", "- **Training time**: ~2 hours – 单卡"]}]
    text = json.dumps({"cells": cells}, indent=1, ensure_ascii=True)
    (estimate,) = read_text(text, "plan.ipynb").estimates
    assert "Training time" in text.split("\n")[estimate.line - 1]


def test_restructured_text_tables_and_titles_are_read() -> None:
    text = "Times\n=====\n\n=====  ========\nModel  Time (h)\n=====  ========\nsmall  2.5\n=====  ========\n"
    (estimate,) = read_text(text, "times.rst").estimates
    assert (estimate.line, estimate.likely_s) == (7, 9000.0)


def test_more_durations_than_a_person_writes_are_not_read_to_the_end() -> None:
    row = "- Training of run {}: {} hours\n"
    document = read_text("# Runs\n" + "".join(row.format(number, 2 + number % 9) for number in range(10_500)))
    assert (len(document.estimates), document.unread_from_line, document.compared) == (10_000, 10_002, False)
    document = read_text("# Runs\n" + "".join(row.format(number, 2 + number % 9) for number in range(900)))
    assert (len(document.estimates), document.unread_from_line, document.compared) == (900, None, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a 12 " * 400_000, id="one-line"),
        pytest.param("1/" * 200_000 + "2 hours", id="endless-list"),
        pytest.param("(" * 100_000 + "3 hours", id="open-brackets"),
        pytest.param("| 3 h " * 50_000, id="pipes"),
        pytest.param("> " * 3_000 + "3 hours\n", id="nested-quotes"),
        pytest.param("```\n" + "x = 3 * 4 = 12\n" * 100_000, id="endless-fence"),
    ],
)
def test_hostile_documents_are_read_to_an_end(text: str) -> None:
    assert read_text(text).path == ""
