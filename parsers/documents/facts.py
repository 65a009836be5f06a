"""The numbers of the plan: examples, epochs, batch, steps, cadences, hardware, prices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trainmon.estimates import Fact
from trainmon.parsers.documents.bars import find_bars, is_log_line
from trainmon.parsers.documents.blocks import Piece
from trainmon.parsers.documents.cadences import find_cadences
from trainmon.parsers.documents.fact_names import WHOLE_NUMBERS, fact_name
from trainmon.parsers.documents.hardware import Found, find_hardware, find_memory, find_prices, find_rates
from trainmon.parsers.documents.lexicon import bare
from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.parsers.documents.scenario import scenario_of
from trainmon.patterns import pattern

_AMOUNT = (
    rf"(?P<low>{NUMBER})\s?(?P<k>[kKMBT](?![A-Za-z]))?(?:\s*[-–~]\s*(?P<high>{NUMBER})\s?(?P<k2>[kKMBT](?![A-Za-z]))?)?"
)
_PAIR = pattern(
    rf"(?:^|[|;,]\s+|"
    rf"\s)(?P<label>[^\W\d][^:：=|;,]{{0,60}}?)\s*[:：=]\s*(?P<expression>[^|;=:]{{0,80}}[÷/×x*+][^|;=:]{{0,60}}=\s*)?[~≈]?\s*{_AMOUNT}"
    r"(?P<after>\s?[A-Za-z%/$]*)"
)
_SETTING = pattern(
    rf"(?:(?<![\w-])--?|(?<![\w.])(?=[A-Za-z_.]+\s*[=:]))(?P<label>[A-Za-z][\w.-]*)(?:\s*[=:]\s*|"
    rf"\s+){_AMOUNT}(?![\w%.])"
)
_COUNTED = pattern(
    rf"(?<![\w.$,-]){_AMOUNT}\s+(?:(?!(?:per|of|for|x|on|every|each|in|to|and|or|sec\w*|min\w*|hours?|hrs?|days?|"
    rf"h|s)\b)[a-z-]+\s+){{0,2}}?(?P<noun>epochs?|[ée]poques?|ep(?![a-z])|(?:training\s+|optimi[sz]er\s+)?steps|iterations|kimg|"
    rf"(?:training\s+|train\s+|unique\s+)?"
    r"(?:examples|samples|pairs|messages|images|proteins|sentences|structures|complexes|documents|queries|clips|"
    r"clusters)|checkpoints|"
    r"步|轮|样本)(?![A-Za-z/])",
    re.IGNORECASE,
)
_EPOCHS_OF_STEPS = pattern(
    rf"(?<![\w.,$-])(?:(?P<epochs>\d{{1,5}})\s*(?:full\s+)?epochs?\s*(?:[x×*]|of|with|at)\s*[~≈]?\s*(?P<steps>{NUMBER})\s*"
    rf"(?:steps|iterations|iters|updates|batches)|(?P<each>{NUMBER})\s*(?:steps|iterations|iters|updates|batches)\s*[x×*]\s*"
    r"(?P<times>\d{1,5})\s*epochs?)\b",
    re.IGNORECASE,
)
"""`2 epochs x 300 steps`: 300 of each, 600 in all."""
_THINGS = (
    "epoch", "steps", "iterations", "kimg", "example", "sample", "pair", "message", "image", "protein", "sentence",
    "structure", "complexes", "document", "checkpoint", "quer", "clip", "cluster", "poque", " ep", "步", "轮", "样本",
)  # fmt: skip
_RESULTS = pattern(rf"[=≈]\s*[~]?\s*({NUMBER})(?![,.\d]|\s*[÷/×x*+])")
_LAST_RESULT = pattern(rf"=\s*[~≈]?\s*({NUMBER})(?!.*=\s*[~≈]?\s*\d)")
_IN_CELL = pattern(
    rf"[~≈]?\s*{_AMOUNT}(?![\d.,]*\d)(?!\s*(?:[x×%]|GB|MB|min|sec|hour|day|hrs?\b|[hs]\b|million|billion))"
)
_BATCH = pattern(
    r"(?<![\w-])(?:(?P<kind>effective|total|global|micro|mini)[\s-]+)?(?:batch(?:[\s-]?size|größe)?\s+(?:of\s+)?|"
    r"\blots?\s+de\s+|\bbs\s?|バッチサイズ\s?)(?P<low>\d[\d,]*)"
    r"(?!\.\d|\d|\s*(?:[kM]\b|GB|MB|%|s\b|min|hours?|[-–/]\s?\d|tokens|or\b))",
    re.IGNORECASE,
)
_PER = pattern(
    r"\s*(?:per|/|in\s+(?:an|each|one))\s*(?:(?P<epoch>epoch)|(?:experiment|run|training|model|job)s?)\b", re.IGNORECASE
)
_NOUNS = {
    "epoch": "epochs",
    "poque": "epochs",
    "poques": "epochs",
    "ep": "epochs",
    "steps": "total_steps",
    "iterations": "total_steps",
    "kimg": "kimg",
    "步": "total_steps",
    "轮": "epochs",
    "checkpoints": "checkpoints",
}
_FACTORS = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_WITHOUT_INIT = pattern(
    r"\b(?:plus|excluding|excludes?|not\s+(?:including|counting)|does\s+not\s+include|without\s+counting|"
    r"on\s+top\s+of|add)\s+(?:the\s+)?(?:model\s+)?"
    r"(?:initiali[sz]ation|init|start-?up|set-?up|loading)\b(?:\s+time)?|不[含包]括?(?:初始化|加载|启动)",
    re.IGNORECASE,
)
_INIT_WORDS = ("init", "start", "set", "load", "初始", "加载", "启动")
_DIGIT = pattern(r"\d")
_GROUPED = pattern(r"(?<=\d)_(?=\d{3})")
"""The underscore of `250_000`, as programs write it."""
_PER_EPOCH = pattern(r"steps?\s*(?:per|/|in\s+(?:an|each|one))\s*epoch", re.IGNORECASE)
_WARMUP = pattern(r"\bwarm[\s-]?(?:ing[\s-])?up\s*(?:of|for|over|[:=(])?\s*$", re.IGNORECASE)
_OVERALL = pattern(r"\s*(?:overall|altogether|total|in\s+(?:all|total))\b", re.IGNORECASE)
_SOME_STEPS = pattern(r"\b(?:first|last)\s*$", re.IGNORECASE)
_ONE_EPOCH_IS = pattern(
    r"\b(?:one|an|each|every|1)\s+epoch\s+(?:is|has|means|takes|=|are)\s*(?:about\s+|~)?$", re.IGNORECASE
)
_GUIDE = pattern(
    r"\b(?:roll(?:ed|s)?\s+back|rewind|reduce|increase|try|larger|smaller|fewer|more|instead|if|avoid|e\.g\.)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A fact and the piece that it was read from."""

    fact: Fact
    piece: Piece


