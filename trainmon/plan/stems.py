"""Words of names made comparable: `Computing embeddings`, `embed_compute` and `Embedding Computation` share stems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_DENIED = re.compile(r"(?<![^\W_])(?:no|not|non|nothing|without)[\s_-]+[^\W\d_]+", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_LONGEST_FIRST = "izations ization isation ations ation ings ing ions ion ers ies ed es er s e"
_ENDINGS = tuple(_LONGEST_FIRST.split())
_SHORT_FORMS = {
    "init": "initial", "initializ": "initial", "initialis": "initial", "val": "valid", "validat": "valid",
    "evalu": "eval", "evaluat": "eval", "ckpt": "checkpoint", "smok": "quick", "fast": "quick", "debug": "quick",
    "tokeniz": "token",
    "tokenis": "token", "preproces": "process", "med": "medium", "sm": "small", "lg": "large",
}  # fmt: skip
_COMMON = (
    "a about accumul all an and approach approx are as at bar batch bert best by case complete conservative "
    "cpu cuda data dataset day default devic each epoch estimat exp expect experiment fals fin for from "
    "full geforc gpu grad gradient gtx guide hour how hr in info is it its json learn llama log long main max "
    "md min minut model my new no non not num nvidia of on only optimist option or other our out output param "
    "paramet per plan python pytorch rate realistic recommend rtx run running scenario sec second set size "
    "step tesla test-run than that the then this ti time to total train true tun txt typical us via vs warning "
    "whole with without work worst x xlarge you your checkpointing "
)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Cut an English ending: `embeddings` and `embed` give `embed`, `cached` and `caching` give `cach`."""
    word = word.lower()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return _SHORT_FORMS.get(word, word)


_TOKEN = re.compile(r"[^\W\d_]+")


def _words_of(text: str) -> Iterator[str]:
    """Give the words of names written together (`HardNegatives`); what is too short is none (`LoRA`, `ViT`)."""
    for token in _TOKEN.findall(text):
        parts = _WORD.findall(token)
        yield from [token] if any(len(part) < _SHORTEST for part in parts) else parts


_SHORTEST = 3
_SAY_NOTHING = frozenset(_COMMON.split()) | {stem(word) for word in _COMMON.split()}
"""What every log and every document has: articles, units, hardware, `train`, `total`, `dataset`."""


def say_nothing(word: str) -> bool:
    """Tell whether a word stands in every log and every document."""
    return word.lower() in _SAY_NOTHING or stem(word) in _SAY_NOTHING


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """Give the stems of a text that say something about a run; `train`, `total`, `dataset` and the like do not."""
    return frozenset(words_by_stem(text))


_NUMBERED = re.compile(r"(?<![^\W_])(phase|stage|part|round|fold)[\s_-]?(\d{1,2})(?!\d)", re.IGNORECASE)


def numbered_parts(text: str) -> dict[str, str]:
    """Give the parts that a text numbers, as `phase2`, each with the words written for it."""
    return {f"{found[1].lower()}{int(found[2])}": found[0] for found in _NUMBERED.finditer(text)}


def words_by_stem(text: str) -> dict[str, str]:
    """Give the telling stems of a text with the word first written for each; `no cache` does not tell of a `cache`."""
    found: dict[str, str] = {}
    for word in _words_of(_DENIED.sub(" ", text)):
        if len(word) > 1 and (key := stem(word)) not in _SAY_NOTHING:
            found.setdefault(key, word)
    return found
