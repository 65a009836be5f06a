"""What a bar or a stage is for, by the words in its name."""

from __future__ import annotations

import re

from trainmon.events import StageKind

# In order: preparing a split named `test` is still data, and a validation inside training is evaluation.
_WORDS: tuple[tuple[StageKind, re.Pattern[str]], ...] = (
    (
        StageKind.INIT,
        re.compile(r"loading (checkpoint|weights|pipeline|model|state)|\binit(iali[sz]\w*)?\b|warming up|compil", re.I),
    ),
    (
        StageKind.DATA,
        re.compile(
            r"token(iz|is)|generating \w+ split|\b(map|filter|shuffl|pack|concat|truncat|group)(ing)?\b"
            r"|\bmap \(|download|\bdata ?sets?\b|\.(safetensors|bin|json|pt|model|gz|zip|tar|parquet|arrow|txt|csv)\b"
            r"|adding eos|applying chat|extracting prompt|preprocess|prepar|convert|resolving|fetch",
            re.I,
        ),
    ),
    (
        StageKind.CHECKPOINT,
        re.compile(r"writing model shards|sav(e|ing)\b|checkpoint", re.I),
    ),
    (
        StageKind.EVAL,
        re.compile(
            r"\bevals?\b|evaluat|valid|\bval\b|\btest(ing)?\b|sanity|predict|infer|\bscor(e|ing)\b|\bfid\b|bench", re.I
        ),
    ),
    (
        StageKind.DATA,
        re.compile(
            r"embed|encod|\b(load|read|scan|index|cach|build|collect|extract|pars|cop(y|i))(e|ing)?\b|preload", re.I
        ),
    ),
    (
        StageKind.TRAIN,
        re.compile(
            r"train|epoch|\bsteps?\b|iterations?\b|fine-?tun|\bprogress\b|\bfit(ting)?\b|\bloss\b|learning|updates?\b",
            re.I,
        ),
    ),
    (StageKind.OTHER, re.compile(r"\bgenerating\b", re.I)),
)
_EPOCHS = re.compile(r"^\W*(total )?epochs?\W*$|^\W*epochs?[\s:#]*\d*\s*(of|/)?\s*\d*\W*$", re.I)


def kind_by_name(name: str) -> StageKind | None:
    """The kind that the words of a name say, None for a name that says nothing."""
    return next((kind for kind, pattern in _WORDS if pattern.search(name)), None)


def kind_of(name: str, unit: str) -> StageKind | None:
    """The same of a counter: what is counted in bytes is fetched or written."""
    return kind_by_name(name) or (StageKind.DATA if unit in ("B", "iB") else None)


def names_epochs(name: str) -> bool:
    """Tell whether a counter of this name may count epochs (`Epoch`, `Epochs`, `Epoch 1/3`)."""
    return bool(_EPOCHS.search(name))
