"""Words beside a figure: bounds and approximations, and the false friends that only look like durations."""

from __future__ import annotations

import re

from trainmon.patterns import pattern

_ABOUT = (
    r"~|≈|∼|～|≃|≅|\babout|\baround|\bapprox(?:imately|\.)?|\broughly|\bcirca|\bca\.|\bnearly|\balmost|\best\.|\bsome|"
    r"大约|大概|约|約|\bunos|\bunas|\brund|\betwa|\bungefähr|\benviron|около|примерно"
)
_HIGH = (
    r"<=?|≤|＜|\bless\s+than|\bunder|\bbelow|\bup\s+to|\bat\s+most|\b(?:no|not)\s+more\s+than|\bwithin|\bfewer\s+than|"
    r"\bshorter\s+than|\bfaster\s+than|\bmax(?:imum|\.)?(?:\s+of)?|不到|低于|少于|最多|不超过|\bweniger\s+als|\bmoins\s+de|\bmenos\s+de|"
    r"\bhöchstens|\bbis\s+zu|\bunter(?=\s*$)|\bkürzer\s+als"
)
_LOW = (
    r"(?<![-=])>=?|≥|＞|\bmore\s+than|\bover|\babove|\bat\s+least|\blonger\s+than|\bslower\s+than|\bupwards\s+of|\bbeyond|\bpast|\bpass(?:es|ing)|\bexceed(?:s|"
    r"ing)?|\bmin(?:imum)(?:\s+of)?|"
    r"超过|大于|至少|\bmehr\s+als|\bplus\s+de|\bmás\s+de|\bmindestens|\blänger\s+als|\bau-delà\s+de|\büber(?=\s*$)"
)
_BEFORE = pattern(rf"(?:(?P<about>{_ABOUT})|(?P<high>{_HIGH})|(?P<low>{_LOW}))\s*(?:an?\s+)?$", re.IGNORECASE)
_AFTER = pattern(
    r"\s*(?:(?P<about>左右|上下|前後|ほど|environ\b|à\s+peu\s+près|oder\s+so\b)|(?P<low>\+(?!\s*\d)|or\s+(?:more|longer)\b|以上)|(?P<high>or\s+less\b|以内|以下|之内|内|max\b))",
    re.IGNORECASE,
)


_LAST_WORDS = frozenset(
    (
        *(
            "a",
            "an",
            "about",
            "around",
            "approx",
            "approximately",
            "approx.",
            "unos",
            "unas",
            "roughly",
            "circa",
            "ca.",
            "nearly",
        ),
        *("almost", "est.", "some", "rund", "etwa", "ungefähr", "environ", "than", "under", "below", "to", "most"),
        *("within", "max", "max.", "maximum", "of", "de", "höchstens", "zu", "unter", "als", "over", "above", "least"),
        *(
            "beyond",
            "past",
            "passes",
            "passing",
            "exceed",
            "exceeds",
            "exceeding",
            "min",
            "minimum",
            "mindestens",
            "über",
        ),
    )
)


def _may_be_mark(left: str) -> bool:
    """Tell at a glance whether the last word can be one of the marks below: most figures stand behind none."""
    left = left.rstrip()
    if not left or not left[-1].isascii():
        return bool(left)
    if left[-1].isalpha() or left[-1] == ".":
        return left[left.rfind(" ") + 1 :].lower().lstrip("([{*_\"'|/:=,;") in _LAST_WORDS
    return left[-1] in "<>=~"


def before(text: str, start: int) -> tuple[bool, str, int]:
    """Read the marks before a figure: (approximate, `low` or `high` or ``, where they begin)."""
    approximate, bound = False, ""
    for _ in range(3):
        left = text[max(0, start - 24) : start]
        match = _BEFORE.search(left) if _may_be_mark(left) else None
        if match is None:
            break
        if match["about"]:
            approximate = True
        else:
            bound = bound or ("high" if match["high"] else "low")
        start = max(0, start - 24) + match.start()
    return approximate, bound, start


def after(text: str, end: int) -> str:
    """Read the mark behind a figure: `about`, `low`, `high` or ``."""
    match = _AFTER.match(text, end)
    return match.lastgroup or "" if match else ""