def read_facts(pieces: Sequence[Piece]) -> list[Placed]:
    """Read every fact of a document, in order, each once per line."""
    placed: list[Placed] = []
    opened: dict[int, str] = {}
    for piece in pieces:
        if "=" in piece.text and (label := re.match(r"([^=:]{2,60}?)\s*=", piece.text)):
            opened[piece.group] = label[1]
        if find_bars(piece.text) or (piece.code is not None and is_log_line(piece.text)):
            continue
        seen: set[tuple[str, float | str]] = set()
        for found in (*_in_piece(piece), *_continued(piece, opened.get(piece.group, ""))):
            if (found.name, found.value) in seen or not _is_sane(found):
                continue
            seen.add((found.name, found.value))
            scenario = scenario_of(piece, None)
            fact = Fact(line=piece.line + 1, name=found.name, value=found.value, high=found.high, scenario=scenario)
            placed.append(Placed(fact, piece))
    return placed


def _continued(piece: Piece, label: str) -> Iterator[Found]:
    """Read the last figure of a line that goes on with `= ...` under the label of the line above."""
    name = fact_name(label)
    if name is None or name in {"gpu", "memory_bytes"} or not re.match(r"[=≈]", piece.text):
        return
    figures = _RESULTS.findall(piece.text)
    if figures:
        yield Found(name, number_of(figures[-1]), None, 0)


