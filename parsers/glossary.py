"""Counters and metrics named in other languages, put into the words that every reader of hand-written lines knows."""

from __future__ import annotations

import re

from trainmon.patterns import pattern

_NTH = pattern(r"第\s*(\d{1,9}(?:\s*/\s*\d{1,9})?)\s*(?:个)?\s*(轮次?|回合|步|批次?|次迭代|エポック|ステップ)")
_OF = pattern(r"(?<=\d)\s*[轮步](?:\s*[,，]?\s*[共总]\s*)(?=\d)")
_COUNTERS = {
    "轮": "epoch", "轮次": "epoch", "周期": "epoch", "回合": "episode", "步": "step", "步数": "step", "批": "batch",
    "批次": "batch", "迭代": "iteration", "次迭代": "iteration", "エポック": "epoch", "ステップ": "step",
    "에포크": "epoch",
    "Epoche": "epoch", "Schritt": "step", "Durchlauf": "epoch", "Époque": "epoch", "époque": "epoch", "Étape": "step",
    "étape": "step",
    "Iteración": "iteration", "Iteração": "iteration", "Itération": "iteration",
    "Época": "epoch", "época": "epoch", "Paso": "step", "Эпоха": "epoch", "Шаг": "step",
}  # fmt: skip
_VALUES = {
    "损失": "loss", "损失值": "loss", "准确率": "acc", "精度": "acc", "学习率": "lr", "用时": "time", "耗时": "time",
    "训练": "train ", "验证": "val ", "测试": "test ", "平均": "avg ", "奖励": "reward", "秒": "s", "分钟": "min",
    "Verlust": "loss", "Genauigkeit": "acc", "Lernrate": "lr", "Zeit": "time", "损耗": "loss", "損失": "loss",
    "正解率": "acc", "学習率": "lr", "perte": "loss", "Perte": "loss", "pérdida": "loss", "Pérdida": "loss",
    "Entrenamiento": "train", "Entraînement": "train", "Treinamento": "train",
    "Validación": "val", "Validação": "val", "Précision": "acc", "Precisión": "acc",
}  # fmt: skip
_WORDS = _COUNTERS | _VALUES
_WORD = pattern("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))
_LATIN = pattern(
    r"\b(?:" + "|".join(sorted((word for word in _WORDS if word.isascii()), key=len, reverse=True)) + r")\b"
)
_OUT_OF = pattern(r"(?<=\d) (?:von|de|sur|из|di|van) (?=\d)")
_WIDE = str.maketrans("：，；（）｜／％", ":,;()|/%")


def in_english(text: str) -> str:
    """Translate `第 3/10 轮, 损失: 0.5` and `Epoche 3/10, Verlust: 0.5`; other text stays as it is."""
    text = _OUT_OF.sub(" / ", text)
    if text.isascii():
        return _LATIN.sub(lambda found: _WORDS[found[0]], text)
    text = _NTH.sub(lambda found: f"{_COUNTERS.get(found[2], 'step')} {found[1]} ", text.translate(_WIDE))
    return _WORD.sub(lambda found: _WORDS[found[0]], _OF.sub("/", text))
