"""What the words of a label say: which stage, which counter, the whole run, or a condition."""

from __future__ import annotations

import re
from functools import lru_cache

from trainmon.patterns import pattern

_STAGES: dict[str, str] = {
    "overhead": r"\boverheads?\b|\bcompil(?:es?|ing|ation)\b|开销",
    "init": r"\binitiali[sz]\w*|"
    r"(?<!after )(?<!of )\bwarm(?:ing)?[\s-]?up\b(?!\s+(?:steps|epochs|ratio|iterations))|"
    r"\binit\b|\bstart-?up\b|\bboot\w*|\bprovision\w*|(?:^|[:+&/]\s*|\b(?:environment|"
    r"initial|infrastructure|cluster|"
    r"instance|project|time)\s+)set-?up\b(?!\s+\()|\bsetting\s+up\b|\binstall\w*|\bcold\s+start|"
    r"\bmodel\s+load\w*|\b(?:weights?|tokenizer|checkpoint|model)s?\s+loading|\bloading\s+(?:the\s+)?(?:base\s+)?model|"
    r"\bre-?start(?:s|ed|ing)?\b(?!\s+from\s+scratch)|\bresum(?:e|es|ing)\b|\brecover(?:y|ing)\b|\broll-?backs?\b|\brolled\s+back\b|"
    r"\bre-?queu\w*|^\W*queue\w*\W*$|\b(?:queu(?:e|es|ing)|wait(?:s|ing)?)\s+(?:times?|for)\b|^\W*loading\W*$|"
    r"\bcreate\s+\w+\s+instance|\bbuild(?:ing)?\b|\b(?:einricht|initialisier)\w*|\bmake\s+env\b|\b(?:conda|virtual)\s*env\w*|初始化|模型加载|安装|环境(?:搭建|配置)|環境構築|セットアップ|설치|\binstalaci[oó]n",
    "data": r"\bdown-?load\w*|\bfetch\w*|\bpre-?process\w*|\btokeni[sz](?:e|ers?|ing|ation)\b|\bembedd?ings?\b|"
    r"\baugment(?:ing|ation)?\b|\bdocking\b|\bextract\w*|\brender\w*|\bpars(?:e|ing)\b|\bchunking\b|\bcaption(?:s|ing)?\b|\balign(?:ments?|ing)\b|\bstaging\b|"
    r"\b(?:sampl(?:e|ing)|synthetic)\s+(?:data\s+)?generation|\b(?:negative|hard)\s+sampl\w+|\bcaching\b|"
    r"\bindexing\b|\bsync(?:ing)?\b|\brsync\b|\bjoin(?:ing|s)?\b|\bconver(?:t|sion)\w*|\bupload\w*|"
    r"\bprecomput\w+|\bpre-comput\w+|\bdata\s*(?:set)?\s+(?:prep\w*|loading|generation|processing|collation|"
    r"collection|cleaning)|"
    r"\b(?:copy|copying|unpack\w*|unzip\w*|transferring)\b|\b\w*(?:herunterlad|vorverarbeit|aufbereit|tokenisier)\w*|"
    r"\bprepar(?:e|ing|ation)\b|\bcollat\w+|\bscrap(?:e|ing)\b|\bcrawl\w*|\blabel+ing\b|\bencod(?:e|ing)\b|"
    r"\bmining\b|\bde-?dup\w*|\bfiltering\b|\bcleaning\b|\bclean\s*[+&]|\bsplitting\b|\bshard(?:ing)?\b|"
    r"\bresampl\w+|\bdecompress\w*|\bnormali[sz](?:e|ing|ation)\b|\bcache\s+(?:the\s+)?(?:\w+\s+)?(?:latents?|"
    r"embeddings?|features?|activations?|data\w*)\b|下载|数据(?:准备|处理|预处理|加载|清洗|"
    r"生成)|预处理|渲染|(?:提取|抽取)[^,，。:：]{0,16}?特征|特征(?:提取|抽取)|"
    r"\bt[ée]l[ée]charge\w*|\bpr[ée]trait\w*|\bdescarga\w*|\bpreproces\w*|前処理|ダウンロード|データ(?:準備|作成)|전처리|다운로드",
    "eval": r"\b(?:re-?)?eval(?:s|uat\w*)?\b|\bval\b(?!_)|\b(?:validierung|evaluierung|auswertung)\w*|"
    r"\bvalidation\b|\bvalidating\b|\btest(?:ing)?\s+(?:evaluation|on|set|split)\b|\binference\b|\bscoring\b|"
    r"\bvisuali[sz]\w*|"
    r"^\W*(?:benchmark(?:s|ing)?|plots?|plotting)\W*$|^\W*(?:the\s+|comput(?:e|ing)\s+)?(?:WER|BLEU|FID|ROUGE|word\s+error\s+rate|(?:offline|test)\s+metrics)\b|"
    r"\bpre-?flight\b|\bdecod(?:e|ing)\b|\bgenerati(?:ng|on)\s+(?:samples|predictions)|评估|验证|测试集|推理|評価|検証|推論|평가|검증|\b[ée]valua\w*",
    "checkpoint": r"\bcheck-?point\w*|\bckpts?\b|\b(?:final\s+)?(?:model\s+)?sav(?:e|ing)\b|\bclean-?up\b|\bexport\w*|"
    r"\bmerg(?:e|ing)\b|\bquanti[sz]\w*|\b(?:ab)?speicher\w*|"
    r"检查点|保存|导出|合并",
    "compute": r"\b(?:forward|backward)(?:\s*(?:\+|&|/|and)\s*backward)?(?:\s+pass(?:es)?)?\W*$|"
    r"\boptimi[sz]er\s+(?:step|update)s?\W*$|"
    r"\bgradient\s+(?:sync\w*|computation)\b|\ball-?reduce\b",
    "search": r"\b(?:lr|learning[- ]rate|hyper-?param\w*|grid|random|parameter)[\s-]+(?:search\w*|sweeps?|finder|"
    r"tuning)\b|超参(?:数)?搜索",
}
_TRAIN = (
    r"\b(?:pre-?|fine-?|re-?)?train(?:ing|s|ed)?\b|\b(?:instruction|prompt|prefix|adapter|visual)[\s-]+tuning\b|\bfine-?tun\w*|\btrainier\w*|\bentra[îi]n\w*|\bentrena\w*|"
    r"训练|微调|学習|訓練|학습|훈련"
)
_TECHNIQUE = pattern(
    r"(?<![A-Za-z])(?:SFT|GRPO|DPO|PPO|RLHF|ORPO|KTO|RFT|CPT|reward\s+model(?:ing)?|distillation|pre-?training|"
    r"mid-?training)(?![A-Za-z])",
    re.IGNORECASE,
)
_TECHNIQUE_HINTS = (
    "sft",
    "po",
    "rlhf",
    "kto",
    "rft",
    "cpt",
    "reward",
    "distil",
    "pretrain",
    "pre-",
    "midtrain",
    "mid-",
)
_WORD_BREAKS = str.maketrans("_/.", "   ")
STAGE_PATTERNS = {kind: pattern(text, re.IGNORECASE) for kind, text in _STAGES.items()}
TRAIN = pattern(_TRAIN, re.IGNORECASE)
TOTAL = pattern(
    r"\b(?:grand\s+|sub)?total\b|\boverall\b|\bentire\b|\bwhole\b|\bend-to-end\b|\baltogether\b|"
    r"\ball\s+together\b|\ball\s+in\s+all\b|\bin\s+(?:all|total|sum)\b|\bfor\s+(?:the\s+(?:whole\s+)?lot|everything)\b|"
    r"^\W*(?:sum|summe|all[\s-]+in|everything|both|combined|together|all(?:\s+of\s+it)?)\W*$|\b(?:ins)?gesamt\w*|总(?:耗时|时间|计|时长|共)|合计|合計|全体|총|전체|全程|整个|全流程|"
    r"整体(?!上)",
    re.IGNORECASE,
)
TIME = pattern(
    r"\btimes?\b|\bduration\b|\bETA\b|\bestimat\w*|\bexpected\b|\bhours?\b|\bdays?\b|\bminutes?\b|\belapsed\b|"
    r"\bruntime\b|\bwall[- ]?clock\b|"
    r"\btook\b|\btakes\b|\b(?:Stunden?|Minuten?|Sekunden?|Tagen?)\b|时间|耗时|时长|预计|用时|Dauer|durée|\btemps\b|\btempo\b|tiempo|時間|\b(?:secondes?|heures?|segundos?|minutos?|horas?)\b",
    re.IGNORECASE,
)
_GENERIC = pattern(
    r"(?:(?:est(?:\.|imated)?|expected|approx(?:\.|imate)?|typical|total|training|run|running|wall[- ]?clock|"
    r"overall|time|times|duration|"
    r"hours?|minutes?|days?|eta|needed|required|runtime|length|takes?|realistic|breakdown|estimates?|cost|"
    r"summary|overview|of|for|and|"
    r"预计|预估|估计|大约|时间|耗时|总|用时|训练|时长)[\s:：.,/()\[\]*_-]*)+",
    re.IGNORECASE,
)
_PARENS = pattern(r"[（(][^()（）]{0,200}[)）]?")
_LEADING = pattern(r"^(?:[^\w<>~(（\"'“$.+-]|\d{1,2}[.)]\s)+", re.UNICODE)
_EMOJI = pattern(r"[\U0001f000-\U0001faff\u2190-\u2bff\ufe0f\u200d]+")


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Take numbering, bullets, emoji and a closing colon from a label."""
    text = _LEADING.sub("", text.strip())
    return (text if text.isascii() else _EMOJI.sub(" ", text)).strip(" :：=-–—*_|#").strip()


def without_brackets(text: str) -> str:
    """Drop what stands in brackets."""
    return _PARENS.sub(" ", text)


@lru_cache(maxsize=4096)
def is_generic(text: str) -> bool:
    """Tell whether a label names no thing and no condition: `Estimated time`, `Total`, `预计时间`."""
    words = bare(text)
    return not words or _GENERIC.fullmatch(words) is not None


@lru_cache(maxsize=4096)
def stage_kinds(text: str) -> tuple[str, ...]:
    """Give the stage kinds that a label names, in the order of their first mention; training left out."""
    found = [(match.start(), kind) for kind, words in STAGE_PATTERNS.items() if (match := words.search(text))]
    return tuple(kind for _, kind in sorted(found))


@lru_cache(maxsize=4096)
def techniques(text: str) -> frozenset[str]:
    """Give the training techniques that a text names, lower-cased."""
    lower = text.lower()
    if not any(hint in lower for hint in _TECHNIQUE_HINTS):
        return frozenset()
    words = text.translate(_WORD_BREAKS)
    return frozenset(re.sub(r"[\s-]+", "", match[0].lower()) for match in _TECHNIQUE.finditer(words))


_STEP_WORDS = (
    r"(?:optimi[sz]er|training|train|global|effective|micro|gradient)?[\s-]*"
    r"(?:steps?|iterations?|iters?|its?|(?:mini-?|micro-?)?batch(?:es)?|kimg|updates?|Schritte?|Iterationen|pas(?:os?)?|ステップ|스텝)"
)
_EPOCH_WORDS = r"(?:training\s+)?(?:full\s+)?(?:epochs?|ep|Epochen?|[ée]po(?:que|ca)s?|エポック|에폭|에포크)"
_RUN_WORDS = (
    r"(?:runs?|experiments?|trainings?|configs?|configurations?|datasets?|folds?|seeds?|jobs?|variants?|games?|"
    r"env(?:ironment)?s?|scenes?|tasks?|languages?|agents?|"
    r"models?|stages?|phases?)"
)
PER_AFTER = pattern(
    r"\s*[)）]?\s*(?:/|\b(?:per|for\s+each(?:\s+of\s+(?:its|the|our)\s+\d[\d,.]*k?)?|for\s+every|each|every|an?(?=\s+(?:step|epoch|iter|batch|update|image|request|sample))|(?-i:pro)|par|por)\b|每[个次]?)\s*(?P<word>(?:"
    + _STEP_WORDS
    + "|"
    + _EPOCH_WORDS
    + r"|步|轮|迭代|[A-Za-z][\w-]*(?:\s+(?=model|run|step)\w+)?))",
    re.IGNORECASE,
)
PER_IN_LABEL = pattern(
    r"(?:(?:times?|speed|duration|latency|cost|(?<![A-Za-z])(?:s|secs?|seconds?|ms|min|minutes?|h|hrs?|hours?|"
    r"days?)|时间|秒|分钟|小时)\s?/"
    r"|\bper|\bfor\s+(?:each|every|one)\b|\beach\b|^\W*every(?=\s+(?:epoch|step|iteration)\b)|\b(?:cada|chaque|ogni)\b|"
    r"\b(?:one|single|an?|eine?|une?|un[ao])(?=\s+(?:(?:optimi[sz]er|training|single|full)\s+)?(?:epochs?|Epoche|[ée]po(?:que|ca)|pas|paso|steps?|Schritt|"
    r"iter\w*|batch|updates?)\s+(?:takes?|took|needs?|is|has|lasts?|costs?|dauert|braucht|prend|dure|demande|tarda|dura)\b)|"
    r"\b(?:one|single)(?=[\s-]+(?:epoch|step|iter|batch))|\b(?:first|second|last)(?=\s+epoch\s+(?:is|takes?|took|needs?)\b)|\bjede[rn]?\b|(?-i:\b(?:pro|je|par|por)\b)|"
    r"^\W*(?-i:Pro|Je|Par|Por)(?=\s+(?:Schritt|Epoche|Iteration|Batch|[ée]poque|[ée]tape|paso|época)\b)|每一?[个次]?|[单一][个次]?\s?(?=步|轮|迭代|epoch|step|iter))[\s-]*(?P<word>"
    + _STEP_WORDS
    + r"(?![A-Za-z])|"
    + _EPOCH_WORDS
    + r"(?![A-Za-z])|步|轮|迭代|(?:保存)?检查点|保存|[A-Za-z][A-Za-z-]+)|"
    r"(?<![A-Za-z])(?P<front>step|iteration|iter|batch|epoch)s?[\s-]+(?:time|duration|latency)(?![A-Za-z])",
    re.IGNORECASE,
)
_STEP = pattern(rf"(?:{_STEP_WORDS}|步|迭代)", re.IGNORECASE)
_EPOCH = pattern(rf"(?:{_EPOCH_WORDS}|轮)", re.IGNORECASE)
_RUN = pattern(_RUN_WORDS, re.IGNORECASE)
_NO_UNIT = pattern(
    r"(?:hours?|hrs?|hr|h|days?|seconds?|secs?|s|minutes?|min|week|month|year|one|of|to|the|time|other|gpus?|"
    r"node|machine|"
    r"device|card|instance|day\w*|and|run\w*|in|on|use|size|pass)",
    re.IGNORECASE,
)


def counter_of(word: str) -> str:
    """Say what `per <word>` counts: step, epoch, run (a whole run again), unit, or "" for no counter."""
    word = word.strip()
    if _STEP.fullmatch(word):
        return "step"
    if _EPOCH.fullmatch(word):
        return "epoch"
    if _NO_UNIT.fullmatch(word):
        return ""
    return "run" if _RUN.fullmatch(word.split()[-1]) else "unit"


_CONDITION = pattern(
    r"\b(?:gpu|cpu|tpu|mps|small|medium|large|tiny|base|case|option|scenario|dataset|subset|best|worst|"
    r"expected|likely|optimistic|"
    r"conservative|realistic|pessimistic|tier|fast|quick|full|default|baseline|with|without|if|wall|runtime|"
    r"sequential|parallel|first|"
    r"subsequent|run|local|cloud|colab)\b|[单双多]卡|[大中小]型|场景|方案|水平",
    re.IGNORECASE,
)


def is_condition(label: str, *, counts: bool = True) -> bool:
    """Tell whether a label names hardware, a size or a case, which are conditions of a whole and never its parts.

    A label with a figure is one, too, where it `counts`.
    """
    return is_generic(label) or (counts and _FIGURE.search(label) is not None) or _CONDITION.search(label) is not None


_FIGURE = pattern(r"\d")


_CASE = pattern(
    r"\W*(?:(?:the|most|very)\s+)*(?:optimistic|pessimistic|conservative|realistic|likely|typical|expected|average|best|worst|min(?:imum)?|"
    r"max(?:imum)?)(?:[\s-]+(?:case|estimate|scenario))?\W*",
    re.IGNORECASE,
)


def is_case(label: str) -> bool:
    """Tell whether a label is nothing but a case: `Conservative`, `Worst case`."""
    return _CASE.fullmatch(without_brackets(label)) is not None


DONE = pattern(
    r"\b(?:pre-?computed|cached|existing)\s+\w+|\b\w+\s+(?:(?:are|is|were)\s+)?(?:already\s+)?(?:cached|skipped|reused|"
    r"pre-?computed|available|in\s+place|fetched|prepared)\b",
    re.IGNORECASE,
)
"""`Retraining, embeddings cached` says what is no longer done."""