def _is_sane(found: Found) -> bool:
    if not isinstance(found.value, float):
        return True
    if found.name in WHOLE_NUMBERS and found.value != int(found.value) and found.name != "steps_per_epoch":
        return False
    return found.value > 0 or found.name.startswith("usd")


def _in_piece(piece: Piece) -> Iterator[Found]:
    if piece.code is not None and "_" in piece.text:
        piece = replace(piece, text=_GROUPED.sub("", piece.text))
    text = piece.text
    if any(word in text.lower() for word in _INIT_WORDS) and _WITHOUT_INIT.search(text):
        yield Found("total_excludes_init", 1.0, None, 0)
    if piece.kind != "cell" and not _DIGIT.search(text):
        return
    if piece.kind == "cell":
        yield from _cell(piece)
    else:
        yield from _settings(piece) if _looks_like_settings(piece) else _pairs(text)
    if piece.kind != "cell" or piece.cells != piece.header:
        yield from _in_words(piece)


def _in_words(piece: Piece) -> Iterator[Found]:
    text = piece.text
    yield from find_hardware(text)
    if piece.code is None or piece.comment:
        header = piece.header[piece.column] if 0 <= piece.column < len(piece.header) else ""
        about = " ".join((*(heading.text for heading in piece.headings[-1:]), *piece.parents[-1:], *piece.cells[:1]))
        yield from find_memory(text, about, header)
        yield from find_prices(text)
    yield from find_rates(text)
    lower = text.lower()
    if "every" in lower:
        yield from find_cadences(text)
    if piece.kind != "cell" and any(word in lower for word in _BATCH_WORDS):
        yield from _batches(text)
    products = list(_EPOCHS_OF_STEPS.finditer(text)) if "epoch" in lower else []
    for product in products:
        yield from _of_product(product)
    for match in _COUNTED.finditer(text) if any(noun in lower for noun in _THINGS) else ():
        if any(one.start() <= match.start() < one.end() for one in products):
            continue
        left, right = text[: match.start()], text[match.end() :]
        steps = match["noun"].lower().endswith("steps")
        if steps and _SOME_STEPS.search(left):
            continue
        if steps and _ONE_EPOCH_IS.search(left):
            yield _found("steps_per_epoch", match)
            continue
        if steps and (per := _PER.match(right)):
            yield _found("steps_per_epoch" if per["epoch"] else "total_steps", match)
            continue
        if (
            text.startswith(("=", "≈"))
            or re.match(r"\s*(?:per\b|/|at\s+a\s+time|each\b|does\s+not\s+fit)", right)
            or (steps and _PER_EPOCH.search(text) and not _OVERALL.match(right))
            or fact_name(bare(re.split(r"[:：]", left)[0])) in {"effective_batch_size", "batch_size"}
        ):
            continue
        if not (_GUIDE.search(left[-40:]) or re.search(r"(?:\bevery|每隔?)\s*$", left, re.IGNORECASE)):
            yield _found(_counted_name(match, text), match)


_BATCH_WORDS = ("batch", "lot", "bs", "バッチ")
_TOO_LARGE = pattern(
    r"\s*(?:does\s+not|doesn['’]t|will\s+not|won['’]t)\s+fit|\s*(?:is|was|gives?)?\s*OOM", re.IGNORECASE
)


def _batches(text: str) -> Iterator[Found]:
    for match in _BATCH.finditer(text):
        near = text[: match.start()][-40:] + text[match.end() :][:12]
        if not (_GUIDE.search(near) or _TOO_LARGE.match(text, match.end())):
            kind = (match["kind"] or "").lower()
            name = {"": "batch_size", "micro": "micro_batch_size", "mini": "batch_size"}.get(
                kind, "effective_batch_size"
            )
            yield Found(name, number_of(match["low"]), None, match.start())