_NO_DURATION_BEFORE = pattern(
    r"(?:\b(?:toutes\s+les|alle|cada|ogni|каждые)\s*|\b(?:every|each|last|past|previous|next|first|ago|per|once\s+an?|since|sleep|timeout|watch\s+-n|age|aged)\s*"
    r"|(?:^|\s)--?[A-Za-z][\w-]*[ =]['\"]?|[A-Za-z_\])]=['\"]?|[A-Za-z_]=\(|(?<![)）hns]\s)/\s*|"
    r"\b(?:table|figure|fig\.?|section|sec\.?|appendix|eq\.?|algorithm)\s*|"
    r"\b(?:slides?|shift(?:s|ed)?|stride|hop|overlap)\s+(?:by|of)\s*|\b(?:cut|cropped|trimmed|padded)\s+to\s*|\bavailable\s+for\s*|\b(?:down|offline|unavailable|closed|away)\s+for\s*|\bkeeps?\s+(?:\w+\s+){0,3}for\s*|\b(?:kept|stored|retained|archived|deleted|valid|expires?)\s+(?:for|after|in)\s*|"
    r"\b(?:clips?|recordings?|utterances?|videos?|songs?|audio)\s+(?:of|at)\s*|第\s?[\d-]*|(?:每隔|每|过去|最近|数据|语料|音频|录音)\s*|"
    r"[$€£¥]\s?[\d.,]+\s*/\s*(?:month|year|mo|yr|day)\s*[×x*]\s*|[$€£¥]\s?[\d.,]*)$",
    re.IGNORECASE,
)
_NO_DURATION_AFTER = pattern(
    r"(?:['’]s\b|-(?-i:[A-Z])|\s*-?\s*(?:of\s+(?:[\w-]+\s+){0,3}?)?(?:audio|speech|video|videos|footage|recordings?|clips?|music|"
    r"songs?|podcasts?|"
    r"windows?|chunks?|segments?|sentences?|prompts?|forecasts?|horizons?|files?|shards?|dumps?|partitions?|history|ago|earlier|later|old|retention|reads?|timeout|timeouts|interval|"
    r"intervals|lookback|trial|"
    r"long|notice|deadline|grace|delay|apart|left|remaining|frames?|utterances?|speed-?reading)\b"
    r"|\s+(?:(?:an|de|d['’])\s*)?(?:material|aufnahmen|sprache|audios?|v[ií]deos?)\b|\s+(?:[\w-]+\s+)?(?:splits?|subsets?|corpus|corpora)\b|\s*的\s*[\d一二两三四五六七八九十]+\s*分之"
    r"|-(?:order|stage|hand|class|level)\b|\s*/\s*max\b|\s+of\s+(?:thousands|millions|hundreds|gpus|data|"
    r"annotated|labell?ed)\b|\s+of\s+(?-i:(?!Train|Pre|Fine|Comput|Wall|Run)[A-Z][a-z]{3,})\b(?!\s*(?:time|GPU))"
    r"|\s*[前后]|\s*一次|\s*(?:长|的)?(?:音频|视频|语音))",
    re.IGNORECASE,
)
_FIRST_PART = pattern(r"\s+(?:are|is|were|go(?:es)?\s+(?:in)?to|(?:is|are)\s+spent)\s+(?!per\b)[a-z]", re.IGNORECASE)
"""`the first 20 minutes go into compilation`."""
_CLIPS = pattern(
    r"\b(?:clips?|files|segments|chunks|sequences|recordings?|utterances?|videos?|songs?|audio\s+files?)\s*$",
    re.IGNORECASE,
)
"""`clips longer than 30 s` are long, they do not take long."""
_DECADE = pattern(r"(?:1[89]|20)\d0s")
_HUNDREDS = pattern(r"\d+0+s")
_MERIDIEM = pattern(r"\s*(?:[ap]\.?m\b|UTC|GMT|o'clock)", re.IGNORECASE)
_DATE_BEFORE = pattern(
    r"(?:\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,4},?\s"
    r"|\d{4}-\d\d-\d\d[T ]|\d{1,2}/\d{1,2}/\d{2,4},? |\bat |\d{1,2} \d{4} |\[)$",
    re.IGNORECASE,
)
_YEARS = pattern(r"years?|yrs?", re.IGNORECASE)
_TAKES = pattern(
    r"\b(?:takes?|took|taking|need(?:s|ed)?|requir\w+|last(?:s|ed)?|spend|trains?|trained|training)\b", re.IGNORECASE
)


