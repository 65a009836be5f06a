"""The names under which documents, flags and settings give the numbers of a plan."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.patterns import pattern

_NAMES: tuple[tuple[str, str], ...] = (
    ("gradient_accumulation", r"(?:grad(?:ient)?s? ?)?accum(?:ulation|ulate)?(?: steps| iter)?|gradient "
    r"accumulation.*|梯度累积(?:步数)?"),
    ("effective_batch_size", r"(?:effective|total|global|overall) (?:train )?batch(?: size)?|batch size "
    r"effective|有效 ?batch(?: size)?|有效批次大小"),
    ("micro_batch_size", r"(?:micro|mini) ?batch(?: size)?"),
    ("batch_size", r"(?:(?:per )?(?:device|gpu)? ?(?:train(?:ing)?|device|data train)? ?)?batch(?: ?size)?(?: "
    r"per (?:device|gpu))?|bs|批次大小|批大小"),
    ("steps_per_epoch", r"(?:steps?|iterations?|iters?|batches) (?:per|/|in (?:an|each|one)) ?epoch|每轮步数|每个? "
    r"?epoch ?步数"),
    ("save_steps", r"(?:save|checkpoint(?:ing)?|ckpt)s? (?:steps|every|interval|frequency|freq)(?: steps)?|"
     r"saves? every"),
    ("eval_steps", r"(?:eval|evaluation|val|validation|test)s? (?:steps|every|interval|frequency|freq)|"
    r"evaluates? every"),
    ("logging_steps", r"(?:log|logging|print) (?:steps|every|interval|frequency|freq)"),
    ("warmup_steps", r"(?:lr )?warmup (?:steps|iters)"),
    ("epochs", r"(?:num|number of|train|training|num train|max|total|full)? ?(?:train(?:ing)? )?epochs?|"
     r"训练轮[数次]|轮数"),
    ("total_steps", r"(?:total|max|maximum|number of|num|train|training|optimizer)* ?(?:training |optimizer |"
    r"train )?(?:steps|iterations|iters)|"
     r"最大步数|总步数|总?迭代次数|步数"),
    ("kimg", r"kimg|total kimg"),
    ("eval_examples", r"(?:validation|val|dev|eval(?:uation)?) (?:examples|samples|pairs|set|images|size)(?: "
    r"size)?|验证样本数?"),
    ("test_examples", r"test (?:examples|samples|pairs|set|images)"),
    ("examples", r"(?:total |training |train |number of |unique |num )*(?:examples|samples|pairs|images|"
    r"messages|proteins|sequences|rows|records|"
     r"structures|complexes|documents|sentences|instances|unique proteins)|(?:training )?(?:dataset|data|"
     r"training set)(?: size)?|(?:训练)?样本数?|数据量"),
    ("checkpoints", r"(?:number of )?checkpoints(?: saved)?"),
    ("cutoff_tokens", r"(?:cutoff|max(?:imum)? (?:seq(?:uence)?|context)?) ?length|最大长度"),
    ("gpu", r"hardware|gpus?|gpu type|device|accelerator|instance|硬件|显卡|gpu 数量"),
    ("memory_bytes", r"(?:peak |gpu |gpu peak |train )?(?:memory|mem|vram)(?: usage| used| requirements?)?|"
    r"显存(?:占用|需求)?"),
)  # fmt: skip
_COMPILED = tuple((name, pattern(text, re.IGNORECASE)) for name, text in _NAMES)
WHOLE_NUMBERS = {
    "gradient_accumulation", "effective_batch_size", "micro_batch_size", "batch_size", "steps_per_epoch", "save_steps",
    "eval_steps", "logging_steps", "warmup_steps", "total_steps", "examples", "eval_examples", "test_examples",
    "checkpoints",
}  # fmt: skip


@lru_cache(maxsize=4096)
def fact_name(label: str) -> str | None:
    """Give the fact that a label, flag or setting names; None for any other word."""
    words = re.sub(r"[_.]+|-(?=[A-Za-z])", " ", label).strip(" :：=*`-")
    words = re.sub(r"^data train", "train", re.sub(r"\s*/\s*", " / ", words))
    inside = re.search(r"\((effective|per device|per gpu)\)", words, re.IGNORECASE)
    words = re.sub(r"[（(][^()（）]*[)）]", " ", words) + (f" {inside[1]}" if inside else "")
    words = re.sub(r"\s+", " ", words).strip()
    if not words or len(words) > 40:
        return None
    return next((name for name, named in _COMPILED if named.fullmatch(words)), None)
