"""The contract's part about estimate documents."""

from __future__ import annotations

from trainmon.estimates import Scope
from trainmon.exports.contract import SCHEMA, JsonObject
from trainmon.exports.schema_parts import FLAG, NUMBER, TEXT, WHOLE, list_of, object_of, one_of, ref, said

_SCENARIO = list_of(TEXT)
_LINES = list_of(WHOLE, "1-based lines of the file as it lies on disk.")


def document_definitions() -> JsonObject:
    """Definitions of what `estimates --json` prints."""
    return {
        "estimates": object_of("Estimate documents.", schema={"const": SCHEMA}, documents=list_of(ref("document"))),
        "document_entry": object_of("", path=TEXT, title=TEXT, estimate_count=WHOLE, contradiction_count=WHOLE),
        "document": object_of(
            "Everything read from one document.",
            path=TEXT,
            title=TEXT,
            compared=said(FLAG, "False where there were too many durations to hold them against one another."),
            unread_from_line={"type": ["integer", "null"], "description": "From here on nothing was read: too long."},
            estimates=list_of(_estimate()),
            facts=list_of(_fact()),
            derived=list_of(_derived()),
            contradictions=list_of(_contradiction()),
        ),
    }


def _estimate() -> JsonObject:
    return object_of(
        "A duration.",
        line=WHOLE,
        text=TEXT,
        scope=one_of(Scope),
        subject=TEXT,
        stage={"type": ["string", "null"]},
        scenario=_SCENARIO,
        low_s=NUMBER,
        high_s=NUMBER,
        likely_s=NUMBER,
        approximate=FLAG,
        device_time=said(FLAG, "GPU-hours: summed over devices, never held against a clock."),
        excludes_init=said(FLAG, "A plan file says that initialisation comes on top of this total."),
        source_text=TEXT,
    )


def _fact() -> JsonObject:
    return object_of(
        "A number that is no duration.",
        line=WHOLE,
        name=TEXT,
        scenario=_SCENARIO,
        value={"type": ["number", "string", "null"]},
        high=NUMBER,
    )


def _derived() -> JsonObject:
    return object_of(
        "A value that follows from the document's own numbers.",
        name=TEXT,
        value=NUMBER,
        high=NUMBER,
        formula=TEXT,
        scenario=_SCENARIO,
        **{"from": _LINES},
    )


def _contradiction() -> JsonObject:
    return object_of(
        "Two statements that cannot both hold.",
        lines=_LINES,
        kind=TEXT,
        text=TEXT,
        ratio=NUMBER,
        severity={"enum": ["low", "medium", "high"]},
    )
