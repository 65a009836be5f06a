"""The HTML report: one file, inert, and the same content as the others."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import assume, given
from hypothesis import strategies as st

from tests import report_boards as boards
from tests.hostile_boards import HOSTILE, empty_board, named_board
from trainmon.exports.summary_html import summary_html
from trainmon.sanitise import clean
from trainmon.snapshot import MetricInfo
from trainmon.units import UNKNOWN

VOID = {"meta"}


class Page(HTMLParser):
    """What a reader of HTML finds: tags with attributes in order, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.targets: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.targets += [
            value or "" for name, value in attrs if name in {"href", "src", "action", "data", "xlink:href"}
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    source = summary_html(boards.full_board())
    page = Page(source)

    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.names)
    assert all(target.startswith("#run-") for target in page.targets)
    assert not re.search(r"url\(|@import|https?:", source)


def test_the_policy_lets_only_its_own_style_in() -> None:
    source = summary_html(boards.full_board())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', source)
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)

    assert policy is not None
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy[1]
    assert not any("style" in names for _, names in Page(source).tags)
    assert "prefers-color-scheme: dark" in style[1]


def test_the_page_says_what_the_other_formats_say() -> None:
    texts = Page(summary_html(boards.full_board())).texts

    for expected in ("55m 00s", "1.10x slower", "estimates.md:213", "- **Total**: 40-50 minutes", "1.16-1.33 s/step",
                     "21.4 GB of 24.0 GB", "stall 3m 20s (6 %)", "0.715", "lines 116, 213 (grave): 40 min and 48 min",
                     "3 files skipped: binary (2), empty (1)", "nan"):  # fmt: skip
        assert expected in texts, expected


def test_step_time_and_metrics_are_drawn_and_evaluation_lies_over_training() -> None:
    page = Page(summary_html(boards.full_board()))

    assert page.names.count("figure") == 3
    assert page.names.count("polyline") == 4
    assert "eval_loss" in page.texts


def test_a_curve_that_ends_in_nan_says_so() -> None:
    lost = MetricInfo(count=3, first=2.0, last=math.nan, min=1.0, max=2.0, history=((1.0, 2.0), (2.0, 1.0)))
    run = replace(boards.failed_run(), metrics={"loss": lost})

    assert "loss (last: nan)" in Page(summary_html(replace(boards.full_board(), runs=(run,)))).texts


def test_an_empty_board_is_a_page() -> None:
    page = Page(summary_html(empty_board()))

    assert "table" not in page.names
    assert any("0 runs" in text for text in page.texts)


@given(st.text(st.characters(), max_size=40) | st.sampled_from(HOSTILE))
def test_no_text_adds_a_tag_or_an_attribute(text: str) -> None:
    assume(clean(text).strip() not in ("", UNKNOWN))

    page, plain = Page(summary_html(named_board(text))), Page(summary_html(named_board("plain")))

    assert page.open == []
    assert page.tags == plain.tags
    assert clean(text).strip() in page.texts
