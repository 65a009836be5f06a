"""GPUs, memory sizes, prices and throughputs in a line of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trainmon.parsers.documents.quantities import NUMBER, number_of
from trainmon.patterns import pattern

_MODEL = (
    r"(?:(?:NVIDIA|Tesla|GeForce|Quadro)\s+)*(?:(?:RTX|GTX|TITAN)\s?(?:A?\d{3,4}|RTX|Xp?|V)(?:\s?(?:Ti|Super|Ada)\b)*|"
    r"A100|A10G|A10|A30|A40|A6000|A5000|A4000|H100|H200|GH200|B200|GB200|V100|P100|P40|T4|L4|L40S|L40|K80|"
    r"MI\d{3}X?|TPU\s?v\d\w*|"
    r"M[1-4]\s(?:Pro|Max|Ultra))"
)
_GPU = pattern(
    rf"(?<![A-Za-z0-9.,])(?:(?P<count>\d{{1,5}})\s*[x×X*]?\s*(?:张\s*)?)?(?P<model>{_MODEL})s?(?:-(?P<size>\d{{2,3}})\s?GB?)?(?![A-Za-z0-9])(?![\s-](?:GPU[\s-])?(?:hours?|hrs?|days?)\b)"
)
_NUMBERED = r"(?:10[678]0|16[56]0|20[678]0|30[5-9]0|40[5-9]0|50[5-9]0)(?:\s?Ti)?"
_BARE = pattern(
    r"(?:(?P<count>\d{1,2})\s?[x×]\s?|\b(?:on|with|using|an?|the|my|your|our|one|two|four|eight|single|per)\s+)"
    rf"(?P<model>{_NUMBERED})s?(?=\s*(?:$|[(),.;:|/]|\b(?:is|it|at|in|and|or|for|takes?|needs?|cards?)\b))(?![.,]\d)"
    rf"|^\W*(?P<alone>{_NUMBERED})s?(?=\s*[(:/])",
    re.IGNORECASE,
)
"""`a 3090`, `2x 1080 Ti`: consumer cards are called by their number alone."""
_LETTER_AND_FIGURE = pattern(r"[ABHIKLMPTV]\d")
_PLURAL = pattern(
    r"(?<![\w.$/,-])(?P<count>\d{1,3})\s*(?:x\s*)?(?:张\s*)?GPUs?\b(?![\s-]*(?:(?:hours?|hrs?|h|days?)\b|小?时))",
    re.IGNORECASE,
)
_FIGURES = rf"(?P<low>{NUMBER})(?:\s*(?:[-–~]|to)\s*(?P<high>{NUMBER}))?"
_MEMORY = pattern(
    rf"(?<![\w.,-]){_FIGURES}\s?(?P<unit>[KMGT]i?B)(?!\s*/\s*s|/s|"
    rf"ps)(?![A-Za-z])",
    re.IGNORECASE,
)
_SIZE = pattern(r"\d\s?[KMGTkmgt]i?[Bb]")
_ONLY_FIGURE = pattern(rf"[~≈]?\s*{_FIGURES}\s*")
_HEADER_SIZE = pattern(r"\b([KMGT])i?B\b")
_OF_MEMORY = pattern(r"memory|\bmem\b|vram|显存", re.IGNORECASE)
_OTHER_MEMORY = pattern(
    r"\b(?:disk|storage|system\s+ram|host|cpu\s+(?:ram|memory)|swap|download|file)\b", re.IGNORECASE
)
_FREE_MEMORY = pattern(r"\b(?:free|margin|head-?room|spare|unused|left)\b|余量|剩余|空闲", re.IGNORECASE)
_PEAK_MEMORY = pattern(
    r"\bpeaks?\b|\bmax(?:imum|\.)?\b|\busage\b|\bus(?:es?|ed|ing)\b|\bconsum\w+|\boccup\w+|\ballocat\w+|"
    r"\b(?:while|during|when)\s+\w*train\w*|\btraining\s+(?:needs?|takes?|memory)|\bmem(?:ory)?\s+requirements?|峰值|占用",
    re.IGNORECASE,
)
_SIZES = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_PRICE = pattern(
    rf"(?P<sign>[$€£])\s?(?P<low>{NUMBER})(?P<k>[kKM])?(?:\s*(?:-|–|to)\s*[$€£]?\s?(?P<high>{NUMBER})(?P<k2>[kKM])?)?"
    r"(?P<per>\s*(?:/|per)\s*(?:(?P<device>GPU|[A-Z]\d{2,3})\s*[-/ ]\s*)?(?P<unit>[A-Za-z]+))?"
)
_RATE = pattern(
    rf"(?P<low>{NUMBER})(?P<k>[kKM])?(?:\s*[-–~]\s*(?P<high>{NUMBER})(?P<k2>[kKM])?)?\s*(?P<what>samples|images|"
    rf"imgs?|tokens|tok|steps|it|iter|"
    r"iterations|requests|examples|sequences|frames|pairs|docs|items|batches)\s*(?:/|per)\s*(?P<unit>s|secs?|"
    r"seconds?)\b",
    re.IGNORECASE,
)
_RATE_NAMES = {
    "tok": "tokens",
    "img": "images",
    "imgs": "images",
    "it": "steps",
    "iter": "steps",
    "iterations": "steps",
}
_VALUES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in a line of words, and where it stands."""

    name: str
    value: float | str
    high: float | None
    start: int


