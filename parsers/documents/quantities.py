"""Figures as documents write them: thousands commas, decimal commas, fractions, number words, Chinese numerals."""

from __future__ import annotations

import re

from trainmon.patterns import pattern

_WORDS = {
    word: value
    for value, words in {
        0.5: "half 半",
        1.5: "anderthalb eineinhalb",
        2.5: "zweieinhalb",
        3.5: "dreieinhalb",
        1: "one 一",
        2: "two zwei deux dos 二 两 兩",
        3: "three drei trois tres 三",
        4: "four vier quatre cuatro 四",
        5: "five 五",
        6: "six 六",
        7: "seven 七",
        8: "eight 八",
        9: "nine 九",
        10: "ten 十",
        11: "eleven 十一",
        12: "twelve 十二",
        15: "fifteen 十五",
        20: "twenty 二十",
        24: "twenty-four 二十四",
        30: "thirty 三十",
        36: "thirty-six 三十六",
        40: "forty 四十",
        45: "forty-five 四十五",
        48: "forty-eight 四十八",
        50: "fifty 五十",
        60: "sixty 六十",
        72: "seventy-two 七十二",
        90: "ninety 九十",
        100: "hundred",
    }.items()
    for word in words.split()
}
_LARGE = {"k": 1e3, "K": 1e3, "M": 1e6}
_GLYPHS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

NUMBER = (
    r"(?:\d{1,3}(?:[,']\d{3})+(?!\d)(?:\.\d+)?"  # 1,344  1'000
    r"|\d+\s+\d/[1-9](?!\d)"  # 1 1/2
    r"|\d+(?:[.,]\d+)?[½¼¾⅓⅔]?"
    r"|\.\d+|[½¼¾⅓⅔])"
)
"""A figure; `1,5` is one and a half, `1,344` is a thousand and more."""
_ASCII_WORDS = "|".join(sorted((w for w in _WORDS if w.isascii() and w != "half"), key=len, reverse=True))
WORD_NUMBER = rf"(?:\b(?:{_ASCII_WORDS})(?:\s+and\s+a\s+half)?\b)"
CJK_NUMBER = r"(?:[一二两兩三四五六七八九十]{1,3}|半)"

_THOUSANDS = pattern(r"\d{1,3}(?:[,']\d{3})+(?:\.\d+)?")
_MIXED = pattern(r"(\d+)\s+(\d)/(\d)")
_SIMPLE = pattern(r"(\d)/(\d)")


def number_of(text: str) -> float:
    """Give the value of a figure or number word; ValueError where it is neither."""
    text = text.strip().rstrip(",.'")  # `batch 16,384, one pass`
    if mixed := _MIXED.fullmatch(text):
        return int(mixed[1]) + _ratio(mixed[2], mixed[3])
    if simple := _SIMPLE.fullmatch(text):
        return _ratio(simple[1], simple[2])
    if _THOUSANDS.fullmatch(text):
        return float(re.sub(r"[,']", "", text))
    word = text.lower()
    if word.endswith("half") and word != "half":
        return number_of(re.sub(r"\s+and\s+a\s+half$", "", word)) + 0.5
    if word in _WORDS:
        return _WORDS[word]
    if text and text[-1] in _GLYPHS:
        return (float(text[:-1].replace(",", ".")) if text[:-1] else 0.0) + _GLYPHS[text[-1]]
    if text[-1:] in _LARGE:
        return number_of(text[:-1]) * _LARGE[text[-1]]
    return float(text.replace(",", "." if text.count(",") == 1 else ""))


def _ratio(upper: str, lower: str) -> float:
    if lower == "0":
        raise ValueError(f"no fraction: {upper}/{lower}")
    return int(upper) / int(lower)
