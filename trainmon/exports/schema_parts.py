"""The few forms of JSON Schema that the contract is written in."""

from __future__ import annotations

from enum import StrEnum

from trainmon.exports.contract import JsonObject

TEXT: JsonObject = {"type": "string"}
FLAG: JsonObject = {"type": "boolean"}
WHOLE: JsonObject = {"type": "integer"}
NUMBER: JsonObject = {"type": ["number", "null"]}


def object_of(description: str, /, **properties: object) -> JsonObject:
    """Every property is required: the contract writes null where it knows nothing."""
    return said({"type": "object", "properties": properties, "required": list(properties)}, description)


def list_of(items: JsonObject, description: str = "") -> JsonObject:
    """A list of one kind of thing."""
    return said({"type": "array", "items": items}, description)


def map_of(values: JsonObject, description: str = "") -> JsonObject:
    """An object whose names come from a log."""
    return said({"type": "object", "additionalProperties": values}, description)


def one_of(words: type[StrEnum]) -> JsonObject:
    """A closed set of words."""
    return {"enum": [word.value for word in words]}


def moment(description: str = "") -> JsonObject:
    """ISO 8601, or null."""
    return said({"type": ["string", "null"], "format": "date-time"}, description)


def said(kind: JsonObject, description: str) -> JsonObject:
    """The same, explained."""
    return {**kind, "description": description} if description else kind


def ref(name: str) -> JsonObject:
    """A definition by its name."""
    return {"$ref": f"#/$defs/{name}"}


def or_null(name: str) -> JsonObject:
    """A definition, or null where the run has none."""
    return {"anyOf": [ref(name), {"type": "null"}]}