_SCHEDULER = pattern(
    r"\b(?:SBATCH|srun|sbatch|salloc|PBS|qsub|BSUB|bsub|OAR|oarsub)\b.*?(?:\s(?:--time|-t|-W)[= ]|\bwalltime=)[\"']?$"
    r"|(?:^|\s)--(?:wall)?time(?:-limit)?[= ][\"']?$"
)


def is_time_limit(left: str) -> bool:
    """Tell whether what follows is the time that a batch scheduler is asked for: `#SBATCH --time=`."""
    return _SCHEDULER.search(left) is not None


def is_false(text: str, start: int, end: int) -> bool:
    """Tell whether a seeming duration is a rate, a flag, a clock time, an interval, an age or a length of audio."""
    words, left = text[start:end], text[max(0, start - 40) : start]
    if _NO_DURATION_BEFORE.search(left) and not re.match(r"[<>]", words) and not _FIRST_PART.match(text[end:]):
        return not is_time_limit(text[:start])
    if _NO_DURATION_AFTER.match(text, end) or (_CLIPS.search(left) and not re.match(r"[\d~]", words)):
        return True
    core = re.sub(r"^[~≈<>\s]+", "", words)
    if _DECADE.fullmatch(core) or (_HUNDREDS.fullmatch(core) and re.match(r"\s+of\b", text[end : end + 5])):
        return True
    if re.search(r"\d:\d\d:\d\d", core) and (_MERIDIEM.match(text, end) or _DATE_BEFORE.search(left)):
        return True
    return bool(_YEARS.search(core)) and not re.search(r"GPU|TPU|CPU|core", core) and not _TAKES.search(left)


_ENUMERATED = pattern(
    r"(?:step|phase|stage|part|option|scenario|level|run|epoch|section|chapter|week|day|hour|experiment|version|table|"
    r"figure|gpt|tesla|rtx|gtx|task|method|plan|方案|步骤|阶段|示例)s?\s*#?$",
    re.IGNORECASE,
)


def is_enumeration(text: str, start: int, low: str, dash: str) -> bool:
    """Tell whether `Step 1 - 5 minutes` numbers a step instead of opening a range."""
    bare = re.fullmatch(r"[\d.,]+", low.strip()) is not None
    spaced = dash.startswith(" ") or dash.endswith(" ")
    if not (bare and spaced):
        return False
    left = text[max(0, start - 24) : start]
    return bool(_ENUMERATED.search(left))


_WORDED_BEFORE = pattern(
    r"(?:\b(?:takes?|took|taking|in|about|around|approx\w*|roughly|nearly|almost|within|under|than|over|least|"
    r"for|needs?|"
    r"needed|requires?|to|or|last|lasts|beyond|past|exceeds?|only|just|every\s+other)\s*|[~≈<>:=(]\s*|^)$",
    re.IGNORECASE,
)


def is_worded_duration(text: str, start: int, words: str) -> bool:
    """Tell `takes an hour` and `half a day` from `3 times a day` and `a second run`."""
    left = text[max(0, start - 16) : start]
    if words.removeprefix("about ").startswith(("half", "quarter", "a quarter", "three")):
        return re.search(r"\b(?:first|second|other|latter|last)\s*$", left) is None
    if words.startswith("a second") and re.match(r"\s+\w", text[start + len(words) :]):
        return False
    if words.endswith(("and a half", "quarter", "quarters", "or two", "or so")):
        return True
    if re.match(r"\s*$", left) or re.search(r"\bin\s*$", left):
        return not re.match(r"\s+(?:ago|later|when|by|of)\b", text[start + len(words) :])
    return bool(_WORDED_BEFORE.search(left))


def is_vague_duration(text: str, start: int, end: int, words: str) -> bool:
    """Tell `runs in seconds` and `a few minutes` from `time in seconds` and `in minutes 3 to 5`."""
    left = text[max(0, start - 40) : start]
    if _NO_DURATION_BEFORE.search(left) or _NO_DURATION_AFTER.match(text, end):
        return False
    if re.match(r"(?:in|just|only)\b", words, re.IGNORECASE):
        return bool(
            re.search(
                r"\b(?:runs?|run|finish\w*|complet\w+|done|takes?|train\w*|works?|ready)\s+$", left, re.IGNORECASE
            )
        )
    return True