def find_hardware(text: str) -> Iterator[Found]:
    """Find GPUs (`8x A100`) and their number."""
    for match in _BARE.finditer(text):
        number = match["model"] or match["alone"]
        model = f"{'GTX' if number[0] == '1' else 'RTX'} {number}"
        yield Found("gpu", f"{match['count']}x {model}" if match["count"] else model, None, match.start())
    lower = text.lower()
    if not (_LETTER_AND_FIGURE.search(text) or any(word in lower for word in ("rtx", "gtx", "titan", "tpu", "gpu"))):
        return
    for match in _GPU.finditer(text):
        model = re.sub(r"^(?:(?:NVIDIA|Tesla|GeForce|Quadro)\s+)+", "", match["model"])
        yield Found("gpu", f"{match['count']}x {model}" if match["count"] else model, None, match.start())
        if match["count"]:
            yield Found("gpus", float(match["count"]), None, match.start())
    for match in _PLURAL.finditer(text):
        yield Found("gpus", float(match["count"]), None, match.start())


def find_memory(text: str, about: str = "", header: str = "") -> Iterator[Found]:
    """Find sizes in bytes where the line, or the headings and labels `about` it, speak of GPU memory.

    What is used at most is `peak_memory_bytes`, what is left over `free_memory_bytes`, any other size `memory_bytes`.
    A cell may leave the unit to its `header`: `Peak VRAM (GB)`.
    """
    if not (_SIZE.search(text) or (header and _HEADER_SIZE.search(header))):
        return
    if not (
        _OF_MEMORY.search(f"{text} {header}") or re.search(r"GPU", text, re.IGNORECASE) or _OF_MEMORY.search(about)
    ):
        return
    before = 0
    for match in _MEMORY.finditer(text):
        size = _SIZES[match["unit"][0].lower()]
        behind = re.split(r"[,;(|\d]|\.\s|\band\b", text[match.end() :])[0]
        near = f"{re.split(r'[;|]', text[before : match.start()])[-1]} {behind}"
        before = match.end()
        if not _OTHER_MEMORY.search(near):
            yield _memory(match, size, _memory_name(near, f"{header} {about}"))
    figure, unit = _ONLY_FIGURE.fullmatch(text), _HEADER_SIZE.search(header)
    if figure and unit:
        yield _memory(figure, _SIZES[unit[1].lower()], _memory_name(header, about))


def _memory(match: re.Match[str], size: float, name: str) -> Found:
    high = number_of(match["high"]) * size if match["high"] else None
    return Found(name, number_of(match["low"]) * size, high, match.start())


def _memory_name(near: str, about: str) -> str:
    """Take the name from the words around the size, else from those above it."""
    for words in (near, about):
        if _FREE_MEMORY.search(words):
            return "free_memory_bytes"
        if _PEAK_MEMORY.search(words):
            return "peak_memory_bytes"
    return "memory_bytes"


def find_prices(text: str) -> Iterator[Found]:
    """Find prices by the hour, by the device-hour, and in total."""
    for match in _PRICE.finditer(text) if "$" in text else ():
        unit = (match["unit"] or "").lower()
        if match["sign"] != "$" or (match["per"] and unit not in {"h", "hr", "hour", "hours"}):
            continue
        name = "usd_total" if not match["per"] else "usd_per_device_hour" if match["device"] else "usd_per_hour"
        low = number_of(match["low"]) * _VALUES[match["k"] or (match["k2"] or "")]
        high = number_of(match["high"]) * _VALUES[match["k2"] or ""] if match["high"] else None
        yield Found(name, low, high, match.start())


def find_rates(text: str) -> Iterator[Found]:
    """Find throughputs: `~3 requests/second`, `24k tokens per second`."""
    for match in _RATE.finditer(text) if "/" in text or "per" in text.lower() else ():
        what = _RATE_NAMES.get(match["what"].lower(), match["what"].lower())
        low = number_of(match["low"]) * _VALUES[match["k"] or (match["k2"] or "")]
        high = number_of(match["high"]) * _VALUES[match["k2"] or ""] if match["high"] else None
        yield Found(f"{what}_per_second", low, high, match.start())
