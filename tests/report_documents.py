"""An estimate document with a statement of every kind, for the tests of the exports."""

from __future__ import annotations

from trainmon.estimates import Contradiction, Derived, Estimate, EstimateDocument, Fact, Scope


def document() -> EstimateDocument:
    """A document of every kind of statement."""
    return EstimateDocument(
        path="logs/estimates.md",
        title="Training time",
        estimates=(
            Estimate(
                line=213,
                text="40-50 minutes",
                scope=Scope.TOTAL,
                subject="Total",
                low_s=2400.0,
                high_s=3000.0,
                scenario=("RTX 3090",),
                source_text="- **Total**: 40-50 minutes",
            ),
            Estimate(line=7, text="<5 minutes", scope=Scope.STAGE, stage="init", high_s=300.0, approximate=True),
        ),
        facts=(
            Fact(line=70, name="total_steps", value=2375.0),
            Fact(line=12, name="gpu", value="RTX 3090"),
            Fact(line=13, name="memory_bytes", value=8.0 * 1024**3, high=10.0 * 1024**3),
        ),
        derived=(Derived(name="steps_per_epoch", value=2375.0, from_lines=(41, 63), formula="304,000 / 128"),),
        contradictions=(
            Contradiction(lines=(116, 213), kind="two_values", text="40 min and 48 min", ratio=1.2, severity="medium"),
        ),
    )
