"""Names and values in free text (`loss 0.5`, `lr: 1e-4`, `acc=88.5%`), as every reader of such lines takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from trainmon.events import Event, GpuMemory, Metrics, StageKind
from trainmon.parsers.numbers import NUMBER, number, size_bytes
from trainmon.patterns import pattern

MAX_PAIRS = 256

# What may end a value. A size, a duration, a clock, a date, a version, a path and a fraction end otherwise.
_END = r"(?=\s*%?(?:[\s,;|)\]}>'\"]|\.?$|\.\s|\s-\s))"
_PAIR = pattern(
    rf"""(?<![\w./-])["']?(?P<name>[A-Za-z_][\w./@%-]{{0,63}}
    (?:[ ](?:[A-Za-z@][\w./@%-]{{0,31}}|\([\w./%-]{{1,16}}\))){{0,3}})["']?
    (?:\s*\t?\s*[:=]\s*|\s+(?=[-+.\d]|[nN]a[nN]|[iI]nf))\[?["']?(?P<value>{NUMBER}){_END}""",
    re.ASCII | re.VERBOSE,
)
_SIZED = pattern(
    r"(?P<name>[A-Za-z_][\w./-]{0,40}(?: [A-Za-z]\w{0,20}){0,2})(?: ?\((?P<unit>[GM]i?B)\))?\s*[:= ]\s*"
    r"(?P<value>\d{1,12}(?:\.\d{1,6})?) ?(?P<size>[GMK]i?[Bb]?)?(?![\w.])",
    re.ASCII,
)
_VALUE = pattern(rf"[\s,;|]*(?<![\w/.(-])([A-Za-z_][\w./-]{{0,63}})\s?[=:]\s?(?:{NUMBER})%?(?![\w:/.])", re.ASCII)
_MEMORY_NAME = pattern(
    r"(?:^|[^a-z])(?:v?ram|(?:gpu|max|peak|cuda)?[_ ]?mem(?:ory)?)(?![a-z])", re.IGNORECASE | re.ASCII
)
_CAMEL = pattern(r"(?<=[a-z])(?=[A-Z])")
_MEMORY_UNIT = pattern(r"\(\s*([GM])i?B\s*\)\s*$", re.IGNORECASE | re.ASCII)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CONNECTIVES = _words(
    "a after and are as at before best_epoch by every for from found if in into is last least least most near of "
    "on only "
    "or over per reached than the then this to took under until up was were with within using saved saving loaded "
    "loading running starting started finished done took resumed resuming skipping"
)
_COUNTER_WORDS = _words(
    "step steps iter iters iteration iterations it its itr epoch epochs ep batch batches update updates global_step "
    "total_steps max_steps num_steps total_step max_step steps_total total_epochs num_epochs max_epochs "
    "max_epoch n_epochs "
    "epochs_total current_steps num_updates total max_iter max_iters total_iters iter_num timestep timesteps "
    "stage phase fold "
    "trial round"
)
_TIME_WORDS = _words(
    "eta time elapsed remaining date ts timestamp datetime t wall walltime wall_time elapsed_time remaining_time "
    "step_time iter_time batch_time data_time epoch_time sec_per_step sec_per_it seconds secs s ms duration "
    "step_time_ms step_time_s step_ms time_ms time_s dt created asctime started finished runtime"
)
_IDENTITY_WORDS = _words(
    "rank local_rank world_size node nodes pid tid port line lineno v_num version seed gpu gpus device devices cuda "
    "worker workers num_proc num_workers process code exit id job jobid task year"
)
_NO_PART_OF_A_NAME = _COUNTER_WORDS | _TIME_WORDS | _CONNECTIVES
_MEASURED = pattern(
    r"(?<![A-Za-z])(?:loss(?:es)?|acc(?:uracy)?|rewards?|score|err(?:or)?|ppl|perplexity|auc|m?ap|m?iou|psnr|mse|mae|rmse"
    r"|f1|bleu|wer)(?![A-Za-z])",
    re.IGNORECASE,
)
_SENTENCE_WORDS = _words("not did does no improve improved increased decreased dropped is was has have")
_NOT_METRICS = _COUNTER_WORDS | _TIME_WORDS | _IDENTITY_WORDS
_OTHER_ENDS = ("_time", "_secs", "_seconds", "_ms", ".py", ".cc", ".cpp")
_SPLITS = _words("train training val valid validation test eval dev best avg mean running total lm current cur final")
_EVAL_CAMEL = pattern(r"(?:^|[/_ .-])(?:[Vv]al(?:id(?:ation)?)?|[Ee]val(?:uation)?|[Tt]est|[Dd]ev)(?=[A-Z])", re.ASCII)
_EVAL_NAME = pattern(
    r"(?:^|[/_ .-])(?:val|valid|validation|eval|evaluation|test|testing|dev)(?=[/_ .:-]|$)", re.IGNORECASE | re.ASCII
)


def is_metric_name(name: str) -> bool:
    """Whether a printed name is a quantity worth a curve, not a counter, a clock or an identity."""
    low = name.lower()
    return bool(name) and low not in _NOT_METRICS and (not low.endswith(_OTHER_ENDS) or "per_" in low)


def read_pairs(text: str) -> dict[str, float]:
    """Give every named number of a line under its printed name; the first of equal names wins."""
    found: dict[str, float] = {}
    for match in _PAIR.finditer(text):
        name = _trimmed(
            match["name"], spaced=":" not in (sep := text[match.end("name") : match.start("value")]) and "=" not in sep
        )
        if not is_metric_name(name) or name in found:
            continue
        value = number(match["value"])
        if value is not None:
            found[name] = value
            if len(found) >= MAX_PAIRS:
                break
    return found


def _trimmed(name: str, *, spaced: bool) -> str:
    """Cut a name of several words down to those that belong to it: `epoch finished loss` is `loss`."""
    words = name.split(" ")
    if len(words) > 1 and words[-1] == "is":  # `loss is 0.25`, `validation mAP is: 0.85`: what was measured, told
        words.pop()
        if _MEASURED.search(words[-1]) is None:
            return ""
    if spaced:  # `took 3`, `val loss 0.3`: only words of a closed set may stand before the last one
        last = words.pop()
        if last.lower() in _CONNECTIVES:
            return ""
        kept = [last]
        while words and words[-1].lower() in _SPLITS:
            kept.insert(0, words.pop())
        return " ".join(kept)
    while len(words) > 1 and words[0].lower() in _NO_PART_OF_A_NAME:
        words.pop(0)
    if words[0].startswith("(") or any(word.lower() in _SENTENCE_WORDS for word in words):
        return ""
    return " ".join(words)


def without_values(name: str) -> str:
    """Take the values out of a bar's description, so that it stays one bar: `train loss=2.37` is `train`."""
    if "=" not in name and ":" not in name:
        return name
    bare = _VALUE.sub(lambda found: found[0] if found[1].lower() in _COUNTER_WORDS else "", name)
    return bare.strip(" ,;|:") if bare != name else name


def leftover(text: str) -> str:
    """What stands on a line beside its named numbers: how one tells a line of values from a sentence."""
    return _PAIR.sub(" ", text)


def gpu_memory(text: str) -> GpuMemory | None:
    """Read `gpu_mem=3.2G`, `max_mem: 1804M`, `GPU Mem (GB): 0.95`: logs write MB and GB for MiB and GiB."""
    used = peak = total = None
    for match in _SIZED.finditer(text):
        name, unit = match["name"], match["size"] or match["unit"]
        if unit is None or _MEMORY_NAME.search(_CAMEL.sub("_", name)) is None:
            continue
        size, low = size_bytes(match["value"], unit.upper()), name.lower()
        if "peak" in low or "max" in low:
            peak = peak or size
        elif "total" in low:
            total = total or size
        else:
            used = used or size
    if used is None and peak is None:
        return None
    return GpuMemory(used_bytes=used, peak_bytes=peak, total_bytes=total)


def memory_of(values: Mapping[str, float]) -> GpuMemory | None:
    """Take GPU memory out of metrics that name their unit: `memory/max_allocated (GiB)`, `memory(GiB)`."""
    used = peak = None
    for name, value in values.items():
        unit = _MEMORY_UNIT.search(name)
        if unit is None or not value >= 0 or _MEMORY_NAME.search(name) is None:
            continue
        size = value * 1024.0 ** (3 if unit[1] in "Gg" else 2)
        if "max" in name or "peak" in name:
            peak = max(peak or 0.0, size)
        else:
            used = max(used or 0.0, size)
    if used is None and peak is None:
        return None
    return GpuMemory(used_bytes=used, peak_bytes=peak)


def is_eval_name(name: str) -> bool:
    """`val_loss`, `eval/acc`, `valid loss`, `metrics/mAP (val)`: a result of evaluation, not of training."""
    return _EVAL_NAME.search(name) is not None or _EVAL_CAMEL.search(name) is not None


def metric_events(
    values: Mapping[str, float],
    *,
    step: float | None = None,
    epoch: float | None = None,
    all_eval: bool = False,
) -> Iterable[Event]:
    """Give one Metrics for the training values and one for those of evaluation that the same line printed."""
    trained = {} if all_eval else {name: value for name, value in values.items() if not is_eval_name(name)}
    if trained:
        yield Metrics(values=trained, step=step, epoch=epoch)
    if len(trained) < len(values):
        evaluated = {name: value for name, value in values.items() if name not in trained}
        yield Metrics(values=evaluated, step=step, epoch=epoch, kind=StageKind.EVAL)
