"""The reader against documents whose truth was written down by hand; skipped where they are not at hand."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

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


def test_clean_documents_are_not_repaired(shared: Path) -> None:
    from trainmon.parsers.documents.encoding import repair

    for path in sorted((shared / "estimates").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        assert repair(text) == text
