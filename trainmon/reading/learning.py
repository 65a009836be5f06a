"""Learning a template without knowing the format: change the numbers of a line, and see what its parser makes of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import fields

from trainmon.events import Counter
from trainmon.reading.templates import Columns, Part, Said, Slot, Template

Parse = Callable[[bytes], Said | None]
"""Reads one piece as its format would, and leaves no trace in the format's memory."""

_TRIALS = 3
_MOST_NUMBERS = 48
_LONGEST_BYTES = 4096
_FORMS = {
    "date": rb"(?<!\d)\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?",
    "clock": rb"(?<![\w.:])\d{1,7}(?::\d\d){1,2}(?![\w:])",
    "bar": rb"(?<=%\|)[^|\r\n]*(?=\|)",
    "blocks": rb"(?<=[\[|])[=>#.\-_ ]{8,}(?=[\]|])",
    "rate": rb"(?<![\w.])\d+(?:\.\d+)?(?:[a-zA-Z]{1,12}/s|s/[a-zA-Z]{1,12})\b",
    "number": rb"(?<![\w.])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![.\d])",
}
_TOKEN, _TOKEN_BUT_RATES = (
    re.compile(
        b"|".join(b"(?P<%b>%b)" % (name.encode(), form) for name, form in _FORMS.items() if name not in left_out)
    )
    for left_out in ((), ("rate",))
)
_DIGITS = b"-+.0123456789eE"
_TEXTS = {
    "date": rb"[-/0-9]+[T ][0-9:.,]+",
    "clock": rb"[0-9:]+",
    "bar": rb"[^|\r\n]*",
    "blocks": rb"[=>#.\-_ ]+",
    "rate": rb"[0-9.]+(?:[a-zA-Z]+/s|s/[a-zA-Z]+)",
    "number": rb"[-+.0-9eE]+",
}
_LOOSE = ("elapsed_s", "step_time_s", "pace_s")
_ROW_FIELDS = ("current", *_LOOSE)


def learn(raw: bytes, parse: Parse) -> Template | None:
    """Give the template of a line; None where its numbers cannot be told apart, or it says what rows cannot say."""
    base = parse(raw)
    if base is None or len(raw) > _LONGEST_BYTES or b"\x1b" in raw:
        return None
    chance = random.Random(len(raw))  # noqa: S311
    tokens = list(_TOKEN.finditer(raw))
    if not tokens or len(tokens) > _MOST_NUMBERS:
        return None
    slots = [_slot(raw, token, base, parse, chance) for token in tokens]
    if any(slot.part is Part.LITERAL and token.lastgroup == "rate" for token, slot in zip(tokens, slots, strict=True)):
        tokens = list(_TOKEN_BUT_RATES.finditer(raw))  # the rate is the line's own clock
        slots = [_slot(raw, token, base, parse, chance) for token in tokens]
    wanted = [slot for slot in slots if slot.part not in (Part.IGNORED, Part.LITERAL)]
    if not _is_whole(wanted, base):
        return None
    template = Template(_pattern(raw, tokens, slots), tuple(wanted), base)
    for _ in range(_TRIALS):
        if not _holds(template, _varied(raw, tokens, slots, chance), parse):
            return None
    return template if template.note(raw) else None


def _is_whole(slots: Sequence[Slot], base: Said) -> bool:
    """Tell whether the numbers that move from row to row were found: the counter, and some value."""
    parts, counter, metrics = [slot.part for slot in slots], base.counter, base.metrics
    if counter is not None and parts.count(Part.CURRENT) != 1:
        return False
    if metrics is not None and counter is None and metrics.step is not None and Part.STEP not in parts:
        return False
    if metrics is not None and counter is not None and metrics.epoch is not None and counter.epoch is None:
        return False
    names = [slot.name for slot in slots if slot.part is Part.VALUE]
    return len(set(names)) == len(names) and (base.metrics is None or bool(names))


