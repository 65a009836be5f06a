"""The reader against documents whose truth was written down by hand; skipped where they are not at hand."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from trainmon.estimates import Scope
from trainmon.parsers.documents import read_document


@pytest.fixture(scope="module")
def measure() -> ModuleType:
    """The benchmark that pairs estimates with rows of truth."""
    path = Path(__file__).parents[1] / "benchmarks" / "estimates.py"
    spec = importlib.util.spec_from_file_location("estimates_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("folder", "found", "extra"),
    [pytest.param("seeds", 0.97, 0.02, id="seeds"), pytest.param("estimates", 0.92, 0.05, id="public")],
)
def test_rows_of_the_reference_documents_are_found(
    shared: Path, measure: ModuleType, folder: str, found: float, extra: float
) -> None:
    rows = hits = left = 0
    for truth in json.loads((shared / folder / "truth.json").read_text(encoding="utf-8")):
        document = read_document(shared / folder / truth["file"])
        matched, _, unasked = measure.compare(truth["rows"], list(document.estimates))
        rows, hits, left = rows + len(truth["rows"]), hits + matched, left + len(unasked)
    assert hits / rows >= found
    assert left / rows <= extra


def test_rows_of_documents_in_other_styles_are_found(measure: ModuleType) -> None:
    folder = Path(__file__).parent / "documents"
    for truth in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        document = read_document(folder / truth["file"])
        _, missed, extra = measure.compare(truth["rows"], list(document.estimates))
        assert len(missed) <= 1, [row["text"] for row in missed]
        assert len(extra) <= 1, [estimate.text for estimate in extra]
        told = [set(measure.lines_of(where)) for _, where, _ in truth["contra"]]
        found = [set(one.lines) for one in document.contradictions]
        assert all(any(lines <= one for one in found) for lines in told)
        assert all(any(lines <= one for lines in told) for one in found), [c.text for c in document.contradictions]


def test_time_summed_over_devices_is_marked(measure: ModuleType) -> None:
    folder = Path(__file__).parent / "documents"
    truth = next(t for t in json.loads((folder / "truth.json").read_text()) if t["file"] == "model_card.md")
    wanted = {(row["line"], row["text"]) for row in truth["rows"] if "GPU-hours" in row["scope"]}
    marked = {(e.line, e.text) for e in read_document(folder / "model_card.md").estimates if e.device_time}
    assert wanted <= marked


@pytest.mark.parametrize(
    ("name", "line", "scope", "count"),
    [
        pytest.param("lora", 44, Scope.THRESHOLD, 4, id="what-a-bound-means"),
        pytest.param("proteins", 18, Scope.UNIT, 1, id="a-request"),
        pytest.param("proteins", 28, Scope.STAGE, 1, id="training-under-a-share"),
        pytest.param("proteins", 34, Scope.STAGE, 1, id="any-stage-under-a-share"),
        pytest.param("proteins", 69, Scope.TOTAL, 1, id="what-is-cached-is-no-stage"),
        pytest.param("proteins", 73, Scope.STAGE, 1, id="training-beside-what-is-skipped"),
        pytest.param("proteins", 75, Scope.TOTAL, 1, id="quick-test"),
        pytest.param("encoders", 3, Scope.TOTAL, 2, id="for-everything"),
        pytest.param("encoders", 35, Scope.TOTAL, 2, id="for-each"),
        pytest.param("encoders", 53, Scope.STAGE, 1, id="prose-under-a-stage"),
        pytest.param("chatbot", 26, Scope.TOTAL, 2, id="with-checkpoints"),
        pytest.param("chatbot", 26, Scope.EPOCH, 2, id="one-epoch-is-a-product"),
        pytest.param("chatbot", 29, Scope.TOTAL, 2, id="a-sentence-over-two-lines"),
        pytest.param("chatbot", 41, Scope.TOTAL, 1, id="comment-above-settings"),
    ],
)
def test_the_sample_documents_are_read_as_they_are_meant(name: str, line: int, scope: Scope, count: int) -> None:
    document = read_document(Path(__file__).parents[1] / "sample_logs" / name / "estimates.md")
    assert len([e for e in document.estimates if e.line == line and e.scope is scope]) == count


def test_clean_documents_are_not_repaired(shared: Path) -> None:
    from trainmon.parsers.documents.encoding import repair

    for path in sorted((shared / "estimates").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        assert repair(text) == text
