"""Which faults have a test: files, content, archives, terminals, exports, GPUs, by their numbers.

Tests of `test_faults_*.py` carry the numbers in their names; those that are tested elsewhere stand here.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
ROWS = range(1, 101)
ELSEWHERE = {
    37: "test_lines.py::test_any_split_of_the_bytes_gives_the_same_pieces",
    38: "test_lines.py::test_any_split_of_the_bytes_gives_the_same_pieces",
    39: "test_sanitise.py::test_text_is_shown_and_never_acts",
    41: "test_encodings.py::test_every_encoding_gives_the_text_however_it_is_read",
    45: "test_sanitise.py::test_no_text_keeps_a_control_or_format_character",
    46: "test_tui_text.py::test_markup_is_left_as_it_is_written",
    47: "test_tui_app.py::test_hostile_names_are_shown_and_never_act",
    54: "test_ranks_on_one_bar.py::test_bars_of_several_ranks_are_one_evaluation",
    59: "test_encodings.py::test_every_encoding_gives_the_text_however_it_is_read",
    66: "test_parsers_user_format.py::test_a_pattern_that_takes_too_long_is_left_out_after_three_times",
    67: "test_parsers_user_format.py::test_a_mistake_is_named",
    69: "test_settings.py::test_a_setting_of_another_type_is_a_usage_error",
    72: "test_tui_guard.py::test_a_screen_needs_a_terminal",
    75: "test_tui_app.py::test_ascii_mode_sends_nothing_else",
    80: "test_tui_guard.py::test_a_terminal_that_stopped_reading_does_not_keep_the_app",
    85: "test_alert_memory.py::test_a_damaged_file_is_built_again",
    87: "test_tui_guard.py::test_no_byte_is_sent_while_nothing_changes",
    91: "test_export.py::test_too_little_room_leaves_the_old_report",
    92: "test_export.py::test_a_link_stays_a_link_and_its_target_is_replaced",
    93: "test_summary_csv.py::test_text_that_looks_like_a_formula_is_quoted",
    94: "test_summary_html.py::test_no_text_adds_a_tag_or_an_attribute",
    95: "test_contract.py::test_nan_and_infinity_are_null_and_flagged",
    96: "test_gpu.py::test_a_driver_that_refuses_as_a_whole_is_one_line_and_is_asked_again",
    97: "test_gpu.py::test_a_lost_gpu_is_shown_as_lost_and_the_others_live_on",
    99: "test_gpu.py::test_all_bits_set_means_not_available",
    100: "test_gpu.py::test_an_old_driver_gives_what_it_has",
}
UNTESTED = {
    68: "a user's pattern on a line of a megabyte: lines are cut at 64 kB before any pattern sees them",
    70: "no name of a log or a setting becomes the name of a file that is written",
    84: "nothing is kept between two starts but which alerts were told (row 85)",
}


def functions_in(name: str) -> set[str]:
    tree = ast.parse((TESTS / name).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def numbered() -> set[int]:
    names = [name for path in TESTS.glob("test_faults_*.py") for name in functions_in(path.name)]
    heads = [match[0] for name in names if (match := re.match(r"test(?:_f\d{2,3})+(?=_)", name))]
    return {int(number) for head in heads for number in re.findall(r"f(\d+)", head)}


def test_every_fault_has_a_test_or_a_reason() -> None:
    told = numbered() | ELSEWHERE.keys() | UNTESTED.keys()

    assert [row for row in ROWS if row not in told] == []
    assert not numbered() & UNTESTED.keys()
    assert len(numbered() | ELSEWHERE.keys()) >= 95


def test_the_tests_that_are_named_here_exist() -> None:
    missing = []
    for place in ELSEWHERE.values():
        file, _, function = place.partition("::")
        if function not in functions_in(file):
            missing.append(place)

    assert missing == []