def _slot(raw: bytes, token: re.Match[bytes], base: Said, parse: Parse, chance: random.Random) -> Slot:
    """Find out what one number is: the least binding of what two changes of it show."""
    kind = str(token.lastgroup)
    if kind in ("bar", "blocks"):
        return Slot(Part.IGNORED)
    found: list[Slot] = []
    for lower in (True, False):
        text = _other(token[0], kind, chance, lower=lower)
        changed = parse(raw[: token.start()] + text + raw[token.end() :])
        found.append(_meaning(base, changed, text if kind == "number" else b""))
        if found[0].part in (Part.VALUE, Part.CURRENT, Part.STEP, Part.PACE, Part.RATE):
            return found[0]
    first, second = found
    if first.part is second.part:
        return first if first == second else Slot(Part.LITERAL)
    order = (Part.CURRENT, Part.STEP, Part.VALUE, Part.EPOCH, Part.PACE, Part.RATE, Part.FIXED, Part.IGNORED)
    return next(slot for part in (*order, Part.LITERAL) for slot in found if slot.part is part)


def _meaning(base: Said, changed: Said | None, text: bytes) -> Slot:
    if changed is None or changed.others != base.others:
        return Slot(Part.LITERAL)
    if (changed.counter is None) != (base.counter is None) or (changed.metrics is None) != (base.metrics is None):
        return Slot(Part.LITERAL)
    value = float(text) if text else None
    moved = _moved(base.counter, changed.counter)
    values = _moved_values(base, changed)
    if values is None:
        return Slot(Part.LITERAL)
    step, epoch = _step_and_epoch(base, changed)
    if values:
        name, read = values[0]
        alone = len(values) == 1 and read == value and not moved and not step and not epoch
        return Slot(Part.VALUE, name) if alone else Slot(Part.LITERAL)
    return _counting(changed, moved, value, step=step, epoch=epoch)


def _counting(changed: Said, moved: set[str], value: float | None, *, step: bool, epoch: bool) -> Slot:
    """What a number means that is no metric."""
    counter = changed.counter
    if "current" in moved or step:
        done = counter.current if counter is not None else (changed.metrics.step if changed.metrics else None)
        plus = None if done is None or value is None else done - value
        agrees = counter is None or changed.metrics is None or changed.metrics.step in (None, counter.current)
        if moved - set(_ROW_FIELDS):
            return Slot(Part.FIXED)
        if plus not in (0.0, 1.0) or not agrees or (counter is not None and "current" not in moved):
            return Slot(Part.LITERAL)
        return Slot(Part.CURRENT if counter is not None else Part.STEP, plus=plus or 0.0)
    if moved - set(_LOOSE):
        return Slot(Part.FIXED)
    if "step_time_s" in moved and counter is not None:
        pace = counter.step_time_s
        if pace is None or not value:
            return Slot(Part.LITERAL)
        scale = pace / value
        known = next((one for one in (1.0, 1e-3, 1e-6) if abs(one - scale) < 1e-9 * one), None)
        if abs(pace * value - 1.0) < 1e-9 and known is None:
            return Slot(Part.RATE)
        return Slot(Part.PACE, plus=known) if known is not None else Slot(Part.LITERAL)
    if epoch and counter is None:
        stated = changed.metrics.epoch if changed.metrics is not None else None
        return Slot(Part.EPOCH) if stated == value else Slot(Part.LITERAL)
    return Slot(Part.IGNORED)


def _moved(before: Counter | None, after: Counter | None) -> set[str]:
    if before is None or after is None:
        return set()
    return {one.name for one in fields(Counter) if getattr(before, one.name) != getattr(after, one.name)}


def _moved_values(base: Said, changed: Said) -> list[tuple[str, float]] | None:
    if base.metrics is None or changed.metrics is None:
        return []
    before, after = base.metrics.values, changed.metrics.values
    if list(before) != list(after):
        return None
    return [(name, after[name]) for name in before if before[name] != after[name]]


def _step_and_epoch(base: Said, changed: Said) -> tuple[bool, bool]:
    if base.metrics is None or changed.metrics is None:
        return False, False
    return base.metrics.step != changed.metrics.step, base.metrics.epoch != changed.metrics.epoch


