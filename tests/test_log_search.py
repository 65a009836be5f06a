"""Searching a log: what is found, in which order, and that a slice takes no longer than it may."""

from __future__ import annotations

import time

import pytest

from trainmon.errors import UsageError
from trainmon.reading.log_search import LogSearch, Needle

LOG = (
    b"epoch 1 starts\n"
    b"\rstep 1 loss=2.0\rstep 2 loss=nan\rstep 3 loss=1.5\n"
    b"CUDA out of memory\n"
    b"\x1b[31mErr\x1b[0mor: tried /data/x\n"
    b"epoch 2 starts\n"
)


def found(query: str, data: bytes = LOG, start: int = 0, *, forward: bool = True) -> tuple[str | None, bool]:
    """The line found, and whether the search went past an end."""
    search = LogSearch(Needle(query), len(data), start, forward=forward)
    while not search.step(lambda offset, size: data[offset : offset + size], time.monotonic() - 1):
        pass
    assert not search.fault
    if search.found is None:
        return None, search.wrapped
    return data[search.found :].split(b"\n")[0].decode(), search.wrapped


@pytest.mark.parametrize(
    ("query", "line"),
    [
        pytest.param("cuda OUT", None, id="a large letter is meant"),
        pytest.param("cuda out", "CUDA out of memory", id="small letters find large ones"),
        pytest.param("CUDA", "CUDA out of memory", id="large letters"),
        pytest.param("epoch 2", "epoch 2 starts", id="words"),
        pytest.param("error: tried", "\x1b[31mErr\x1b[0mor: tried /data/x", id="colours do not divide words"),
        pytest.param("loss=nan", None, id="what was redrawn is not on the screen"),
        pytest.param(r"/epoch \d start/", "epoch 2 starts", id="a pattern, from the next row on"),
        pytest.param(r"/^cuda/", "CUDA out of memory", id="beginning of a row"),
        pytest.param(r"/\D+memory$/", "CUDA out of memory", id="an escaped capital means no large letter"),
        pytest.param(r"/epoch \d start", "epoch 2 starts", id="no slash ends the pattern"),
        pytest.param(r"/loss=1\.5", "\rstep 1 loss=2.0\rstep 2 loss=nan\rstep 3 loss=1.5", id="a point that is meant"),
        pytest.param(r"/\/data\/", "\x1b[31mErr\x1b[0mor: tried /data/x", id="slashes that are meant"),
        pytest.param("(", None, id="no pattern unless behind a slash"),
        pytest.param("/data/", "\x1b[31mErr\x1b[0mor: tried /data/x", id="a folder between slashes"),
        pytest.param("quota", None, id="not there"),
    ],
)
def test_what_is_found(query: str, line: str | None) -> None:
    assert found(query)[0] == line


def test_no_regular_expression_is_told() -> None:
    with pytest.raises(UsageError, match="no regular expression"):
        Needle("/loss=(/")


def test_the_next_and_the_one_before() -> None:
    at = LOG.index(b"CUDA")

    assert found("epoch", start=at) == ("epoch 2 starts", False)
    assert found("epoch", start=at, forward=False) == ("epoch 1 starts", False)


def test_past_the_end_it_goes_on_at_the_beginning_and_comes_back_to_its_own_row() -> None:
    last = LOG.rindex(b"epoch")

    assert found("epoch 1", start=last) == ("epoch 1 starts", True)
    assert found("epoch 2", start=last) == ("epoch 2 starts", True)
    assert found("epoch 2", start=0, forward=False) == ("epoch 2 starts", True)
    assert found("quota", start=last) == (None, True)


@pytest.mark.parametrize("query", ["needle", "/ne+dle$/", "/need(?!x)le/", "nÉedle"], ids=str)
@pytest.mark.parametrize("forward", [True, False])
def test_it_is_found_across_many_stretches(query: str, forward: bool) -> None:
    line = b"%09d nothing of interest here\n"
    data = b"".join(line % number for number in range(30_000))
    needle = "the nÉedle\n".encode() if "É" in query else b"the needle\n"
    data = data[: len(line % 1) * 20_000] + needle + data[len(line % 1) * 20_000 :]

    assert found(query, data, 0 if forward else len(data), forward=forward) == (needle.decode().strip(), False)


def test_a_slice_ends_soon_and_says_how_far_it_came() -> None:
    data = b"nothing of interest here\n" * 400_000
    search, shares = LogSearch(Needle("/in.eresting/"), len(data), 0, forward=True), [0.0]
    while not search.step(lambda offset, size: data[offset : offset + size], time.monotonic() - 1):
        shares.append(search.progress)

    assert len(shares) > 20
    assert shares == sorted(shares)
    assert search.progress == 1.0
    assert search.found is None


def test_a_pattern_that_never_ends_is_given_up() -> None:
    data = b"a" * 60_000 + b"\n"
    search = LogSearch(Needle("/(a|a|aa)+$b/"), len(data), 0, forward=False)
    while not search.step(lambda offset, size: data[offset : offset + size], time.monotonic() - 1):
        pass

    assert "takes too long" in search.fault


def test_what_bars_wrote_over_later_is_not_found() -> None:
    inner = b"".join(b"\router %d\n\rinner %d\x1b[A" % (step, step) for step in range(40_000))
    data = b"begin\n" + inner + b"\n\nend\n"

    assert found("inner 39999", data)[0] is not None
    assert found("inner 7777", data)[0] is None


@pytest.mark.parametrize(
    ("query", "text", "spans"),
    [
        pytest.param("loss", "loss LOSS", [(0, 4), (5, 9)], id="all of them"),
        pytest.param("/x*/", "axxb", [(1, 3)], id="empty matches mark nothing"),
        pytest.param("日本", "a日本b", [(1, 3)], id="wide"),
    ],
)
def test_every_match_in_a_row_is_marked(query: str, text: str, spans: list[tuple[int, int]]) -> None:
    assert Needle(query).spans(text) == spans
