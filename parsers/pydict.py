"""Printed Python dicts (`{'loss': 0.5, 'epoch': nan}`) without a Python parser on the hot path."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping

from trainmon.parsers.numbers import MAX_NUMBER_CHARS, NUMBER, number
from trainmon.patterns import pattern

_WORDS = {
    "nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "None": "null", "True": "true", "False": "false",
}  # fmt: skip
_BARE = pattern(
    r"(?<=[:,\[(] )-?(?:nan|inf|None|True|False)(?=[,}\])])|(?<=[:,\[(])-?(?:nan|inf|None|True|False)(?=[,}\])])"
)
_WRAPPED = pattern(
    r"(?:np\.|numpy\.|torch\.)?(?:float\d*|int\d*|tensor|array)\(\s*([-+\w.]{1,40})[^()]{0,60}\)", re.ASCII
)
_PAIR = pattern(rf"""['"]([^'"]{{1,80}})['"]\s*:\s*['"]?({NUMBER})['"]?\s*(?=[,}}\]])""", re.ASCII)


def read_dict(text: str) -> tuple[dict[str, object] | None, str]:
    """Read the dict that `text` starts with; give it (None where there is none) and what stands behind it."""
    end = _end(text)
    body, rest = text[:end], text[end:].strip()
    try:
        value = json.loads(_as_json(body))
    except (ValueError, RecursionError):
        value = _by_force(body)
    return (value if isinstance(value, dict) else None), rest


def _end(text: str) -> int:
    """Where the dict closes: past the matching brace, or past the text where it was cut."""
    end = text.find("}") + 1
    if end and text.find("{", 1, end) < 0:
        return end
    depth = 0
    for match in re.finditer(r"[{}]", text):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _as_json(body: str) -> str:
    if "\\" in body or '"' in body:
        raise ValueError("quotes inside: not plain")
    if "n" in body or "T" in body or "F" in body:
        body = _BARE.sub(lambda found: _WORDS.get(found[0], found[0]), body)
    return body.replace("'", '"')


def _by_force(body: str) -> Mapping[str, object] | None:
    """Nested quotes, tensors, a cut end: a literal if it is one, else every name with a number."""
    plain = _WRAPPED.sub(r"\1", body)
    if len(plain) <= 1 << 14 and plain.endswith("}"):
        try:
            return ast.literal_eval(_BARE.sub(_as_python, plain))  # type: ignore[no-any-return]
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            pass
    pairs: dict[str, object] = {match[1]: float(match[2].replace(",", "")) for match in _PAIR.finditer(plain)}
    return pairs or None


def _as_python(found: re.Match[str]) -> str:
    return {"nan": "'nan'", "inf": "'inf'", "-inf": "'-inf'"}.get(found[0], found[0])


def numbers_of(values: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, float]:
    """Give the numeric entries, nested ones joined by `/`; numbers in quotes count (Trainer 5), booleans do not."""
    found: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            read = _as_float(value)
        elif isinstance(value, str):
            read = number(value) if len(value) <= MAX_NUMBER_CHARS else None
        elif isinstance(value, dict) and depth < 4:
            found |= numbers_of(value, f"{prefix}{name}/", depth + 1)
            continue
        elif (
            isinstance(value, list)
            and len(value) == 1
            and isinstance(value[0], int | float)
            and not isinstance(value[0], bool)
        ):
            read = _as_float(value[0])
        else:
            continue
        if read is not None and len(key := f"{prefix}{name}") <= 128:
            found[key] = read
    return found


def _as_float(value: int | float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None