def _other(text: bytes, kind: str, chance: random.Random, *, lower: bool) -> bytes:
    """Another text of the same form."""
    if kind == "date":
        return text[:14] + b"%02d:%02d" % (chance.randrange(60), chance.randrange(60)) + text[19:]
    if kind == "clock":
        return text[:-2] + b"%02d" % ((int(text[-2:]) + chance.randrange(1, 59)) % 60)
    if kind == "rate":
        if not lower:
            return re.sub(rb"([a-zA-Z]+)/s$|s/([a-zA-Z]+)$", _inverse, text)
        return re.sub(rb"\d(?=[a-zA-Z])", lambda found: b"%d" % ((int(found[0]) + chance.randrange(1, 9)) % 10), text)
    mantissa, mark, exponent = text.partition(b"e") if b"e" in text else text.partition(b"E")
    whole, dot, fraction = mantissa.partition(b".")
    if fraction:
        digits = b"".join(b"%d" % chance.randrange(1, 10) for _ in fraction)
        if digits == fraction:
            digits = fraction[:-1] + (b"1" if fraction[-1:] != b"1" else b"2")
        return whole + dot + digits + mark + exponent
    sign, number = (whole[:1], whole[1:]) if whole[:1] in b"+-" else (b"", whole)
    value = int(number)
    span = (max(1, value // 3), value) if lower and value > 1 else (value + 1, 2 * value + 9)
    other = chance.randrange(*span)
    return sign + (b"%d" % other).zfill(len(number) if number[:1] == b"0" else 0) + dot + mark + exponent


def _inverse(found: re.Match[bytes]) -> bytes:
    return b"s/" + found[1] if found[1] is not None else found[2] + b"/s"


def _varied(raw: bytes, tokens: Sequence[re.Match[bytes]], slots: Sequence[Slot], chance: random.Random) -> bytes:
    """The line with all of its free numbers changed."""
    parts, end = [], 0
    for token, slot in zip(tokens, slots, strict=True):
        free = slot.part not in (Part.FIXED, Part.LITERAL) and token.lastgroup not in ("bar", "blocks")
        text = _other(token[0], str(token.lastgroup), chance, lower=True) if free else token[0]
        parts += [raw[end : token.start()], text]
        end = token.end()
    return b"".join((*parts, raw[end:]))


def _holds(template: Template, raw: bytes, parse: Parse) -> bool:
    texts = template.matches(raw)
    if texts is None or not template.note(raw):
        return False
    columns: Columns = template.columns([(text,) for text in texts], 1)
    return columns.size == 1 and template.agrees(columns, 0, parse(raw), template.base.counter)


def _pattern(raw: bytes, tokens: Sequence[re.Match[bytes]], slots: Sequence[Slot]) -> bytes:
    parts, end = [], 0
    for token, slot in zip(tokens, slots, strict=True):
        if slot.part is Part.LITERAL:
            continue
        parts.append(_literal(raw[end : token.start()], first=end == 0, last=False))
        text = _TEXTS[str(token.lastgroup)]
        if token.lastgroup == "number" and raw[token.end() : token.end() + 1] not in _DIGITS:
            text += b"+"  # nothing behind it could be part of it: no way back is kept
        parts.append(text if slot.part is Part.IGNORED else b"(" + text + b")")
        end = token.end()
    parts.append(_literal(raw[end:], first=end == 0, last=True))
    return b"".join(parts)


def _literal(text: bytes, *, first: bool, last: bool) -> bytes:
    """Words as they stand; blanks beside a number pad it, so their count is free."""
    core = text.strip(b" ")
    if not core:
        return b" *+" if first or last else (b" ++" if text else b"")
    lead, trail = text.startswith(b" "), text.endswith(b" ")
    inner = re.sub(rb"(?:\\ | ){2,}", b" ++", re.escape(core))
    before = b" *+" if first else (b" ++" if lead else b"")
    after = b" *+" if last else (b" ++" if trail else b"")
    return before + inner + after