def _of_product(match: re.Match[str]) -> Iterator[Found]:
    epochs = number_of(match["epochs"] or match["times"])
    steps = number_of(match["steps"] or match["each"])
    yield Found("epochs", epochs, None, match.start())
    yield Found("steps_per_epoch", steps, None, match.start())
    yield Found("total_steps", epochs * steps, None, match.start())


def _counted_name(match: re.Match[str], text: str) -> str:
    noun, words = match["noun"].lower(), match[0].lower()
    name = next((value for word, value in _NOUNS.items() if noun.endswith(word) or noun.startswith(word)), "examples")
    if name == "examples" and re.search(r"\b(?:val|validation|dev|eval\w*)\b", words):
        return "eval_examples"
    if name == "examples" and re.search(r"\btest\b", words):
        return "test_examples"
    if name == "total_steps" and ("warmup" in words or _WARMUP.search(text[: match.start()])):
        return "warmup_steps"
    accumulated = name == "total_steps" and re.search(r"accumulat\w+\W*$", text[: match.start()], re.IGNORECASE)
    return "gradient_accumulation" if accumulated else name


def _found(name: str, match: re.Match[str]) -> Found:
    high = number_of(match["high"]) * _FACTORS.get(match["k2"] or "", 1.0) if match["high"] else None
    low = number_of(match["low"]) * _FACTORS.get(match["k"] or (match["k2"] or ""), 1.0)
    return Found(name, low, high if high is None or high > low else None, match.start())


def _looks_like_settings(piece: Piece) -> bool:
    if piece.code is None:
        return bool(re.match(r"\s*--?[a-z]", piece.text))
    return bool(
        re.search(r"(?:^|\s)--?[A-Za-z]|^[A-Za-z_.]+\s*[=:]\s*['\"\d]|[A-Z_]{4,}=\d", piece.text)
    ) and not piece.text.startswith("Total")


def _settings(piece: Piece) -> Iterator[Found]:
    for match in _SETTING.finditer(piece.text):
        name = fact_name(match["label"])
        if name == "examples" and not re.search(r"train|data", match["label"], re.IGNORECASE):
            continue
        if name and name not in {"gpu", "memory_bytes"}:
            yield _found(name, match)


def _pairs(text: str) -> Iterator[Found]:
    if ":" not in text and "=" not in text and "：" not in text:
        return
    for match in _PAIR.finditer(text):
        if re.search(r"\d\s*$", text[: match.start("label")]):
            continue  # `3 epochs: 31,250 steps` counts the epochs before the colon
        name = fact_name(bare(match["label"]))
        if name is None or name in {"gpu", "memory_bytes"}:
            continue
        result = _LAST_RESULT.search(text[match.end() :]) if not match["expression"] else None
        if result and re.match(r"\s*[÷/×x*+]", text[match.end("low") :]):
            yield Found(name, number_of(result[1]), None, match.start())
        elif not re.match(r"(?:GB|MB|min|sec|hour|day|x|×|%|s\b|h\b)", match["after"].strip()):
            yield _found(name, match)


def _cell(piece: Piece) -> Iterator[Found]:
    if piece.cells == piece.header:
        return
    header = piece.header[piece.column] if 0 <= piece.column < len(piece.header) else ""
    name = fact_name(header)
    if name is None and piece.column == 1 and len(piece.cells) >= 2:
        name = fact_name(piece.cells[0])
    match = _IN_CELL.match(piece.text.strip())
    if name and match and name not in {"gpu", "memory_bytes"}:
        yield _found(name, match)
    if re.search(r"\bcost\b|\bprice\b", header, re.IGNORECASE) and re.match(r"free\b", piece.text, re.IGNORECASE):
        yield Found("usd_total", 0.0, None, 0)
